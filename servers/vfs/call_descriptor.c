/* Calls on descriptors: copies, flags, umask. */
#include "device.h"
#include "kinds.h"
#include "lock.h"
#include "open_file.h"
#include "pipe.h"
#include "process.h"

#define FLAGS_SETTABLE (FILE_APPEND | FILE_NONBLOCK)

static int duplicate(struct call *call, struct open_file *file, int32_t from, bool on_exec,
		     int32_t *to)
{
	const int fd = (uint32_t)from >= call->process->descriptors_allowed
			       ? -EINVAL
			       : descriptor_free(call->process, from);

	if (fd < 0)
		return fd;
	descriptor_set(call->process, fd, open_file_get(file), on_exec);
	*to = fd;
	return 0;
}

static int duplicate_to(struct call *call, struct open_file *file, int32_t to, bool on_exec)
{
	const int error = descriptor_prepare(call->process, to);
	struct open_file *old;

	if (error != 0)
		return error;
	old = descriptor_take(call->process, to);
	descriptor_set(call->process, to, open_file_get(file), on_exec);
	if (old != NULL)
		open_file_close(call->process, old);
	return 0;
}

struct answer vfs_do_dup(struct call *call, const struct vfs_dup_req *req, struct vfs_fd_reply *rep)
{
	const bool on_exec = req->flags & FILE_CLOSE_ON_EXEC;
	struct open_file *file;
	int error;

	if (req->flags & ~FILE_CLOSE_ON_EXEC || req->how & ~VFS_DUP_FROM)
		return answer(-EINVAL);
	error = open_file_any(call, req->fd, &file);
	if (error != 0)
		return answer(error);
	rep->fd = req->to;
	if (req->how & VFS_DUP_FROM)
		error = duplicate(call, file, req->to, on_exec, &rep->fd);
	else
		error = req->to == req->fd ? -EINVAL : duplicate_to(call, file, req->to, on_exec);
	open_file_put(file);
	return answer(error);
}

struct answer vfs_do_fcntl(struct call *call, const struct vfs_fcntl_req *req,
			   struct vfs_value_reply *rep)
{
	struct open_file *file = descriptor_file(call->process, req->fd);
	int32_t fd = 0;
	int error = 0;

	if (file == NULL)
		return answer(-EBADF);
	switch (req->command) {
	case FILE_DUPLICATE:
	case FILE_DUPLICATE_CLOSE_ON_EXEC:
		error = duplicate(call, file, (int32_t)req->argument,
				  req->command == FILE_DUPLICATE_CLOSE_ON_EXEC, &fd);
		rep->value = (uint32_t)fd;
		break;
	case FILE_GET_DESCRIPTOR:
		rep->value = descriptor_closes_on_exec(call->process, req->fd)
				     ? DESCRIPTOR_CLOSE_ON_EXEC
				     : 0;
		break;
	case FILE_SET_DESCRIPTOR:
		descriptor_set_on_exec(call->process, req->fd,
				       req->argument & DESCRIPTOR_CLOSE_ON_EXEC);
		break;
	case FILE_GET_FLAGS:
		rep->value = file->flags;
		break;
	case FILE_SET_FLAGS:
		file->flags = (file->flags & ~FLAGS_SETTABLE) | (req->argument & FLAGS_SETTABLE);
		break;
	case FILE_GET_PIPE_SIZE:
		error = file->kind == &kind_pipe ? 0 : -EBADF;
		rep->value = PIPE_BYTES;
		break;
	default:
		error = -EINVAL;
	}
	return answer(error);
}

struct answer vfs_do_umask(struct call *call, const struct vfs_value_req *req,
			   struct vfs_value_reply *rep)
{
	rep->value = call->process->umask;
	call->process->umask = req->value & 0777;
	return answer(0);
}

struct answer vfs_do_ioctl(struct call *call, const struct vfs_ioctl_req *req,
			   struct vfs_value_reply *rep)
{
	struct open_file *file = call->file;
	struct answer said = answer(-ENOTTY);

	if (file == NULL) {
		const int error = open_file_any(call, req->fd, &file);

		if (error != 0)
			return answer(error);
		call->file = file;
	}
	if (file->flags & FILE_PATH)
		said = answer(-EBADF);
	else if (file->kind->ioctl != NULL)
		said = file->kind->ioctl(call, file, req, rep);
	if (said.later)
		return said;
	call->file = NULL;
	open_file_put(file);
	return said;
}
