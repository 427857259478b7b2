/* The thread table: slots, generations, and the two functions that change rts.
 * Guarded by the big kernel lock.
 */
#include "kernel/thread.h"

#include "kernel/ipc.h"
#include "kernel/irq.h"
#include "kernel/panic.h"
#include "kernel/priv.h"
#include "kernel/sched.h"
#include "kernel/signal.h"
#include "kernel/smp.h"
#include "kernel/space.h"
#include <string.h>

struct thread threads[THREAD_MAX];
uint32_t threads_live[SLOT_WORDS(THREAD_MAX)];
struct thread *pager;

/* Free slots, oldest first, so that a slot's name rests as long as possible. */
static struct thread *free_head, *free_tail;
static unsigned int used_count;

static void free_list_add(struct thread *t) REQUIRES(bkl)
{
	t->rts = RTS_FREE;
	slots_remove(threads_live, thread_slot(t));
	/* A name that a look-up of any endpoint never finds here: it belongs to the slot beside. */
	t->endpoint = thread_slot(t) ^ 1;
	t->free_next = NULL;
	if (free_tail)
		free_tail->free_next = t;
	else
		free_head = t;
	free_tail = t;
}

void threads_init(void)
{
	unsigned int i;

	for (i = 0; i < THREAD_MAX; i++)
		free_list_add(&threads[i]);
}

unsigned int threads_used(void)
{
	return used_count;
}

#define VIRTUAL_TIMER_PAUSE 10000000ull /* 10 ms */

static void virtual_timer_fire(struct cpu *cpu, struct timer *timer) REQUIRES(bkl)
{
	struct thread *t = container_of(timer, struct thread, virtual_timer);
	nanoseconds_t left;
	cycles_t used;

	if (!t->virtual_signal)
		return;
	used = sched_cycles(t);
	/* Where processor time is not counted, time is. */
	if (used >= t->virtual_end || !SCHED_ACCOUNTS) {
		signal_cause(t, t->virtual_signal);
		t->virtual_signal = 0;
		return;
	}
	left = arch_cycles_to_time(t->virtual_end - used);
	/* It does not run: look again, but not as often as a nearly spent timer would have it. */
	if (left < VIRTUAL_TIMER_PAUSE && !(t->cpu && t->cpu->current == t))
		left = VIRTUAL_TIMER_PAUSE;
	timer_set(cpu, timer, arch_time() + left);
}

struct thread *thread_allocate(struct space *space)
{
	struct thread *t = free_head;
	uint32_t generation;

	if (!t)
		return NULL;
	free_head = t->free_next;
	if (!free_head)
		free_tail = NULL;
	slots_add(threads_live, thread_slot(t));
	generation = t->generation == ENDPOINT_GENERATION_MAX ? 1 : t->generation + 1;
	memset(t, 0, sizeof(*t));
	t->generation = generation;
	t->endpoint = ENDPOINT(thread_slot(t), generation);
	t->process = t->endpoint;
	t->peer = EP_NONE;
	t->rts = RTS_NO_PRIV | (space->inhibited ? RTS_VMINHIBIT : 0);
	t->priv = priv_programs();
	t->affinity = t->switch_mask = cpu_online_mask;
	t->priority = PRIORITY_COUNT / 2;
	t->higher_mask = (1u << t->priority) - 1;
	t->scheduler = SCHEDULER_KERNEL;
	t->quantum = t->quantum_left = QUANTUM_DEFAULT;
	t->virtual_timer.fire = virtual_timer_fire;
	space_thread_add(space, t);
	used_count++;
	return t;
}

void thread_settle(struct thread *t)
{
	struct cpu *cpu = t->cpu;

	smp_park(t);
	if (!cpu || cpu->current != t)
		return;
	if (cpu == this_cpu())
		arch_fpu_save(cpu);
	else
		smp_settle(cpu);
}

void thread_wait_drop(struct thread *t)
{
	if (t->kernel_message == KERNEL_MESSAGE_FAULT || t->kernel_message == KERNEL_MESSAGE_MEMORY)
		ipc_unqueue(t);
	if (t->wait_space) {
		t->wait_space->copy_waiters--;
		t->wait_space = NULL;
	}
	t->restart = false;
	t->cursor = 0;
	t->request_result = 0;
	thread_unblock(t, RTS_PAGEFAULT | RTS_VMREQUEST | RTS_COPY_WAIT);
}

void thread_drop(struct thread *t)
{
	thread_block(t, RTS_STOPPED);
	smp_take(t);
	thread_wait_drop(t);
	if (t->rts & RTS_SENDING)
		ipc_unqueue(t);
	t->filter = NULL;
	thread_unblock(t, RTS_IPC);
	sched_quantum_given(t);
	timer_cancel(&t->virtual_timer);
	if (t->priv->owner == t) {
		timer_cancel(&t->priv->alarm);
		irq_hooks_release(t->priv);
	}
}

bool thread_trap_pending(const struct thread *t)
{
	return t->cpu && t->cpu != this_cpu() && t->cpu->current == t && !t->cpu->in_user;
}

void thread_free(struct thread *t)
{
	assert(t != this_cpu()->current && !(t->rts & RTS_FREE));
	thread_block(t, RTS_EXITED);
	smp_take(t);
	ipc_forget(t);
	signal_forget(t);
	thread_wait_drop(t);
	timer_cancel(&t->virtual_timer);
	arch_io_bitmap(t, 0, 0);
	if (t->priv->owner == t)
		priv_free(t->priv);
	sched_forget(t);
	space_thread_remove(t);
	if (pager == t)
		pager = NULL;
	used_count--;
	free_list_add(t);
}

void thread_block(struct thread *t, uint32_t flag)
{
	uint32_t before = t->rts;

	t->rts = before | flag;
	if (before)
		return;
	if (t->queued)
		sched_dequeue(t);
	else
		smp_park(t);
}

void thread_unblock(struct thread *t, uint32_t flags)
{
	if (!(t->rts & flags))
		return;
	t->rts &= ~flags;
	/* A thread that never left its CPU (blocked and unblocked within one hold of the lock, or
	 * stopped while its trap waits for the lock) is still current: it just goes on. */
	if (t->rts == 0 && !(t->cpu && t->cpu->current == t))
		sched_enqueue(t);
}
