/* Signals: pending bits in the thread, a notification to its manager, two calls by which the
 * manager takes them and ends them. The thread does not run in between. */
#include "kernel/signal.h"

#include "kernel/call.h"
#include "kernel/copy.h"
#include "kernel/ipc.h"
#include "kernel/panic.h"
#include "kernel/print.h"
#include "kernel/smp.h"
#include <skerry/signal_frame.h>
#include <string.h>

static uint32_t signalled[SLOT_WORDS(THREAD_MAX)];

void signal_note(const struct thread *t)
{
	if (t->signals | t->signals_taken)
		slots_add(signalled, thread_slot(t));
	else
		slots_remove(signalled, thread_slot(t));
}

void signal_forget(const struct thread *t)
{
	slots_remove(signalled, thread_slot(t));
}

struct thread *signal_manager(const struct thread *t)
{
	struct thread *manager = t->priv->signal_manager == EP_SELF
					 ? t->priv->owner
					 : thread_find(t->priv->signal_manager);

	if (!manager || (manager->rts & RTS_EXITED))
		manager = thread_find(t->priv->signal_backup);
	return manager;
}

static bool is_fatal(unsigned int signal)
{
	return signal == SIGNAL_SEGV || signal == SIGNAL_ILLEGAL || signal == SIGNAL_FPE ||
	       signal == SIGNAL_BUS || signal == SIGNAL_EXITED;
}

void signal_cause(struct thread *t, unsigned int signal)
{
	struct thread *manager = signal_manager(t);

	t->signals |= 1ull << signal;
	signal_note(t);
	t->signal_count++;
	if (manager != t)
		thread_block(t, RTS_SIGNALED);
	else if (is_fatal(signal))
		thread_block(t, RTS_STOPPED); /* it cannot go on, so it cannot handle it either */
	if (t == pager && is_fatal(signal) && (!manager || manager == t)) {
		/* Nobody would answer another fault, and nobody is there to mend that. */
		thread_backtrace(t);
		panic("the root service is lost: signal %u, address %lx", signal,
		      (unsigned long)t->fault_address);
	}
	if (!manager) {
		print("signal: %s (%x) gets signal %u and nobody manages it; it stays stopped\n",
		      t->name, t->endpoint, signal);
		return;
	}
	ipc_notify_kernel(manager, KERNEL_NOTIFY_SYSTEM);
}

void signal_manager_gone(const struct thread *gone)
{
	unsigned int i;

	slots_each(i, signalled, THREAD_MAX)
	{
		struct thread *t = &threads[i], *manager;

		if (t == gone || t->priv->signal_manager != gone->endpoint)
			continue;
		t->signals |= t->signals_taken;
		t->signals_taken = 0;
		manager = signal_manager(t);
		if (manager && manager != gone)
			ipc_notify_kernel(manager, KERNEL_NOTIFY_SYSTEM);
	}
}

int sys_do_kill(struct thread *caller, const struct sys_kill_req *req, struct sys_empty_reply *rep)
{
	struct thread *t = call_thread(caller, req->thread);

	(void)rep;
	if (!t)
		return -EDEADSRCDST;
	if (req->signal == 0 || req->signal >= SIGNAL_EXITED)
		return -EINVAL;
	if (t->rts & RTS_EXITED)
		return -EPERM;
	signal_cause(t, req->signal);
	return 0;
}

int sys_do_signal_get(struct thread *caller, const struct sys_empty_req *req,
		      struct sys_signal_get_reply *rep)
{
	unsigned int i;

	(void)req;
	rep->thread = EP_NONE;
	slots_each(i, signalled, THREAD_MAX)
	{
		struct thread *t = &threads[i];

		if (!t->signals || signal_manager(t) != caller)
			continue;
		rep->thread = t->endpoint;
		rep->signals = t->signals;
		rep->exit_status = t->exit_status;
		rep->address = t->fault_address;
		if (t != caller)
			t->signals_taken |= t->signals;
		t->signals = 0;
		signal_note(t);
		break;
	}
	return 0;
}

int sys_do_signal_end(struct thread *caller, const struct sys_signal_end_req *req,
		      struct sys_empty_reply *rep)
{
	struct thread *t = thread_find(req->thread);

	(void)rep;
	if (!t)
		return -EDEADSRCDST;
	if (signal_manager(t) != caller)
		return -EPERM;
	if (!t->signals_taken)
		return -EINVAL;
	t->signals_taken = 0;
	signal_note(t);
	if (!t->signals)
		thread_unblock(t, RTS_SIGNALED);
	return 0;
}

/* What SYS_SIGNAL_SEND pushes: the port's call area (return address, arguments), then the frame. */
struct signal_stack {
	uint8_t call[ARCH_HANDLER_STACK];
	struct signal_frame frame;
};

/* A signal handler may start, and a context be replaced, only when the thread is held (so that it
 * makes no new trap) and in no IPC that somebody else will finish. */
static bool context_free(const struct thread *caller, const struct thread *t)
{
	if (!t->rts || t->restart || (t->rts & (RTS_SENDING | RTS_RECEIVING | RTS_PAGEFAULT)))
		return false;
	return !(t->rts & RTS_REPLY_WAIT) || t->peer == caller->endpoint;
}

int sys_do_signal_send(struct thread *caller, const struct sys_signal_send_req *req,
		       struct sys_empty_reply *rep)
{
	static struct signal_stack image; /* too large for the kernel stack; guarded by bkl */
	struct thread *t = thread_find(req->thread);
	vaddr_t pc, sp, fp;
	uint64_t top;
	int code;

	(void)rep;
	if (!t || (t->rts & RTS_EXITED))
		return -EDEADSRCDST;
	if (t == caller || req->signal == 0 || req->signal > SIGNAL_HANDLED_MAX ||
	    req->handler >= ARCH_USER_LIMIT || req->restorer >= ARCH_USER_LIMIT ||
	    (t->rts & RTS_REPLY_WAIT) || !context_free(caller, t))
		return -EINVAL;
	if (req->info && !copy_range_valid(req->info, SIGNAL_INFO_BYTES))
		return -EFAULT;
	if (thread_trap_pending(t))
		return TRAP_SUSPENDED;
	thread_settle(t);
	arch_context_where(t, &pc, &sp, &fp);
	top = (req->stack_pointer ? req->stack_pointer : sp) & ~63ull;
	if (top < sizeof(image) || top > ARCH_USER_LIMIT)
		return -EFAULT;
	top = (top - sizeof(image)) & ~63ull;
	memset(&image, 0, sizeof(image));
	arch_context_get(t, &image.frame.context);
	image.frame.message = *t->message;
	image.frame.mask = req->mask;
	image.frame.signal = req->signal;
	image.frame.magic = SIGNAL_FRAME_MAGIC;
	if (req->info) {
		code = copy_in(caller, caller, req->info, image.frame.info, SIGNAL_INFO_BYTES,
			       false);
		if (code)
			return code;
	}
	fp = (vaddr_t)top + offsetof(struct signal_stack, frame);
	sp = (vaddr_t)top + arch_handler_stack(image.call, fp, (vaddr_t)req->restorer, req->signal);
	code = copy_out(caller, t, top, &image, sizeof(image), false);
	if (!code)
		arch_context_handler(t, (vaddr_t)req->handler, sp, (vaddr_t)req->restorer,
				     req->signal, fp);
	return code;
}

int sys_do_signal_return(struct thread *caller, const struct sys_signal_return_req *req,
			 struct sys_empty_reply *rep)
{
	static struct signal_frame frame;
	struct thread *t = thread_find(req->thread);
	int code;

	(void)rep;
	if (!t || (t->rts & RTS_EXITED))
		return -EDEADSRCDST;
	if (t == caller || !context_free(caller, t))
		return -EINVAL;
	if (!copy_range_valid(req->frame, sizeof(frame)))
		return -EFAULT;
	code = copy_in(caller, t, req->frame, &frame, sizeof(frame), false);
	if (code)
		return code;
	if (frame.magic != SIGNAL_FRAME_MAGIC)
		return -EINVAL;
	if (thread_trap_pending(t))
		return TRAP_SUSPENDED;
	thread_settle(t);
	if (!arch_context_valid(&frame.context))
		return -EINVAL;
	arch_context_set(t, &frame.context);
	/* The call by which the thread asked for this ends here, without an answer. */
	*t->message = frame.message;
	thread_unblock(t, RTS_REPLY_WAIT);
	return 0;
}
