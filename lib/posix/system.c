/* The system as a whole: memory, randomness. */
#include "pm_ask.h"
#include "vfs_ask.h"
#include "vm_ask.h"

#include <string.h>
#include <sys/sysinfo.h>

static int statistics_ask(const struct posix_call *call, struct vm_statistics *statistics)
{
	const struct vm_info_req request = {
		.what = VM_INFO_STATISTICS,
		.address = (uintptr_t)statistics,
		.bytes = sizeof(*statistics),
	};

	return VM_ASK(call, VM_INFO, &request, NULL);
}

long posix_do_sysinfo(const struct posix_call *call)
{
	struct sysinfo *to = (struct sysinfo *)call->argument[0];
	struct vm_statistics memory;
	const int error = statistics_ask(call, &memory);

	if (error != 0)
		return error;
	memset(to, 0, sizeof(*to));
	to->uptime = (unsigned long)(posix_clock(call->page, false) / POSIX_SECOND);
	to->totalram = (unsigned long)memory.frames;
	to->freeram = (unsigned long)memory.frames_free;
	to->bufferram = (unsigned long)memory.frames_cache;
	to->procs = (unsigned short)memory.spaces;
	to->mem_unit = (unsigned int)memory.page_size;
	return 0;
}

/* From the device that gathers it. */
long posix_do_getrandom(const struct posix_call *call)
{
	static const char path[] = "/dev/urandom";
	const struct vfs_open_req open = {
		.directory = AT_CURRENT,
		.path_bytes = sizeof(path),
		.path = (uintptr_t)path,
		.flags = FILE_READ_ONLY | FILE_CLOSE_ON_EXEC,
	};
	struct vfs_io_req request = {
		.address = posix_address(call->argument[0]),
		.bytes = posix_address(call->argument[1]),
	};
	struct vfs_fd_req close;
	struct vfs_fd_reply opened;
	struct vfs_count_reply reply;
	int error = VFS_ASK(call, VFS_OPEN, &open, &opened);

	if (error != 0)
		return -ENOSYS;
	request.fd = close.fd = opened.fd;
	error = VFS_ASK(call, VFS_READ, &request, &reply);
	(void)VFS_ASK(call, VFS_CLOSE, &close, NULL);
	return error != 0 ? error : (long)reply.count;
}
