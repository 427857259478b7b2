/* Parents wait for their children. */
#include "call.h"

#include <sys.h>

static void answer_fill(struct pm_wait_reply *rep, struct process *zombie)
{
	rep->pid = zombie->pid;
	rep->status = zombie->status;
	process_free(zombie);
}

struct answer pm_do_wait(endpoint_t caller, const struct pm_wait_req *req,
			 struct pm_wait_reply *rep)
{
	struct process *process = process_by_thread(caller), *zombie;
	bool any;

	if ((req->pid != -1 && req->pid <= 0) || (req->flags & ~PM_WAIT_NOHANG) != PM_WAIT_EXITED)
		return answer(-EINVAL);
	if (process == NULL)
		return answer(-ECHILD); /* a service that never started one */
	zombie = process_zombie(process, req->pid, &any);
	if (zombie != NULL) {
		answer_fill(rep, zombie);
		return answer(0);
	}
	if (!any)
		return answer(-ECHILD);
	if (req->flags & PM_WAIT_NOHANG)
		return answer(0);
	process->waiting = true;
	process->waits_for = req->pid;
	return answer_later();
}

void child_ended(struct process *child)
{
	struct process *parent = child->parent;
	struct pm_wait_reply reply = {0};

	if (parent == NULL) {
		process_free(child);
		return;
	}
	if (!parent->waiting || !process_matches(child, parent->waits_for))
		return;
	parent->waiting = false;
	answer_fill(&reply, child);
	service_answer(parent->thread, 0, &reply, sizeof(reply));
}
