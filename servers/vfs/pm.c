/* PM's requests. Each is a call of nobody, run in a worker, and answered with its tag. */
#include "pm.h"

#include "descriptor.h"
#include "device.h"
#include "fs.h"
#include "map.h"
#include "memory.h"
#include "mount.h"
#include "path.h"
#include "peer.h"
#include "process.h"
#include <skerry/pm_vfs.h>
#include <skerry/kernel_call.h>
#include <string.h>
#include <sys.h>
#include <sys_grant.h>
#include <vm_call.h>

#define HANDLES 16u

/* A program that PM runs: one reference each. */
static struct handle {
	struct vnode *vnode; /* NULL: free */
	uint32_t number;
} handles[HANDLES];
static uint32_t last_handle;
static bool told;

static void answer_send(const struct call *call, const void *reply, size_t bytes)
{
	while (peer_send(PM_ENDPOINT, PM_VFS_ANSWER(call->message.type), reply, bytes) == -EAGAIN)
		worker_yield();
}

/* --- Processes -------------------------------------------------------------------------------- */

/* Ends what the process has asked so far: false: wait for `ended`. */
static bool calls_end(struct call *call, struct process *process)
{
	unsigned int at = 0;
	struct call *other;

	while (call->state == 0 && (other = call_next(&at)) != NULL) {
		if (other->process == process)
			call_drop(other);
	}
	call->state = 1;
	return process->calls == 0;
}

/* Its calls end first: they use what it has. */
static struct answer leave(struct call *call, struct process *process)
{
	if (!calls_end(call, process))
		return call_wait(call, &process->ended);
	if (process->session == process->pid && process->terminal != EP_NONE)
		device_session_ends(process->terminal, process->session);
	process_end(process);
	return answer(0);
}

static struct answer do_exit(struct call *call, const struct pm_vfs_process_req *req,
			     struct pm_vfs_reply *rep)
{
	struct process *process = process_find(req->process);

	(void)rep;
	return process != NULL ? leave(call, process) : answer(-ESRCH);
}

/* Who had the place before has ended: PM has said so or is about to, of a service nobody does. */
static struct answer place_clear(struct call *call, struct process *before)
{
	return before->pid != 0 ? call_wait(call, &before->ended) : leave(call, before);
}

static struct answer do_fork(struct call *call, const struct pm_vfs_fork_req *req,
			     struct pm_vfs_reply *rep)
{
	struct process *process = process_before(req->process);
	int error = 0;

	(void)rep;
	if (process != NULL) {
		const struct answer said = place_clear(call, process);

		if (said.later)
			return said;
	}
	/* It may have asked for something before PM told of any. */
	process = req->parent == EP_NONE ? process_find(req->process) : NULL;
	if (process == NULL)
		error = process_make(req->process, req->parent, &process);
	if (error != 0)
		return answer(error);
	told = true;
	process->pid = req->pid;
	process->group = req->group;
	process->session = req->session;
	return answer(0);
}

/* Calls there may be of threads that the exec ended. */
static struct answer do_exec_done(struct call *call, const struct pm_vfs_process_req *req,
				  struct pm_vfs_reply *rep)
{
	struct process *process = process_find(req->process);

	(void)rep;
	if (process == NULL)
		return answer(-ESRCH);
	if (!calls_end(call, process))
		return call_wait(call, &process->ended);
	descriptors_close(process, true);
	return answer(0);
}

static struct answer do_credentials(struct call *call, const struct pm_vfs_credentials_req *req,
				    struct pm_vfs_reply *rep)
{
	struct process *process = process_find(req->process);
	uint32_t count = req->group_count < GROUPS_MAX ? req->group_count : GROUPS_MAX;

	(void)call, (void)rep;
	if (process == NULL)
		return answer(-ESRCH);
	process->user = req->user;
	process->effective_user = req->effective_user;
	process->user_group = req->group;
	process->effective_group = req->effective_group;
	if (count > 0 && safecopy_from(PM_ENDPOINT, req->groups, 0, process->groups,
				       count * sizeof(process->groups[0]), CPF_TRY) != 0)
		count = 0; /* fewer rights, never more */
	process->group_count = count;
	return answer(0);
}

static struct answer do_group(struct call *call, const struct pm_vfs_group_req *req,
			      struct pm_vfs_reply *rep)
{
	struct process *process = process_find(req->process);

	(void)call, (void)rep;
	if (process == NULL)
		return answer(-ESRCH);
	if (process->session != req->session)
		process->terminal = EP_NONE;
	process->session = req->session;
	process->group = req->group;
	return answer(0);
}

static struct answer do_limits(struct call *call, const struct pm_vfs_limits_req *req,
			       struct pm_vfs_reply *rep)
{
	struct process *process = process_find(req->process);

	(void)call, (void)rep;
	if (process == NULL)
		return answer(-ESRCH);
	process->descriptors_allowed =
		req->files < DESCRIPTORS_MAX ? (uint32_t)req->files : DESCRIPTORS_MAX;
	process->file_bytes_allowed = req->file_bytes;
	return answer(0);
}

/* Looks again whenever a call of the process ends. */
static struct answer do_interrupt(struct call *call, const struct pm_vfs_interrupt_req *req,
				  struct pm_vfs_reply *rep)
{
	struct call *other = call_of_thread(req->thread);

	(void)rep;
	if (other == NULL)
		return answer(0);
	if (call->state == 0)
		call_interrupt(other, req->error);
	call->state = 1;
	return call_wait(call, &other->process->ended);
}

/* --- Programs --------------------------------------------------------------------------------- */

static struct handle *handle_find(uint32_t number)
{
	for (unsigned int i = 0; i < HANDLES; i++) {
		if (handles[i].vnode != NULL && handles[i].number == number)
			return &handles[i];
	}
	return NULL;
}

static int handle_make(struct vnode *vnode, uint32_t *number)
{
	for (unsigned int i = 0; i < HANDLES; i++) {
		if (handles[i].vnode != NULL)
			continue;
		*number = ++last_handle;
		handles[i] = (struct handle){vnode_get(vnode), last_handle};
		return 0;
	}
	return -ENFILE;
}

static int read_to(struct vnode *vnode, grant_t grant, uint64_t grant_offset, uint64_t offset,
		   uint64_t bytes, uint64_t *count)
{
	const struct fs_memory memory = {
		.granter = PM_ENDPOINT,
		.grant = grant,
		.address = grant_offset,
	};
	struct fs_count_reply reply = {.count = 0};
	int error = map_flush(vnode);

	if (error == 0 && bytes > 0)
		error = fs_transfer(vnode, FS_READ, &memory, offset, bytes, 0, &reply);
	*count = reply.count;
	return error;
}

static int program_check(const struct process *process, const struct vnode *vnode)
{
	if (!vnode_is(vnode, MODE_REGULAR) || vnode->mount->flags & MOUNT_NO_EXECUTE)
		return -EACCES;
	return vnode_allows(vnode, process, ACCESS_EXECUTE);
}

static struct answer do_exec_open(struct call *call, const struct pm_vfs_exec_open_req *req,
				  struct pm_vfs_exec_open_reply *rep)
{
	struct process *process = process_find(req->process);
	struct vnode *vnode;
	uint64_t count;
	int error;

	(void)call;
	if (process == NULL)
		return answer(-ESRCH);
	if (req->path_bytes > PATH_BYTES_MAX)
		return answer(-ENAMETOOLONG);
	error = safecopy_from(PM_ENDPOINT, req->grant, 0, worker_self()->path, req->path_bytes, 0);
	if (error == 0)
		error = path_find_text(process, req->path_bytes, &vnode);
	if (error != 0)
		return answer(error);
	error = program_check(process, vnode);
	if (error == 0)
		error = read_to(vnode, req->grant, req->head_offset, 0, req->head_bytes, &count);
	if (error == 0)
		error = handle_make(vnode, &rep->handle);
	if (error == 0) {
		rep->head_bytes = (uint32_t)count;
		rep->file_bytes = vnode->bytes;
		rep->mode = vnode->mode;
		rep->uid = vnode->user;
		rep->gid = vnode->group;
		rep->flags = vnode->mount->flags & MOUNT_NO_SET_ID ? PM_VFS_NOSUID : 0;
	}
	vnode_put(vnode);
	return answer(error);
}

static struct answer do_exec_read(struct call *call, const struct pm_vfs_exec_read_req *req,
				  struct pm_vfs_count_reply *rep)
{
	const struct handle *handle = handle_find(req->handle);
	uint64_t count = 0;
	int error;

	(void)call;
	if (handle == NULL)
		return answer(-EBADF);
	error = read_to(handle->vnode, req->grant, req->grant_offset, req->offset, req->bytes,
			&count);
	rep->bytes = count;
	return answer(error);
}

static struct answer do_exec_map(struct call *call, const struct pm_vfs_exec_map_req *req,
				 struct pm_vfs_reply *rep)
{
	const struct handle *handle = handle_find(req->handle);
	struct vm_map_file_req request = {
		.space = req->space,
		.address = req->address,
		.offset = req->offset,
		.pages = (uint32_t)(req->bytes / 4096),
		.protection = (uint8_t)req->protection,
		.limit = VM_READ | VM_WRITE | VM_EXECUTE,
		.flags = VM_MAP_FIXED_NOREPLACE,
	};
	uint64_t address;
	int error;

	(void)call, (void)rep;
	if (handle == NULL)
		return answer(-EBADF);
	error = map_flush(handle->vnode);
	return answer(error != 0 ? error : map_file(handle->vnode, &request, &address));
}

static struct answer do_exec_close(struct call *call, const struct pm_vfs_handle_req *req,
				   struct pm_vfs_reply *rep)
{
	struct handle *handle = handle_find(req->handle);
	struct vnode *vnode;

	(void)call, (void)rep;
	if (handle == NULL)
		return answer(-EBADF);
	vnode = handle->vnode;
	handle->vnode = NULL;
	vnode_put(vnode);
	return answer(0);
}

/* --- Dispatch --------------------------------------------------------------------------------- */

#define ROW(handler, request_type, reply_type)                                                     \
	static void run_##handler(struct call *call)                                               \
	{                                                                                          \
		struct request_type request;                                                       \
		struct reply_type reply;                                                           \
		struct answer said;                                                                \
                                                                                                   \
		memcpy(&request, call->message.payload, sizeof(request));                          \
		memset(&reply, 0, sizeof(reply));                                                  \
		said = handler(call, &request, &reply);                                            \
		reply.tag = request.tag;                                                           \
		reply.result = said.code;                                                          \
		if (!said.later)                                                                   \
			answer_send(call, &reply, sizeof(reply));                                  \
	}

ROW(do_fork, pm_vfs_fork_req, pm_vfs_reply)
ROW(do_exit, pm_vfs_process_req, pm_vfs_reply)
ROW(do_exec_open, pm_vfs_exec_open_req, pm_vfs_exec_open_reply)
ROW(do_exec_read, pm_vfs_exec_read_req, pm_vfs_count_reply)
ROW(do_exec_map, pm_vfs_exec_map_req, pm_vfs_reply)
ROW(do_exec_close, pm_vfs_handle_req, pm_vfs_reply)
ROW(do_exec_done, pm_vfs_process_req, pm_vfs_reply)
ROW(do_credentials, pm_vfs_credentials_req, pm_vfs_reply)
ROW(do_group, pm_vfs_group_req, pm_vfs_reply)
ROW(do_interrupt, pm_vfs_interrupt_req, pm_vfs_reply)
ROW(do_limits, pm_vfs_limits_req, pm_vfs_reply)

static void (*const rows[])(struct call *call) = {
	[PM_VFS_FORK & 0xFFFF] = run_do_fork,
	[PM_VFS_EXIT & 0xFFFF] = run_do_exit,
	[PM_VFS_EXEC_OPEN & 0xFFFF] = run_do_exec_open,
	[PM_VFS_EXEC_READ & 0xFFFF] = run_do_exec_read,
	[PM_VFS_EXEC_MAP & 0xFFFF] = run_do_exec_map,
	[PM_VFS_EXEC_CLOSE & 0xFFFF] = run_do_exec_close,
	[PM_VFS_EXEC_DONE & 0xFFFF] = run_do_exec_done,
	[PM_VFS_CREDENTIALS & 0xFFFF] = run_do_credentials,
	[PM_VFS_GROUP & 0xFFFF] = run_do_group,
	[PM_VFS_INTERRUPT & 0xFFFF] = run_do_interrupt,
	[PM_VFS_LIMITS & 0xFFFF] = run_do_limits,
};

void pm_asked(const struct message *message)
{
	const uint32_t nr = message->type & 0xFFFF;

	if (nr >= sizeof(rows) / sizeof(rows[0]) || rows[nr] == NULL)
		return;
	/* PM_VFS_WINDOW of them have a place among the extra ones. */
	if (call_make(EP_NONE, message, 0, rows[nr]) == NULL)
		panic("no call for PM");
}

bool pm_tells(void)
{
	return told;
}

void pm_tell_ready(void)
{
	const struct pm_vfs_ready_req request = {.reserved = 0};

	(void)peer_send(PM_ENDPOINT, PM_VFS_READY, &request, sizeof(request));
}
