/* Files by name. */
#include "file_flags.h"
#include "vfs_ask.h"

#include <string.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

static uint32_t path_bytes(const struct posix_call *call, unsigned int argument)
{
	return posix_path_bytes((const char *)call->argument[argument]);
}

/* A directory, a path and flags of AT_*, where most calls have the first two. */
static struct vfs_path_req path_request(const struct posix_call *call, uint32_t flags)
{
	return (struct vfs_path_req){
		.directory = (int32_t)call->argument[0],
		.path_bytes = path_bytes(call, 1),
		.path = posix_address(call->argument[1]),
		.flags = flags,
	};
}

/* Rows that take a descriptor as a path of it. */
static const char nothing[] = "";

long posix_do_openat(const struct posix_call *call)
{
	const struct vfs_open_req request = {
		.directory = (int32_t)call->argument[0],
		.path_bytes = path_bytes(call, 1),
		.path = posix_address(call->argument[1]),
		.flags = posix_flags_get(call->argument[2]),
		.mode = (u32)call->argument[3],
	};
	struct vfs_fd_reply reply;
	const int error = VFS_ASK(call, VFS_OPEN, &request, &reply);

	return error != 0 ? error : reply.fd;
}

long posix_do_statx(const struct posix_call *call)
{
	const struct vfs_stat_req request = {
		.directory = (int32_t)call->argument[0],
		.path_bytes = path_bytes(call, 1),
		.path = posix_address(call->argument[1]),
		.address = posix_address(call->argument[4]),
		.flags = (u32)call->argument[2] & (AT_NO_FOLLOW | AT_EMPTY),
	};

	return VFS_ASK(call, VFS_STAT, &request, NULL);
}

static long access_ask(const struct posix_call *call, uint32_t flags)
{
	const struct vfs_access_req request = {
		.directory = (int32_t)call->argument[0],
		.path_bytes = path_bytes(call, 1),
		.path = posix_address(call->argument[1]),
		.flags = flags,
		.access = (u32)call->argument[2],
	};

	return VFS_ASK(call, VFS_ACCESS, &request, NULL);
}

long posix_do_faccessat(const struct posix_call *call)
{
	return access_ask(call, 0);
}

long posix_do_faccessat2(const struct posix_call *call)
{
	return access_ask(call, (u32)call->argument[3]);
}

static long node_make(const struct posix_call *call, uint32_t mode, uint64_t device)
{
	const struct vfs_node_req request = {
		.directory = (int32_t)call->argument[0],
		.path_bytes = path_bytes(call, 1),
		.path = posix_address(call->argument[1]),
		.mode = mode,
		.major = major(device),
		.minor = minor(device),
	};

	return VFS_ASK(call, VFS_MAKE_NODE, &request, NULL);
}

long posix_do_mkdirat(const struct posix_call *call)
{
	return node_make(call, MODE_DIRECTORY | ((u32)call->argument[2] & MODE_PERMISSIONS), 0);
}

long posix_do_mknodat(const struct posix_call *call)
{
	return node_make(call, (u32)call->argument[2], (unsigned long)call->argument[3]);
}

long posix_do_unlinkat(const struct posix_call *call)
{
	const struct vfs_path_req request = path_request(call, (u32)call->argument[2]);

	return VFS_ASK(call, VFS_UNLINK, &request, NULL);
}

/* Two directories, each with a path. */
static struct vfs_two_paths_req two_paths(const struct posix_call *call)
{
	return (struct vfs_two_paths_req){
		.from_directory = (int32_t)call->argument[0],
		.to_directory = (int32_t)call->argument[2],
		.from = posix_address(call->argument[1]),
		.to = posix_address(call->argument[3]),
		.from_bytes = path_bytes(call, 1),
		.to_bytes = path_bytes(call, 3),
		.flags = (u32)call->argument[4],
	};
}

long posix_do_linkat(const struct posix_call *call)
{
	const struct vfs_two_paths_req request = two_paths(call);

	return VFS_ASK(call, VFS_LINK, &request, NULL);
}

long posix_do_renameat2(const struct posix_call *call)
{
	const struct vfs_two_paths_req request = two_paths(call);

	return VFS_ASK(call, VFS_RENAME, &request, NULL);
}

long posix_do_symlinkat(const struct posix_call *call)
{
	const struct vfs_two_paths_req request = {
		.to_directory = (int32_t)call->argument[1],
		.from = posix_address(call->argument[0]),
		.to = posix_address(call->argument[2]),
		.from_bytes = path_bytes(call, 0),
		.to_bytes = path_bytes(call, 2),
	};

	return VFS_ASK(call, VFS_SYMLINK, &request, NULL);
}

long posix_do_readlinkat(const struct posix_call *call)
{
	const struct vfs_read_link_req request = {
		.directory = (int32_t)call->argument[0],
		.path_bytes = path_bytes(call, 1),
		.path = posix_address(call->argument[1]),
		.address = posix_address(call->argument[2]),
		.bytes = posix_address(call->argument[3]),
	};
	struct vfs_count_reply reply;
	const int error = VFS_ASK(call, VFS_READ_LINK, &request, &reply);

	return error != 0 ? error : (long)reply.count;
}

long posix_do_fchmodat(const struct posix_call *call)
{
	const struct vfs_mode_req request = {
		.directory = (int32_t)call->argument[0],
		.path_bytes = path_bytes(call, 1),
		.path = posix_address(call->argument[1]),
		.mode = (u32)call->argument[2],
	};

	return VFS_ASK(call, VFS_CHANGE_MODE, &request, NULL);
}

long posix_do_fchmod(const struct posix_call *call)
{
	const struct vfs_mode_req request = {
		.directory = (int32_t)call->argument[0],
		.path_bytes = sizeof(nothing),
		.path = (uintptr_t)nothing,
		.flags = AT_EMPTY,
		.mode = (u32)call->argument[1],
	};

	return VFS_ASK(call, VFS_CHANGE_MODE, &request, NULL);
}

long posix_do_fchownat(const struct posix_call *call)
{
	const struct vfs_owner_req request = {
		.directory = (int32_t)call->argument[0],
		.path_bytes = path_bytes(call, 1),
		.path = posix_address(call->argument[1]),
		.flags = (u32)call->argument[4],
		.user = (u32)call->argument[2],
		.group = (u32)call->argument[3],
	};

	return VFS_ASK(call, VFS_CHANGE_OWNER, &request, NULL);
}

long posix_do_fchown(const struct posix_call *call)
{
	const struct vfs_owner_req request = {
		.directory = (int32_t)call->argument[0],
		.path_bytes = sizeof(nothing),
		.path = (uintptr_t)nothing,
		.flags = AT_EMPTY,
		.user = (u32)call->argument[1],
		.group = (u32)call->argument[2],
	};

	return VFS_ASK(call, VFS_CHANGE_OWNER, &request, NULL);
}

/* No path: the descriptor's file. No times: now. */
long posix_do_utimensat(const struct posix_call *call)
{
	const struct posix_timespec *times = (const struct posix_timespec *)call->argument[2];
	struct vfs_times_req request = {
		.directory = (int32_t)call->argument[0],
		.path_bytes = path_bytes(call, 1),
		.path = posix_address(call->argument[1]),
		.accessed_nanoseconds = TIME_NOW,
		.modified_nanoseconds = TIME_NOW,
		.flags = (u32)call->argument[3],
	};

	if (call->argument[1] == 0) {
		request.path_bytes = sizeof(nothing);
		request.path = (uintptr_t)nothing;
		request.flags |= AT_EMPTY;
	}
	if (times != NULL) {
		request.accessed = (uint64_t)times[0].seconds;
		request.modified = (uint64_t)times[1].seconds;
		request.accessed_nanoseconds = (u32)times[0].nanoseconds;
		request.modified_nanoseconds = (u32)times[1].nanoseconds;
	}
	return VFS_ASK(call, VFS_SET_TIMES, &request, NULL);
}

long posix_do_truncate(const struct posix_call *call)
{
	const struct vfs_truncate_req request = {
		.directory = AT_CURRENT,
		.path_bytes = path_bytes(call, 0),
		.path = posix_address(call->argument[0]),
		.size = posix_wide(call, 1),
	};

	return VFS_ASK(call, VFS_TRUNCATE, &request, NULL);
}

long posix_do_ftruncate(const struct posix_call *call)
{
	const struct vfs_truncate_req request = {
		.directory = (int32_t)call->argument[0],
		.path_bytes = sizeof(nothing),
		.path = (uintptr_t)nothing,
		.size = posix_wide(call, 1),
		.flags = AT_EMPTY,
	};

	return VFS_ASK(call, VFS_TRUNCATE, &request, NULL);
}

/* --- File systems ----------------------------------------------------------------------------- */

static long statfs_ask(const struct posix_call *call, struct vfs_stat_req *request)
{
	struct statfs *to = (struct statfs *)call->argument[2];
	struct file_system_status status;
	int error;

	request->address = (uintptr_t)&status;
	error = VFS_ASK(call, VFS_STATFS, request, NULL);
	if (error != 0)
		return error;
	memset(to, 0, sizeof(*to));
	to->f_type = (unsigned long)status.type;
	to->f_bsize = to->f_frsize = (unsigned long)status.block_size;
	to->f_blocks = status.blocks;
	to->f_bfree = to->f_bavail = status.blocks_free;
	to->f_files = status.inodes;
	to->f_ffree = status.inodes_free;
	to->f_fsid.__val[0] = (int)status.volume;
	to->f_fsid.__val[1] = (int)(status.volume >> 32);
	to->f_namelen = status.name_bytes_max;
	to->f_flags = status.flags;
	return 0;
}

long posix_do_statfs64(const struct posix_call *call)
{
	struct vfs_stat_req request = {
		.directory = AT_CURRENT,
		.path_bytes = path_bytes(call, 0),
		.path = posix_address(call->argument[0]),
	};

	return statfs_ask(call, &request);
}

long posix_do_fstatfs64(const struct posix_call *call)
{
	struct vfs_stat_req request = {
		.directory = (int32_t)call->argument[0],
		.path_bytes = sizeof(nothing),
		.path = (uintptr_t)nothing,
		.flags = AT_EMPTY,
	};

	return statfs_ask(call, &request);
}

long posix_do_mount(const struct posix_call *call)
{
	const char *type = (const char *)call->argument[2];
	struct vfs_mount_req request = {
		.source = posix_address(call->argument[0]),
		.target = posix_address(call->argument[1]),
		.source_bytes = path_bytes(call, 0),
		.target_bytes = path_bytes(call, 1),
		.flags = (u32)call->argument[3],
	};

	if (type == NULL || strlen(type) >= sizeof(request.type))
		return -ENODEV;
	strcpy(request.type, type);
	return VFS_ASK(call, VFS_MOUNT, &request, NULL);
}

long posix_do_umount2(const struct posix_call *call)
{
	const struct vfs_path_req request = {
		.directory = AT_CURRENT,
		.path_bytes = path_bytes(call, 0),
		.path = posix_address(call->argument[0]),
	};

	return VFS_ASK(call, VFS_UNMOUNT, &request, NULL);
}

/* --- Where a process is ----------------------------------------------------------------------- */

static struct vfs_path_req path_alone(const struct posix_call *call)
{
	return (struct vfs_path_req){
		.directory = AT_CURRENT,
		.path_bytes = path_bytes(call, 0),
		.path = posix_address(call->argument[0]),
	};
}

long posix_do_chdir(const struct posix_call *call)
{
	const struct vfs_path_req request = path_alone(call);

	return VFS_ASK(call, VFS_CHDIR, &request, NULL);
}

long posix_do_fchdir(const struct posix_call *call)
{
	const struct vfs_path_req request = {
		.directory = (int32_t)call->argument[0],
		.path_bytes = sizeof(nothing),
		.path = (uintptr_t)nothing,
		.flags = AT_EMPTY,
	};

	return VFS_ASK(call, VFS_CHDIR, &request, NULL);
}

long posix_do_chroot(const struct posix_call *call)
{
	const struct vfs_path_req request = path_alone(call);

	return VFS_ASK(call, VFS_CHROOT, &request, NULL);
}

long posix_do_getcwd(const struct posix_call *call)
{
	const struct vfs_buffer_req request = {
		.address = posix_address(call->argument[0]),
		.bytes = posix_address(call->argument[1]),
	};
	struct vfs_count_reply reply;
	const int error = VFS_ASK(call, VFS_GETCWD, &request, &reply);

	return error != 0 ? error : (long)reply.count;
}

long posix_do_umask(const struct posix_call *call)
{
	const struct vfs_value_req request = {(u32)call->argument[0]};
	struct vfs_value_reply reply;
	const int error = VFS_ASK(call, VFS_UMASK, &request, &reply);

	return error != 0 ? error : (long)reply.value;
}
