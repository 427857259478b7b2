/* Fork, and who is who. */
#include "call.h"

#include <skerry/kernel_call.h>
#include <sys_call.h>
#include <vm_call.h>

static int thread_fork(const struct process *parent, const struct vm_space_reply *space,
		       endpoint_t *thread)
{
	const struct sys_fork_req request = {
		.parent = parent->thread,
		.space = space->space,
		.message_frame = space->message_frame,
	};
	struct sys_thread_create_reply reply;
	const int error = sys_fork(&request, &reply);

	*thread = reply.thread;
	return error == -ENOSPC ? -EAGAIN : error;
}

/* The child's memory and thread, which is held; 0, or -errno and nothing is left. */
static int body_fork(const struct process *parent, struct process *child)
{
	const struct vm_space_fork_req request = {
		.parent = parent->space,
		.thread = parent->thread,
	};
	struct vm_space_reply space;
	endpoint_t thread;
	int error = vm_space_fork(&request, &space);

	if (error != 0)
		return error == -ENOSPC ? -EAGAIN : error;
	error = thread_fork(parent, &space, &thread);
	if (error != 0) {
		const struct vm_space_req undo = {.space = space.space};

		(void)vm_space_destroy(&undo, NULL);
		return error;
	}
	child->space = space.space;
	process_set_thread(child, thread);
	return 0;
}

/* It waits for the answer to its parent's call. */
static void child_start(const struct process *child)
{
	const struct sys_priv_allow_req allow = {child->thread, PRIV_ALLOW};
	const struct pm_pid_reply reply = {.pid = 0, .thread = child->thread};

	(void)sys_priv_allow(&allow, NULL); /* it has just been made */
	service_answer(child->thread, 0, &reply, sizeof(reply));
}

struct answer pm_do_fork(endpoint_t caller, const struct pm_empty_req *req,
			 struct pm_pid_reply *rep)
{
	struct process *parent = process_by_thread(caller), *child;
	int error;

	(void)req;
	if (parent == NULL || parent->pid == 0)
		return answer(-ENOTALLOWED);
	child = process_create();
	if (child == NULL)
		return answer(-EAGAIN);
	error = body_fork(parent, child);
	if (error != 0) {
		process_unmake(child);
		return answer(error);
	}
	process_set_parent(child, parent);
	child_start(child);
	rep->pid = child->pid;
	rep->thread = EP_NONE;
	return answer(0);
}

struct answer pm_do_getpid(endpoint_t caller, const struct pm_empty_req *req,
			   struct pm_getpid_reply *rep)
{
	const struct process *process = process_by_thread(caller);

	(void)req;
	if (process == NULL || process->pid == 0)
		return answer(-ENOTALLOWED);
	rep->pid = process->pid;
	rep->parent = process->parent != NULL ? process->parent->pid : 0;
	return answer(0);
}
