/* Messages: send, call, receive, reply-receive, and every way a wait ends: answer, cancel, a new
 * context, exit, death and the reuse of a slot. kernel/ipc.c, ipc_fast.c, thread.c, call_thread.c.
 * docs/models.md says what stands for what.
 *
 * All of it happens under the lock, so a dispatched trap is one step; between a trap and its
 * dispatch everything else may happen. An endpoint is a slot and whether the thread it named is
 * gone (`stale`): exact for any number of generations. M_...: mutants; each takes one rule away.
 */
#ifndef NTHREAD
#define NTHREAD 3
#endif
#define HOLDS 2 /* calls a thread has received and not answered, at most */
#define ANY 6	/* EP_ANY */
#define NONE 7

/* rts; one of the first four at most */
#define SENDING 1
#define RECEIVE_ANY 2
#define RECEIVE_FROM 4
#define REPLY_WAIT 8
#define IPC 15
#define STOPPED 16
#define EXITED 32
#define FREE 64

mtype = { NO_TRAP, CALL, SEND, RECEIVE, REPLY_RECEIVE, EXIT };
mtype = { NO_MESSAGE, GIVEN, DELIVERED };

/* struct thread */
byte rts[NTHREAD];
byte peer[NTHREAD];
bool peer_stale[NTHREAD];
byte queued_at[NTHREAD];
mtype sender_trap[NTHREAD];
chan callers[NTHREAD] = [NTHREAD] of { byte }; /* callers_head ... */
/* The pending trap: made, not dispatched. */
mtype trap[NTHREAD];
byte target[NTHREAD];
bool target_stale[NTHREAD];
byte source[NTHREAD];
bool source_stale[NTHREAD];
/* The program: calls it owes an answer to. */
byte holds[NTHREAD * HOLDS];
bool holds_stale[NTHREAD * HOLDS];
/* ghosts: is the call that is (to be) answered still the caller's present one? what became of a
 * thread's message? */
bool holds_live[NTHREAD * HOLDS];
bool target_live[NTHREAD];
mtype message[NTHREAD];

/* The call of `who` has ended, whoever still holds it. */
inline call_over(who)
{
	k = 0;
	do
	:: k < NTHREAD * HOLDS ->
		if
		:: holds[k] == who -> holds_live[k] = false
		:: else
		fi;
		k++
	:: else -> break
	od;
	k = 0;
	do
	:: k < NTHREAD ->
		if
		:: target[k] == who -> target_live[k] = false
		:: else
		fi;
		k++
	:: else -> break
	od;
	message[who] = NO_MESSAGE
}

inline hold_clear(at)
{
	holds[at] = NONE;
	holds_stale[at] = false;
	holds_live[at] = false
}

/* The program's side of a receive. */
inline hold_add(to, from)
{
	k = 0;
	do
	:: holds[to * HOLDS + k] != NONE -> k++
	:: else -> break
	od;
	holds[to * HOLDS + k] = from;
	holds_live[to * HOLDS + k] = true
}

inline deliver(to, from, how)
{
	assert(message[from] == GIVEN);
	message[from] = DELIVERED;
	if
	:: how == CALL -> hold_add(to, from)
	:: else -> message[from] = NO_MESSAGE
	fi
}

inline ipc_unqueue(who)
{
	if
	:: queued_at[who] != NONE -> callers[queued_at[who]]??eval(who); queued_at[who] = NONE
	:: else
	fi
}

inline trap_clear(who)
{
	trap[who] = NO_TRAP;
	target[who] = NONE;
	target_stale[who] = false;
	target_live[who] = false;
	source[who] = NONE
}

inline unblock(who, flags)
{
	rts[who] = rts[who] & ~(flags);
	if
	:: !(rts[who] & IPC) -> peer[who] = NONE; peer_stale[who] = false; sender_trap[who] = NO_TRAP
	:: else
	fi
}

inline ipc_abort(who)
{
	if
	:: rts[who] & IPC ->
		if
		:: rts[who] & SENDING -> ipc_unqueue(who)
		:: else
		fi;
		call_over(who);
		unblock(who, IPC)
	:: else
	fi
}

/* Sets `locked`. */
inline deadlock(caller, first)
{
	locked = false;
#ifndef M_NO_DEADLOCK_CHECK
	j = first;
	do
	:: j == caller -> locked = true; break
	:: j != caller && (rts[j] & (SENDING | REPLY_WAIT | RECEIVE_FROM)) && !peer_stale[j] ->
		j = peer[j]
	:: else -> break
	od
#endif
}

inline answer(from, to)
{
	assert(target_live[from] && message[to] == DELIVERED);
	call_over(to);
	unblock(to, REPLY_WAIT)
}

#ifdef M_REPLY_IGNORES_GENERATION
#define FOUND(t) true
#else
#define FOUND(t) !target_stale[t]
#endif

#ifdef M_REPLY_IGNORES_STATE
#define WAITS_FOR_ANSWER(to, server) \
	((rts[to] & (REPLY_WAIT | SENDING)) && peer[to] == server)
#else
#define WAITS_FOR_ANSWER(to, server) \
	((rts[to] & REPLY_WAIT) && peer[to] == server && !peer_stale[to])
#endif

inline send(t, to, how)
{
	if
	:: target_stale[t] || (rts[to] & EXITED) -> message[t] = NO_MESSAGE /* EDEADSRCDST */
	:: else ->
		if
		:: (rts[to] & RECEIVE_ANY) || ((rts[to] & RECEIVE_FROM) && peer[to] == t) ->
			deliver(to, t, how);
			unblock(to, RECEIVE_ANY | RECEIVE_FROM); /* ipc_received() */
			if
			:: how == CALL -> rts[t] = rts[t] | REPLY_WAIT; peer[t] = to
			:: else
			fi
		:: else ->
			deadlock(t, to);
			if
			:: locked -> message[t] = NO_MESSAGE /* ELOCKED */
			:: else ->
				rts[t] = rts[t] | SENDING;
				peer[t] = to;
				sender_trap[t] = how;
				assert(queued_at[t] == NONE);
				queued_at[t] = to;
				callers[to]!t
			fi
		fi
	fi;
	locked = false;
	j = 0
}

inline receive(t, from)
{
	if
	:: from != ANY && (source_stale[t] || (rts[from] & (EXITED | FREE))) -> skip
	:: else ->
		j = NONE;
		if /* inbox_take() */
		:: from == ANY && len(callers[t]) > 0 -> callers[t]?<j>
		:: from != ANY && queued_at[from] == t -> j = from
		:: else
		fi;
		if
		:: j != NONE -> /* queue_take() */
			ipc_unqueue(j);
			deliver(t, j, sender_trap[j]);
			if
			:: sender_trap[j] == CALL ->
				rts[j] = (rts[j] & ~SENDING) | REPLY_WAIT;
				sender_trap[j] = NO_TRAP
			:: else -> unblock(j, SENDING)
			fi
		:: else ->
			if
			:: from == ANY -> rts[t] = rts[t] | RECEIVE_ANY; peer[t] = ANY
			:: else ->
				deadlock(t, from);
				if
				:: locked
				:: else -> rts[t] = rts[t] | RECEIVE_FROM; peer[t] = from
				fi
			fi
		fi
	fi;
	locked = false;
	j = 0
}

/* ipc_trap(), and SYS_EXIT */
inline dispatch(t)
{
	if
	:: trap[t] == CALL -> send(t, target[t], CALL)
	:: trap[t] == SEND ->
		if
		:: target[t] != NONE && FOUND(t) && WAITS_FOR_ANSWER(target[t], t) ->
			message[t] = NO_MESSAGE;
			answer(t, target[t])
		:: else -> send(t, target[t], SEND)
		fi
	:: trap[t] == RECEIVE -> receive(t, source[t])
	:: trap[t] == REPLY_RECEIVE ->
		if
		:: FOUND(t) && WAITS_FOR_ANSWER(target[t], t) -> answer(t, target[t])
		:: else /* dropped */
		fi;
		receive(t, source[t])
	:: trap[t] == EXIT ->
		rts[t] = rts[t] | EXITED;
		program_clear(t);
		ipc_forget(t)
	fi;
	source_stale[t] = false;
	trap_clear(t)
}

inline program_clear(who)
{
	k = 0;
	do
	:: k < HOLDS -> hold_clear(who * HOLDS + k); k++
	:: else -> break
	od
}

inline ipc_forget(who)
{
	ipc_unqueue(who);
#ifndef M_DEATH_LEAVES_SENDERS
	do
	:: len(callers[who]) > 0 -> callers[who]?<j>; ipc_abort(j)
	:: else -> break
	od;
#endif
#ifndef M_DEATH_LEAVES_CALLERS
	j = 0;
	do
	:: j < NTHREAD -> /* peer_gone() */
		if
		:: j != who && (rts[j] & (REPLY_WAIT | RECEIVE_FROM)) && peer[j] == who -> ipc_abort(j)
		:: else
		fi;
		j++
	:: else -> break
	od;
#endif
	j = 0
}

/* Whoever knows the name knows the name of nobody now. */
inline name_dies(who)
{
	k = 0;
	do
	:: k < NTHREAD * HOLDS ->
		if
		:: holds[k] == who -> holds_stale[k] = true
		:: else
		fi;
		k++
	:: else -> break
	od;
	k = 0;
	do
	:: k < NTHREAD ->
		if
		:: target[k] == who -> target_stale[k] = true
		:: else
		fi;
		if
		:: source[k] == who -> source_stale[k] = true
		:: else
		fi;
		if
		:: peer[k] == who -> peer_stale[k] = true
		:: else
		fi;
		k++
	:: else -> break
	od;
	k = 0
}

/* What the program of t may do: it makes a trap. ROLES: thread 0 serves, the others are clients. */
#ifdef ROLES
#define MAY_CALL(t, to) ((t) != 0 && (to) == 0)
#define MAY_SEND(t, to) (((t) == 0) != ((to) == 0))
#define MAY_RECEIVE(t, from) ((t) == 0 || (from) == 0)
#define MAY_EXIT(t) ((t) == 0)
#else
#define MAY_CALL(t, to) ((to) != (t))
#define MAY_SEND(t, to) ((to) != (t))
#define MAY_RECEIVE(t, from) true
#define MAY_EXIT(t) true
#endif
#define HOLDS_ONE_OF(t, from) (holds[t * HOLDS] == from || holds[t * HOLDS + 1] == from)

inline program(t)
{
	if
	:: MAY_CALL(t, i) && !(rts[i] & FREE) ->
		d_step { trap[t] = CALL; target[t] = i; message[t] = GIVEN }
	:: MAY_SEND(t, i) && !(rts[i] & FREE) && !HOLDS_ONE_OF(t, i) ->
		d_step { trap[t] = SEND; target[t] = i; target_live[t] = true; message[t] = GIVEN }
	:: MAY_RECEIVE(t, i) && HOLDS_ONE_OF(t, NONE) ->
		d_step {
			trap[t] = RECEIVE;
			if
			:: i == t -> source[t] = ANY
			:: else -> source[t] = i; source_stale[t] = (rts[i] & FREE) != 0
			fi
		}
	:: i < HOLDS && holds[t * HOLDS + i] != NONE ->
		d_step { reply_prepare(t); trap[t] = REPLY_RECEIVE; source[t] = ANY }
	:: i < HOLDS && holds[t * HOLDS + i] != NONE ->
		d_step { reply_prepare(t); trap[t] = SEND; message[t] = GIVEN }
	:: i == t && MAY_EXIT(t) -> trap[t] = EXIT
	:: else
	fi;
	i = 0
}

inline reply_prepare(t)
{
	target[t] = holds[t * HOLDS + i];
	target_stale[t] = holds_stale[t * HOLDS + i];
	target_live[t] = holds_live[t * HOLDS + i];
	hold_clear(t * HOLDS + i)
}

#ifdef M_CONTEXT_SET_ENDS_CALL
#define CALL_IS_FREE(t) true
#else
#define CALL_IS_FREE(t) !(rts[t] & REPLY_WAIT) /* a server holds it: EBUSY */
#endif

/* What others do to t. `i` makes no difference. */
inline interfere(t)
{
	if
	:: i != 0 -> i = 0
	:: i == 0 && !(rts[t] & (EXITED | FREE | STOPPED)) -> rts[t] = rts[t] | STOPPED
	:: i == 0 && (rts[t] & STOPPED) -> rts[t] = rts[t] & ~STOPPED
	:: i == 0 && (rts[t] & IPC) && !(rts[t] & REPLY_WAIT) -> d_step { ipc_abort(t) } /* SYS_IPC_CANCEL */
	:: i == 0 && (rts[t] & STOPPED) && !(rts[t] & EXITED) && CALL_IS_FREE(t) ->
		d_step { context_set(t) }
	:: i == 0 && !(rts[t] & FREE) -> d_step { thread_free(t) }
	:: i == 0 && (rts[t] & FREE) -> rts[t] = 0 /* thread_allocate() */
	fi
}

/* SYS_CONTEXT_SET: smp_take() drops the trap, the old program's. */
inline context_set(t)
{
	source_stale[t] = false;
	trap_clear(t);
	program_clear(t);
#ifndef M_CONTEXT_SET_LEAVES_QUEUED
	if
	:: rts[t] & SENDING -> ipc_unqueue(t)
	:: else
	fi;
#endif
	call_over(t);
	unblock(t, IPC)
}

inline thread_free(t)
{
	source_stale[t] = false;
	trap_clear(t);
	program_clear(t);
	ipc_forget(t);
	call_over(t);
	name_dies(t);
	unblock(t, 255);
	rts[t] = FREE
}

#define WAITS_FOR_ONE(t) ((rts[t] & (SENDING | REPLY_WAIT)) || (rts[t] & RECEIVE_FROM))

inline check()
{
	i = 0;
	j = 0;
	do
	:: i < NTHREAD ->
		assert((rts[i] & IPC) == 0 || (rts[i] & IPC) == SENDING || (rts[i] & IPC) == REPLY_WAIT ||
		       (rts[i] & IPC) == RECEIVE_ANY || (rts[i] & IPC) == RECEIVE_FROM);
		assert(((rts[i] & SENDING) != 0) == (queued_at[i] != NONE));
		assert(queued_at[i] == NONE || queued_at[i] == peer[i]);
		assert(!(rts[i] & RECEIVE_ANY) || len(callers[i]) == 0);
		assert(!(rts[i] & RECEIVE_FROM) || queued_at[peer[i]] != i);
		/* no message is lost: it is there while its sender waits, and no wait ends without it */
		assert(!(rts[i] & SENDING) || message[i] == GIVEN);
		assert(!(rts[i] & REPLY_WAIT) || message[i] == DELIVERED);
		assert((rts[i] & (SENDING | REPLY_WAIT)) || trap[i] != NO_TRAP || message[i] == NO_MESSAGE);
		/* who waits, waits for one that is there ... */
		assert(!WAITS_FOR_ONE(i) || (!peer_stale[i] && !(rts[peer[i]] & (EXITED | FREE))));
		j = j + (queued_at[i] != NONE) - len(callers[i]) + NTHREAD;
		i++
	:: else -> break
	od;
	assert(j == NTHREAD * NTHREAD); /* as many places in queues as threads that have one */
	i = 0;
	do /* ... and no chain of waits is a ring */
	:: i < NTHREAD ->
		k = 0;
		j = i;
		do
		:: k <= NTHREAD && WAITS_FOR_ONE(j) -> j = peer[j]; k++
		:: else -> break
		od;
		assert(k <= NTHREAD);
		i++
	:: else -> break
	od;
	i = 0;
	j = 0;
	k = 0
}

init {
	byte t, i, j, k;
	bool locked;

	d_step {
		do
		:: t < NTHREAD -> trap_clear(t); peer[t] = NONE; queued_at[t] = NONE;
			sender_trap[t] = NO_TRAP;
			message[t] = NO_MESSAGE;
			program_clear(t);
			t++
		:: else -> break
		od;
		t = 0;
		k = 0
	};
	do
	:: atomic {
		t = 0;
		do
		:: t < NTHREAD - 1 -> t++
		:: break
		od;
		i = 0;
		do
		:: i < NTHREAD - 1 -> i++
		:: break
		od;
		if
		:: rts[t] == 0 && trap[t] == NO_TRAP -> program(t)
		:: trap[t] != NO_TRAP -> d_step { i = 0; dispatch(t) }
		:: interfere(t)
		fi;
		d_step { check(); t = 0 }
	   }
	od
}
