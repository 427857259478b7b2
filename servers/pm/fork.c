/* Fork. The child is whole before VFS hears of it; parent and child are answered when VFS has
 * copied the files. Until then a refusal undoes the child.
 */
#include "call.h"

#include "signal.h"
#include "vfs.h"
#include <skerry/kernel_call.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <vm_call.h>

static int thread_fork(const struct thread *parent, const struct vm_space_reply *space,
		       endpoint_t *thread)
{
	const struct sys_fork_req request = {
		.parent = parent->endpoint,
		.space = space->space,
		.message_frame = space->message_frame,
	};
	struct sys_thread_create_reply reply;
	const int error = sys_fork(&request, &reply);

	*thread = reply.thread;
	return error == -ENOSPC ? -EAGAIN : error;
}

/* The child's memory and thread, which is held; 0, or -errno and nothing is left. */
static int body_fork(const struct thread *parent, struct process *child)
{
	const struct vm_space_fork_req request = {
		.parent = parent->process->space,
		.thread = parent->endpoint,
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
	(void)process_thread_add(child, thread, child->pid);
	return 0;
}

static void actions_copy(struct process *child, const struct process *parent)
{
	child->actions_set = parent->actions_set;
	for (uint64_t left = parent->actions_set; left != 0; left &= left - 1) {
		const unsigned int signal = (unsigned int)__builtin_ctzll(left) + 1;

		child->actions[signal] = parent->actions[signal];
	}
}

/* What a child has of its parent, and its thread of the thread that forked. */
static void inherit(struct process *child, const struct thread *from)
{
	const struct process *parent = from->process;
	struct thread *thread = child->threads;

	child->group = parent->group;
	child->session = parent->session;
	child->ids.id = parent->ids.id;
	child->ids.group_count = parent->ids.group_count;
	memcpy(child->ids.groups, parent->ids.groups, parent->ids.group_count * sizeof(u32));
	memcpy(child->limits, parent->limits, sizeof(child->limits));
	memcpy(child->name, parent->name, sizeof(child->name));
	child->arguments = parent->arguments;
	child->environment = parent->environment;
	actions_copy(child, parent);
	thread->mask = from->mask;
	thread->stack = from->stack;
	thread->stack_bytes = from->stack_bytes;
}

static void undo(struct process *child)
{
	const struct sys_clear_req clear = {.thread = child->thread};
	const struct vm_space_req space = {.space = child->space};

	(void)sys_clear(&clear, NULL);
	(void)vm_space_destroy(&space, NULL);
	process_free(child);
}

/* It waits for the answer to its parent's call. */
static void child_start(const struct process *child)
{
	const struct pm_pid_reply reply = {.pid = 0, .thread = child->thread};

	privilege_allow(child->thread);
	service_answer(child->thread, 0, &reply, sizeof(reply));
}

/* --- With VFS --------------------------------------------------------------------------------- */

/* The child may have been killed meanwhile: then it is a zombie already, and its pid the answer.
 * The parent may be gone, and the child is somebody else's. */
static void vfs_forked(struct vfs_request *request, const struct pm_vfs_reply *reply)
{
	struct process *child = request->context;
	struct thread *parent = thread_by_endpoint(request->thread);
	const struct pm_pid_reply answer = {.pid = child->pid, .thread = EP_NONE};

	if (reply->result != 0 && child->thread != EP_NONE)
		undo(child);
	else if (child->thread != EP_NONE)
		child_start(child);
	if (parent != NULL)
		thread_answer(parent, reply->result, &answer, sizeof(answer));
}

static struct answer vfs_fork(struct thread *parent, struct process *child)
{
	const struct pm_vfs_fork_req fork = {
		.process = child->thread,
		.parent = parent->process->thread,
		.pid = child->pid,
		.group = child->group,
		.session = child->session,
	};
	struct vfs_request *request = vfs_request_new(child->thread, parent->endpoint);

	if (request == NULL) {
		undo(child);
		return answer(-EAGAIN);
	}
	request->context = child;
	parent->sleep = SLEEP_VFS;
	vfs_send(request, PM_VFS_FORK, &fork, sizeof(fork), vfs_forked);
	return answer_later();
}

/* --- Calls ------------------------------------------------------------------------------------ */

static bool too_many(const struct process *parent)
{
	const uint64_t most = parent->limits[PM_LIMIT_PROCESSES].soft;
	const struct process *process = NULL;
	uint64_t count = 0;

	if (most == PM_LIMIT_NONE || is_root(parent))
		return false;
	while ((process = process_next(process)) != NULL)
		count += process->ids.id.user == parent->ids.id.user;
	return count >= most;
}

struct answer pm_do_fork(endpoint_t caller, const struct pm_empty_req *req,
			 struct pm_pid_reply *rep)
{
	struct process *child;
	int error;

	(void)caller, (void)req;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	if (too_many(calling->process))
		return answer(-EAGAIN);
	child = process_create();
	if (child == NULL)
		return answer(-EAGAIN);
	error = body_fork(calling, child);
	if (error != 0) {
		process_unmake(child);
		return answer(error);
	}
	inherit(child, calling);
	child->started = time_now();
	process_set_parent(child, calling->process);
	if (vfs_is_there())
		return vfs_fork(calling, child);
	child_start(child);
	rep->pid = child->pid;
	rep->thread = EP_NONE;
	return answer(0);
}

static void ids_fill(struct pm_getpid_reply *rep, const struct process *process)
{
	rep->pid = process->pid;
	rep->parent = process->parent != NULL ? process->parent->pid : 0;
	rep->group = process->group;
	rep->session = process->session;
}

struct answer pm_do_getpid(endpoint_t caller, const struct pm_empty_req *req,
			   struct pm_getpid_reply *rep)
{
	(void)caller, (void)req;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	ids_fill(rep, calling->process);
	rep->tid = calling->tid;
	return answer(0);
}

struct answer pm_do_process_group_get(endpoint_t caller, const struct pm_pid_req *req,
				      struct pm_getpid_reply *rep)
{
	const struct process *process;

	(void)caller;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	process = req->pid == 0 ? calling->process : process_by_pid(req->pid);
	if (process == NULL)
		return answer(-ESRCH);
	ids_fill(rep, process);
	rep->tid = process->pid;
	return answer(0);
}
