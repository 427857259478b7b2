/* Where a process is: its current directory, its root, and the path from one to the other. */
#include "fs.h"
#include "memory.h"
#include "mount.h"
#include "path.h"
#include "process.h"
#include <string.h>

/* A directory that the process may search; `flags` as of vfs_path_req. */
static int directory_find(struct call *call, const struct vfs_path_req *req, struct vnode **found)
{
	int error;

	if (req->flags & ~AT_EMPTY)
		return -EINVAL;
	error = path_find_or_file(call, req->directory, req->path, req->path_bytes, req->flags,
				  found);
	if (error != 0)
		return error;
	error = vnode_is(*found, MODE_DIRECTORY)
			? vnode_allows(*found, call->process, ACCESS_EXECUTE)
			: -ENOTDIR;
	if (error != 0)
		vnode_put(*found);
	return error;
}

struct answer vfs_do_chdir(struct call *call, const struct vfs_path_req *req,
			   struct vfs_empty_reply *rep)
{
	struct vnode *directory, *old = call->process->current;
	const int error = directory_find(call, req, &directory);

	(void)rep;
	if (error != 0)
		return answer(error);
	old = call->process->current;
	call->process->current = directory;
	vnode_put(old);
	return answer(0);
}

struct answer vfs_do_chroot(struct call *call, const struct vfs_path_req *req,
			    struct vfs_empty_reply *rep)
{
	struct vnode *directory, *old;
	int error;

	(void)rep;
	if (call->process->effective_user != 0)
		return answer(-EPERM);
	error = directory_find(call, req, &directory);
	if (error != 0)
		return answer(error);
	old = call->process->root;
	call->process->root = directory;
	vnode_put(old);
	return answer(0);
}

/* --- The path of the current directory -------------------------------------------------------- */

#define ENTRY_BYTES 1024u

/* The name of an inode in one piece of a directory. */
static bool name_in(const char *entries, uint64_t bytes, uint64_t inode,
		    char name[NAME_BYTES_MAX + 1])
{
	uint64_t at = 0;

	while (at + DIRECTORY_ENTRY_NAME < bytes) {
		const struct directory_entry *entry = (const void *)(entries + at);
		const size_t room = entry->record_bytes - DIRECTORY_ENTRY_NAME;

		if (entry->record_bytes <= DIRECTORY_ENTRY_NAME ||
		    entry->record_bytes > bytes - at ||
		    strnlen(entry->name, room) > NAME_BYTES_MAX ||
		    strnlen(entry->name, room) == room)
			return false;
		if (entry->inode == inode && strcmp(entry->name, ".") != 0 &&
		    strcmp(entry->name, "..") != 0) {
			strcpy(name, entry->name);
			return true;
		}
		at += entry->record_bytes;
	}
	return false;
}

static int name_of(struct vnode *directory, uint64_t inode, char name[NAME_BYTES_MAX + 1])
{
	char entries[ENTRY_BYTES] __attribute__((aligned(8)));
	const struct fs_memory memory = {.own = entries};
	struct fs_count_reply reply = {.offset = 0};
	int error;

	do {
		error = fs_transfer(directory, FS_GETDENTS, &memory, reply.offset, sizeof(entries),
				    0, &reply);
		if (error != 0)
			return error;
		if (name_in(entries, reply.count, inode, name))
			return 0;
	} while (reply.count > 0);
	return -ENOENT;
}

/* Put the name of `at` in front of the path, and go up. */
static int name_prepend(struct process *process, struct vnode **at, char *path, uint32_t *start)
{
	char *name = worker_self()->name[0];
	struct vnode *child = vnode_get(*at), *up;
	size_t length;
	int error;

	/* In its parent it has the number of what it covers. */
	while (child == child->mount->root && child->mount->covered != NULL) {
		struct vnode *below = vnode_get(child->mount->covered);

		vnode_put(child);
		child = below;
	}
	error = path_up(process, *at, &up);
	if (error == 0) {
		error = up == *at ? -ENOENT : name_of(up, child->inode, name);
		if (error != 0)
			vnode_put(up);
	}
	vnode_put(child);
	if (error != 0)
		return error;
	vnode_put(*at);
	*at = up;
	length = strlen(name);
	if (length + 1 > *start)
		return -ENAMETOOLONG;
	*start -= length;
	memcpy(path + *start, name, length);
	path[--*start] = '/';
	return 0;
}

struct answer vfs_do_getcwd(struct call *call, const struct vfs_buffer_req *req,
			    struct vfs_count_reply *rep)
{
	struct process *process = call->process;
	char *path = worker_self()->path;
	uint32_t start = PATH_BYTES_MAX - 1;
	struct vnode *at;
	int error = 0;

	if (process->current == NULL)
		return answer(-ENOENT);
	path[start] = '\0';
	at = vnode_get(process->current);
	while (at != process->root && error == 0) {
		/* Outside of the root there is no path. */
		if (at == mount_root())
			error = -ENOENT;
		else
			error = name_prepend(process, &at, path, &start);
	}
	vnode_put(at);
	if (error == 0 && start == PATH_BYTES_MAX - 1)
		path[--start] = '/';
	if (error == 0 && PATH_BYTES_MAX - start > req->bytes)
		error = -ERANGE;
	if (error == 0)
		error = memory_write(call, req->address, path + start, PATH_BYTES_MAX - start);
	rep->count = PATH_BYTES_MAX - start;
	return answer(error);
}
