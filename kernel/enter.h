/* Inline halves of the way in and out, for the fast paths and sched.c. */
#pragma once

#include "kernel/check.h"
#include "kernel/mutant.h"
#include "kernel/race.h"
#include "kernel/sched.h"
#include "kernel/smp.h"
#include "kernel/trace.h"

/* Do what kernel_enter() found in cpu->events. */
void kernel_enter_events(struct cpu *cpu) REQUIRES(bkl);

/* The lock is this CPU's; it is about to be the next one's. */
static inline __attribute__((always_inline)) void lock_had(struct cpu *cpu)
{
	check_locked(cpu);
	trace_locked(cpu);
	cpu->statistics.entries++;
}

static inline __attribute__((always_inline)) void lock_give_back(struct cpu *cpu)
{
	trace_releasing(cpu);
	check_releasing(cpu);
	lock_release();
}

/* Publish the context, take the lock. What is owed is still in cpu->events, and the current thread
 * may have been taken away: then EVENT_TAKEN is set, so that a path that demands events == 0 need
 * not look at `current`.
 *
 * The order matters to every other CPU: in_user is false before the lock is asked for, so that a
 * holder who parks this CPU's thread never waits for a CPU that waits for the lock. */
static inline __attribute__((always_inline)) void kernel_lock_inline(struct cpu *cpu)
	ACQUIRES(bkl) NO_ANALYSIS
{
	trace_entered(cpu);
	publish(cpu->in_user, false);
	race_point("enter: not in user mode, before the lock");
	if (unlikely(!lock_try()))
		smp_lock_contended(cpu);
	lock_had(cpu);
}

static inline struct thread *kernel_enter_inline(struct cpu *cpu) ACQUIRES(bkl) NO_ANALYSIS
{
	kernel_lock_inline(cpu);
	if (unlikely(cpu->events & (EVENT_FLUSH | EVENT_TAKEN)))
		kernel_enter_events(cpu);
	return cpu->current;
}

/* Publish and release: in_user is true before the lock is free. */
static inline __attribute__((always_inline)) void kernel_release_inline(struct cpu *cpu)
	RELEASES(bkl) NO_ANALYSIS
{
	if (!mutant(PUBLISH_LATE))
		publish(cpu->in_user, true);
	lock_give_back(cpu);
	if (mutant(PUBLISH_LATE)) {
		race_point("mutant: released, before in_user");
		publish(cpu->in_user, true);
	}
}

/* The late root: loaded after the release, published after the load. `current` protects it. */
static inline __attribute__((always_inline)) void kernel_root_inline(struct cpu *cpu, paddr_t root)
{
	if (cpu->root != root) {
		arch_root_load(root);
		publish(cpu->root, root);
	}
}

/* Put a ready thread into the queue of its priority. */
static inline void sched_queue_link(struct cpu *cpu, struct thread *t, bool at_head) REQUIRES(bkl)
{
	struct run_queue *q = &cpu->queue;
	unsigned int p = t->priority;
	struct thread *next = at_head ? q->head[p] : NULL;
	struct thread *prev = at_head ? NULL : q->tail[p];

	t->queued = true;
	t->cpu = cpu;
	t->run_next = next;
	t->run_prev = prev;
	if (prev)
		prev->run_next = t;
	else
		q->head[p] = t;
	if (next)
		next->run_prev = t;
	else
		q->tail[p] = t;
	q->count++;
	cpu->ready |= 1u << p;
}
