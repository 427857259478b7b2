/* The hot paths: a call to a server that waits, an answer to a caller that waits, a notification of
 * a more urgent thread that waits, a page fault when the pager waits, and kernel calls that finish
 * at once. In all of them the slice is lent, so no timer is touched. Everything else goes to the
 * slow path with the lock held.
 *
 * Each function checks everything first and then commits. The exact states it compares with are
 * described at RTS_RECEIVE_ANY in thread.h. All functions here never return, so the compiler need
 * not preserve registers for a caller (see build.mk).
 */
#include "kernel/call.h"
#include "kernel/enter.h"
#include "kernel/fault.h"
#include "kernel/ipc.h"
#include "kernel/panic.h"
#include "kernel/trace.h"
#include "kernel/trap.h"
#include "kernel/arch_exit.h"

static void slow(struct cpu *cpu, uint32_t trap, uint32_t a0, uint32_t a1)
	__attribute__((noreturn, noinline)) REQUIRES(bkl);
static void slow(struct cpu *cpu, uint32_t trap, uint32_t a0, uint32_t a1)
{
	struct thread *caller;
	int code;

	if (cpu->events & (EVENT_FLUSH | EVENT_TAKEN))
		kernel_enter_events(cpu);
	caller = cpu->current;
	if (unlikely(!caller))
		kernel_leave(cpu);
	code = trap == TRAP_KERNEL_CALL ? kernel_call(caller, a0) : ipc_trap(caller, trap, a0, a1);
	if (code == TRAP_SUSPENDED) {
		caller->restart = true;
		caller->trap_word = trap;
		caller->trap_a0 = a0;
		caller->trap_a1 = a1;
	} else if (code <= 0) {
		arch_context_result(caller, code, 0, 0);
	}
	kernel_leave(cpu);
}

ARCH_ENTRY void trap_general(uint32_t trap_word, uint32_t a0, uint32_t a1)
{
	struct cpu *cpu = this_cpu();

	kernel_lock_inline(cpu);
	slow(cpu, trap_word, a0, a1);
}

ARCH_ENTRY void trap_kernel_call(uint32_t nr, uint32_t unused, struct cpu *cpu)
{
	struct thread *caller;
	int code;

	(void)unused;
	kernel_lock_inline(cpu);
	if (unlikely(cpu->events & (EVENT_FLUSH | EVENT_TAKEN)))
		slow(cpu, TRAP_KERNEL_CALL, nr, 0);
	caller = cpu->current;
	code = kernel_call_inline(caller, nr);
	/* Finished at once, nothing else to do here: back by the way it came. Whoever makes the
	 * caller give way, or leaves another root loaded, says EVENT_RESCHED. */
	if (likely(code <= 0 && (caller->rts | (cpu->events & ~(EVENT_FPU | EVENT_PORTS))) == 0)) {
		assert(cpu->current == caller && cpu->root == caller->space->root);
		kernel_release_inline(cpu);
		trace_left(cpu);
		arch_exit_call(cpu, caller, code);
	}
	if (code == TRAP_SUSPENDED) {
		caller->restart = true;
		caller->trap_word = TRAP_KERNEL_CALL;
		caller->trap_a0 = nr;
	} else if (code <= 0) {
		arch_context_result(caller, code, 0, 0);
	}
	kernel_leave(cpu);
}

/* Run `to` on this CPU in place of the current thread: all but the exit. */
static inline __attribute__((always_inline)) void switch_to(struct cpu *cpu, struct thread *from,
							    struct thread *to) RELEASES(bkl)
{
	paddr_t root = to->space->root;

	sched_account(from, to);
	trace_record(cpu, TRACE_SWITCH, to->endpoint, to->endpoint, 0);
	to->cpu = cpu;
	cpu->current = to;
	arch_switch_fast(cpu, to);
	kernel_release_inline(cpu);
	kernel_root_inline(cpu, root);
	trace_left(cpu);
}

/* The same for one whose message page is filled, and out. */
static inline void switch_and_exit(struct cpu *cpu, struct thread *from, struct thread *to,
				   uint32_t status) __attribute__((noreturn, always_inline))
RELEASES(bkl);
static inline void switch_and_exit(struct cpu *cpu, struct thread *from, struct thread *to,
				   uint32_t status)
{
	endpoint_t process = from->process;

	switch_to(cpu, from, to);
	arch_exit_message(cpu, to, status, process);
}

/* May `to` run here and now, ahead of everything that is ready? */
static inline __attribute__((always_inline)) bool can_switch(const struct cpu *cpu,
							     const struct thread *to)
{
	return !(cpu->ready & to->higher_mask) && (to->switch_mask & cpu->bit);
}

ARCH_ENTRY void trap_ipc_call(uint32_t destination, uint32_t unused, struct cpu *cpu)
{
	struct thread *caller, *server;

	(void)unused;
	kernel_lock_inline(cpu);
	caller = cpu->current;
	server = thread_find(destination);
	if (unlikely(cpu->events || !server))
		slow(cpu, TRAP_IPC_CALL, destination, 0);
	if (unlikely(!(caller->priv->traps & 1u << TRAP_IPC_CALL) ||
		     !priv_may_send(caller->priv, server->priv) || server->rts != RTS_RECEIVE_ANY ||
		     !can_switch(cpu, server)))
		slow(cpu, TRAP_IPC_CALL, destination, 0);

	/* Nothing fails from here. */
	message_copy(server->message, caller->message, caller->endpoint);
	trace_record(cpu, TRACE_IPC, caller->endpoint, destination, TRAP_IPC_CALL);
	caller->rts |= RTS_REPLY_WAIT; /* it may have been stopped while it waited for the lock */
	caller->peer = destination;
	caller->ipc_count++;
	server->rts = 0;
	switch_and_exit(cpu, caller, server, TRAP_IPC_CALL | caller->space_status);
}

/* An open receive that finds nothing waits; anything else is the slow path's. a0 is the trap's. */
static void receive_open(struct cpu *cpu, uint32_t trap, uint32_t a0, endpoint_t source)
	__attribute__((noreturn)) REQUIRES(bkl);
static void receive_open(struct cpu *cpu, uint32_t trap, uint32_t a0, endpoint_t source)
{
	struct thread *caller = cpu->current;

	if (unlikely(source != EP_ANY || caller->inbox || !(caller->priv->traps >> trap & 1)))
		slow(cpu, trap, a0, source);
	trace_record(cpu, TRACE_IPC, caller->endpoint, source, trap);
	caller->peer = EP_ANY;
	caller->rts |= RTS_RECEIVE_ANY;
	kernel_leave(cpu);
}

/* The pager answers a fault: the thread goes on where it was. */
static void reply_to_fault(struct cpu *cpu, struct thread *t, endpoint_t source)
	__attribute__((noreturn)) REQUIRES(bkl);
static void reply_to_fault(struct cpu *cpu, struct thread *t, endpoint_t source)
{
	struct thread *server = cpu->current;

	if (unlikely(t->rts != RTS_PAGEFAULT || t->kernel_message != KERNEL_MESSAGE_NONE ||
		     server != pager || source != EP_ANY || server->inbox ||
		     !(server->priv->traps & 1u << TRAP_IPC_REPLY_RECEIVE) || !can_switch(cpu, t)))
		slow(cpu, TRAP_IPC_REPLY_RECEIVE, t->endpoint, source);

	/* Nothing fails from here. */
	trace_record(cpu, TRACE_IPC, server->endpoint, t->endpoint, TRAP_IPC_REPLY_RECEIVE);
	server->rts |= RTS_RECEIVE_ANY;
	server->peer = EP_ANY;
	t->rts = 0;
	switch_to(cpu, server, t);
	arch_exit_user(cpu, t);
}

ARCH_ENTRY void trap_ipc_reply_receive(uint32_t to, uint32_t source, struct cpu *cpu)
{
	struct thread *caller, *server;

	kernel_lock_inline(cpu);
	server = cpu->current;
	caller = thread_find(to);
	if (unlikely(cpu->events || !caller)) {
		if (to == EP_NONE && !cpu->events)
			receive_open(cpu, TRAP_IPC_REPLY_RECEIVE, to, source);
		slow(cpu, TRAP_IPC_REPLY_RECEIVE, to, source);
	}
	if (unlikely(caller->rts != RTS_REPLY_WAIT))
		reply_to_fault(cpu, caller, source);
	if (unlikely(caller->peer != server->endpoint || source != EP_ANY || server->inbox ||
		     !(server->priv->traps & 1u << TRAP_IPC_REPLY_RECEIVE) ||
		     !can_switch(cpu, caller)))
		slow(cpu, TRAP_IPC_REPLY_RECEIVE, to, source);

	/* Nothing fails from here. */
	message_copy(caller->message, server->message, server->endpoint);
	trace_record(cpu, TRACE_IPC, server->endpoint, to, TRAP_IPC_REPLY_RECEIVE);
	server->rts |= RTS_RECEIVE_ANY;
	server->peer = EP_ANY;
	caller->rts = 0;
	switch_and_exit(cpu, server, caller, TRAP_IPC_REPLY_RECEIVE);
}

/* The notifier stays ready: it goes on when the more urgent thread is done. */
ARCH_ENTRY void trap_ipc_notify(uint32_t destination, uint32_t unused, struct cpu *cpu)
{
	struct thread *caller, *to;

	(void)unused;
	kernel_lock_inline(cpu);
	caller = cpu->current;
	to = thread_find(destination);
	if (unlikely(cpu->events || !to))
		slow(cpu, TRAP_IPC_NOTIFY, destination, 0);
	if (unlikely(to->rts != RTS_RECEIVE_ANY || to->priority >= caller->priority ||
		     caller->rts || !(caller->priv->traps & 1u << TRAP_IPC_NOTIFY) ||
		     !priv_may_send(caller->priv, to->priv) || !can_switch(cpu, to)))
		slow(cpu, TRAP_IPC_NOTIFY, destination, 0);

	/* Nothing fails from here. */
	message_clear(to->message, caller->endpoint, MESSAGE_NOTIFY);
	trace_record(cpu, TRACE_IPC, caller->endpoint, destination, TRAP_IPC_NOTIFY);
	arch_context_result(caller, 0, 0, 0);
	caller->ipc_count++;
	to->rts = 0;
	caller->preempted++;
	sched_queue_link(cpu, caller, true);
	switch_and_exit(cpu, caller, to, TRAP_IPC_NOTIFY);
}

ARCH_ENTRY void trap_ipc_receive(uint32_t source, uint32_t unused, struct cpu *cpu)
{
	(void)unused;
	kernel_lock_inline(cpu);
	if (unlikely(cpu->events))
		slow(cpu, TRAP_IPC_RECEIVE, source, 0);
	receive_open(cpu, TRAP_IPC_RECEIVE, source, source);
}

ARCH_ENTRY void trap_ipc_send(uint32_t destination, uint32_t unused, struct cpu *cpu)
{
	(void)unused;
	kernel_lock_inline(cpu);
	slow(cpu, TRAP_IPC_SEND, destination, 0);
}

ARCH_ENTRY void trap_page_fault(vaddr_t address, uint32_t access)
{
	struct cpu *cpu = this_cpu();
	struct thread *t, *to = pager;

	kernel_lock_inline(cpu);
	t = cpu->current;
	if (unlikely(cpu->events || !to || t->space == to->space || t->rts ||
		     to->rts != RTS_RECEIVE_ANY || !can_switch(cpu, to))) {
		if (cpu->events & (EVENT_FLUSH | EVENT_TAKEN))
			kernel_enter_events(cpu);
		if (cpu->current)
			fault_page(cpu->current, address, access);
		kernel_leave(cpu);
	}

	/* Nothing fails from here. */
	fault_record(t, address, access);
	t->rts = RTS_PAGEFAULT;
	fault_message_build(t, to->message);
	to->rts = 0;
	switch_and_exit(cpu, t, to, IPC_STATUS_KERNEL | TRAP_IPC_SEND | t->space_status);
}
