/* Calls that tell and change what a file is: status, permissions, owners, times, size. */
#include "clock.h"
#include "fs.h"
#include "map.h"
#include "memory.h"
#include "mount.h"
#include "open_file.h"
#include "path.h"
#include "peer.h"
#include "process.h"
#include <string.h>
#include <sys.h>

#define DEVICE_MAJOR 0u /* of volumes; the minor number is the mount's */
#define SECOND 1000000000ull

/* --- Asking ----------------------------------------------------------------------------------- */

/* What no server knows: pipes without a name, and the like. */
static void status_make(struct file_status *status)
{
	memset(status, 0, sizeof(*status));
	status->mask = STAT_BASIC;
	status->block_size = 4096;
	status->links = 1;
	status->mode = MODE_PIPE | 0600;
	status->inode = 1;
}

static int status_of(struct vnode *vnode, struct file_status *status)
{
	int error = map_flush(vnode);

	if (error == 0)
		error = fs_stat(vnode, status);
	status->device_major = DEVICE_MAJOR;
	status->device_minor = mount_number(vnode->mount);
	status->mount = mount_number(vnode->mount);
	return error;
}

struct answer vfs_do_stat(struct call *call, const struct vfs_stat_req *req,
			  struct vfs_empty_reply *rep)
{
	struct file_status *status = &worker_self()->status;
	const struct open_file *file = descriptor_file(call->process, req->directory);
	struct vnode *vnode;
	int error;

	(void)rep;
	if (req->flags & ~(AT_NO_FOLLOW | AT_EMPTY))
		return answer(-EINVAL);
	if (req->flags & AT_EMPTY && req->path_bytes <= 1 && file != NULL && file->vnode == NULL) {
		status_make(status);
		return answer(memory_write(call, req->address, status, sizeof(*status)));
	}
	error = path_find_or_file(call, req->directory, req->path, req->path_bytes, req->flags,
				  &vnode);
	if (error != 0)
		return answer(error);
	error = status_of(vnode, status);
	vnode_put(vnode);
	if (error == 0)
		error = memory_write(call, req->address, status, sizeof(*status));
	return answer(error);
}

struct answer vfs_do_statfs(struct call *call, const struct vfs_stat_req *req,
			    struct vfs_empty_reply *rep)
{
	struct file_system_status status;
	struct vnode *vnode;
	int error;

	(void)rep;
	if (req->flags & ~AT_EMPTY)
		return answer(-EINVAL);
	error = path_find_or_file(call, req->directory, req->path, req->path_bytes, req->flags,
				  &vnode);
	if (error != 0)
		return answer(error);
	error = fs_statfs(vnode->mount, &status);
	status.flags = vnode->mount->flags;
	status.volume = mount_number(vnode->mount);
	vnode_put(vnode);
	if (error == 0)
		error = memory_write(call, req->address, &status, sizeof(status));
	return answer(error);
}

struct answer vfs_do_access(struct call *call, const struct vfs_access_req *req,
			    struct vfs_empty_reply *rep)
{
	const uint32_t path_flags = req->flags & (AT_NO_FOLLOW | AT_EMPTY);
	struct vnode *vnode;
	int error;

	(void)rep;
	if (req->flags & ~(AT_NO_FOLLOW | AT_EMPTY | AT_EFFECTIVE) ||
	    req->access & ~(ACCESS_READ | ACCESS_WRITE | ACCESS_EXECUTE))
		return answer(-EINVAL);
	error = path_find_or_file(call, req->directory, req->path, req->path_bytes, path_flags,
				  &vnode);
	if (error != 0)
		return answer(error);
	error = req->flags & AT_EFFECTIVE ? vnode_allows(vnode, call->process, req->access)
					  : vnode_allows_real(vnode, call->process, req->access);
	if (error == 0 && req->access & ACCESS_WRITE && vnode->mount->flags & MOUNT_READ_ONLY)
		error = -EROFS;
	vnode_put(vnode);
	return answer(error);
}

/* --- Changing --------------------------------------------------------------------------------- */

/* The file, if its volume may be written. */
static int changeable(struct call *call, int32_t directory, uint64_t path, uint32_t bytes,
		      uint32_t flags, struct vnode **vnode)
{
	int error;

	if (flags & ~(AT_NO_FOLLOW | AT_EMPTY))
		return -EINVAL;
	error = path_find_or_file(call, directory, path, bytes, flags, vnode);
	if (error == 0 && (*vnode)->mount->flags & MOUNT_READ_ONLY) {
		vnode_put(*vnode);
		error = -EROFS;
	}
	return error;
}

struct answer vfs_do_change_mode(struct call *call, const struct vfs_mode_req *req,
				 struct vfs_empty_reply *rep)
{
	struct fs_set_req set = {.what = FS_SET_MODE, .mode = req->mode & MODE_PERMISSIONS};
	struct vnode *vnode;
	int error =
		changeable(call, req->directory, req->path, req->path_bytes, req->flags, &vnode);

	(void)rep;
	if (error != 0)
		return answer(error);
	if (vnode_is(vnode, MODE_LINK))
		error = -EOPNOTSUPP;
	else if (!process_owns(call->process, vnode))
		error = -EPERM;
	/* Nobody makes a file run as a group that he is not in. */
	if (call->process->effective_user != 0 && !vnode_is(vnode, MODE_DIRECTORY) &&
	    !process_in_group(call->process, vnode->group))
		set.mode &= ~MODE_SET_GROUP;
	if (error == 0)
		error = fs_set(vnode, &set);
	vnode_put(vnode);
	return answer(error);
}

struct answer vfs_do_change_owner(struct call *call, const struct vfs_owner_req *req,
				  struct vfs_empty_reply *rep)
{
	const struct process *process = call->process;
	struct fs_set_req set = {.user = req->user, .group = req->group};
	struct vnode *vnode;
	int error =
		changeable(call, req->directory, req->path, req->path_bytes, req->flags, &vnode);

	(void)rep;
	if (error != 0)
		return answer(error);
	set.what = (req->user != UINT32_MAX ? FS_SET_USER : 0) |
		   (req->group != UINT32_MAX ? FS_SET_GROUP : 0);
	if (process->effective_user != 0 &&
	    (!process_owns(process, vnode) ||
	     (set.what & FS_SET_USER && req->user != vnode->user) ||
	     (set.what & FS_SET_GROUP && !process_in_group(process, req->group))))
		error = -EPERM;
	/* Whoever owns it now did not ask for it to run as himself. */
	if (vnode_is(vnode, MODE_REGULAR) && vnode->mode & (MODE_SET_USER | MODE_SET_GROUP)) {
		set.what |= FS_SET_MODE;
		set.mode = vnode->mode & MODE_PERMISSIONS & ~(MODE_SET_USER | MODE_SET_GROUP);
	}
	if (error == 0 && set.what != 0)
		error = fs_set(vnode, &set);
	vnode_put(vnode);
	return answer(error);
}

static bool time_valid(uint32_t nanoseconds)
{
	return nanoseconds < SECOND || nanoseconds == TIME_NOW || nanoseconds == TIME_OMIT;
}

static uint64_t time_of(uint64_t seconds, uint32_t nanoseconds)
{
	return nanoseconds == TIME_NOW ? clock_today() : seconds * SECOND + nanoseconds;
}

struct answer vfs_do_set_times(struct call *call, const struct vfs_times_req *req,
			       struct vfs_empty_reply *rep)
{
	const bool now =
		req->accessed_nanoseconds == TIME_NOW && req->modified_nanoseconds == TIME_NOW;
	struct fs_set_req set = {.what = 0};
	struct vnode *vnode;
	int error;

	(void)rep;
	if (!time_valid(req->accessed_nanoseconds) || !time_valid(req->modified_nanoseconds))
		return answer(-EINVAL);
	error = changeable(call, req->directory, req->path, req->path_bytes, req->flags, &vnode);
	if (error != 0)
		return answer(error);
	if (req->accessed_nanoseconds != TIME_OMIT)
		set.what |= FS_SET_ACCESSED;
	if (req->modified_nanoseconds != TIME_OMIT)
		set.what |= FS_SET_MODIFIED;
	set.value[0] = time_of(req->accessed, req->accessed_nanoseconds);
	set.value[1] = time_of(req->modified, req->modified_nanoseconds);
	if (set.what != 0 && !process_owns(call->process, vnode))
		error = now ? vnode_allows(vnode, call->process, ACCESS_WRITE) : -EPERM;
	if (error == 0 && set.what != 0)
		error = fs_set(vnode, &set);
	vnode_put(vnode);
	return answer(error);
}

/* --- Size ------------------------------------------------------------------------------------- */

static int truncate_check(struct call *call, const struct vnode *vnode, bool by_descriptor,
			  uint64_t size)
{
	if (vnode_is(vnode, MODE_DIRECTORY))
		return -EISDIR;
	if (!vnode_is(vnode, MODE_REGULAR))
		return -EINVAL;
	if (size > call->process->file_bytes_allowed)
		return -EFBIG;
	return by_descriptor ? 0 : vnode_allows(vnode, call->process, ACCESS_WRITE);
}

struct answer vfs_do_truncate(struct call *call, const struct vfs_truncate_req *req,
			      struct vfs_empty_reply *rep)
{
	const bool by_descriptor = req->flags & AT_EMPTY && req->path_bytes <= 1;
	struct fs_set_req set = {.what = FS_SET_SIZE, .value = {req->size}};
	const struct open_file *file = descriptor_file(call->process, req->directory);
	struct vnode *vnode;
	int error;

	(void)rep;
	if (req->size > INT64_MAX)
		return answer(-EINVAL);
	if (by_descriptor && file == NULL)
		return answer(-EBADF);
	if (by_descriptor &&
	    ((file->flags & FILE_ACCESS_MASK) == FILE_READ_ONLY || file->flags & FILE_PATH))
		return answer(-EINVAL);
	error = changeable(call, req->directory, req->path, req->path_bytes, req->flags, &vnode);
	if (error != 0)
		return answer(error);
	error = truncate_check(call, vnode, by_descriptor, req->size);
	if (error == 0)
		error = map_flush(vnode);
	if (error == 0)
		error = map_resized(vnode, fs_set(vnode, &set));
	vnode_put(vnode);
	return answer(error);
}
