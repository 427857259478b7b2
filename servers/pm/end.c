/* The ways a process ends: exit, kill, and signals from the kernel. */
#include "call.h"

#include <skerry/kernel_call.h>
#include <sys.h>
#include <sys_call.h>
#include <vm_call.h>

#define STATUS_EXITED(code) (((int32_t)(code)&0xFF) << 8)

/* Does anybody watch spaces (VM_WATCH_EXIT)? A call to VM for each signal would be too much for
 * what almost nobody wants to know, so VM says when the first watch comes, and answers that the
 * last one went. Somebody may watch already when PM itself is restarted. */
static bool watchers = true;

void watchers_come(void)
{
	watchers = true;
}

static void signal_tell(const struct process *process)
{
	const struct vm_space_req request = {.space = process->space};

	if (watchers && vm_notify_signal(&request, NULL) == -ENOENT)
		watchers = false;
}

static void body_free(const struct process *process)
{
	const struct sys_clear_req clear = {.thread = process->thread};
	const struct vm_space_req space = {.space = process->space};
	int error = sys_clear(&clear, NULL);

	assert(error == 0);
	error = vm_space_destroy(&space, NULL);
	assert(error == 0);
}

static void orphans_move(struct process *process)
{
	struct process *init, *child;

	if (process->children == NULL)
		return;
	init = process_by_pid(PM_PID_INIT);
	if (init == process || (init != NULL && init->thread == EP_NONE))
		init = NULL;
	while ((child = process->children) != NULL) {
		process_set_parent(child, init);
		if (child->thread == EP_NONE)
			child_ended(child);
	}
}

void process_end(struct process *process, int32_t status)
{
	body_free(process);
	process_set_thread(process, EP_NONE);
	process->status = status;
	orphans_move(process);
	child_ended(process);
}

struct answer pm_do_exit(endpoint_t caller, const struct pm_exit_req *req,
			 struct pm_empty_reply *rep)
{
	struct process *process = process_by_thread(caller);

	(void)rep;
	if (process == NULL || process->pid == 0)
		return answer(-ENOTALLOWED);
	process_end(process, STATUS_EXITED(req->status));
	return answer_later();
}

struct answer pm_do_kill(endpoint_t caller, const struct pm_kill_req *req,
			 struct pm_empty_reply *rep)
{
	struct process *process = process_by_pid(req->pid);
	const bool self = process != NULL && process->thread == caller;

	(void)rep;
	if (req->signal >= SIGNAL_EXITED || req->pid <= 0)
		return answer(-EINVAL);
	if (process == NULL)
		return answer(-ESRCH);
	if (req->signal != 0 && process->thread != EP_NONE) {
		signal_tell(process);
		process_end(process, (int32_t)req->signal);
	}
	return self && req->signal != 0 ? answer_later() : answer(0);
}

static int32_t status_of(const struct sys_signal_get_reply *end)
{
	if (end->signals & 1ull << SIGNAL_EXITED)
		return STATUS_EXITED(end->exit_status);
	return __builtin_ctzll(end->signals);
}

void signals_collect(void)
{
	const struct sys_empty_req request = {};
	struct sys_signal_get_reply end;

	while (sys_signal_get(&request, &end) == 0 && end.thread != EP_NONE) {
		struct process *process = process_by_thread(end.thread);

		if (process == NULL || process->pid == 0)
			continue; /* somebody killed what is no program */
		if (!(end.signals & 1ull << SIGNAL_EXITED))
			signal_tell(process);
		process_end(process, status_of(&end));
	}
}
