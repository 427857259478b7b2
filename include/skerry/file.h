/* What programs see of files: Linux's generic numbers and layouts, so that a libc passes them on.
 * lib/posix translates the open flags of architectures that number them in their own way.
 */
#pragma once

#include <skerry/types.h>

/* open: access, then flags */
#define FILE_READ_ONLY 00u
#define FILE_WRITE_ONLY 01u
#define FILE_READ_WRITE 02u
#define FILE_ACCESS_MASK 03u
#define FILE_CREATE 0100u
#define FILE_EXCLUSIVE 0200u
#define FILE_NO_TERMINAL 0400u
#define FILE_TRUNCATE 01000u
#define FILE_APPEND 02000u
#define FILE_NONBLOCK 04000u
#define FILE_DATA_SYNC 010000u
#define FILE_DIRECT 040000u
#define FILE_LARGE 0100000u
#define FILE_DIRECTORY 0200000u
#define FILE_NO_FOLLOW 0400000u
#define FILE_NO_ACCESS_TIME 01000000u
#define FILE_CLOSE_ON_EXEC 02000000u
#define FILE_SYNC 04010000u
#define FILE_PATH 010000000u

/* mode */
#define MODE_TYPE 0170000u
#define MODE_SOCKET 0140000u
#define MODE_LINK 0120000u
#define MODE_REGULAR 0100000u
#define MODE_BLOCK 0060000u
#define MODE_DIRECTORY 0040000u
#define MODE_CHARACTER 0020000u
#define MODE_PIPE 0010000u
#define MODE_SET_USER 04000u
#define MODE_SET_GROUP 02000u
#define MODE_STICKY 01000u
#define MODE_PERMISSIONS 07777u

/* `directory` of calls with a path, and their flags */
#define AT_CURRENT (-100)
#define AT_NO_FOLLOW 0x100u
#define AT_EFFECTIVE 0x200u /* access: by effective ids */
#define AT_REMOVE_DIRECTORY 0x200u
#define AT_FOLLOW 0x400u
#define AT_EMPTY 0x1000u /* path "": the descriptor itself */

/* access */
#define ACCESS_EXECUTE 1u
#define ACCESS_WRITE 2u
#define ACCESS_READ 4u

/* rename */
#define RENAME_KEEP 1u	   /* EEXIST rather than replace */
#define RENAME_EXCHANGE 2u /* both are there, and change places */

/* lseek */
#define SEEK_START 0u
#define SEEK_CURRENT 1u
#define SEEK_FROM_END 2u
#define SEEK_TO_DATA 3u
#define SEEK_TO_HOLE 4u

/* poll, epoll, CHR_POLL */
#define POLL_IN 0x001u
#define POLL_PRIORITY 0x002u
#define POLL_OUT 0x004u
#define POLL_ERROR 0x008u
#define POLL_HANGUP 0x010u
#define POLL_INVALID 0x020u
#define POLL_IN_NORMAL 0x040u
#define POLL_OUT_NORMAL 0x100u

struct poll_entry {
	int32_t fd;
	int16_t events;
	int16_t ready;
};

#define EPOLL_ONE_SHOT 0x40000000u
#define EPOLL_EDGE 0x80000000u

/* fcntl */
#define FILE_DUPLICATE 0u
#define FILE_GET_DESCRIPTOR 1u
#define FILE_SET_DESCRIPTOR 2u
#define FILE_GET_FLAGS 3u
#define FILE_SET_FLAGS 4u
#define FILE_DUPLICATE_CLOSE_ON_EXEC 1030u
#define FILE_GET_PIPE_SIZE 1032u
#define DESCRIPTOR_CLOSE_ON_EXEC 1u

#define LOCK_TYPE_READ 0
#define LOCK_TYPE_WRITE 1
#define LOCK_TYPE_NONE 2

/* flock */
#define FLOCK_SHARED 1u
#define FLOCK_EXCLUSIVE 2u
#define FLOCK_NO_WAIT 4u
#define FLOCK_UNLOCK 8u

/* utimensat: nanoseconds of a time that is not that time, but says which */
#define TIME_NOW 0x3FFFFFFFu
#define TIME_OMIT 0x3FFFFFFEu

/* mount flags */
#define MOUNT_READ_ONLY 1u
#define MOUNT_NO_SET_ID 2u
#define MOUNT_NO_DEVICES 4u
#define MOUNT_NO_EXECUTE 8u

#define PATH_BYTES_MAX 4096u /* with NUL */
#define NAME_BYTES_MAX 255u  /* without */
#define LINKS_FOLLOWED_MAX 40u

/* struct statx */
struct file_time {
	int64_t seconds __attribute__((aligned(8)));
	u32 nanoseconds;
	u32 reserved;
};

#define STAT_BASIC 0x7FFu /* of `mask`: all but the time of birth is there */

struct file_status {
	u32 mask;
	u32 block_size;
	u64 attributes;
	u32 links;
	u32 user;
	u32 group;
	uint16_t mode;
	uint16_t reserved;
	u64 inode;
	u64 bytes;
	u64 blocks; /* of 512 bytes */
	u64 attributes_mask;
	struct file_time accessed, born, changed, modified;
	u32 special_major, special_minor;
	u32 device_major, device_minor;
	u64 mount;
	u64 spare[13];
};

_Static_assert(sizeof(struct file_status) == 256, "as Linux has it");
_Static_assert(offsetof(struct file_status, accessed) == 64, "as Linux has it");
_Static_assert(offsetof(struct file_status, special_major) == 128, "as Linux has it");

/* struct dirent64 of getdents64: as long as record_bytes says, a multiple of 8 */
struct directory_entry {
	u64 inode;
	int64_t next __attribute__((aligned(8))); /* a position for lseek */
	uint16_t record_bytes;
	uint8_t type; /* MODE_TYPE >> 12 */
	char name[];
};

#define DIRECTORY_ENTRY_NAME 19u /* where the name begins */

_Static_assert(offsetof(struct directory_entry, name) == DIRECTORY_ENTRY_NAME, "as Linux has it");

/* Skerry's own: libc makes its statfs of it. */
struct file_system_status {
	u64 type;
	u64 block_size;
	u64 blocks;
	u64 blocks_free;
	u64 inodes;
	u64 inodes_free;
	u64 volume;
	u32 name_bytes_max;
	u32 flags; /* MOUNT_* */
};
