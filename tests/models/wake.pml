/* Wake-ups: enqueue and kick, idle, the interrupt of another CPU, EVENT_RESCHED, slices and the
 * one-shot timer. kernel/sched.c, smp_kick() in kernel/smp.c, time_interrupt() in arch/i386/time.c.
 * docs/models.md says what stands for what.
 *
 * Without SLICES there is no timer, and thread 0 is more urgent than the others. With SLICES all are
 * alike; with BUSY they never wait, and devices are silent. Times are ticks from now. The lock is
 * first come, first served: what is claimed is progress, and an unfair lock is no wake-up's fault.
 * M_...: mutants; each takes one rule away.
 */
#define NCPU 2
#ifndef NTHREAD
#define NTHREAD 2
#endif
#define NONE 7
#define OFF 7	   /* no time */
#define QUANTUM 2  /* ticks */
#define HARDWARE 1 /* the longest time the port's timer can be set to */

/* struct cpu, published */
bool in_user[NCPU];
/* guarded by bkl */
chan bkl = [NCPU] of { byte }; /* the first has it */
byte current[NCPU];
bool resched[NCPU];	       /* EVENT_RESCHED */
chan queue[NCPU] = [NTHREAD] of { byte };
bool blocked[NTHREAD];	       /* rts != 0 */
byte last[NTHREAD];	       /* t->cpu */
#ifdef SLICES
byte slice_left[NCPU];	       /* slice_end - now, while slice_owner */
byte timer_armed[NCPU];	       /* - now */
byte deadline[NCPU];	       /* of arch_timer_set(), - now */
byte hardware[NCPU];	       /* the port's timer */
#endif
/* the machine */
bool ipi[NCPU], irq[NCPU], device[NCPU];
#define PENDING(c) (ipi[c] || irq[c] || device[c])

#ifdef SLICES
#define URGENT NONE
#else
#define URGENT 0
#endif
#define URGENT_WAITS(c) (queue[c]??[URGENT])
#define MORE_URGENT(t, c) (current[c] == NONE || (t == URGENT && current[c] != URGENT))

inline lock(c)
{
	bkl!c;
	bkl?<eval(c)> /* it is at the head */
}

inline smp_kick(self, at)
{
#ifndef M_NO_EVENT
	resched[at] = true;
#endif
	if
#ifdef M_IDLE_NOT_INTERRUPTED
	:: at != self && in_user[at] -> ipi[at] = true
#else
	:: at != self && (in_user[at] || current[at] == NONE) -> ipi[at] = true
#endif
	:: else
	fi
}

/* Queues of two priorities in one channel: the urgent thread is always before the others, and who
 * goes to the head of its priority is before all but that. */
inline enqueue_at(at, who, at_head)
{
	last[who] = at;
	k = len(queue[at]);
	queue[at]!who;
	if
	:: at_head || who == URGENT ->
		do
		:: k > 0 -> queue[at]?m; queue[at]!m; k--
		:: else -> break
		od
	:: else
	fi;
	k = 0;
	m = 0
}

inline enqueue(self, at, who, at_head)
{
	enqueue_at(at, who, at_head);
	if
	:: MORE_URGENT(who, at) -> smp_kick(self, at)
	:: else
	fi
}

#ifdef SLICES
inline timer_update(c)
{
	if
	:: slice_left[c] == OFF -> timer_armed[c] = OFF; deadline[c] = OFF; hardware[c] = OFF
	:: slice_left[c] != OFF && timer_armed[c] != OFF && timer_armed[c] <= slice_left[c] &&
	   timer_armed[c] > 0 /* it fires earlier, finds nothing due, and arms again */
	:: else -> timer_armed[c] = slice_left[c]; deadline[c] = slice_left[c]; timer_arm(c)
	fi
}

inline timer_arm(c)
{
	hardware[c] = (deadline[c] > HARDWARE && deadline[c] != OFF -> HARDWARE : deadline[c])
}

inline sched_slice_check(c)
{
	if
	:: slice_left[c] == 0 ->
		slice_left[c] = OFF;
		balance(c);
		if
		:: current[c] != NONE && !blocked[current[c]] && len(queue[c]) > 0 -> /* sched_yield() */
			t = current[c];
			current[c] = NONE;
			resched[c] = true;
			enqueue(c, c, t, false);
			t = 0
		:: current[c] != NONE && !blocked[current[c]] && len(queue[c]) == 0 ->
			slice_left[c] = QUANTUM
		:: else
		fi
	:: else
	fi
}

/* The first that waits here moves to a CPU that would run it at once. */
inline balance(c)
{
	if
	:: len(queue[c]) > 0 ->
		queue[c]?<t>;
		if
		:: MORE_URGENT(t, 1 - c) && (len(queue[1 - c]) == 0 || t == URGENT) ->
			queue[c]?t;
			enqueue_at(1 - c, t, false);
			smp_kick(c, 1 - c)
		:: else
		fi;
		t = 0
	:: else
	fi
}

/* time_interrupt(), timer_interrupt() */
inline timer_interrupt(c)
{
	if
	:: deadline[c] == OFF || deadline[c] > 0 ->
#ifndef M_EARLY_TIMER_NOT_ARMED
		timer_arm(c)
#else
		skip
#endif
	:: else ->
		deadline[c] = OFF;
		timer_armed[c] = OFF;
		sched_slice_check(c);
#ifndef M_TIMER_NOT_ARMED_AGAIN
		timer_update(c)
#endif
	fi
}

#define LESS(x) ((x) == OFF || (x) == 0 -> (x) : (x) - 1)

/* Time passes for one CPU; it matters only while its timer runs. */
proctype timer(byte c)
{
end:	do
	:: d_step { hardware[c] != OFF && hardware[c] > 0 ->
		hardware[c] = LESS(hardware[c]);
		deadline[c] = LESS(deadline[c]);
		timer_armed[c] = LESS(timer_armed[c]);
		slice_left[c] = LESS(slice_left[c]) }
	:: d_step { hardware[c] == 0 -> hardware[c] = OFF; irq[c] = true }
	od
}
#endif

/* What the current thread asks for; also what a driver's interrupt does. `t`: the woken thread. */
inline wake_somebody(c)
{
	atomic {
		t = 0;
		do
		:: t < NTHREAD - 1 -> t++
		:: break
		od;
		if
		:: blocked[t] ->
			o = last[t]; /* cpu_choose(): its last CPU, or under DEBUG_RACE another */
#ifdef ANY_CPU
			if
			:: true
			:: o = 1 - o
			fi;
#endif
#ifdef M_KICK_BEFORE_ENQUEUE
			if
			:: MORE_URGENT(t, o) -> smp_kick(c, o)
			:: else
			fi;
			bkl?eval(c);
			lock(c);
			if
			:: blocked[t] -> d_step { blocked[t] = false; enqueue_at(o, t, false) }
			:: else
			fi
#else
			d_step { blocked[t] = false; enqueue(c, o, t, false) }
#endif
		:: else
		fi;
		t = 0;
		o = 0
	}
}

proctype cpu(byte c)
{
	byte t, o, k, m;

	goto asleep;
user:	if
	:: PENDING(c) -> goto interrupted
	:: !PENDING(c) ->
		if
		:: true -> /* traps */
			in_user[c] = false;
			lock(c);
			wake_somebody(c);
			if
			:: current[c] == URGENT -> blocked[current[c]] = true
#ifndef BUSY
			:: current[c] != URGENT -> blocked[current[c]] = true
#endif
			:: current[c] != URGENT
			fi;
			if /* the fast way back */
			:: !resched[c] && !blocked[current[c]] ->
				in_user[c] = true;
				bkl?eval(c);
				goto user
			:: else -> goto leave
			fi
		:: current[c] != URGENT ->
computes:		PENDING(c)
		fi
	fi;
interrupted:
	in_user[c] = false;
	lock(c);
handle:
	if
	:: ipi[c] -> ipi[c] = false
#ifdef SLICES
	:: atomic { irq[c] -> irq[c] = false; timer_interrupt(c) }
#endif
	:: device[c] && !ipi[c] && !irq[c] -> device[c] = false; wake_somebody(c)
	fi;
leave:	/* kernel_leave(): pick() */
#ifdef M_CURRENT_CLEARED_LATE
	if
	:: current[c] != NONE && blocked[current[c]] && len(queue[c]) == 0 ->
		resched[c] = false;
		bkl?eval(c);
		current[c] = NONE;
		goto asleep
	:: else
	fi;
#endif
	atomic {
		if
		:: current[c] != NONE && (blocked[current[c]] ||
			(current[c] != URGENT && URGENT_WAITS(c))) ->
			t = current[c];
			current[c] = NONE;
			if
			:: !blocked[t] -> enqueue(c, c, t, true)
			:: else
			fi;
			t = 0
		:: else
		fi;
		if
		:: current[c] == NONE ->
			if
			:: URGENT_WAITS(c) -> queue[c]??URGENT; current[c] = URGENT
			:: !URGENT_WAITS(c) && len(queue[c]) > 0 -> queue[c]?t; current[c] = t
			:: len(queue[c]) == 0 && current[1 - c] != NONE && len(queue[1 - c]) > 0 -> /* steal() */
				queue[1 - c]?t;
				current[c] = t
			:: else
			fi;
			if /* switch_to() */
			:: current[c] != NONE ->
				last[current[c]] = c;
#ifdef SLICES
				slice_left[c] = QUANTUM;
				timer_update(c)
#endif
			:: else
			fi;
			t = 0
		:: else
		fi;
		resched[c] = false
	};
	if
	:: current[c] != NONE ->
		in_user[c] = true;
		bkl?eval(c);
		goto user
	:: else
	fi;
	d_step { /* idle() */
#ifdef SLICES
		slice_left[c] = OFF;
		timer_update(c);
#endif
		resched[c] = false
	};
	bkl?eval(c);
asleep:	/* arch_idle() */
	PENDING(c);
	lock(c); /* kernel_enter_idle() */
	goto handle
}

/* Devices interrupt when they like, or never again. */
active proctype devices()
{
	do
#ifndef BUSY
	:: device[0] = true
	:: device[1] = true
#endif
	:: true -> skip
	od
}

init {
	byte i;

	atomic {
		do
#ifdef BUSY
		:: i < NTHREAD -> queue[0]!i; i++
		:: else -> ipi[0] = true; ipi[1] = true; break
#else
		:: i < NTHREAD -> blocked[i] = true; i++
		:: else -> break
#endif
		od;
		i = 0;
		do
		:: i < NCPU ->
			current[i] = NONE;
#ifdef SLICES
			slice_left[i] = OFF; timer_armed[i] = OFF; deadline[i] = OFF; hardware[i] = OFF;
			run timer(i);
#endif
			run cpu(i);
			i++
		:: else -> break
		od
	}
}

#define READY(t) (!blocked[t] && current[0] != t && current[1] != t)
#define IDLE_WITH_WORK(c) (current[c] == NONE && len(queue[c]) > 0)

#ifdef BUSY
#define WATCHED (NTHREAD - 1) /* the last in the queue at the start */
#else
#define WATCHED 0
#endif

/* A ready thread is run some day; the urgent one whatever the others do. */
ltl thread_runs { [] (READY(WATCHED) -> <> !READY(WATCHED)) }
ltl idle_cpu_wakes { [] (IDLE_WITH_WORK(0) -> <> !IDLE_WITH_WORK(0)) }
