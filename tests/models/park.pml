/* Parking, settling, taking, the late root, and the free of a space: kernel/enter.h, kernel/smp.c,
 * kernel/sched.c (the way out), kernel/thread.c. docs/models.md says what stands for what.
 *
 * A step that touches only what the lock guards is merged with its neighbours; every access to a
 * published field, to the lock and to a root is a step of its own.
 * SMALL: without FPU state, restarts and changes of a context in place, so that more fit.
 * M_...: mutants; each takes one rule away.
 */
#ifndef NCPU
#define NCPU 2
#endif
#ifndef NTHREAD
#define NTHREAD 3
#endif
#define NSPACE 2
#define NONE 7		/* no thread */
#define KERNEL_ROOT NSPACE /* arch_kernel_root(); also the space of a free slot */

/* struct cpu, published */
bool in_user[NCPU], settled[NCPU];
byte root[NCPU];
/* struct cpu and struct thread, guarded by bkl */
bool bkl;
byte current[NCPU];
bool taken[NCPU];      /* EVENT_TAKEN */
bool resched[NCPU];    /* EVENT_RESCHED */
byte space[NTHREAD];   /* KERNEL_ROOT: the slot is free */
bool stopped[NTHREAD]; /* RTS_STOPPED; the only bit of rts here */
bool restart[NTHREAD];
/* the machine */
bool ipi[NCPU];
byte loaded[NCPU];     /* the root this CPU's walker uses */
byte fpu_owner[NCPU];  /* whose state is live in the registers */
/* ghosts */
byte executing[NCPU];  /* what really runs in user mode */
byte trapped[NCPU];    /* who made the trap that is not dispatched yet */
bool stale[NCPU];      /* ... and is gone, or has another context by now */
bool held[NTHREAD];    /* thread_block() has returned, and nobody unblocked it */

#define LIVE(t) (space[t] != KERNEL_ROOT)
#define READY(t) (LIVE(t) && !stopped[t])
#if NTHREAD == 2
#define space_empty(s) (space[0] != s && space[1] != s)
#else
#define space_empty(s) (space[0] != s && space[1] != s && space[2] != s)
#endif

inline lock_try_or_wait(c)
{
	if
	:: atomic { !bkl -> bkl = true }
	:: atomic { bkl -> fpu_owner[c] = NONE } /* smp_lock_contended() */
#ifndef M_WAIT_UNSETTLED
	   root_load(c, KERNEL_ROOT);
#endif
	   settled[c] = true;
	   atomic { !bkl -> bkl = true; resched[c] = true };
	   settled[c] = false
	fi
}

inline kernel_lock(c)
{
#ifdef M_LOCK_FIRST
	lock_try_or_wait(c);
	in_user[c] = false
#else
	in_user[c] = false;
	lock_try_or_wait(c)
#endif
}

/* kernel_root_inline() */
inline root_load(c, r)
{
	if
	:: root[c] != r ->
#ifdef M_ROOT_PUBLISHED_FIRST
		root[c] = r;
		loaded[c] = r
#else
		loaded[c] = r;
		root[c] = r
#endif
	:: else
	fi
}

/* Sets `o` to the CPU the thread is current on, or to NCPU. */
inline find_cpu(t, o)
{
	d_step {
		o = 0;
		do
		:: o < NCPU && current[o] != t -> o++
		:: else -> break
		od
	}
}

inline smp_park(c, t)
{
	find_cpu(t, o);
	if
	:: o < NCPU && o != c && in_user[o] ->
#ifndef M_NO_IPI
		ipi[o] = true;
#endif
		!in_user[o]
	:: else
	fi
}

/* The CPU in `o` is another one. */
inline smp_settle()
{
	assert(!in_user[o]); /* whoever asks has parked it */
#ifndef M_NO_SETTLE
	settled[o]
#endif
}

inline thread_block_stopped(c, t)
{
	if
	:: !stopped[t] ->
		stopped[t] = true;
		smp_park(c, t)
	:: else
	fi;
	atomic {
		held[t] = true;
		o = 0;
		do
		:: o < NCPU -> assert(executing[o] != t); o++
		:: else -> break
		od
	}
}

/* Afterwards its context may be replaced: no CPU may have any of it, or act for it. */
inline smp_take(c, t)
{
	find_cpu(t, o);
	if
	:: o < NCPU && o != c ->
		smp_settle();
		atomic { taken[o] = true; current[o] = NONE }
	:: else
	fi;
	atomic {
		o = 0;
		do
		:: o < NCPU ->
			assert(executing[o] != t && fpu_owner[o] != t);
			stale[o] = (stale[o] || trapped[o] == t);
			o++
		:: else -> break
		od
	}
}

/* sys_do_signal_send() and the like: the context changes, the thread stays where it is. It is held,
 * so it is parked; if it is current on another CPU it has a trap, and settling it is not reached. */
inline context_change(c, t)
{
	find_cpu(t, o);
	if
#ifndef M_NO_TRAP_PENDING
	:: o < NCPU -> restart[current[c]] = true /* thread_trap_pending(): TRAP_SUSPENDED */
#endif
	:: else ->
		atomic {
			o = 0;
			do
			:: o < NCPU ->
				assert(executing[o] != t && fpu_owner[o] != t);
				assert(trapped[o] != t || stale[o]);
				o++
			:: else -> break
			od
		}
	fi
}

/* space_free(): smp_leave_root(). Its root is a new space's at once. The executing CPU has its
 * caller's root loaded, which is another. */
inline space_free(s)
{
#ifndef M_NO_LEAVE_ROOT
	o = 0;
	do
	:: o < NCPU -> root[o] != s; o++
	:: else -> break
	od;
#endif
	atomic {
		o = 0;
		do
		:: o < NCPU -> assert(loaded[o] != s); o++
		:: else -> break
		od
	}
}

/* What a thread may ask the kernel for. */
inline kernel_call(c)
{
	atomic { select_thread() };
	if
	:: skip
	:: t != current[c] && LIVE(t) -> thread_block_stopped(c, t)
	:: t != current[c] && LIVE(t) && stopped[t] -> d_step { stopped[t] = false; held[t] = false }
	:: t != current[c] && LIVE(t) && stopped[t] -> /* CONTEXT_SET */
		smp_take(c, t);
		restart[t] = false
#ifndef SMALL
	:: t != current[c] && LIVE(t) && stopped[t] && !restart[t] -> context_change(c, t)
#endif
	:: t != current[c] && LIVE(t) -> /* thread_free() */
		thread_block_stopped(c, t);
		smp_take(c, t);
		d_step { space[t] = KERNEL_ROOT; stopped[t] = false; held[t] = false; restart[t] = false }
	:: atomic { !LIVE(t) -> /* thread_allocate() */
		if
		:: space[t] = 0
		:: space[t] = 1
		fi }
	:: atomic { space_empty(0) -> t = 0 }; space_free(0)
	:: atomic { space_empty(1) -> t = 0 }; space_free(1)
	fi;
	t = 0;
	o = 0
}

inline select_thread()
{
	if
	:: t = 0
	:: t = 1
#if NTHREAD > 2
	:: t = 2
#endif
	fi
}

/* pick() and switch_to(): keeps the current thread, takes any that is ready and current nowhere, or
 * none. Which one, and when a CPU finds none though there is one, is wake.pml's matter. */
inline pick(c)
{
	atomic {
		if
		:: current[c] != NONE && READY(current[c]) -> t = current[c]
		:: true -> t = NONE; current[c] = NONE
		:: select_thread();
			if
			:: READY(t) -> find_cpu(t, o);
				if
				:: o == NCPU -> current[c] = t
				:: else -> t = NONE; current[c] = NONE
				fi
			:: else -> t = NONE; current[c] = NONE
			fi
		fi;
		o = 0
	}
}

proctype cpu(byte c)
{
	byte t, o; /* t: what is asked about, or picked; o: another CPU */

	goto asleep;
user:	/* the last steps, in_user is true and the lock is free */
	root_load(c, space[current[c]]);
	atomic {
		executing[c] = current[c];
		assert(loaded[c] == space[executing[c]] && !held[executing[c]]);
		o = 0;
		do
		:: o < NCPU -> assert(o == c || fpu_owner[o] != executing[c]); o++
		:: else -> break
		od;
		o = 0
	};
	if
	:: true -> /* traps */
		d_step { trapped[c] = executing[c]; executing[c] = NONE };
		kernel_lock(c);
		if
#ifndef M_NO_REVALIDATION
		:: taken[c] -> d_step { taken[c] = false; trapped[c] = NONE; stale[c] = false };
			assert(current[c] == NONE);
			goto leave
#endif
		:: else
		fi;
		atomic {
			assert(!stale[c] && current[c] == trapped[c]);
			trapped[c] = NONE
		}
	:: true ->
end_user:	ipi[c] -> /* computes until it is interrupted */
		d_step { ipi[c] = false; executing[c] = NONE };
		kernel_lock(c);
		taken[c] = false;
		goto leave
	fi;
	if
#ifndef SMALL
	:: fpu_owner[c] = current[c]; goto leave /* fpu_wanted() */
#endif
	:: kernel_call(c);
		if /* trap_kernel_call(): back by the way it came */
		:: !resched[c] && fpu_owner[c] == NONE && !stopped[current[c]] &&
		   !restart[current[c]] ->
			assert(root[c] == space[current[c]]);
#ifndef M_LATE_IN_USER
			in_user[c] = true;
#endif
			bkl = false;
#ifdef M_LATE_IN_USER
			in_user[c] = true;
#endif
			goto user
		:: else
		fi
	fi;
leave:	/* kernel_leave() */
	pick(c);
	if
	:: t == NONE ->
idle:		d_step { fpu_owner[c] = NONE; resched[c] = false; t = 0 };
		bkl = false;
		root_load(c, KERNEL_ROOT);
		settled[c] = true;
asleep:		if
		:: true /* some interrupt */
		:: true ->
end_idle:		ipi[c] -> ipi[c] = false
		fi;
		atomic { !bkl -> bkl = true }; /* kernel_enter_idle() */
		settled[c] = false;
		goto leave
#ifndef SMALL
	:: t != NONE && restart[t] -> /* the window */
		d_step { fpu_owner[c] = NONE; t = 0 };
		bkl = false;
		kernel_lock(c);
		if
		:: taken[c] -> taken[c] = false; goto leave
		:: !taken[c] && stopped[current[c]] -> goto leave
		:: else
		fi;
		restart[current[c]] = false;
		atomic { select_thread() };
		if
		:: t != current[c] && LIVE(t) && stopped[t] && !restart[t] -> context_change(c, t)
		:: else
		fi;
		d_step { t = 0; o = 0 };
		goto leave
#endif
	:: else ->
		atomic {
			t = 0;
			if /* arch_switch_prepare() */
			:: fpu_owner[c] != current[c] -> fpu_owner[c] = NONE
			:: else
			fi;
			resched[c] = false
		};
#ifndef M_LATE_IN_USER
		in_user[c] = true;
#endif
		bkl = false;
#ifdef M_LATE_IN_USER
		in_user[c] = true;
#endif
		goto user
	fi
}

init {
	byte i;

	atomic {
		do
		:: i < NCPU ->
			current[i] = NONE; executing[i] = NONE; trapped[i] = NONE; fpu_owner[i] = NONE;
			root[i] = KERNEL_ROOT; loaded[i] = KERNEL_ROOT; settled[i] = true;
			i++
		:: else -> break
		od;
		i = 0;
		do
		:: i < NTHREAD -> space[i] = i % NSPACE; i++
		:: else -> break
		od;
		i = 0;
		do
		:: i < NCPU -> run cpu(i); i++
		:: else -> break
		od
	}
}
