/* What others may know: the process table, and the machine's name. */
#include "call.h"

#include "signal.h"
#include <skerry/kernel_call.h>
#include <string.h>
#include <sys_call.h>

#define COUNT_MAX 1024u

/* --- Processes -------------------------------------------------------------------------------- */

static uint32_t state_of(const struct process *process)
{
	if (process->zombie || process->thread == EP_NONE)
		return PM_STATE_ZOMBIE;
	if (process->stopped)
		return PM_STATE_STOPPED;
	for (const struct thread *thread = process->threads; thread != NULL;
	     thread = thread->next) {
		if (thread->sleep == SLEEP_NONE)
			return PM_STATE_RUNS;
	}
	return PM_STATE_SLEEPS;
}

static void signals_fill(struct pm_process_info *info, const struct process *process)
{
	info->signals_pending = process->pending;
	if (process->threads != NULL) {
		info->signals_pending |= process->threads->pending;
		info->signals_blocked = process->threads->mask;
	}
	for (uint64_t left = process->actions_set; left != 0; left &= left - 1) {
		const uint32_t signal = (uint32_t)__builtin_ctzll(left) + 1;

		if (process->actions[signal].handler == PM_SIGNAL_IGNORE)
			info->signals_ignored |= SIGNAL_BIT(signal);
		else if (process->actions[signal].handler != PM_SIGNAL_DEFAULT)
			info->signals_caught |= SIGNAL_BIT(signal);
	}
}

static void info_fill(struct pm_process_info *info, const struct process *process)
{
	struct usage usage;

	usage_of(process, &usage);
	*info = (struct pm_process_info){
		.pid = process->pid,
		.parent = process->parent != NULL ? process->parent->pid : 0,
		.group = process->group,
		.session = process->session,
		.process = process->thread,
		.space = process->space,
		.user = process->ids.id.user,
		.effective_user = process->ids.id.effective_user,
		.group_id = process->ids.id.group,
		.effective_group_id = process->ids.id.effective_group,
		.state = state_of(process),
		.threads = process->threads_alive,
		.started = process->started,
		.user_time = usage.user_time,
		.arguments = process->arguments.address,
		.argument_bytes = process->arguments.bytes,
		.environment = process->environment.address,
		.environment_bytes = process->environment.bytes,
	};
	signals_fill(info, process);
	memcpy(info->name, process->name, sizeof(info->name));
}

/* The process of the lowest pid from `pid` on. */
static const struct process *process_from(pid32 pid)
{
	const struct process *process = NULL, *found = NULL;

	while ((process = process_next(process)) != NULL) {
		if (process->pid >= pid && (found == NULL || process->pid < found->pid))
			found = process;
	}
	return found;
}

struct answer pm_do_processes(endpoint_t caller, const struct pm_processes_req *req,
			      struct pm_processes_reply *rep)
{
	struct pm_process_info info;
	const struct process *process = process_from(req->next);
	const u32 most = req->count < COUNT_MAX ? req->count : COUNT_MAX;

	while (process != NULL && rep->count < most) {
		info_fill(&info, process);
		if (memory_put(caller, req->address + (u64)rep->count * sizeof(info), &info,
			       sizeof(info)) != 0)
			return answer(-EFAULT);
		rep->count++;
		process = process_from(process->pid + 1);
	}
	rep->next = process != NULL ? process->pid : 0;
	return answer(0);
}

/* --- The name --------------------------------------------------------------------------------- */

static char host_name[PM_HOST_NAME_MAX + 1] = "skerry";

struct answer pm_do_name(endpoint_t caller, const struct pm_name_req *req,
			 struct pm_empty_reply *rep)
{
	char name[PM_HOST_NAME_MAX + 1] = "";
	const size_t bytes = req->bytes < sizeof(host_name) ? req->bytes : sizeof(host_name);
	int error;

	(void)rep;
	if (!req->set)
		return answer(memory_put(caller, req->address, host_name, bytes));
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	if (!is_root(calling->process))
		return answer(-EPERM);
	if (req->bytes > PM_HOST_NAME_MAX)
		return answer(-EINVAL);
	error = memory_fetch(caller, req->address, name, bytes);
	if (error == 0)
		memcpy(host_name, name, sizeof(name));
	return answer(error);
}
