/* SYS_UPDATE: two service slots swap what they contain. The new instance's context, space, message
 * page and name move into the old slot, so that it answers under the old endpoint; what belongs to
 * the name stays: privilege, queued callers, pending notifications, scheduling.
 */
#include "kernel/call.h"
#include "kernel/ipc.h"
#include "kernel/sched.h"
#include "kernel/signal.h"
#include <skerry/grant.h>

#define SWAP(a, b)                                                                                 \
	do {                                                                                       \
		__typeof__(a) swap_ = (a);                                                         \
		(a) = (b);                                                                         \
		(b) = swap_;                                                                       \
	} while (0)

/* Switched out, at rest in a receive or not started: nothing half-done may be swapped. */
static bool at_rest(const struct thread *t)
{
	return t->rts && !t->restart && !t->queued && !t->queued_at &&
	       !(t->rts & (RTS_SENDING | RTS_REPLY_WAIT | RTS_PAGEFAULT | RTS_VMREQUEST |
			   RTS_COPY_WAIT | RTS_EXITED)) &&
	       !(t->cpu && t->cpu->current == t);
}

/* These stay with the name: permission to run, and the scheduler's. */
#define RTS_OF_NAME (RTS_NO_PRIV | RTS_NO_QUANTUM)

static void swap_rts(struct thread *a, struct thread *b) REQUIRES(bkl)
{
	uint32_t of_a = a->rts & ~RTS_OF_NAME, of_b = b->rts & ~RTS_OF_NAME;

	a->rts = (a->rts & RTS_OF_NAME) | of_b;
	b->rts = (b->rts & RTS_OF_NAME) | of_a;
	/* The old instance must not run beside the new one. */
	if (!b->rts)
		b->rts = RTS_STOPPED;
}

static void swap_spaces(struct thread *a, struct thread *b) REQUIRES(bkl)
{
	struct space *of_a = a->space, *of_b = b->space;

	space_thread_remove(a);
	space_thread_remove(b);
	space_thread_add(of_b, a);
	space_thread_add(of_a, b);
}

int sys_do_update(struct thread *caller, const struct sys_update_req *req,
		  struct sys_empty_reply *rep)
{
	struct thread *a = thread_find(req->old_thread), *b = thread_find(req->new_thread);

	bool crashed = req->flags & UPDATE_CRASHED;

	(void)rep;
	if (!a || !b)
		return -EDEADSRCDST;
	if (a == b || a == caller || b == caller || a->priv->owner != a || b->priv->owner != b ||
	    (req->flags & ~UPDATE_CRASHED) || (crashed && a == pager))
		return -EINVAL;
	if ((!crashed && !at_rest(a)) || !at_rest(b))
		return -EBUSY;

	/* Nothing fails from here. */
	if (crashed) {
		thread_drop(a);
		ipc_abandon(a);
	}
	arch_context_swap(a, b);
	swap_spaces(a, b);
	SWAP(a->message, b->message);
	SWAP(a->message_frame, b->message_frame);
	SWAP(a->message_address, b->message_address);
	swap_rts(a, b);
	SWAP(a->signals, b->signals);
	SWAP(a->signals_taken, b->signals_taken);
	signal_note(a);
	signal_note(b);
	SWAP(a->exit_status, b->exit_status);
	SWAP(a->peer, b->peer);
	SWAP(a->filter_copy, b->filter_copy);
	SWAP(a->filter, b->filter);
	if (a->filter)
		a->filter = &a->filter_copy;
	if (b->filter)
		b->filter = &b->filter_copy;
	/* The old instance's grants die with it; the new one announces its own table. */
	a->priv->grant_entries = b->priv->grant_entries = 0;
	a->priv->grant_epoch = (a->priv->grant_epoch + 1) & GRANT_EPOCH_MASK;
	b->priv->grant_epoch = (b->priv->grant_epoch + 1) & GRANT_EPOCH_MASK;
	ipc_receive_recheck(a);
	ipc_receive_recheck(b);
	if (!a->rts && !a->queued)
		sched_enqueue(a);
	return 0;
}
