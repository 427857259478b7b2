/* Calls to VFS: one stub a row of skerry/vfs.def (server_call.h says what they do). */
#pragma once

#include <server_call.h>
#include <skerry/vfs.h>

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	typedef struct request name##_REQUEST;                                                     \
	typedef struct reply name##_REPLY;
#include <skerry/vfs.def>
#undef CALL

SERVER_STUB(vfs_open, VFS_OPEN, VFS_ENDPOINT)
SERVER_STUB(vfs_stat, VFS_STAT, VFS_ENDPOINT)
SERVER_STUB(vfs_access, VFS_ACCESS, VFS_ENDPOINT)
SERVER_STUB(vfs_make_node, VFS_MAKE_NODE, VFS_ENDPOINT)
SERVER_STUB(vfs_link, VFS_LINK, VFS_ENDPOINT)
SERVER_STUB(vfs_symlink, VFS_SYMLINK, VFS_ENDPOINT)
SERVER_STUB(vfs_read_link, VFS_READ_LINK, VFS_ENDPOINT)
SERVER_STUB(vfs_unlink, VFS_UNLINK, VFS_ENDPOINT)
SERVER_STUB(vfs_rename, VFS_RENAME, VFS_ENDPOINT)
SERVER_STUB(vfs_change_mode, VFS_CHANGE_MODE, VFS_ENDPOINT)
SERVER_STUB(vfs_change_owner, VFS_CHANGE_OWNER, VFS_ENDPOINT)
SERVER_STUB(vfs_set_times, VFS_SET_TIMES, VFS_ENDPOINT)
SERVER_STUB(vfs_truncate, VFS_TRUNCATE, VFS_ENDPOINT)
SERVER_STUB(vfs_statfs, VFS_STATFS, VFS_ENDPOINT)
SERVER_STUB(vfs_chdir, VFS_CHDIR, VFS_ENDPOINT)
SERVER_STUB(vfs_chroot, VFS_CHROOT, VFS_ENDPOINT)
SERVER_STUB(vfs_getcwd, VFS_GETCWD, VFS_ENDPOINT)
SERVER_STUB(vfs_umask, VFS_UMASK, VFS_ENDPOINT)
SERVER_STUB(vfs_mount, VFS_MOUNT, VFS_ENDPOINT)
SERVER_STUB(vfs_unmount, VFS_UNMOUNT, VFS_ENDPOINT)
SERVER_STUB(vfs_sync, VFS_SYNC, VFS_ENDPOINT)
SERVER_STUB(vfs_close, VFS_CLOSE, VFS_ENDPOINT)
SERVER_STUB(vfs_read, VFS_READ, VFS_ENDPOINT)
SERVER_STUB(vfs_write, VFS_WRITE, VFS_ENDPOINT)
SERVER_STUB(vfs_read_vector, VFS_READ_VECTOR, VFS_ENDPOINT)
SERVER_STUB(vfs_write_vector, VFS_WRITE_VECTOR, VFS_ENDPOINT)
SERVER_STUB(vfs_seek, VFS_SEEK, VFS_ENDPOINT)
SERVER_STUB(vfs_getdents, VFS_GETDENTS, VFS_ENDPOINT)
SERVER_STUB(vfs_fsync, VFS_FSYNC, VFS_ENDPOINT)
SERVER_STUB(vfs_dup, VFS_DUP, VFS_ENDPOINT)
SERVER_STUB(vfs_fcntl, VFS_FCNTL, VFS_ENDPOINT)
SERVER_STUB(vfs_lock, VFS_LOCK, VFS_ENDPOINT)
SERVER_STUB(vfs_flock, VFS_FLOCK, VFS_ENDPOINT)
SERVER_STUB(vfs_ioctl, VFS_IOCTL, VFS_ENDPOINT)
SERVER_STUB(vfs_map, VFS_MAP, VFS_ENDPOINT)
SERVER_STUB(vfs_pipe, VFS_PIPE, VFS_ENDPOINT)
SERVER_STUB(vfs_poll, VFS_POLL, VFS_ENDPOINT)
SERVER_STUB(vfs_epoll, VFS_EPOLL, VFS_ENDPOINT)
SERVER_STUB(vfs_epoll_set, VFS_EPOLL_SET, VFS_ENDPOINT)
SERVER_STUB(vfs_epoll_wait, VFS_EPOLL_WAIT, VFS_ENDPOINT)
SERVER_STUB(vfs_event, VFS_EVENT, VFS_ENDPOINT)
SERVER_STUB(vfs_driver_up, VFS_DRIVER_UP, VFS_ENDPOINT)
SERVER_STUB(vfs_server_up, VFS_SERVER_UP, VFS_ENDPOINT)

/* A row without a stub does not compile. */
#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(name##_STUB == 0, #name " has no stub");
#include <skerry/vfs.def>
#undef CALL
