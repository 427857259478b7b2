/* Message passing: send, receive, call, answer. Notifications and asynchronous sends are in
 * ipc_notify.c and ipc_async.c, the fast path in ipc_fast.c.
 *
 * A thread queued at another (queued_at) sends either its own message page (RTS_SENDING) or a
 * message the kernel makes from its fields (kernel_message); it is in one queue at most. A call
 * that was received turns RTS_SENDING into RTS_REPLY_WAIT: from then on only an answer, the
 * server's death or the caller's own end finishes it, so an old answer never satisfies a new call.
 */
#include "kernel/ipc_internal.h"

#include "kernel/arch_exit.h"
#include "kernel/call.h"
#include "kernel/fault.h"
#include "kernel/mutant.h"
#include "kernel/panic.h"
#include "kernel/space.h"
#include "kernel/sched.h"
#include "kernel/signal.h"
#include "kernel/trace.h"

uint64_t ipc_replies_dropped;

/* --- Who accepts what --------------------------------------------------------------------------
 */

static bool filter_allows(const struct ipc_filter *filter, endpoint_t source, uint32_t type)
{
	unsigned int i;

	for (i = 0; i < filter->count; i++) {
		const struct ipc_filter_element *e = &filter->element[i];

		if ((e->source == EP_ANY || e->source == source) && type >= e->type_low &&
		    type <= e->type_high)
			return e->action == IPC_FILTER_ALLOW;
	}
	return false;
}

bool ipc_wants(endpoint_t from, const struct ipc_filter *filter, endpoint_t source, uint32_t type)
{
	return (from == EP_ANY || from == source) &&
	       (!filter || filter_allows(filter, source, type));
}

/* Does `to` wait for such a message now? */
bool ipc_accepts(const struct thread *to, endpoint_t source, uint32_t type)
{
	if (to->rts & RTS_RECEIVE_ANY)
		return true;
	return (to->rts & RTS_RECEIVE_FROM) && ipc_wants(to->peer, to->filter, source, type);
}

/* The message in its page is complete: end the receive. */
void ipc_received(struct thread *to, uint32_t status, endpoint_t process)
{
	to->filter = NULL;
	arch_context_result(to, 0, status, process);
	thread_unblock(to, RTS_RECEIVING);
}

/* --- Messages the kernel makes in a thread's name -----------------------------------------------
 */

static uint32_t kernel_message_type(enum kernel_message kind)
{
	switch (kind) {
	case KERNEL_MESSAGE_FAULT:
		return MESSAGE_PAGE_FAULT;
	case KERNEL_MESSAGE_MEMORY:
		return MESSAGE_MEMORY_REQUEST;
	default:
		return MESSAGE_QUANTUM_END;
	}
}

static void quantum_message_build(struct thread *from, struct quantum_end_message *q) REQUIRES(bkl)
{
	q->user_cycles = sched_cycles(from) - from->quantum_from_cycles;
	q->ipc_count = from->ipc_count - from->quantum_from_ipc;
	q->preempted = from->preempted;
	q->cpu = from->cpu ? from->cpu->index : 0;
	q->cpu_ready = from->cpu ? from->cpu->queue.count : 0;
	q->priority = from->priority;
	from->quantum_from_cycles += q->user_cycles;
	from->quantum_from_ipc = from->ipc_count;
	from->preempted = 0;
}

static void kernel_message_build(struct thread *from, enum kernel_message kind, struct message *m)
	REQUIRES(bkl)
{
	if (kind == KERNEL_MESSAGE_FAULT) {
		fault_message_build(from, m);
		return;
	}
	message_clear(m, from->endpoint, kernel_message_type(kind));
	if (kind == KERNEL_MESSAGE_MEMORY) {
		struct memory_request_message *r = (struct memory_request_message *)m->payload;
		struct thread *target = thread_find(from->request_target);

		r->target = from->request_target;
		r->access = from->request_access;
		r->address = from->request_address;
		r->bytes = from->request_bytes;
		r->space = target ? target->space->id : 0;
	} else {
		quantum_message_build(from, (struct quantum_end_message *)m->payload);
	}
}

/* --- The queue of senders ------------------------------------------------------------------------
 */

static void queue_append(struct thread *to, struct thread *t) REQUIRES(bkl)
{
	assert(!t->queued_at);
	t->queued_at = to;
	t->queue_next = NULL;
	t->queue_prev = to->callers_tail;
	if (to->callers_tail)
		to->callers_tail->queue_next = t;
	else
		to->callers_head = t;
	to->callers_tail = t;
	to->inbox |= INBOX_CALLERS;
}

void ipc_unqueue(struct thread *t)
{
	struct thread *to = t->queued_at;

	if (!to)
		return;
	if (t->queue_prev)
		t->queue_prev->queue_next = t->queue_next;
	else
		to->callers_head = t->queue_next;
	if (t->queue_next)
		t->queue_next->queue_prev = t->queue_prev;
	else
		to->callers_tail = t->queue_prev;
	t->queued_at = NULL;
	t->kernel_message = KERNEL_MESSAGE_NONE;
	if (!to->callers_head)
		to->inbox &= ~INBOX_CALLERS;
}

/* Hand the message of a queued sender over; the receiver's page is filled, its state untouched. */
static uint32_t queue_take(struct thread *to, struct thread *from) REQUIRES(bkl)
{
	if (from->kernel_message != KERNEL_MESSAGE_NONE) {
		kernel_message_build(from, from->kernel_message, to->message);
		ipc_unqueue(from);
		return IPC_STATUS_KERNEL | TRAP_IPC_SEND | from->space_status;
	}
	message_copy(to->message, from->message, from->endpoint);
	ipc_unqueue(from);
	if (from->sender_trap == TRAP_IPC_CALL) {
		from->rts = (from->rts & ~RTS_SENDING) | RTS_REPLY_WAIT;
	} else {
		arch_context_result(from, 0, 0, 0);
		thread_unblock(from, RTS_SENDING);
	}
	return from->sender_trap | from->space_status;
}

void ipc_send_kernel(struct thread *from, struct thread *to, enum kernel_message kind)
{
	if (ipc_accepts(to, from->endpoint, kernel_message_type(kind))) {
		kernel_message_build(from, kind, to->message);
		sched_bring_here(to);
		ipc_received(to, IPC_STATUS_KERNEL | TRAP_IPC_SEND | from->space_status,
			     from->process);
		return;
	}
	from->kernel_message = kind;
	queue_append(to, from);
}

/* --- Send and call
 * --------------------------------------------------------------------------------- */

/* Would `caller`, waiting for `to`, close a cycle of threads that wait for each other? */
static bool deadlock(const struct thread *caller, const struct thread *to)
{
	unsigned int steps;

	for (steps = 0; to && steps <= THREAD_MAX; steps++) {
		if (to == caller)
			return true;
		if (!(to->rts & (RTS_SENDING | RTS_REPLY_WAIT)) &&
		    !((to->rts & RTS_RECEIVE_FROM) && to->peer != EP_ANY))
			return false;
		to = thread_find(to->peer);
	}
	return false;
}

static void answer(struct thread *from, struct thread *to, uint32_t trap) REQUIRES(bkl)
{
	message_copy(to->message, from->message, from->endpoint);
	arch_context_result(to, 0, trap, from->process);
	thread_unblock(to, RTS_REPLY_WAIT);
}

static bool waits_for_answer(const struct thread *t, const struct thread *server)
{
	return (t->rts & RTS_REPLY_WAIT) &&
	       (t->peer == server->endpoint || mutant(REPLY_UNCHECKED));
}

int ipc_target(const struct thread *caller, endpoint_t destination, struct thread **target)
{
	struct thread *to = thread_find(destination);

	*target = to;
	if (endpoint_is_special(destination))
		return -EINVAL;
	if (!to || (to->rts & RTS_EXITED))
		return -EDEADSRCDST;
	if (!priv_may_send(caller->priv, to->priv))
		return -ENOTALLOWED;
	return 0;
}

static int send(struct thread *caller, endpoint_t destination, uint32_t trap, uint32_t flags)
	REQUIRES(bkl)
{
	struct thread *to;
	uint32_t type;
	int code = ipc_target(caller, destination, &to);

	if (trap == TRAP_IPC_SEND && to && waits_for_answer(to, caller)) {
		answer(caller, to, trap);
		return 0;
	}
	if (code)
		return code;
	type = *(const volatile uint32_t *)&caller->message->type;
	if (ipc_accepts(to, caller->endpoint, type)) {
		message_copy(to->message, caller->message, caller->endpoint);
		/* The filter decided on this type, so this is the one delivered, even if another
		 * thread of the caller's space writes the page meanwhile. */
		to->message->type = type;
		if (trap == TRAP_IPC_CALL)
			sched_bring_here(to);
		ipc_received(to, trap | caller->space_status, caller->process);
		caller->ipc_count++;
		if (trap == TRAP_IPC_SEND)
			return 0;
		caller->peer = destination;
		thread_block(caller, RTS_REPLY_WAIT);
		return TRAP_NO_RESULT;
	}
	if (flags & IPC_NONBLOCK)
		return -ENOTREADY;
	if (deadlock(caller, to))
		return -ELOCKED;
	caller->ipc_count++;
	caller->peer = destination;
	caller->sender_trap = trap;
	thread_block(caller, RTS_SENDING);
	queue_append(to, caller);
	return TRAP_NO_RESULT;
}

/* --- Receive -------------------------------------------------------------------------------------
 */

/* The filter in the caller's message page, copied before it is checked. */
static int filter_load(struct thread *caller) REQUIRES(bkl)
{
	const struct message_page *page = (const struct message_page *)caller->message;
	unsigned int i;

	caller->filter_copy = page->filter;
	if (caller->filter_copy.count == 0 || caller->filter_copy.count > IPC_FILTER_ELEMENTS)
		return -EINVAL;
	for (i = 0; i < caller->filter_copy.count; i++)
		if (caller->filter_copy.element[i].action > IPC_FILTER_ALLOW)
			return -EINVAL;
	return 0;
}

/* The first queued sender that is wanted. *type is what the filter decided on. */
static struct thread *queue_find(struct thread *to, endpoint_t source,
				 const struct ipc_filter *filter, uint32_t *type) REQUIRES(bkl)
{
	struct thread *from;

	if (source == EP_ANY && !filter)
		return to->callers_head;
	if (!filter) {
		from = thread_find(source);
		return from && from->queued_at == to ? from : NULL;
	}
	for (from = to->callers_head; from; from = from->queue_next) {
		*type = from->kernel_message == KERNEL_MESSAGE_NONE
				? *(const volatile uint32_t *)&from->message->type
				: kernel_message_type(from->kernel_message);
		if (ipc_wants(source, filter, from->endpoint, *type))
			return from;
	}
	return NULL;
}

static bool source_is_kernel(endpoint_t source)
{
	return source == EP_HARDWARE || source == EP_CLOCK || source == EP_SYSTEM ||
	       source == EP_ASYNC;
}

/* Deliver the first thing in the inbox that is wanted. */
static bool inbox_take(struct thread *to, endpoint_t source, const struct ipc_filter *filter)
	REQUIRES(bkl)
{
	struct thread *from;
	uint32_t status, type = 0;

	if (!to->inbox)
		return false;
	if ((to->inbox & INBOX_NOTIFY) && ipc_notify_take(to, source, filter))
		return true;
	if ((to->inbox & INBOX_ASYNC) && ipc_async_take(to, source, filter))
		return true;
	from = queue_find(to, source, filter, &type);
	if (!from)
		return false;
	status = queue_take(to, from);
	if (filter)
		to->message->type = type; /* not what the page says by now */
	ipc_received(to, status, from->process);
	return true;
}

static int receive(struct thread *caller, endpoint_t source, uint32_t flags) REQUIRES(bkl)
{
	const struct ipc_filter *filter = NULL;
	struct thread *from;
	int code;

	if (source != EP_ANY && !source_is_kernel(source)) {
		from = thread_find(source);
		if (from == caller || endpoint_is_special(source))
			return -EINVAL;
		if (!from || (from->rts & RTS_EXITED))
			return -EDEADSRCDST;
	}
	if (flags & IPC_FILTER) {
		code = filter_load(caller);
		if (code)
			return code;
		filter = &caller->filter_copy;
	}
	if (inbox_take(caller, source, filter))
		return TRAP_NO_RESULT;
	if (flags & IPC_NONBLOCK)
		return -ENOTREADY;
	from = thread_find(source);
	if (from && deadlock(caller, from))
		return -ELOCKED;
	caller->peer = source;
	caller->filter = filter ? &caller->filter_copy : NULL;
	/* Only an open receive with nothing in the inbox is the state the fast path looks for. */
	thread_block(caller, source == EP_ANY && !filter ? RTS_RECEIVE_ANY : RTS_RECEIVE_FROM);
	return TRAP_NO_RESULT;
}

static int reply_receive(struct thread *caller, endpoint_t to, endpoint_t source, uint32_t flags)
	REQUIRES(bkl)
{
	struct thread *t;

	if (to != EP_NONE) {
		t = thread_find(to);
		if (t && waits_for_answer(t, caller))
			answer(caller, t, TRAP_IPC_REPLY_RECEIVE);
		else if (!t || caller != pager ||
			 !(fault_answer(t) ||
			   fault_request_answer(t, (int32_t)caller->message->type)))
			ipc_replies_dropped++;
	}
	return receive(caller, source, flags);
}

/* --- Dispatch ------------------------------------------------------------------------------------
 */

int ipc_trap(struct thread *caller, uint32_t trap_word, uint32_t a0, uint32_t a1)
{
	uint32_t trap = trap_word & IPC_STATUS_TRAP_MASK;
	uint32_t flags = trap_word & ~IPC_STATUS_TRAP_MASK;

	if (trap >= TRAP_COUNT || (flags & ~IPC_FLAGS_ALL))
		return -EBADCALL;
	if (!(caller->priv->traps >> trap & 1))
		return -ENOTALLOWED;
	trace_record(this_cpu(), TRACE_IPC, caller->endpoint, a0, trap);
	switch (trap) {
	case TRAP_IPC_CALL:
	case TRAP_IPC_SEND:
		return send(caller, a0, trap, flags);
	case TRAP_IPC_REPLY_RECEIVE:
		return reply_receive(caller, a0, a1, flags);
	case TRAP_IPC_RECEIVE:
		return receive(caller, a0, flags);
	case TRAP_IPC_NOTIFY:
		return ipc_notify(caller, a0);
	case TRAP_IPC_SEND_ASYNC:
		return ipc_async_send(caller, a0, flags);
	default: /* TRAP_KERNEL_CALL with flags */
		return -EBADCALL;
	}
}

/* --- Ends ----------------------------------------------------------------------------------------
 */

void ipc_abort(struct thread *t, int code)
{
	if (!(t->rts & RTS_IPC))
		return;
	if (t->rts & RTS_SENDING)
		ipc_unqueue(t);
	t->filter = NULL;
	arch_context_result(t, code, 0, 0);
	thread_unblock(t, t->rts & RTS_IPC);
}

/* A thread waits for one that is gone. */
static void peer_gone(struct thread *t, struct thread *gone) REQUIRES(bkl)
{
	if ((t->rts & (RTS_REPLY_WAIT | RTS_RECEIVE_FROM)) && t->peer == gone->endpoint)
		ipc_abort(t, -EDEADSRCDST);
	if ((t->rts & RTS_VMREQUEST) && t->request_target == gone->endpoint) {
		ipc_unqueue(t);
		t->request_result = -EFAULT;
		thread_unblock(t, RTS_VMREQUEST);
	}
	if (t->scheduler == gone->endpoint) {
		t->scheduler = SCHEDULER_KERNEL;
		sched_quantum_given(t);
	}
}

void ipc_forget(struct thread *t)
{
	struct thread *from;
	unsigned int i;

	ipc_unqueue(t);
	while ((from = t->callers_head)) {
		if (from->rts & RTS_SENDING)
			ipc_abort(from, -EDEADSRCDST);
		else
			ipc_unqueue(from); /* the kernel's own: its sender stays blocked */
	}
	ipc_async_forget(t);
	signal_manager_gone(t);
	slots_each(i, threads_live, THREAD_MAX) if (&threads[i] != t) peer_gone(&threads[i], t);
}

void ipc_abandon(struct thread *t)
{
	unsigned int i;

	ipc_async_forget(t);
	slots_each(i, threads_live, THREAD_MAX)
	{
		struct thread *from = &threads[i];

		if ((from->rts & RTS_REPLY_WAIT) && from->peer == t->endpoint)
			ipc_abort(from, -EDEADSRCDST);
		if (from->scheduler == t->endpoint && !from->queued_at)
			sched_quantum_given(from);
	}
}

void ipc_receive_recheck(struct thread *t)
{
	if (t->rts & RTS_RECEIVING)
		inbox_take(t, t->peer, t->filter);
}

int sys_do_ipc_cancel(struct thread *caller, const struct sys_ipc_cancel_req *req,
		      struct sys_empty_reply *rep)
{
	struct thread *t = thread_find(req->thread);

	(void)caller, (void)rep;
	if (!t)
		return -EDEADSRCDST;
	if (t->rts & RTS_REPLY_WAIT)
		return -EBUSY;
	if (!(t->rts & RTS_IPC))
		return -EINVAL;
	ipc_abort(t, -EINTR);
	return 0;
}
