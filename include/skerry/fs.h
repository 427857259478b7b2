/* VFS and file servers: requests of fs.def, and the one message that goes back. */
#pragma once

#include <skerry/errno.h>
#include <skerry/file.h>
#include <skerry/grant.h>
#include <skerry/message.h>
#include <skerry/services.h>

/* All requests begin with tag and volume; names are given without NUL. */
struct fs_mount_req {
	u32 tag;
	u32 flags; /* MOUNT_* */
	grant_t source;
	u32 source_bytes; /* 0: none */
};

struct fs_volume_req {
	u32 tag;
	u32 volume;
};

#define FS_DIRECTORY 1u

struct fs_name_req {
	u32 tag;
	u32 volume;
	u64 directory;
	grant_t name;
	uint16_t name_bytes;
	uint16_t flags; /* of FS_UNLINK: FS_DIRECTORY */
};

struct fs_create_req {
	u32 tag;
	u32 volume;
	u64 directory;
	grant_t name;
	u32 name_bytes;
	u32 mode;
	u32 user;
	u32 group;
	u32 major;
	u32 minor;
};

struct fs_symlink_req {
	u32 tag;
	u32 volume;
	u64 directory;
	grant_t name;
	grant_t text;
	uint16_t name_bytes;
	uint16_t text_bytes;
	u32 user;
	u32 group;
};

struct fs_link_req {
	u32 tag;
	u32 volume;
	u64 inode;
	u64 directory;
	grant_t name;
	u32 name_bytes;
};

struct fs_rename_req {
	u32 tag;
	u32 volume;
	u64 from_directory;
	u64 to_directory;
	grant_t from;
	grant_t to;
	uint16_t from_bytes;
	uint16_t to_bytes;
	u32 flags;
};

#define FS_APPEND 1u
#define FS_HOLE 1u

struct fs_io_req {
	u32 tag;
	u32 volume;
	u64 inode;
	u64 offset;
	u64 bytes; /* of the grant, from its offset 0 */
	grant_t grant;
	u32 flags;
};

#define FS_SET_MODE 1u
#define FS_SET_USER 2u
#define FS_SET_GROUP 4u
#define FS_SET_SIZE 8u
#define FS_SET_ACCESSED 16u
#define FS_SET_MODIFIED 32u

/* Times are nanoseconds since 1970. */
struct fs_set_req {
	u32 tag;
	u32 volume;
	u64 inode;
	u32 what;     /* FS_SET_*: at once, or not at all */
	u32 mode;     /* permissions */
	u64 value[2]; /* size; accessed, modified. Not size and times in one */
	u32 user;
	u32 group;
};

struct fs_forget_req {
	u32 tag;
	u32 volume;
	u64 inode;
	u32 count;
};

/* What a server sends to VFS. */
#define FS_ANSWER MESSAGE_TYPE(PROTOCOL_FS, 0x100)

struct fs_empty_reply {
};

struct fs_node {
	u64 inode;
	u64 bytes;
	u32 mode;
	u32 user;
	u32 group;
	u32 links;
	u32 special_major, special_minor;
};

struct fs_mount_reply {
	struct fs_node root; /* one reference */
	u32 volume;
	u32 flags; /* MOUNT_READ_ONLY: it is, though that was not asked for */
};

struct fs_node_reply {
	struct fs_node node;
};

struct fs_count_reply {
	u64 count;
	u64 offset;
	u64 size;
};

struct fs_answer {
	u32 tag;
	int32_t result;
	uint8_t reply[MESSAGE_PAYLOAD_SIZE - 8] __attribute__((aligned(8)));
};

enum {
#define CALL(name, nr, request, reply, handler, right, what) name = MESSAGE_TYPE(PROTOCOL_FS, nr),
#include <skerry/fs.def>
#undef CALL
};

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(sizeof(struct request) <= MESSAGE_PAYLOAD_SIZE, #request " too large");     \
	_Static_assert(sizeof(struct reply) <= MESSAGE_PAYLOAD_SIZE - 8, #reply " too large");
#include <skerry/fs.def>
#undef CALL
