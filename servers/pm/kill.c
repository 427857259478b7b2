/* Signals that are sent. */
#include "call.h"

#include "signal.h"
#include <skerry/services.h>
#include <skerry/signal.h>

static struct process *sender_of(endpoint_t caller)
{
	static struct process service; /* pid 0: every right */

	return calling != NULL			   ? calling->process
	       : process_by_thread(caller) != NULL ? process_by_thread(caller)
						   : &service;
}

static struct signal_facts facts_of(const struct process *sender, int32_t code)
{
	return (struct signal_facts){.code = code, .pid = sender->pid, .user = sender->ids.id.user};
}

static int one_signal(struct process *sender, struct process *process, uint32_t signal)
{
	const struct signal_facts facts = facts_of(sender, PM_SIGNAL_CODE_USER);

	if (!may_signal(sender, process, signal))
		return -EPERM;
	return signal == 0 ? 0 : signal_post(process, NULL, signal, &facts);
}

/* The caller itself comes last: it may end. group 0: all but process 1 and the caller's. */
static int many_signal(struct process *sender, pid32 group, uint32_t signal)
{
	struct process *process = NULL;
	bool self = false, any = false, done = false;

	while ((process = process_next(process)) != NULL) {
		if (group == 0 ? process == sender || process->pid == PM_PID_INIT
			       : process->group != group)
			continue;
		any = true;
		if (process == sender)
			self = true;
		else
			done |= one_signal(sender, process, signal) == 0;
	}
	if (self)
		done |= one_signal(sender, sender, signal) == 0;
	if (!any)
		return -ESRCH;
	return done ? 0 : -EPERM;
}

struct answer pm_do_kill(endpoint_t caller, const struct pm_kill_req *req,
			 struct pm_empty_reply *rep)
{
	struct process *sender = sender_of(caller), *process;

	(void)rep;
	if (req->signal > PM_SIGNAL_MAX || (sender->pid == 0 && req->pid <= 0))
		return answer(-EINVAL);
	if (req->pid <= 0)
		return answer(many_signal(sender,
					  req->pid == 0	   ? sender->group
					  : req->pid == -1 ? 0
							   : -req->pid,
					  req->signal));
	process = process_by_pid(req->pid);
	if (process == NULL)
		return answer(-ESRCH);
	return answer(one_signal(sender, process, req->signal));
}

/* --- To threads, with values ------------------------------------------------------------------ */

static struct thread *thread_find(const struct process *process, pid32 tid)
{
	struct thread *thread = process->threads;

	while (thread != NULL && (thread->tid != tid || thread->sleep == SLEEP_ENDED))
		thread = thread->next;
	return thread;
}

/* Any process's thread of that number. */
static struct thread *thread_anywhere(pid32 tid)
{
	struct process *process = NULL;
	struct thread *thread = NULL;

	while (thread == NULL && (process = process_next(process)) != NULL)
		thread = thread_find(process, tid);
	return thread;
}

static int target_find(const struct pm_signal_queue_req *req, struct process **process,
		       struct thread **thread)
{
	*thread = NULL;
	if (req->pid < 0 || req->tid < 0 || (req->pid == 0 && req->tid == 0))
		return -EINVAL;
	if (req->pid == 0) {
		*thread = thread_anywhere(req->tid);
		*process = *thread != NULL ? (*thread)->process : NULL;
		return *thread != NULL ? 0 : -ESRCH;
	}
	*process = process_by_pid(req->pid);
	if (*process == NULL)
		return -ESRCH;
	if (req->tid != 0)
		*thread = thread_find(*process, req->tid);
	return req->tid != 0 && *thread == NULL ? -ESRCH : 0;
}

struct answer pm_do_signal_queue(endpoint_t caller, const struct pm_signal_queue_req *req,
				 struct pm_empty_reply *rep)
{
	struct signal_facts facts;
	struct process *process;
	struct thread *thread;
	int error;

	(void)caller, (void)rep;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	if (req->signal > PM_SIGNAL_MAX)
		return answer(-EINVAL);
	error = target_find(req, &process, &thread);
	if (error != 0)
		return answer(error);
	if (req->code >= 0 && process != calling->process)
		return answer(-EPERM);
	if (!may_signal(calling->process, process, req->signal))
		return answer(-EPERM);
	if (req->signal == 0)
		return answer(0);
	facts = facts_of(calling->process, req->code);
	facts.value = req->value;
	return answer(signal_post(process, thread, req->signal, &facts));
}

/* --- From services ---------------------------------------------------------------------------- */

struct answer pm_do_signal_send(endpoint_t caller, const struct pm_signal_send_req *req,
				struct pm_empty_reply *rep)
{
	const struct signal_facts facts = {.code = req->code, .value = req->value};
	struct process *sender = sender_of(caller), *process;

	(void)rep;
	if (sender->pid != 0)
		return answer(-ENOTALLOWED);
	if (req->signal == 0 || req->signal > PM_SIGNAL_MAX)
		return answer(-EINVAL);
	if (req->process == EP_NONE)
		return answer(req->group > 0 ? many_signal(sender, req->group, req->signal)
					     : -EINVAL);
	process = process_by_thread(req->process);
	if (process == NULL || process->pid == 0)
		return answer(-ESRCH);
	return answer(signal_post(process, NULL, req->signal, &facts));
}
