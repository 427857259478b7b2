/* Messages between PM and VFS: what the rows of pm_vfs.def carry. */
#pragma once

#include <skerry/errno.h>
#include <skerry/message.h>
#include <skerry/pm.h>
#include <skerry/services.h>

/* Requests that PM may have under way: it waits for answers before it sends more. */
#define PM_VFS_WINDOW 8u

/* Every answer begins so. */
struct pm_vfs_reply {
	u32 tag;
	int32_t result;
};

struct pm_vfs_ready_req {
	u32 reserved;
};

/* `process` is new; parent EP_NONE: a service started it (no files; root and current directory are
 * the root; user 0). It makes no call before this is answered. */
struct pm_vfs_fork_req {
	u32 tag;
	endpoint_t process;
	endpoint_t parent;
	pid32 pid;
	pid32 group, session; /* the parent's too */
};

struct pm_vfs_process_req {
	u32 tag;
	endpoint_t process;
};

struct pm_vfs_handle_req {
	u32 tag;
	u32 handle;
};

/* The grant shows PM's memory, read and write: at 0 `path_bytes` of path, NUL included; at
 * `head_offset` there is place for `head_bytes` from the beginning of the file. */
struct pm_vfs_exec_open_req {
	u32 tag;
	endpoint_t process;
	grant_t grant;
	u32 path_bytes;
	u32 head_offset;
	u32 head_bytes;
};

#define PM_VFS_NOSUID 1u /* the file system is mounted so */

struct pm_vfs_exec_open_reply {
	u32 tag;
	int32_t result;
	u32 handle;
	u32 head_bytes; /* read */
	u64 file_bytes;
	u32 mode; /* st_mode */
	u32 uid, gid;
	u32 flags; /* PM_VFS_NOSUID */
};

struct pm_vfs_exec_read_req {
	u32 tag;
	u32 handle;
	grant_t grant;
	u32 bytes;
	u64 grant_offset;
	u64 offset; /* in the file */
};

struct pm_vfs_count_reply {
	u32 tag;
	int32_t result;
	u64 bytes;
};

struct pm_vfs_exec_map_req {
	u32 tag;
	u32 handle;
	space_t space;
	u32 protection; /* VM_READ, VM_WRITE, VM_EXECUTE */
	u64 address;	/* page aligned, as the rest is; nothing is mapped there */
	u64 offset;	/* in the file */
	u64 bytes;
};

/* `groups`: a read grant of u32 group[group_count], which may be 0. */
struct pm_vfs_credentials_req {
	u32 tag;
	endpoint_t process;
	u32 user, effective_user, saved_user;
	u32 group, effective_group, saved_group;
	u32 group_count;
	grant_t groups;
};

struct pm_vfs_group_req {
	u32 tag;
	endpoint_t process;
	pid32 session;
	pid32 group;
};

/* error: -EINTR, or -ERESTART when the program's library shall repeat the call. The thread is
 * stopped by PM until VFS has answered. A call that cannot be interrupted ends in its own way. */
struct pm_vfs_interrupt_req {
	u32 tag;
	endpoint_t thread;
	int32_t error;
};

struct pm_vfs_limits_req {
	u32 tag;
	endpoint_t process;
	u64 files;	/* RLIMIT_NOFILE */
	u64 file_bytes; /* RLIMIT_FSIZE; PM_LIMIT_NONE */
};

/* The answer to a row has the row's type with this bit. */
#define PM_VFS_ANSWER_BIT 0x8000u
#define PM_VFS_ANSWER(row) ((row) | PM_VFS_ANSWER_BIT)

enum {
#define CALL(name, nr, request, reply, handler, right, what)                                       \
	name = MESSAGE_TYPE(PROTOCOL_PM_VFS, nr),
#include <skerry/pm_vfs.def>
#undef CALL
};

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(sizeof(struct request) <= MESSAGE_PAYLOAD_SIZE, #request " too large");     \
	_Static_assert(sizeof(struct reply) <= MESSAGE_PAYLOAD_SIZE, #reply " too large");         \
	_Static_assert(offsetof(struct reply, tag) == 0, #reply " begins with the tag");
#include <skerry/pm_vfs.def>
#undef CALL
