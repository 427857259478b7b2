/* The scheduler: per-CPU queues of ready threads, 16 priorities, quanta; and the way in and out of
 * the kernel, which belongs to it because every way out may switch. Policy is the sched server's.
 */
#pragma once

#include "kernel/thread.h"

/* Entry from user mode or idle, the user context saved: publish it, take the lock, do what is owed.
 * Answers the current thread, or NULL when it was taken away meanwhile (or the CPU was idle). */
struct thread *kernel_enter(struct cpu *cpu) ACQUIRES(bkl);

/* Entry by an interrupt that met an idle CPU, or arch_interrupt_window(). */
void kernel_enter_idle(struct cpu *cpu) ACQUIRES(bkl);

/* Leave: pick the most urgent ready thread, or idle. Pending restarts are run first. */
void kernel_leave(struct cpu *cpu) RELEASES(bkl) __attribute__((noreturn));

/* Leave into `t` without looking at the queues; t runs on this CPU. */
void kernel_leave_to(struct cpu *cpu, struct thread *t) RELEASES(bkl) __attribute__((noreturn));

/* Queue operations of thread_block() and thread_unblock(). */
void sched_enqueue(struct thread *t) REQUIRES(bkl);
void sched_dequeue(struct thread *t) REQUIRES(bkl);

/* A waiting thread wakes on this CPU, if it may: who wakes it is about to wait, as callers, their
 * servers and the pager do. On its own CPU it would need an interrupt, and run beside somebody
 * whom it needs again at once. */
static inline void sched_bring_here(struct thread *t) REQUIRES(bkl)
{
	struct cpu *cpu = this_cpu();

	if (unlikely(t->cpu != cpu) && (t->affinity & cpu->bit) &&
	    !(t->cpu && t->cpu->current == t))
		t->cpu = cpu;
}

/* Change priority, quantum, affinity; a thread on a CPU it may no longer use moves. */
void sched_set(struct thread *t, uint32_t priority, nanoseconds_t quantum, uint32_t affinity)
	REQUIRES(bkl);

/* Give the rest of the slice away: behind the others of its priority. */
void sched_yield(struct cpu *cpu, struct thread *t) REQUIRES(bkl);

/* The thread waits for its scheduler no longer: the decision came, or nobody is left to make it. */
void sched_quantum_given(struct thread *t) REQUIRES(bkl);

/* `t` leaves the CPU tables for good. */
void sched_forget(struct thread *t) REQUIRES(bkl);

/* Processor time: a thread's user_cycles has the counter subtracted when it becomes current and
 * added when it ceases to be, so that a switch costs two additions and nothing is kept beside. */
#ifdef CONFIG_ACCOUNTING
#define SCHED_ACCOUNTS 1
#else
#define SCHED_ACCOUNTS 0
#endif

static inline __attribute__((always_inline)) void sched_account(struct thread *from,
								struct thread *to)
{
	cycles_t now;

	if (!SCHED_ACCOUNTS)
		return;
	now = arch_cycles();
	/* Callers pass NULL as a constant. */
	if (from)
		from->user_cycles += now;
	if (to)
		to->user_cycles -= now;
}

/* Cycles `t` has had so far, the present stretch included. */
cycles_t sched_cycles(const struct thread *t) REQUIRES(bkl);

extern uint64_t sched_migrations; /* ready threads moved to another CPU's queue */

#define QUANTUM_DEFAULT 100000000ull /* 100 ms */
