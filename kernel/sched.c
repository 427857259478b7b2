/* The scheduler: ready queues, picking, quanta; entry to and exit from the kernel.
 *
 * Invariants, whenever the lock is released: a ready thread that is current on no CPU is in exactly
 * one queue; a current thread is in none; live FPU state belongs to the current thread; a slice
 * owner is the current thread or one that lent its slice by a call.
 */
#include "kernel/sched.h"

#include "kernel/arch_exit.h"
#include "kernel/call.h"
#include "kernel/enter.h"
#include "kernel/ipc.h"
#include "kernel/panic.h"
#include "kernel/race.h"
#include "kernel/trace.h"

uint64_t sched_migrations;

/* Heavier than any queue: a CPU whose current thread would make the new one wait. */
#define CPU_LOAD_BUSY THREAD_MAX

static void timer_update(struct cpu *cpu, nanoseconds_t now) REQUIRES(bkl);

void sched_dequeue(struct thread *t)
{
	struct cpu *cpu = t->cpu;
	struct run_queue *q = &cpu->queue;
	unsigned int p = t->priority;

	assert(t->queued);
	if (t->run_prev)
		t->run_prev->run_next = t->run_next;
	else
		q->head[p] = t->run_next;
	if (t->run_next)
		t->run_next->run_prev = t->run_prev;
	else
		q->tail[p] = t->run_prev;
	t->queued = false;
	q->count--;
	if (!q->head[p])
		cpu->ready &= ~(1u << p);
}

/* Would `t` run on this CPU at once? Not if something else that is ready there goes first: two CPUs
 * could hand a thread to and fro for ever (docs/models.md, wake). */
static bool gives_way(const struct cpu *cpu, const struct thread *t) REQUIRES(bkl)
{
	return !(cpu->ready & (t->higher_mask | 1u << t->priority)) &&
	       (!cpu->current || cpu->current->priority > t->priority);
}

/* For a thread that may not run on its last CPU, or never ran: an allowed CPU that gives way to it,
 * else the one with the least to do. */
static struct cpu *cpu_choose(const struct thread *t) __attribute__((noinline)) REQUIRES(bkl);
static struct cpu *cpu_choose(const struct thread *t)
{
	struct cpu *best = NULL;
	unsigned int i, load, best_load = 0;

	for (i = 0; i < cpu_online_count; i++) {
		struct cpu *cpu = cpu_get(i);

		if (!(t->affinity & cpu->bit))
			continue;
		load = cpu->queue.count;
		if (cpu->current)
			load += gives_way(cpu, t) ? 1 : CPU_LOAD_BUSY;
		if (!best || load < best_load) {
			best = cpu;
			best_load = load;
		}
	}
	return best ? best : cpu_get(0);
}

static void enqueue(struct thread *t, bool at_head) REQUIRES(bkl)
{
	struct cpu *cpu = t->cpu;

	assert(t->rts == 0 && !t->queued && !(t->cpu && t->cpu->current == t));
	if (unlikely(!cpu || !(t->affinity & cpu->bit) || race_choose_any_cpu())) {
		cpu = cpu_choose(t);
		sched_migrations += t->cpu && t->cpu != cpu;
	}
	sched_queue_link(cpu, t, at_head);
	if (!cpu->current || t->priority < cpu->current->priority)
		smp_kick(cpu);
}

void sched_enqueue(struct thread *t)
{
	enqueue(t, false);
}

/* --- Quanta ------------------------------------------------------------------------------------
 */

cycles_t sched_cycles(const struct thread *t)
{
	cycles_t cycles = t->user_cycles;

	if (SCHED_ACCOUNTS && t->cpu && t->cpu->current == t)
		cycles += arch_cycles();
	return cycles;
}

static void slice_stop(struct cpu *cpu, nanoseconds_t now) REQUIRES(bkl)
{
	struct thread *owner = cpu->slice_owner;

	if (!owner)
		return;
	owner->quantum_left = cpu->slice_end > now ? cpu->slice_end - now : 0;
	cpu->slice_owner = NULL;
}

static void slice_start(struct cpu *cpu, struct thread *t, nanoseconds_t now) REQUIRES(bkl)
{
	if (!t->quantum_left)
		t->quantum_left = t->quantum;
	cpu->slice_owner = t;
	/* A quantum that a scheduler gave is its decision. */
	cpu->slice_end = now + (t->scheduler == SCHEDULER_KERNEL ? race_quantum(t->quantum_left)
								 : t->quantum_left);
}

void sched_forget(struct thread *t)
{
	unsigned int i;

	for (i = 0; i < cpu_online_count; i++)
		if (cpu_get(i)->slice_owner == t)
			cpu_get(i)->slice_owner = NULL;
}

void sched_yield(struct cpu *cpu, struct thread *t)
{
	if (cpu->current != t || t->rts || !(cpu->ready & (t->higher_mask | 1u << t->priority)))
		return;
	sched_account(t, NULL);
	cpu->current = NULL;
	cpu->events |= EVENT_RESCHED;
	enqueue(t, false);
}

void sched_quantum_given(struct thread *t)
{
	if (!(t->rts & RTS_NO_QUANTUM))
		return;
	if (t->kernel_message == KERNEL_MESSAGE_QUANTUM)
		ipc_unqueue(t);
	thread_unblock(t, RTS_NO_QUANTUM);
}

/* The most urgent thread that waits here moves to a CPU that would run it at once. */
static void balance(struct cpu *cpu) REQUIRES(bkl)
{
	struct thread *t;
	unsigned int i;

	if (!cpu->ready)
		return;
	t = cpu->queue.head[__builtin_ctz(cpu->ready)];
	for (i = 0; i < cpu_online_count; i++) {
		struct cpu *other = cpu_get(i);

		if (other == cpu || !(t->affinity & other->bit) || !gives_way(other, t))
			continue;
		sched_dequeue(t);
		sched_queue_link(other, t, false);
		sched_migrations++;
		smp_kick(other);
		return;
	}
}

/* The slice's end is due on this CPU. */
static void slice_check(struct cpu *cpu, nanoseconds_t now) REQUIRES(bkl)
{
	struct thread *owner = cpu->slice_owner;
	struct thread *scheduler;

	if (!owner || now < cpu->slice_end)
		return;
	cpu->slice_owner = NULL;
	balance(cpu);
	/* A lender that went on elsewhere, or waits in a queue, has begun another slice. */
	if (owner->cpu != cpu || owner->queued_at) {
		if (cpu->current && !cpu->current->rts)
			slice_start(cpu, cpu->current, now);
		return;
	}
	owner->quantum_left = owner->quantum;
	scheduler = owner->scheduler == SCHEDULER_KERNEL ? NULL : thread_find(owner->scheduler);
	if (scheduler && scheduler != owner) {
		thread_block(owner, RTS_NO_QUANTUM);
		ipc_send_kernel(owner, scheduler, KERNEL_MESSAGE_QUANTUM);
	} else if (owner == cpu->current) {
		sched_yield(cpu, owner);
	}
	if (cpu->current && !cpu->current->rts)
		slice_start(cpu, cpu->current, now);
}

void sched_set(struct thread *t, uint32_t priority, nanoseconds_t quantum, uint32_t affinity)
{
	bool was_queued = t->queued;

	if (was_queued)
		sched_dequeue(t);
	t->priority = priority;
	t->higher_mask = (1u << priority) - 1;
	if (quantum) {
		t->quantum = quantum;
		t->quantum_left = quantum;
	}
	if (affinity) {
		t->affinity = affinity;
		thread_switch_simple(t, t->switch_mask != 0);
	}
	if (was_queued) {
		enqueue(t, false);
	} else if (t->cpu && t->cpu->current == t && !t->rts) {
		/* On the way out it looks at its queue and the new affinity, and starts the new
		 * quantum. */
		if (quantum && t->cpu->slice_owner == t)
			t->cpu->slice_owner = NULL;
		smp_kick(t->cpu);
	}
}

/* --- In ----------------------------------------------------------------------------------------
 */

struct thread *kernel_enter(struct cpu *cpu)
{
	return kernel_enter_inline(cpu);
}

void kernel_enter_events(struct cpu *cpu)
{
	if (cpu->events & EVENT_FLUSH)
		smp_flush_owed(cpu);
	cpu->events &= ~EVENT_TAKEN; /* current is NULL already: whoever took it said so */
}

void kernel_enter_idle(struct cpu *cpu) NO_ANALYSIS
{
	trace_entered(cpu);
	/* From the window the CPU has not settled, so it must before it waits. */
	if (!lock_try()) {
		if (cpu->settled)
			lock_spin();
		else
			smp_lock_contended(cpu);
	}
	lock_had(cpu);
	if (cpu->settled) {
		cpu->settled = false;
		cpu->statistics.idle_cycles += arch_cycles() - cpu->idle_from;
	}
	if (cpu->events & (EVENT_FLUSH | EVENT_TAKEN))
		kernel_enter_events(cpu);
}

/* --- Out ---------------------------------------------------------------------------------------
 */

/* May the current thread go on, as far as this CPU is concerned? */
static bool current_keeps(const struct cpu *cpu) REQUIRES(bkl)
{
	const struct thread *t = cpu->current;

	return t && !t->rts && !(cpu->ready & t->higher_mask) && (t->affinity & cpu->bit) &&
	       !race_preempt();
}

/* A ready thread queued elsewhere that may run here; an idle CPU takes the most urgent one. */
static struct thread *steal(struct cpu *cpu) REQUIRES(bkl)
{
	struct thread *t, *best = NULL;
	unsigned int i, p;

	for (i = 0; i < cpu_online_count; i++) {
		struct cpu *other = cpu_get(i);

		if (other == cpu || !other->ready || !other->current)
			continue;
		for (p = 0; p < PRIORITY_COUNT; p++)
			for (t = other->queue.head[p]; t; t = t->run_next)
				if ((t->affinity & cpu->bit) && (!best || p < best->priority)) {
					best = t;
					break;
				}
	}
	return best;
}

static struct thread *pick(struct cpu *cpu) REQUIRES(bkl)
{
	struct thread *t = cpu->current;

	if (current_keeps(cpu))
		return t;
	if (t) {
		sched_account(t, NULL);
		cpu->current = NULL;
		if (!t->rts) {
			t->preempted++;
			enqueue(t, true);
		}
	}
	t = cpu->ready ? cpu->queue.head[__builtin_ctz(cpu->ready)] : steal(cpu);
	if (t) {
		if (t->cpu != cpu)
			sched_migrations++;
		sched_dequeue(t);
	}
	return t;
}

/* Make `t` the current thread of this CPU. */
static void switch_to(struct cpu *cpu, struct thread *t) REQUIRES(bkl)
{
	nanoseconds_t now;

	if (cpu->current == t && cpu->slice_owner)
		return;
	if (cpu->current != t) {
		sched_account(NULL, t);
		cpu->current = t;
		t->cpu = cpu;
	}
	if (cpu->slice_owner != t) {
		now = arch_time();
		slice_stop(cpu, now);
		slice_start(cpu, t, now);
		timer_update(cpu, now);
	}
	trace_record(cpu, TRACE_SWITCH, t->endpoint, t->endpoint, 0);
}

static void idle(struct cpu *cpu) __attribute__((noreturn)) RELEASES(bkl);
static void idle(struct cpu *cpu)
{
	nanoseconds_t now = arch_time();

	slice_stop(cpu, now);
	if (!mutant(FPU_UNSAVED))
		arch_fpu_save(cpu);
	cpu->events &= ~(EVENT_RESCHED | EVENT_FPU);
	cpu->idle_from = arch_cycles();
	timer_update(cpu, now);
	trace_record(cpu, TRACE_SWITCH, EP_NONE, EP_NONE, 0);
	lock_give_back(cpu);
	kernel_root_inline(cpu, arch_kernel_root());
	race_point("idle: before settled");
	publish(cpu->settled, true);
	race_point("idle: settled, before the halt");
	trace_left(cpu);
	arch_idle(cpu);
}

/* Do the pending trap of a thread that was suspended in it. */
static void restart(struct thread *t) REQUIRES(bkl)
{
	int code;

	t->restart = false;
	code = t->trap_word == TRAP_KERNEL_CALL ? kernel_call(t, t->trap_a0)
						: ipc_trap(t, t->trap_word, t->trap_a0, t->trap_a1);
	if (code == TRAP_SUSPENDED) {
		t->restart = true;
		return;
	}
	t->cursor = 0;
	t->request_result = 0;
	if (code <= 0)
		arch_context_result(t, code, 0, 0);
}

/* Releases and takes the lock in the middle, which the analysis cannot follow. */
void kernel_leave(struct cpu *cpu) NO_ANALYSIS
{
	struct thread *t;

	check_state(cpu);
	for (;;) {
		t = pick(cpu);
		if (!t)
			idle(cpu);
		switch_to(cpu, t);
		if (!t->restart)
			break;
		/* Interrupts, and CPUs that wait for the lock, get their turn between two pieces of
		 * work. The window may not come back; then this thread is picked again. */
		arch_fpu_save(cpu);
		cpu->events &= ~EVENT_FPU;
		lock_give_back(cpu);
		trace_left(cpu);
		arch_interrupt_window(cpu);
		smp_lock_gap();
		if (!kernel_enter_inline(cpu) || t->rts)
			continue;
		restart(t);
	}
	cpu->events &= ~EVENT_RESCHED;
	kernel_leave_to(cpu, t);
}

void kernel_leave_to(struct cpu *cpu, struct thread *t)
{
	paddr_t root = t->space->root;

	assert(cpu->current == t && t->rts == 0 && !t->restart && t->cpu == cpu);
	if (cpu->events & EVENT_FLUSH)
		smp_flush_owed(cpu);
	arch_switch_prepare(cpu, t);
	kernel_release_inline(cpu);
	race_point("leave: released, old root loaded");
	kernel_root_inline(cpu, root);
	trace_left(cpu);
	arch_exit_user(cpu, t);
}

/* --- Timer -------------------------------------------------------------------------------------
 */

static void timer_update(struct cpu *cpu, nanoseconds_t now)
{
	nanoseconds_t deadline = cpu->timers ? cpu->timers->deadline : 0;

	if (cpu->slice_owner && (!deadline || cpu->slice_end < deadline))
		deadline = cpu->slice_end;
	if (!deadline) {
		if (cpu->timer_armed)
			arch_timer_set(0);
		cpu->timer_armed = 0;
		return;
	}
	if (cpu->timer_armed && cpu->timer_armed <= deadline && cpu->timer_armed > now)
		return; /* it fires earlier, finds nothing due, and arms again */
	arch_timer_set(deadline);
	cpu->timer_armed = deadline;
}

static void timer_unlink(struct timer *timer) REQUIRES(bkl)
{
	struct timer **p = &timer->cpu->timers;

	while (*p != timer)
		p = &(*p)->next;
	*p = timer->next;
	timer->cpu = NULL;
}

void timer_cancel(struct timer *timer)
{
	if (timer->cpu)
		timer_unlink(timer);
}

void timer_set(struct cpu *cpu, struct timer *timer, nanoseconds_t deadline)
{
	struct timer **p;

	timer_cancel(timer);
	timer->deadline = deadline;
	for (p = &cpu->timers; *p && (*p)->deadline <= deadline; p = &(*p)->next)
		;
	timer->next = *p;
	timer->cpu = cpu;
	*p = timer;
	timer_update(cpu, arch_time());
}

void timer_interrupt(struct cpu *cpu)
{
	nanoseconds_t now = arch_time();
	struct timer *timer;

	trace_record(cpu, TRACE_INTERRUPT, EP_HARDWARE, TRACE_IRQ_TIMER, 0);
	cpu->timer_armed = 0;
	while ((timer = cpu->timers) && timer->deadline <= now) {
		timer_unlink(timer);
		timer->fire(cpu, timer);
	}
	slice_check(cpu, now);
	if (!mutant(TIMER_FORGOTTEN))
		timer_update(cpu, now);
}
