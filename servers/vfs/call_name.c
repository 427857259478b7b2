/* Calls that make, remove and change names. */
#include "memory.h"
#include "mount.h"
#include "name.h"
#include "process.h"
#include <string.h>

static int may_change(const struct process *process, const struct vnode *directory)
{
	const int error = vnode_allows(directory, process, ACCESS_WRITE | ACCESS_EXECUTE);

	if (error != 0)
		return error;
	return directory->mount->flags & MOUNT_READ_ONLY ? -EROFS : 0;
}

int name_may_make(const struct process *process, const struct place *place)
{
	return place->parent == NULL ? -EEXIST : may_change(process, place->parent);
}

void new_file_owner(const struct process *process, const struct vnode *directory,
		    struct fs_new_file *file)
{
	const bool inherits = directory->mode & MODE_SET_GROUP;

	file->user = process->effective_user;
	file->group = inherits ? directory->group : process->effective_group;
	file->mode &= ~(process->umask & 0777);
	if (inherits && (file->mode & MODE_TYPE) == MODE_DIRECTORY)
		file->mode |= MODE_SET_GROUP;
}

/* --- Making ----------------------------------------------------------------------------------- */

static int node_may_be(const struct process *process, uint32_t mode)
{
	switch (mode & MODE_TYPE) {
	case 0:
	case MODE_REGULAR:
	case MODE_DIRECTORY:
	case MODE_PIPE:
	case MODE_SOCKET:
		return 0;
	case MODE_CHARACTER:
	case MODE_BLOCK:
		return process->effective_user == 0 ? 0 : -EPERM;
	default:
		return -EINVAL;
	}
}

struct answer vfs_do_make_node(struct call *call, const struct vfs_node_req *req,
			       struct vfs_empty_reply *rep)
{
	struct fs_new_file file = {
		.mode = req->mode & MODE_TYPE ? req->mode : req->mode | MODE_REGULAR,
		.special_major = req->major,
		.special_minor = req->minor,
	};
	struct vnode *vnode;
	struct place place;
	int error = node_may_be(call->process, req->mode);

	(void)rep;
	if (req->mode & ~(MODE_TYPE | MODE_PERMISSIONS))
		error = -EINVAL;
	if (error == 0)
		error = path_find(call, req->directory, req->path, req->path_bytes, PATH_PARENT, 0,
				  &place);
	if (error != 0)
		return answer(error);
	if (place.vnode != NULL)
		error = -EEXIST;
	else if (place.slash && (file.mode & MODE_TYPE) != MODE_DIRECTORY)
		error = -ENOENT;
	else
		error = name_may_make(call->process, &place);
	if (error == 0) {
		new_file_owner(call->process, place.parent, &file);
		error = fs_create(place.parent, place.name, &file, &vnode);
	}
	if (error == 0)
		vnode_put(vnode);
	place_put(&place);
	return answer(error);
}

/* The last component of a path that is to be a new name, 1 of the worker. */
static int new_name(struct call *call, int32_t directory, uint64_t path, uint32_t bytes,
		    struct place *place)
{
	int error = path_find(call, directory, path, bytes, PATH_PARENT, 1, place);

	if (error != 0)
		return error;
	error = place->vnode != NULL ? -EEXIST
		: place->slash	     ? -ENOENT
				     : name_may_make(call->process, place);
	if (error != 0)
		place_put(place);
	return error;
}

struct answer vfs_do_link(struct call *call, const struct vfs_two_paths_req *req,
			  struct vfs_empty_reply *rep)
{
	const uint32_t follow = req->flags & AT_FOLLOW ? 0 : AT_NO_FOLLOW;
	struct vnode *vnode;
	struct place place;
	int error;

	(void)rep;
	if (req->flags & ~(AT_FOLLOW | AT_EMPTY))
		return answer(-EINVAL);
	error = path_find_or_file(call, req->from_directory, req->from, req->from_bytes,
				  follow | (req->flags & AT_EMPTY), &vnode);
	if (error != 0)
		return answer(error);
	if (vnode_is(vnode, MODE_DIRECTORY))
		error = -EPERM;
	else
		error = new_name(call, req->to_directory, req->to, req->to_bytes, &place);
	if (error == 0) {
		error = place.parent->mount != vnode->mount
				? -EXDEV
				: fs_link(vnode, place.parent, place.name);
		place_put(&place);
	}
	vnode_put(vnode);
	return answer(error);
}

/* The text is fetched when the walk to the name no longer needs the worker's buffer. */
struct answer vfs_do_symlink(struct call *call, const struct vfs_two_paths_req *req,
			     struct vfs_empty_reply *rep)
{
	struct worker *worker = worker_self();
	struct place place;
	int error = new_name(call, req->to_directory, req->to, req->to_bytes, &place);

	(void)rep;
	if (error != 0)
		return answer(error);
	if (req->flags != 0)
		error = -EINVAL;
	else
		error = path_fetch(call, req->from, req->from_bytes);
	if (error == 0 && worker->path[req->from_bytes - 1] != '\0')
		error = -EINVAL;
	if (error == 0 && worker->path[0] == '\0')
		error = -ENOENT;
	if (error == 0)
		error = fs_symlink(place.parent, place.name, worker->path, call->process);
	place_put(&place);
	return answer(error);
}

struct answer vfs_do_read_link(struct call *call, const struct vfs_read_link_req *req,
			       struct vfs_count_reply *rep)
{
	const struct fs_memory memory = {.call = call, .address = req->address};
	struct fs_count_reply reply;
	struct vnode *vnode;
	int error;

	if (req->bytes == 0)
		return answer(-EINVAL);
	error = path_find_or_file(call, req->directory, req->path, req->path_bytes,
				  AT_NO_FOLLOW | AT_EMPTY, &vnode);
	if (error != 0)
		return answer(error);
	if (!vnode_is(vnode, MODE_LINK))
		error = -EINVAL;
	else
		error = fs_transfer(vnode, FS_READ_LINK, &memory, 0,
				    req->bytes < PATH_BYTES_MAX ? req->bytes : PATH_BYTES_MAX, 0,
				    &reply);
	if (error == 0)
		rep->count = reply.count;
	vnode_put(vnode);
	return answer(error);
}

/* --- Removing --------------------------------------------------------------------------------- */

/* The name is there: may the process take it out of its directory? */
static int may_remove(const struct process *process, const struct place *place)
{
	const struct vnode *directory = place->parent;
	const int error = may_change(process, directory);

	if (error != 0)
		return error;
	if (directory->mode & MODE_STICKY && !process_owns(process, place->vnode) &&
	    process->effective_user != directory->user)
		return -EPERM;
	return place->vnode->mount != directory->mount ? -EBUSY : 0;
}

static int unlink_check(const struct process *process, const struct place *place,
			bool wants_directory)
{
	const bool directory = place->vnode != NULL && vnode_is(place->vnode, MODE_DIRECTORY);

	if (place->parent == NULL && wants_directory)
		return strcmp(place->name, ".") == 0	? -EINVAL
		       : strcmp(place->name, "..") == 0 ? -ENOTEMPTY
							: -EBUSY;
	if (place->parent == NULL)
		return -EISDIR;
	if (place->vnode == NULL)
		return -ENOENT;
	if (directory != wants_directory)
		return directory ? -EISDIR : -ENOTDIR;
	return may_remove(process, place);
}

struct answer vfs_do_unlink(struct call *call, const struct vfs_path_req *req,
			    struct vfs_empty_reply *rep)
{
	const bool directory = req->flags & AT_REMOVE_DIRECTORY;
	struct place place;
	int error;

	(void)rep;
	if (req->flags & ~AT_REMOVE_DIRECTORY)
		return answer(-EINVAL);
	error = path_find(call, req->directory, req->path, req->path_bytes, PATH_PARENT, 0, &place);
	if (error != 0)
		return answer(error);
	error = unlink_check(call->process, &place, directory);
	if (error == 0)
		error = fs_unlink(place.parent, place.name, directory);
	if (error == 0)
		place.vnode->removed = true;
	place_put(&place);
	return answer(error);
}

/* --- Renaming --------------------------------------------------------------------------------- */

static int rename_check(const struct process *process, const struct place *from,
			const struct place *to, uint32_t flags)
{
	int error;

	if (from->parent == NULL || to->parent == NULL)
		return -EBUSY;
	if (from->vnode == NULL)
		return -ENOENT;
	if (from->parent->mount != to->parent->mount)
		return -EXDEV;
	if (to->vnode == NULL && to->slash && !vnode_is(from->vnode, MODE_DIRECTORY))
		return -ENOTDIR;
	error = may_remove(process, from);
	if (error == 0)
		error = to->vnode != NULL ? may_remove(process, to)
					  : may_change(process, to->parent);
	if (error != 0)
		return error;
	if (to->vnode == NULL)
		return flags & RENAME_EXCHANGE ? -ENOENT : 0;
	if (flags & RENAME_KEEP)
		return -EEXIST;
	return 0;
}

struct answer vfs_do_rename(struct call *call, const struct vfs_two_paths_req *req,
			    struct vfs_empty_reply *rep)
{
	struct place from, to;
	int error;

	(void)rep;
	if (req->flags & ~(RENAME_KEEP | RENAME_EXCHANGE) ||
	    req->flags == (RENAME_KEEP | RENAME_EXCHANGE))
		return answer(-EINVAL);
	error = path_find(call, req->from_directory, req->from, req->from_bytes, PATH_PARENT, 0,
			  &from);
	if (error != 0)
		return answer(error);
	error = path_find(call, req->to_directory, req->to, req->to_bytes, PATH_PARENT, 1, &to);
	if (error == 0) {
		error = rename_check(call->process, &from, &to, req->flags);
		if (error == 0)
			error = fs_rename(from.parent, from.name, to.parent, to.name, req->flags);
		if (error == 0 && to.vnode != NULL && to.vnode != from.vnode &&
		    !(req->flags & RENAME_EXCHANGE))
			to.vnode->removed = true;
		place_put(&to);
	}
	place_put(&from);
	return answer(error);
}
