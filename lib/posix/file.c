/* Open files. */
#include "console.h"
#include "file_flags.h"
#include "vfs_ask.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/uio.h>

static long count_ask(const struct posix_call *call, const struct posix_question *question)
{
	struct vfs_count_reply reply;
	struct posix_question asked = *question;
	int error;

	asked.reply = &reply;
	asked.reply_bytes = sizeof(reply);
	error = posix_ask(call, &asked);
	return error != 0 ? error : (long)reply.count;
}

#define COUNT_ASK(call, name, request_at)                                                          \
	count_ask(call, &(const struct posix_question){                                            \
				.server = VFS_ENDPOINT,                                            \
				.type = (name),                                                    \
				.request = (const name##_REQUEST *){request_at},                   \
				.request_bytes = sizeof(name##_REQUEST),                           \
			})

static struct vfs_io_req io_request(const struct posix_call *call)
{
	return (struct vfs_io_req){
		.fd = (int32_t)call->argument[0],
		.address = posix_address(call->argument[1]),
		.bytes = posix_address(call->argument[2]),
	};
}

static struct vfs_io_req io_request_at(const struct posix_call *call)
{
	struct vfs_io_req request = io_request(call);

	request.flags = VFS_AT;
	request.offset = posix_wide(call, 3);
	return request;
}

long posix_do_read(const struct posix_call *call)
{
	const struct vfs_io_req request = io_request(call);

	return COUNT_ASK(call, VFS_READ, &request);
}

long posix_do_write(const struct posix_call *call)
{
	const struct vfs_io_req request = io_request(call);
	const long written = COUNT_ASK(call, VFS_WRITE, &request);
	const struct iovec one = {(void *)call->argument[1], (size_t)call->argument[2]};

	return written == -ENOSYS ? posix_console_write(call, request.fd, &one, 1) : written;
}

long posix_do_pread(const struct posix_call *call)
{
	const struct vfs_io_req request = io_request_at(call);

	return COUNT_ASK(call, VFS_READ, &request);
}

long posix_do_pwrite(const struct posix_call *call)
{
	const struct vfs_io_req request = io_request_at(call);

	return COUNT_ASK(call, VFS_WRITE, &request);
}

/* --- Vectors ---------------------------------------------------------------------------------- */

/* musl's stdio has two; who has more gets a part done, as POSIX allows. */
#define PIECES_MAX 16

static int vector_get(const struct posix_call *call, struct vfs_element *pieces,
		      struct vfs_io_req *request)
{
	const struct iovec *vector = (const struct iovec *)call->argument[1];
	const unsigned long count = (unsigned long)call->argument[2];
	const unsigned int done = count < PIECES_MAX ? (unsigned int)count : PIECES_MAX;

	if (count > IOV_MAX)
		return -EINVAL;
	for (unsigned int i = 0; i < done; i++)
		pieces[i] = (struct vfs_element){(uintptr_t)vector[i].iov_base, vector[i].iov_len};
	request->address = (uintptr_t)pieces;
	request->bytes = done * sizeof(*pieces);
	return 0;
}

long posix_do_readv(const struct posix_call *call)
{
	struct vfs_element pieces[PIECES_MAX];
	struct vfs_io_req request = io_request(call);
	const int error = vector_get(call, pieces, &request);

	return error != 0 ? error : COUNT_ASK(call, VFS_READ_VECTOR, &request);
}

long posix_do_writev(const struct posix_call *call)
{
	struct vfs_element pieces[PIECES_MAX];
	struct vfs_io_req request = io_request(call);
	const int error = vector_get(call, pieces, &request);
	long written;

	if (error != 0)
		return error;
	written = COUNT_ASK(call, VFS_WRITE_VECTOR, &request);
	return written == -ENOSYS ? posix_console_write(call, request.fd,
							(const struct iovec *)call->argument[1],
							(int)call->argument[2])
				  : written;
}

long posix_do_preadv(const struct posix_call *call)
{
	struct vfs_element pieces[PIECES_MAX];
	struct vfs_io_req request = io_request_at(call);
	const int error = vector_get(call, pieces, &request);

	return error != 0 ? error : COUNT_ASK(call, VFS_READ_VECTOR, &request);
}

long posix_do_pwritev(const struct posix_call *call)
{
	struct vfs_element pieces[PIECES_MAX];
	struct vfs_io_req request = io_request_at(call);
	const int error = vector_get(call, pieces, &request);

	return error != 0 ? error : COUNT_ASK(call, VFS_WRITE_VECTOR, &request);
}

/* --- Positions, directories ------------------------------------------------------------------- */

/* The offset's upper half comes first here; the result goes to memory. */
long posix_do_llseek(const struct posix_call *call)
{
	const struct vfs_seek_req request = {
		.fd = (int32_t)call->argument[0],
		.whence = (u32)call->argument[4],
		.offset = (int64_t)((uint64_t)(uint32_t)call->argument[1] << 32 |
				    (uint32_t)call->argument[2]),
	};
	struct vfs_offset_reply reply;
	const int error = VFS_ASK(call, VFS_SEEK, &request, &reply);

	if (error == 0)
		*(int64_t *)call->argument[3] = (int64_t)reply.offset;
	return error;
}

long posix_do_getdents(const struct posix_call *call)
{
	const struct vfs_fd_buffer_req request = {
		.fd = (int32_t)call->argument[0],
		.address = posix_address(call->argument[1]),
		.bytes = posix_address(call->argument[2]),
	};

	return COUNT_ASK(call, VFS_GETDENTS, &request);
}

/* --- Descriptors ------------------------------------------------------------------------------ */

static struct vfs_fd_req fd_request(const struct posix_call *call)
{
	return (struct vfs_fd_req){(int32_t)call->argument[0]};
}

long posix_do_close(const struct posix_call *call)
{
	const struct vfs_fd_req request = fd_request(call);

	return VFS_ASK(call, VFS_CLOSE, &request, NULL);
}

long posix_do_fsync(const struct posix_call *call)
{
	const struct vfs_fd_req request = fd_request(call);

	return VFS_ASK(call, VFS_FSYNC, &request, NULL);
}

long posix_do_sync(const struct posix_call *call)
{
	const struct vfs_empty_req request = {};

	return VFS_ASK(call, VFS_SYNC, &request, NULL);
}

static long dup_ask(const struct posix_call *call, int32_t to, uint32_t flags, uint32_t how)
{
	const struct vfs_dup_req request = {
		.fd = (int32_t)call->argument[0],
		.to = to,
		.flags = flags,
		.how = how,
	};
	struct vfs_fd_reply reply;
	const int error = VFS_ASK(call, VFS_DUP, &request, &reply);

	return error != 0 ? error : reply.fd;
}

long posix_do_dup(const struct posix_call *call)
{
	return dup_ask(call, 0, 0, VFS_DUP_FROM);
}

long posix_do_dup3(const struct posix_call *call)
{
	return dup_ask(call, (int32_t)call->argument[1], posix_flags_get(call->argument[2]), 0);
}

static long fcntl_ask(const struct posix_call *call, uint32_t argument, uint32_t *value)
{
	const struct vfs_fcntl_req request = {
		.fd = (int32_t)call->argument[0],
		.command = (u32)call->argument[1],
		.argument = argument,
	};
	struct vfs_value_reply reply = {0};
	const int error = VFS_ASK(call, VFS_FCNTL, &request, &reply);

	*value = reply.value;
	return error;
}

/* off_t has 64 bits here, and struct flock is as the numbers of 64 bits want it. */
static long lock_ask(const struct posix_call *call, uint16_t how)
{
	struct flock *lock = (struct flock *)call->argument[2];
	const struct vfs_lock_req request = {
		.fd = (int32_t)call->argument[0],
		.how = how,
		.type = lock->l_type,
		.start = lock->l_start,
		.length = lock->l_len,
		.whence = (u32)lock->l_whence,
	};
	struct vfs_lock_reply reply;
	const int error = VFS_ASK(call, VFS_LOCK, &request, &reply);

	if (error != 0 || how != VFS_LOCK_GET)
		return error;
	lock->l_type = (short)reply.type;
	if (reply.type != LOCK_TYPE_NONE) {
		lock->l_whence = SEEK_START;
		lock->l_start = (off_t)reply.start;
		lock->l_len = (off_t)reply.length;
		lock->l_pid = reply.pid;
	}
	return 0;
}

long posix_do_fcntl(const struct posix_call *call)
{
	uint32_t value;
	long error;

	switch (call->argument[1]) {
	case F_GETLK:
		return lock_ask(call, VFS_LOCK_GET);
	case F_SETLK:
		return lock_ask(call, VFS_LOCK_SET);
	case F_SETLKW:
		return lock_ask(call, VFS_LOCK_WAIT);
	case F_DUPFD:
		return dup_ask(call, (int32_t)call->argument[2], 0, VFS_DUP_FROM);
	case F_DUPFD_CLOEXEC:
		return dup_ask(call, (int32_t)call->argument[2], FILE_CLOSE_ON_EXEC, VFS_DUP_FROM);
	case F_SETFL:
		return fcntl_ask(call, posix_flags_get(call->argument[2]), &value);
	case F_GETFL:
		error = fcntl_ask(call, 0, &value);
		return error != 0 ? error : posix_flags_put(value);
	default:
		error = fcntl_ask(call, (uint32_t)call->argument[2], &value);
		return error != 0 ? error : (long)value;
	}
}

long posix_do_flock(const struct posix_call *call)
{
	const struct vfs_flock_req request = {
		.fd = (int32_t)call->argument[0],
		.operation = (u32)call->argument[1],
	};

	return VFS_ASK(call, VFS_FLOCK, &request, NULL);
}

long posix_do_ioctl(const struct posix_call *call)
{
	const struct vfs_ioctl_req request = {
		.fd = (int32_t)call->argument[0],
		.request = (u32)call->argument[1],
		.argument = posix_address(call->argument[2]),
	};
	struct vfs_value_reply reply;
	const int error = VFS_ASK(call, VFS_IOCTL, &request, &reply);

	return error != 0 ? error : (long)reply.value;
}
