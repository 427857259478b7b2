/* What programs ask about their own signals. */
#include "call.h"

#include "signal.h"
#include "sleep.h"
#include <arch/layout.h>
#include <skerry/kernel_call.h>
#include <skerry/signal.h>
#include <sys_call.h>

#define STACK_BYTES_MIN 2048u /* MINSIGSTKSZ */

static bool is_signal(uint32_t signal)
{
	return signal >= 1 && signal <= PM_SIGNAL_MAX;
}

/* --- Actions ---------------------------------------------------------------------------------- */

/* POSIX: what waits of a signal that will be ignored is forgotten. */
static void action_set(struct process *process, uint32_t signal, const struct action *action)
{
	static const struct action none;

	process->actions[signal] = *action;
	process->actions_set |= SIGNAL_BIT(signal);
	if (__builtin_memcmp(action, &none, sizeof(none)) == 0)
		process->actions_set &= ~SIGNAL_BIT(signal);
	if (signal_effect(process, signal) == EFFECT_NOTHING)
		signals_drop_all(process, SIGNAL_BIT(signal));
}

struct answer pm_do_signal_action(endpoint_t caller, const struct pm_signal_action_req *req,
				  struct pm_signal_action_reply *rep)
{
	const struct action action = {
		.handler = req->handler,
		.entry = req->entry,
		.restorer = req->restorer,
		.mask = req->mask,
		.flags = req->flags,
	};
	const struct action *old;

	(void)caller;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	if (!is_signal(req->signal))
		return answer(-EINVAL);
	if (req->set && ((SIGNAL_BIT(req->signal) & SIGNALS_SURE) ||
			 req->entry >= ARCH_USER_LIMIT || req->restorer >= ARCH_USER_LIMIT))
		return answer(-EINVAL);
	old = &calling->process->actions[req->signal];
	*rep = (struct pm_signal_action_reply){
		.handler = old->handler,
		.entry = old->entry,
		.restorer = old->restorer,
		.mask = old->mask,
		.flags = old->flags,
	};
	if (req->set)
		action_set(calling->process, req->signal, &action);
	return answer(0);
}

/* --- Masks ------------------------------------------------------------------------------------ */

/* What others of the process may take now is theirs when the caller blocks it. */
struct answer pm_do_signal_mask(endpoint_t caller, const struct pm_signal_mask_req *req,
				struct pm_signal_set_reply *rep)
{
	struct thread *thread = calling;
	const uint64_t set = req->set & ~SIGNALS_SURE;

	(void)caller;
	if (thread == NULL)
		return answer(-ENOTALLOWED);
	rep->set = thread->mask;
	switch (req->how) {
	case PM_SIGNAL_BLOCK:
		thread->mask |= set;
		break;
	case PM_SIGNAL_UNBLOCK:
		thread->mask &= ~set;
		break;
	case PM_SIGNAL_SETMASK:
		thread->mask = set;
		break;
	case PM_SIGNAL_GETMASK:
		break;
	default:
		return answer(-EINVAL);
	}
	return answer(0);
}

struct answer pm_do_signal_pending(endpoint_t caller, const struct pm_empty_req *req,
				   struct pm_signal_set_reply *rep)
{
	(void)caller, (void)req;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	rep->set = (calling->pending | calling->process->pending) & calling->mask;
	return answer(0);
}

/* --- Waiting ---------------------------------------------------------------------------------- */

struct answer pm_do_signal_suspend(endpoint_t caller, const struct pm_signal_mask_req *req,
				   struct pm_empty_reply *rep)
{
	struct thread *thread = calling;

	(void)caller, (void)rep;
	if (thread == NULL)
		return answer(-ENOTALLOWED);
	thread->kept = thread->mask;
	thread->mask_kept = true;
	thread->mask = req->set & ~SIGNALS_SURE;
	thread->sleep = SLEEP_SUSPEND;
	return answer_later();
}

static bool take(struct thread *thread, uint64_t wanted, struct pm_signal_wait_reply *rep)
{
	struct signal_facts facts;
	const uint32_t signal = signal_take(thread, wanted, &facts);

	if (signal == 0)
		return false;
	if (facts.code == PM_SIGNAL_CODE_TIMER)
		facts.user = interval_delivered(thread->process, (uint32_t)facts.pid);
	*rep = (struct pm_signal_wait_reply){
		.value = facts.value,
		.signal = (int32_t)signal,
		.code = facts.code,
		.pid = facts.pid,
		.user = facts.user,
		.status = facts.status,
	};
	return true;
}

void signal_wait_end(struct thread *thread)
{
	struct pm_signal_wait_reply reply = {0};

	if (take(thread, thread->on.signals, &reply))
		thread_answer(thread, 0, &reply, sizeof(reply));
}

static void wait_over(struct timer *timer)
{
	thread_answer(avl_object(timer, struct thread, timer), -EAGAIN, NULL, 0);
}

struct answer pm_do_signal_wait(endpoint_t caller, const struct pm_signal_wait_req *req,
				struct pm_signal_wait_reply *rep)
{
	struct thread *thread = calling;

	(void)caller;
	if (thread == NULL)
		return answer(-ENOTALLOWED);
	if (take(thread, req->set & ~SIGNALS_SURE, rep))
		return answer(0);
	if (req->time == 0)
		return answer(-EAGAIN);
	thread->sleep = SLEEP_SIGNAL;
	thread->on.signals = req->set & ~SIGNALS_SURE;
	timer_set(&thread->timer, time_of(0, req->time), wait_over);
	return answer_later();
}

/* --- Handlers' stacks, and returns -------------------------------------------------------------
 */

struct answer pm_do_signal_stack(endpoint_t caller, const struct pm_signal_stack_req *req,
				 struct pm_signal_stack_reply *rep)
{
	struct thread *thread = calling;
	bool in_use;

	(void)caller;
	if (thread == NULL)
		return answer(-ENOTALLOWED);
	in_use = req->stack_pointer - thread->stack < thread->stack_bytes;
	*rep = (struct pm_signal_stack_reply){
		.address = thread->stack,
		.bytes = thread->stack_bytes,
		.flags = thread->stack_bytes == 0 ? PM_SIGNAL_STACK_DISABLE
			 : in_use		  ? PM_SIGNAL_STACK_ON
						  : 0,
	};
	if (!req->set)
		return answer(0);
	if (in_use)
		return answer(-EPERM);
	if (req->flags & PM_SIGNAL_STACK_DISABLE) {
		thread->stack = thread->stack_bytes = 0;
		return answer(0);
	}
	if (req->flags != 0 || req->address >= ARCH_USER_LIMIT ||
	    req->bytes > ARCH_USER_LIMIT - req->address)
		return answer(-EINVAL);
	if (req->bytes < STACK_BYTES_MIN)
		return answer(-ENOMEM);
	thread->stack = req->address;
	thread->stack_bytes = req->bytes;
	return answer(0);
}

/* With signals due the thread is held before its call ends. */
struct answer pm_do_signal_return(endpoint_t caller, const struct pm_signal_return_req *req,
				  struct pm_empty_reply *rep)
{
	const struct sys_signal_return_req pop = {.thread = caller, .frame = req->frame};
	struct thread *thread = calling;
	const uint64_t old = thread != NULL ? thread->mask : 0;
	bool due;

	(void)rep;
	if (thread == NULL)
		return answer(-ENOTALLOWED);
	thread->mask = req->mask & ~SIGNALS_SURE;
	due = signal_is_due(thread);
	if (due)
		thread_stop(thread);
	if (sys_signal_return(&pop, NULL) != 0) {
		thread->mask = old;
		process_end(thread->process, SIGNAL_SEGV);
		return answer_later();
	}
	calling = NULL; /* its call has ended */
	if (due) {
		thread->held = true;
		signal_deliver(thread);
	}
	return answer_later();
}
