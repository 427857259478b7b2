/* What file servers are asked: one function a row of fs.def. All run in workers, wait for the
 * answer, and believe nothing that it says before they have looked at it: -EIO for nonsense, and
 * for a server that is gone.
 */
#pragma once

#include "mount.h"
#include "vnode.h"

/* Who gets read data, or has what is written. One of: memory of the caller; memory of VFS. */
struct fs_memory {
	struct call *call; /* whose caller's `address`; NULL: `own` */
	uint64_t address;
	void *own;
	endpoint_t granter; /* of `grant`, from `address` on, if neither; EP_NONE */
	grant_t grant;
};

int fs_mount(endpoint_t server, uint32_t flags, const char *source, struct fs_mount_reply *reply);
int fs_unmount(struct mount *mount);

/* A name in a directory: the vnode, with a reference. Names are at most NAME_BYTES_MAX long and lie
 * in VFS's memory. */
int fs_lookup(struct vnode *directory, const char *name, struct vnode **found);

struct fs_new_file {
	uint32_t mode, user, group;
	uint32_t special_major, special_minor;
};

int fs_create(struct vnode *directory, const char *name, const struct fs_new_file *file,
	      struct vnode **found);
int fs_symlink(struct vnode *directory, const char *name, const char *text,
	       const struct process *process);
int fs_link(struct vnode *vnode, struct vnode *directory, const char *name);
int fs_unlink(struct vnode *directory, const char *name, bool is_directory);
int fs_rename(struct vnode *from_directory, const char *from, struct vnode *to_directory,
	      const char *to, uint32_t flags);

/* Reading and writing, by row: FS_READ, FS_WRITE, FS_READ_LINK, FS_GETDENTS. */
int fs_transfer(struct vnode *vnode, uint32_t row, const struct fs_memory *memory, uint64_t offset,
		uint64_t bytes, uint32_t flags, struct fs_count_reply *reply);

int fs_stat(struct vnode *vnode, struct file_status *status);
int fs_statfs(struct mount *mount, struct file_system_status *status);
/* req: all but tag, volume and inode. */
int fs_set(struct vnode *vnode, struct fs_set_req *req);
int fs_seek(struct vnode *vnode, uint64_t offset, uint32_t flags, uint64_t *found);
int fs_sync(struct mount *mount, uint64_t inode);

/* References go back; nobody waits. */
void fs_forget(struct mount *mount, uint64_t inode, uint32_t count);
