/* Signals of programs: whom they go to, what they do, and how a handler is entered.
 *
 * A handler is entered only in a thread that is held (RTS_STOPPED) and in nobody's call:
 *
 *	it computes		stopped, entered, resumed
 *	its call is queued	the same; the call ends with EINTR and is made again by its library
 *	it sleeps in PM		stopped, answered, entered, resumed
 *	it is in VFS		stopped; VFS is asked to end its call; when it says so: as above
 *	it faults, or is in VM	stopped; again a little later
 */
#include "signal.h"

#include "call.h"
#include "sleep.h"
#include "vfs.h"
#include <arch/context.h>
#include <skerry/info.h>
#include <skerry/kernel_call.h>
#include <skerry/signal.h>
#include <skerry/signal_frame.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <vm_call.h>

#define RETRY_TIME 1000000u /* 1 ms */

_Static_assert(sizeof(struct pm_signal_info) <= SIGNAL_INFO_BYTES, "it fits into the frame");

enum effect signal_effect(const struct process *process, uint32_t signal)
{
	const uint64_t nothing =
		SIGNAL_BIT(SIGNAL_CHILD) | SIGNAL_BIT(SIGNAL_URGENT) | SIGNAL_BIT(SIGNAL_WINDOW);
	const uint64_t bit = SIGNAL_BIT(signal);
	const uint64_t handler = process->actions[signal].handler;

	if (bit & SIGNALS_SURE)
		return signal == SIGNAL_KILL ? EFFECT_END : EFFECT_STOP;
	if (handler == PM_SIGNAL_IGNORE)
		return EFFECT_NOTHING;
	if (handler != PM_SIGNAL_DEFAULT)
		return EFFECT_HANDLER;
	if (bit & nothing)
		return EFFECT_NOTHING;
	if (signal == SIGNAL_CONTINUE)
		return EFFECT_CONTINUE;
	return bit & SIGNALS_STOP ? EFFECT_STOP : EFFECT_END;
}

/* --- Handlers --------------------------------------------------------------------------------- */

static void release(struct thread *thread)
{
	if (thread->mask_kept)
		thread->mask = thread->kept;
	thread->mask_kept = false;
	thread->held = false;
	if (!thread->process->stopped)
		thread_resume(thread);
}

/* Is the thread, which is held, on its stack for handlers? */
static bool is_on_stack(const struct thread *thread)
{
	static struct arch_user_context context;
	const struct sys_context_req request = {.thread = thread->endpoint,
						.address = (uintptr_t)&context};

	return sys_context_get(&request, NULL) == 0 &&
	       arch_user_context_stack(&context) - thread->stack < thread->stack_bytes;
}

static uint64_t stack_of(const struct thread *thread, const struct action *action)
{
	if (!(action->flags & PM_SIGNAL_ONSTACK) || thread->stack_bytes == 0 || is_on_stack(thread))
		return 0;
	return thread->stack + thread->stack_bytes;
}

static void info_fill(struct pm_signal_info *info, const struct thread *thread,
		      const struct action *action, uint32_t signal,
		      const struct signal_facts *facts)
{
	*info = (struct pm_signal_info){
		.handler = action->handler,
		.flags = action->flags,
		.value = facts->value,
		.signal = (int32_t)signal,
		.code = facts->code,
		.pid = facts->pid,
		.user = facts->user,
		.status = facts->status,
		.stack = thread->stack,
		.stack_bytes = thread->stack_bytes,
		.stack_flags = thread->stack_bytes == 0 ? PM_SIGNAL_STACK_DISABLE : 0,
	};
}

/* 0; -EINVAL: the thread is in a fault or a call; else its stack takes no frame. */
static int handler_enter(struct thread *thread, uint32_t signal, struct signal_facts *facts)
{
	static struct pm_signal_info info;
	struct process *process = thread->process;
	struct action *action = &process->actions[signal];
	const struct sys_signal_send_req request = {
		.thread = thread->endpoint,
		.signal = signal,
		.handler = action->entry,
		.stack_pointer = stack_of(thread, action),
		.restorer = action->restorer,
		.mask = thread->mask_kept ? thread->kept : thread->mask,
		.info = (uintptr_t)&info,
	};
	int error;

	info_fill(&info, thread, action, signal, facts);
	error = sys_signal_send(&request, NULL);
	if (error != 0)
		return error;
	thread->mask |= action->mask & ~SIGNALS_SURE;
	if (!(action->flags & PM_SIGNAL_NODEFER))
		thread->mask |= SIGNAL_BIT(signal);
	if (action->flags & PM_SIGNAL_RESETHAND)
		action->handler = PM_SIGNAL_DEFAULT;
	thread->mask_kept = false;
	return 0;
}

/* --- A held thread ---------------------------------------------------------------------------- */

enum due { DUE_NOTHING, DUE_HANDLER, DUE_GONE /* the process has ended */ };

/* What needs no handler happens now. */
static enum due signals_dispose(struct thread *thread)
{
	struct process *process = thread->process;
	struct signal_facts facts;
	uint32_t signal;

	for (;;) {
		const uint64_t wanted =
			process->stopped ? SIGNAL_BIT(SIGNAL_KILL) : ~thread->mask | SIGNALS_SURE;

		signal = signal_first(thread, wanted);
		if (signal == 0)
			return DUE_NOTHING;
		if (signal_effect(process, signal) == EFFECT_HANDLER)
			return DUE_HANDLER;
		(void)signal_take(thread, SIGNAL_BIT(signal), &facts);
		switch (signal_effect(process, signal)) {
		case EFFECT_END:
			process_end(process, (int32_t)signal);
			return DUE_GONE;
		case EFFECT_STOP:
			if (signal == SIGNAL_STOP || !group_is_orphaned(process->group))
				process_stop(process, signal);
			break;
		default:
			break;
		}
	}
}

static void try_again(struct timer *timer);

static void try_later(struct thread *thread)
{
	timer_set(&thread->retry, time_now() + RETRY_TIME, try_again);
}

/* VM answers in order: after this it has done with a fault that it had got. */
static void vm_wait(const struct thread *thread)
{
	const struct vm_space_req request = {.space = thread->process->space};

	(void)vm_getrusage(&request, NULL);
}

static int handler_try(struct thread *thread, bool *waited)
{
	struct signal_facts facts;
	const uint32_t signal = signal_take(thread, ~thread->mask, &facts);
	int error;

	if (facts.code == PM_SIGNAL_CODE_TIMER)
		facts.user = interval_delivered(thread->process, (uint32_t)facts.pid);
	error = handler_enter(thread, signal, &facts);
	if (error == -EINVAL && !*waited) {
		*waited = true;
		vm_wait(thread);
		error = handler_enter(thread, signal, &facts);
	}
	if (error == -EINVAL)
		(void)signal_add(&thread->pending, &thread->queue, signal, &facts);
	return error;
}

void signal_deliver(struct thread *thread)
{
	bool waited = false;
	int error;

	for (;;) {
		switch (signals_dispose(thread)) {
		case DUE_GONE:
			return;
		case DUE_NOTHING:
			release(thread);
			return;
		case DUE_HANDLER:
			break;
		}
		error = handler_try(thread, &waited);
		if (error == -EINVAL) {
			try_later(thread);
			return;
		}
		if (error != 0) {
			process_end(thread->process, SIGNAL_SEGV);
			return;
		}
	}
}

/* --- A thread that does whatever it does -------------------------------------------------------
 */

int signal_error(const struct thread *thread)
{
	const uint32_t signal = signal_first(thread, ~thread->mask);
	const bool again =
		signal != 0 && (thread->process->actions[signal].flags & PM_SIGNAL_RESTART);

	return again ? -ERESTART : -EINTR;
}

static endpoint_t server_of(const struct thread *thread)
{
	static struct info_thread info;
	const struct sys_info_req request = {
		.what = INFO_THREAD,
		.index = endpoint_slot(thread->endpoint),
		.address = (uintptr_t)&info,
		.size = sizeof(info),
	};

	return sys_info(&request, NULL) == 0 && (info.rts & RTS_REPLY_WAIT) ? info.waits_for
									    : EP_NONE;
}

static void interrupted(struct vfs_request *request, const struct pm_vfs_reply *reply);

static void hold(struct thread *thread)
{
	const struct sys_ipc_cancel_req cancel = {.thread = thread->endpoint};

	if (sys_ipc_cancel(&cancel, NULL) != -EBUSY)
		signal_deliver(thread);
	else if (server_of(thread) != VFS_ENDPOINT ||
		 !vfs_interrupt(thread, signal_error(thread), interrupted))
		try_later(thread);
}

static void try_again(struct timer *timer)
{
	hold(avl_object(timer, struct thread, retry));
}

static void interrupted(struct vfs_request *request, const struct pm_vfs_reply *reply)
{
	struct thread *thread = thread_by_endpoint(request->thread);

	(void)reply;
	if (thread != NULL && thread->held)
		hold(thread);
}

void signal_kick(struct thread *thread)
{
	if (thread == calling || thread->held || !signal_is_due(thread))
		return;
	if (signals_dispose(thread) != DUE_HANDLER)
		return;
	if (thread->sleep != SLEEP_NONE) {
		thread_interrupt(thread);
		return;
	}
	thread->held = true;
	thread_stop(thread);
	hold(thread);
}

void signal_kick_all(struct process *process)
{
	struct thread *next;

	for (struct thread *thread = process->threads; thread != NULL; thread = next) {
		next = thread->next;
		signal_kick(thread);
		if (process->thread == EP_NONE)
			return;
	}
}

void signal_fault(struct thread *thread, uint32_t signal, uint64_t address)
{
	const struct sys_signal_end_req end = {.thread = thread->endpoint};
	const struct signal_facts facts = {.code = PM_SIGNAL_CODE_FAULT, .value = address};
	const bool held = thread->held;

	watchers_tell(thread->process);
	if ((thread->mask & SIGNAL_BIT(signal)) ||
	    signal_effect(thread->process, signal) != EFFECT_HANDLER ||
	    !signal_add(&thread->pending, &thread->queue, signal, &facts)) {
		process_end(thread->process, (int32_t)signal);
		return;
	}
	thread->held = true;
	thread_stop(thread);
	(void)sys_signal_end(&end, NULL);
	if (!held)
		signal_deliver(thread);
}

/* --- To whom ---------------------------------------------------------------------------------- */

static bool waits_for(const struct thread *thread, uint32_t signal)
{
	return thread->sleep == SLEEP_SIGNAL && (thread->on.signals & SIGNAL_BIT(signal));
}

/* Who sleeps until just that comes; who does not block it; whoever. */
static struct thread *target_choose(struct process *process, uint32_t signal)
{
	struct thread *open = NULL;

	for (struct thread *thread = process->threads; thread != NULL; thread = thread->next) {
		if (waits_for(thread, signal))
			return thread;
		if (open == NULL && thread->sleep != SLEEP_ENDED &&
		    !(thread->mask & SIGNAL_BIT(signal)))
			open = thread;
	}
	return open != NULL ? open : process->threads;
}

static bool is_lost(const struct thread *target, uint32_t signal)
{
	const enum effect effect = signal_effect(target->process, signal);

	return (effect == EFFECT_NOTHING || effect == EFFECT_CONTINUE) &&
	       !(target->mask & SIGNAL_BIT(signal)) && !waits_for(target, signal);
}

int signal_post(struct process *process, struct thread *thread, uint32_t signal,
		const struct signal_facts *facts)
{
	struct thread *target = thread;
	bool added;

	if (process->thread == EP_NONE)
		return 0;
	if (signal == SIGNAL_CONTINUE) {
		signals_drop_all(process, SIGNALS_STOP);
		if (process->stopped)
			process_continue(process);
		if (process->thread == EP_NONE)
			return 0; /* of what came while it was stopped */
	} else if (SIGNAL_BIT(signal) & SIGNALS_STOP) {
		signals_drop_all(process, SIGNAL_BIT(SIGNAL_CONTINUE));
	}
	if (target == NULL)
		target = target_choose(process, signal);
	if (is_lost(target, signal))
		return 0;
	watchers_tell(process);
	added = thread != NULL ? signal_add(&thread->pending, &thread->queue, signal, facts)
			       : signal_add(&process->pending, &process->queue, signal, facts);
	if (!added)
		return -EAGAIN;
	if (waits_for(target, signal))
		signal_wait_end(target);
	else
		signal_kick(target);
	return 0;
}
