/* The invariants of threads, queues and CPUs, checked with the lock held and before a CPU leaves
 * the kernel: what other CPUs publish may change meanwhile, but only in the directions that they
 * can go without the lock (in_user and settled as kernel/cpu.h says).
 */
#include "kernel/check.h"

#include "kernel/ipc.h"
#include "kernel/panic.h"
#include "kernel/space.h"
#include "kernel/thread.h"

#define CHECK_EVERY 64u

static const struct cpu *volatile owner; /* of the lock */

void check_locked(const struct cpu *cpu)
{
	assert(!owner);
	owner = cpu;
}

void check_releasing(const struct cpu *cpu)
{
	assert(owner == cpu);
	owner = NULL;
}

void check_root_left(paddr_t root)
{
	unsigned int i;

	for (i = 0; i < cpu_online_count; i++)
		assert(published(cpu_get(i)->root) != root);
}

void check_flushed(const struct cpu *self, const struct space *space)
{
	unsigned int i;

	for (i = 0; i < cpu_online_count; i++)
		assert(cpu_get(i) == self || (cpu_get(i)->events & EVENT_FLUSH) ||
		       published(cpu_get(i)->root) != space->root);
}

static unsigned int queue_check(const struct cpu *cpu, unsigned int priority)
{
	const struct thread *t, *prev = NULL;
	unsigned int count = 0;

	for (t = cpu->queue.head[priority]; t; prev = t, t = t->run_next) {
		assert(t->queued && t->rts == 0 && t->cpu == cpu && t->priority == priority);
		assert(t->run_prev == prev && t != cpu->current && count < THREAD_MAX);
		count++;
	}
	assert(cpu->queue.tail[priority] == prev);
	assert((cpu->ready >> priority & 1) == (count != 0));
	return count;
}

static unsigned int cpu_check(const struct cpu *cpu, const struct cpu *self)
{
	const struct thread *t = cpu->current;
	unsigned int p, count = 0;

	for (p = 0; p < PRIORITY_COUNT; p++)
		count += queue_check(cpu, p);
	assert(count == cpu->queue.count);
	assert(!t || (t->cpu == cpu && !t->queued && !(t->rts & RTS_FREE)));
	assert(!cpu->slice_owner || !(cpu->slice_owner->rts & RTS_FREE));
	if (cpu == self)
		return count;
	/* Settled is left with the lock alone, user mode entered likewise. */
	assert(!published(cpu->settled) || cpu->root == arch_kernel_root());
	assert(!published(cpu->in_user) || (t && t->rts == 0 && !t->space->inhibited));
	return count;
}

static void thread_check(const struct thread *t)
{
	const struct thread *to = t->queued_at;

	assert(t->rts || t->queued || (t->cpu && t->cpu->current == t));
	assert(!(t->inbox & INBOX_CALLERS) == !t->callers_head);
	assert(!(t->rts & RTS_COPY_WAIT) == !t->wait_space);
	assert(!(t->rts & RTS_SENDING) || (to && t->peer == to->endpoint));
	assert(!(t->rts & RTS_REPLY_WAIT) || thread_find(t->peer));
	if (!to)
		return;
	assert(!(to->rts & RTS_FREE));
	assert((t->rts & RTS_SENDING) || t->kernel_message != KERNEL_MESSAGE_NONE);
	assert((t->queue_prev ? t->queue_prev->queue_next : to->callers_head) == t);
	assert((t->queue_next ? t->queue_next->queue_prev : to->callers_tail) == t);
}

void check_state(const struct cpu *self)
{
	static unsigned int calls;
	unsigned int i, queued = 0;

	if (++calls % CHECK_EVERY)
		return;
	assert(owner == self);
	for (i = 0; i < cpu_online_count; i++)
		queued += cpu_check(cpu_get(i), self);
	for (i = 0; i < THREAD_MAX; i++) {
		if (threads[i].rts & RTS_FREE)
			continue;
		thread_check(&threads[i]);
		queued -= threads[i].queued;
	}
	assert(queued == 0);
}
