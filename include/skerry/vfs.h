/* VFS's protocol: requests and replies of vfs.def. Addresses are in the caller's process. */
#pragma once

#include <skerry/errno.h>
#include <skerry/file.h>
#include <skerry/message.h>
#include <skerry/services.h>

/* Who may call. */
#define VFS_ALL 0u
#define VFS_SERVICE 1u

struct vfs_empty_req {
};

struct vfs_empty_reply {
};

struct vfs_open_req {
	int32_t directory;
	u32 path_bytes;
	u64 path;
	u32 flags; /* FILE_* */
	u32 mode;  /* of a file that is made */
};

struct vfs_fd_reply {
	int32_t fd;
};

struct vfs_path_req {
	int32_t directory;
	u32 path_bytes;
	u64 path;
	u32 flags; /* AT_* */
};

struct vfs_stat_req {
	int32_t directory;
	u32 path_bytes;
	u64 path;
	u64 address; /* of the structure to be filled */
	u32 flags;   /* AT_* */
};

struct vfs_access_req {
	int32_t directory;
	u32 path_bytes;
	u64 path;
	u32 flags; /* AT_* */
	u32 access;
};

struct vfs_node_req {
	int32_t directory;
	u32 path_bytes;
	u64 path;
	u32 mode;
	u32 major;
	u32 minor;
};

/* from: the text of VFS_SYMLINK. */
struct vfs_two_paths_req {
	int32_t from_directory;
	int32_t to_directory;
	u64 from;
	u64 to;
	u32 from_bytes;
	u32 to_bytes;
	u32 flags;
};

struct vfs_read_link_req {
	int32_t directory;
	u32 path_bytes;
	u64 path;
	u64 address;
	u64 bytes;
};

struct vfs_count_reply {
	u64 count;
};

struct vfs_mode_req {
	int32_t directory;
	u32 path_bytes;
	u64 path;
	u32 flags;
	u32 mode;
};

struct vfs_owner_req {
	int32_t directory;
	u32 path_bytes;
	u64 path;
	u32 flags;
	u32 user;
	u32 group;
};

/* Seconds since 1970; nanoseconds may be TIME_NOW, TIME_OMIT. */
struct vfs_times_req {
	int32_t directory;
	u32 path_bytes;
	u64 path;
	u64 accessed;
	u64 modified;
	u32 accessed_nanoseconds;
	u32 modified_nanoseconds;
	u32 flags;
};

struct vfs_truncate_req {
	int32_t directory;
	u32 path_bytes;
	u64 path;
	u64 size;
	u32 flags; /* AT_EMPTY */
};

struct vfs_buffer_req {
	u64 address;
	u64 bytes;
};

struct vfs_value_req {
	u32 value;
};

struct vfs_value_reply {
	u32 value;
};

/* `source` may be nothing: 0 bytes. */
struct vfs_mount_req {
	u64 source;
	u64 target;
	u32 source_bytes;
	u32 target_bytes;
	u32 flags;     /* MOUNT_* */
	char type[16]; /* of the file server, NUL-ended */
};

struct vfs_fd_req {
	int32_t fd;
};

#define VFS_AT 1u

struct vfs_io_req {
	int32_t fd;
	u32 flags; /* VFS_AT */
	u64 address;
	u64 bytes;
	u64 offset;
};

#define VFS_VECTOR_MAX 1024u

struct vfs_element {
	u64 address;
	u64 bytes;
};

struct vfs_seek_req {
	int32_t fd;
	u32 whence; /* SEEK_* */
	int64_t offset;
};

struct vfs_offset_reply {
	u64 offset;
};

struct vfs_fd_buffer_req {
	int32_t fd;
	u32 reserved;
	u64 address;
	u64 bytes;
};

#define VFS_DUP_FROM 1u

struct vfs_dup_req {
	int32_t fd;
	int32_t to;
	u32 flags; /* FILE_CLOSE_ON_EXEC */
	u32 how;   /* VFS_DUP_FROM, or 0: dup3; EINVAL if both are one */
};

struct vfs_fcntl_req {
	int32_t fd;
	u32 command;
	u32 argument;
};

#define VFS_LOCK_GET 0u
#define VFS_LOCK_SET 1u
#define VFS_LOCK_WAIT 2u

/* As struct flock has it: length 0 reaches to the end of the file, wherever that is. */
struct vfs_lock_req {
	int32_t fd;
	uint16_t how;
	int16_t type;	/* LOCK_TYPE_* */
	int64_t start;	/* counted from `whence` */
	int64_t length; /* negative: what lies before */
	u32 whence;	/* SEEK_START, SEEK_CURRENT, SEEK_FROM_END */
};

/* VFS_LOCK_GET: one that is in the way, from the file's beginning; else LOCK_TYPE_NONE. */
struct vfs_lock_reply {
	int32_t type;
	int32_t pid;
	u64 start;
	u64 length; /* 0: to the end */
};

struct vfs_flock_req {
	int32_t fd;
	u32 operation; /* FLOCK_* */
};

struct vfs_ioctl_req {
	int32_t fd;
	u32 request;
	u64 argument;
};

/* protection, flags: VM_READ and so on, VM_MAP_FIXED, FIXED_NOREPLACE, SHARED (vm.h). */
struct vfs_map_req {
	int32_t fd;
	u32 flags;
	u64 address;
	u64 bytes;
	u64 offset; /* whole pages */
	u32 protection;
};

struct vfs_address_reply {
	u64 address;
};

struct vfs_pipe_reply {
	int32_t fd[2]; /* to read, to write */
};

#define VFS_FOREVER UINT64_MAX
#define VFS_POLL_MAX 1024u

struct vfs_poll_req {
	u64 entries;
	ns64 wait;
	u32 count; /* EINVAL above VFS_POLL_MAX */
};

#define VFS_EPOLL_ADD 1u
#define VFS_EPOLL_REMOVE 2u
#define VFS_EPOLL_CHANGE 3u

struct vfs_epoll_set_req {
	int32_t epoll;
	int32_t fd;
	u32 what; /* VFS_EPOLL_* */
	u32 events;
	u64 data;
};

/* Linux pads its own differently from one architecture to another. */
struct vfs_epoll_event {
	u32 events;
	u32 reserved;
	u64 data;
};

struct vfs_epoll_wait_req {
	int32_t epoll;
	u32 count;
	u64 events;
	ns64 wait;
};

#define VFS_EVENT_SEMAPHORE 1u /* of flags, beside FILE_NONBLOCK and FILE_CLOSE_ON_EXEC */

struct vfs_event_req {
	u64 value;
	u32 flags;
};

/* One range of minor numbers; several calls for several. */
struct vfs_driver_up_req {
	u32 major;
	u32 minor; /* the first */
	u32 count;
	u32 reserved;
	char name[16]; /* for people */
};

struct vfs_server_up_req {
	char type[16]; /* as mount() names it; NUL-ended */
};

enum {
#define CALL(name, nr, request, reply, handler, right, what) name = MESSAGE_TYPE(PROTOCOL_VFS, nr),
#include <skerry/vfs.def>
#undef CALL
};

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(sizeof(struct request) <= MESSAGE_PAYLOAD_SIZE, #request " too large");     \
	_Static_assert(sizeof(struct reply) <= MESSAGE_PAYLOAD_SIZE, #reply " too large");
#include <skerry/vfs.def>
#undef CALL
