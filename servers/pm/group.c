/* Process groups and sessions. */
#include "call.h"

#include "signal.h"
#include "vfs.h"
#include <skerry/signal.h>

bool group_is_orphaned(pid32 group)
{
	const struct process *process = NULL;

	while ((process = process_next(process)) != NULL) {
		const struct process *parent = process->parent;

		if (process->group == group && process->thread != EP_NONE && parent != NULL &&
		    parent->group != group && parent->session == process->session)
			return false;
	}
	return true;
}

void group_orphaned(pid32 group)
{
	const struct signal_facts facts = {.code = PM_SIGNAL_CODE_KERNEL};
	struct process *process = NULL;
	bool any = false;

	while ((process = process_next(process)) != NULL)
		any |= process->group == group && process->stopped;
	while (any && (process = process_next(process)) != NULL) {
		if (process->group != group || process->thread == EP_NONE)
			continue;
		(void)signal_post(process, NULL, SIGNAL_HANGUP, &facts);
		(void)signal_post(process, NULL, SIGNAL_CONTINUE, &facts);
	}
}

static bool group_is_in_session(pid32 group, pid32 session)
{
	const struct process *process = NULL;

	while ((process = process_next(process)) != NULL) {
		if (process->group == group && process->session == session)
			return true;
	}
	return false;
}

static struct answer move(struct process *process, pid32 group, pid32 session)
{
	const struct pm_vfs_group_req request = {
		.process = process->thread, .session = session, .group = group};
	struct vfs_request *told;
	const int error = vfs_tell_begin(calling, process->thread, &told);

	if (error != 0)
		return answer(error);
	process->group = group;
	process->session = session;
	return vfs_tell(told, PM_VFS_GROUP, &request, sizeof(request), "", 0);
}

struct answer pm_do_process_group_set(endpoint_t caller, const struct pm_process_group_req *req,
				      struct pm_empty_reply *rep)
{
	struct process *self, *process;
	pid32 group;

	(void)caller, (void)rep;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	if (req->pid < 0 || req->group < 0)
		return answer(-EINVAL);
	self = calling->process;
	process = req->pid == 0 ? self : process_by_pid(req->pid);
	if (process == NULL || process->thread == EP_NONE ||
	    (process != self && process->parent != self))
		return answer(-ESRCH);
	group = req->group == 0 ? process->pid : req->group;
	if (process != self && process->executed)
		return answer(-EACCES);
	if (process->session != self->session || process->session == process->pid)
		return answer(-EPERM);
	if (group != process->pid && !group_is_in_session(group, self->session))
		return answer(-EPERM);
	return move(process, group, process->session);
}

struct answer pm_do_session_create(endpoint_t caller, const struct pm_empty_req *req,
				   struct pm_empty_reply *rep)
{
	struct process *self, *process = NULL;

	(void)caller, (void)req, (void)rep;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	self = calling->process;
	while ((process = process_next(process)) != NULL) {
		if (process->group == self->pid)
			return answer(-EPERM);
	}
	return move(self, self->pid, self->pid);
}
