/* Opening: by path, what must be made or emptied, and what kind of thing it is. */
#include "device.h"
#include "fs.h"
#include "kinds.h"
#include "map.h"
#include "name.h"
#include "open_file.h"
#include "path.h"
#include "pipe.h"
#include "process.h"

#define FLAGS_ALL                                                                                  \
	(FILE_ACCESS_MASK | FILE_CREATE | FILE_EXCLUSIVE | FILE_NO_TERMINAL | FILE_TRUNCATE |      \
	 FILE_APPEND | FILE_NONBLOCK | FILE_SYNC | FILE_DIRECT | FILE_LARGE | FILE_DIRECTORY |     \
	 FILE_NO_FOLLOW | FILE_NO_ACCESS_TIME | FILE_CLOSE_ON_EXEC | FILE_PATH | FILE_ASYNC)
#define FLAGS_KEPT (FILE_ACCESS_MASK | FILE_APPEND | FILE_NONBLOCK | FILE_SYNC | FILE_PATH)
#define FILE_ASYNC 020000u /* taken, and never done */
#define CREATE_TRIES 4u
#define OPENED 1u /* call->state: call->file waits for its driver, or the other end of a pipe */

static const struct file_kind *kind_of(const struct vnode *vnode)
{
	switch (vnode->mode & MODE_TYPE) {
	case MODE_REGULAR:
		return &kind_regular;
	case MODE_DIRECTORY:
		return &kind_directory;
	case MODE_PIPE:
		return &kind_pipe;
	case MODE_CHARACTER:
		return &kind_device;
	default:
		return NULL;
	}
}

static uint32_t access_of(uint32_t flags)
{
	const uint32_t how = flags & FILE_ACCESS_MASK;

	return (how != FILE_WRITE_ONLY ? ACCESS_READ : 0) |
	       (how != FILE_READ_ONLY || flags & FILE_TRUNCATE ? ACCESS_WRITE : 0);
}

/* May an existing file be opened like that? */
static int existing_check(struct call *call, const struct place *place, uint32_t flags)
{
	const struct vnode *vnode = place->vnode;
	const bool directory = vnode_is(vnode, MODE_DIRECTORY);

	if (flags & FILE_CREATE && flags & FILE_EXCLUSIVE)
		return -EEXIST;
	if (flags & FILE_DIRECTORY && !directory)
		return -ENOTDIR;
	if (flags & FILE_PATH)
		return 0;
	if (vnode_is(vnode, MODE_LINK))
		return -ELOOP;
	if (directory && (access_of(flags) & ACCESS_WRITE || flags & FILE_CREATE))
		return -EISDIR;
	if (vnode_is(vnode, MODE_CHARACTER) && vnode->mount->flags & MOUNT_NO_DEVICES)
		return -EACCES;
	if (access_of(flags) & ACCESS_WRITE && vnode->mount->flags & MOUNT_READ_ONLY &&
	    (vnode_is(vnode, MODE_REGULAR) || directory))
		return -EROFS;
	return vnode_allows(vnode, call->process, access_of(flags));
}

static int make(struct call *call, struct place *place, uint32_t mode)
{
	struct fs_new_file file = {.mode = MODE_REGULAR | (mode & MODE_PERMISSIONS)};
	int error = name_may_make(call->process, place);

	if (error != 0)
		return error;
	if (place->slash)
		return -EISDIR;
	new_file_owner(call->process, place->parent, &file);
	return fs_create(place->parent, place->name, &file, &place->vnode);
}

/* The file's place, made if need be. */
static int find(struct call *call, const struct vfs_open_req *req, struct place *place, bool *made)
{
	const bool follow =
		!(req->flags & FILE_NO_FOLLOW) &&
		(req->flags & (FILE_CREATE | FILE_EXCLUSIVE)) != (FILE_CREATE | FILE_EXCLUSIVE);
	const uint32_t flags =
		(follow ? PATH_FOLLOW : 0) | (req->flags & FILE_CREATE ? PATH_PARENT : 0);
	int error = -EEXIST;

	*made = false;
	for (unsigned int i = 0; i < CREATE_TRIES && error == -EEXIST; i++) {
		error = path_find(call, req->directory, req->path, req->path_bytes, flags, 0,
				  place);
		if (error != 0)
			return error;
		if (place->vnode != NULL) {
			error = existing_check(call, place, req->flags);
			break;
		}
		error = make(call, place, req->mode);
		*made = error == 0;
		/* Somebody else made it meanwhile: then it is there. */
		if (error == -EEXIST && req->flags & FILE_EXCLUSIVE)
			break;
		if (error == -EEXIST)
			place_put(place);
	}
	if (error != 0)
		place_put(place);
	return error;
}

static int empty(struct vnode *vnode)
{
	struct fs_set_req request = {.what = FS_SET_SIZE};
	const int error = map_flush(vnode);

	return error != 0 ? error : map_resized(vnode, fs_set(vnode, &request));
}

static int file_make(struct vnode *vnode, uint32_t flags, struct open_file **file)
{
	const struct file_kind *kind = flags & FILE_PATH ? &kind_regular : kind_of(vnode);

	if (kind == NULL)
		return -ENXIO;
	*file = open_file_make(kind, flags & FLAGS_KEPT);
	if (*file == NULL)
		return -ENFILE;
	(*file)->vnode = vnode_get(vnode);
	return 0;
}

/* The file is open: all but the descriptor. */
static struct answer finish(struct call *call, const struct vfs_open_req *req,
			    struct vfs_fd_reply *rep)
{
	const int fd = descriptor_free(call->process, 0);

	if (fd >= 0)
		descriptor_set(call->process, fd, call->file, req->flags & FILE_CLOSE_ON_EXEC);
	else
		open_file_put(call->file);
	call->file = NULL;
	rep->fd = fd;
	return answer(fd < 0 ? fd : 0);
}

/* What may wait: it is asked again when something has happened. */
static struct answer go_on(struct call *call, const struct vfs_open_req *req,
			   struct vfs_fd_reply *rep)
{
	struct answer said = answer(0);

	call->state |= OPENED;
	if (call->file->kind == &kind_pipe)
		said = pipe_open_named(call, call->file);
	else if (call->file->kind == &kind_device)
		said = device_open(call, call->file, req->flags);
	if (said.later)
		return said;
	if (said.code == 0)
		return finish(call, req, rep);
	open_file_put(call->file);
	call->file = NULL;
	return said;
}

struct answer vfs_do_open(struct call *call, const struct vfs_open_req *req,
			  struct vfs_fd_reply *rep)
{
	struct place place;
	int error;
	bool made;

	if (call->state & OPENED)
		return go_on(call, req, rep);
	if (req->flags & ~FLAGS_ALL || (req->flags & FILE_ACCESS_MASK) == FILE_ACCESS_MASK)
		return answer(-EINVAL);
	error = descriptor_free(call->process, 0);
	if (error < 0)
		return answer(error);
	error = find(call, req, &place, &made);
	if (error != 0)
		return answer(error);
	error = file_make(place.vnode, req->flags, &call->file);
	if (error == 0 && req->flags & FILE_TRUNCATE && !made &&
	    call->file->kind == &kind_regular && !(req->flags & FILE_PATH)) {
		error = empty(place.vnode);
		if (error != 0)
			open_file_put(call->file);
	}
	place_put(&place);
	if (error != 0) {
		call->file = NULL;
		return answer(error);
	}
	return req->flags & FILE_PATH ? finish(call, req, rep) : go_on(call, req, rep);
}

struct answer vfs_do_close(struct call *call, const struct vfs_fd_req *req,
			   struct vfs_empty_reply *rep)
{
	struct open_file *file = descriptor_take(call->process, req->fd);

	(void)rep;
	if (file == NULL)
		return answer(-EBADF);
	open_file_close(call->process, file);
	return answer(0);
}
