/* The walk along a path. */
#include "path.h"

#include "fs.h"
#include "memory.h"
#include "mount.h"
#include "open_file.h"
#include "path_text.h"
#include "process.h"
#include <string.h>
#include <sys.h>

struct walk {
	struct process *process;
	struct path_text text;
	uint32_t flags;
	unsigned int links;
	struct vnode *at; /* a reference */
};

/* What is mounted there, in place of the vnode and its reference. */
static struct vnode *cross_down(struct vnode *vnode)
{
	while (vnode->covered != NULL) {
		struct vnode *root = vnode_get(vnode->covered->root);

		vnode_put(vnode);
		vnode = root;
	}
	return vnode;
}

int path_up(struct process *process, struct vnode *directory, struct vnode **up)
{
	struct vnode *at = vnode_get(directory);
	int error;

	while (at != process->root && at == at->mount->root && at->mount->covered != NULL) {
		struct vnode *below = vnode_get(at->mount->covered);

		vnode_put(at);
		at = below;
	}
	if (at == process->root || at == at->mount->root) {
		*up = at;
		return 0;
	}
	error = fs_lookup(at, "..", up);
	vnode_put(at);
	if (error == 0)
		*up = cross_down(*up);
	return error;
}

/* One component, from walk->at: its vnode. */
static int step(struct walk *walk, const char *name, struct vnode **found)
{
	int error;

	if (!vnode_is(walk->at, MODE_DIRECTORY))
		return -ENOTDIR;
	error = vnode_allows(walk->at, walk->process, ACCESS_EXECUTE);
	if (error != 0)
		return error;
	if (strcmp(name, ".") == 0) {
		*found = vnode_get(walk->at);
		return 0;
	}
	if (strcmp(name, "..") == 0)
		return path_up(walk->process, walk->at, found);
	error = fs_lookup(walk->at, name, found);
	if (error == 0)
		*found = cross_down(*found);
	return error;
}

/* Put the link's text in front of what is left. */
static int follow(struct walk *walk, struct vnode *link, bool slash)
{
	const struct fs_memory memory = {.own = walk->text.text};
	struct fs_count_reply reply;
	uint32_t room;
	int error;

	if (++walk->links > LINKS_FOLLOWED_MAX)
		return -ELOOP;
	room = path_text_room(&walk->text);
	if (room == 0)
		return -ENAMETOOLONG;
	error = fs_transfer(link, FS_READ_LINK, &memory, 0, room, 0, &reply);
	if (error == 0)
		error = path_text_insert(&walk->text, (uint32_t)reply.count, slash);
	if (error == 0 && path_text_absolute(&walk->text)) {
		vnode_put(walk->at);
		walk->at = vnode_get(walk->process->root);
	}
	return error;
}

static void put(struct vnode *vnode)
{
	if (vnode != NULL)
		vnode_put(vnode);
}

/* The last component was found, or not. */
static void arrive(struct walk *walk, struct place *place, struct vnode *found)
{
	const bool special = strcmp(place->name, ".") == 0 || strcmp(place->name, "..") == 0;

	place->vnode = found;
	if (walk->flags & PATH_PARENT && !special) {
		place->parent = walk->at;
		walk->at = NULL;
	}
}

static int walk_on(struct walk *walk, struct place *place)
{
	struct vnode *found;
	int error;

	if (path_text_absolute(&walk->text)) {
		vnode_put(walk->at);
		walk->at = vnode_get(walk->process->root);
	}
	for (;;) {
		if (path_text_next(&walk->text, place->name, &place->slash) == -ENAMETOOLONG)
			return -ENAMETOOLONG;
		if (place->name[0] == '\0') {
			strcpy(place->name, "/");
			place->vnode = vnode_get(walk->at);
			return 0;
		}
		error = step(walk, place->name, &found);
		if (error == -ENOENT && walk->flags & PATH_PARENT && path_text_ends(&walk->text)) {
			arrive(walk, place, NULL);
			return 0;
		}
		if (error != 0)
			return error;
		if (vnode_is(found, MODE_LINK) &&
		    (!path_text_ends(&walk->text) || place->slash || walk->flags & PATH_FOLLOW)) {
			error = follow(walk, found, place->slash);
			vnode_put(found);
			if (error != 0)
				return error;
			place->name[0] = '\0';
			continue;
		}
		if (path_text_ends(&walk->text)) {
			arrive(walk, place, found);
			return 0;
		}
		vnode_put(walk->at);
		walk->at = found;
		place->name[0] = '\0';
	}
}

static int walk_text(struct walk *walk, struct place *place)
{
	int error;

	place->name[0] = '\0';
	error = walk_on(walk, place);
	put(walk->at);
	/* A slash at the end is for directories; of one that is to be made, the maker says. */
	if (error == 0 && place->slash && place->vnode != NULL &&
	    !vnode_is(place->vnode, MODE_DIRECTORY))
		error = -ENOTDIR;
	if (error != 0)
		place_put(place);
	return error;
}

int path_fetch(struct call *call, uint64_t path, uint32_t bytes)
{
	if (bytes == 0)
		return -ENOENT;
	if (bytes > PATH_BYTES_MAX)
		return -ENAMETOOLONG;
	return memory_read(call, path, worker_self()->path, bytes);
}

/* Where relative paths begin: with a reference. */
static int start_at(struct call *call, int32_t directory, struct vnode **start)
{
	const struct open_file *file;

	if (call->process->root == NULL)
		return -ENOENT;
	*start = call->process->current;
	if (directory != AT_CURRENT && worker_self()->path[0] != '/') {
		file = descriptor_file(call->process, directory);
		if (file == NULL)
			return -EBADF;
		if (file->vnode == NULL || !vnode_is(file->vnode, MODE_DIRECTORY))
			return -ENOTDIR;
		*start = file->vnode;
	}
	vnode_get(*start);
	return 0;
}

int path_find(struct call *call, int32_t directory, uint64_t path, uint32_t bytes, uint32_t flags,
	      unsigned int which, struct place *place)
{
	struct worker *worker = worker_self();
	struct walk walk = {.process = call->process, .flags = flags};
	int error = path_fetch(call, path, bytes);

	*place = (struct place){.name = worker->name[which]};
	if (error == 0)
		error = path_text_begin(&walk.text, worker->path, bytes);
	if (error == 0)
		error = start_at(call, directory, &walk.at);
	return error != 0 ? error : walk_text(&walk, place);
}

int path_find_text(struct process *process, uint32_t bytes, struct vnode **vnode)
{
	struct worker *worker = worker_self();
	struct walk walk = {.process = process, .flags = PATH_FOLLOW};
	struct place place = {.name = worker->name[0]};
	int error = path_text_begin(&walk.text, worker->path, bytes);

	if (error == 0 && process->root == NULL)
		error = -ENOENT;
	if (error != 0)
		return error;
	walk.at = vnode_get(process->current);
	error = walk_text(&walk, &place);
	*vnode = place.vnode;
	return error;
}

int path_find_or_file(struct call *call, int32_t directory, uint64_t path, uint32_t bytes,
		      uint32_t at_flags, struct vnode **vnode)
{
	struct place place;
	struct open_file *file;
	int error;

	if (bytes <= 1 && at_flags & AT_EMPTY && directory == AT_CURRENT) {
		if (call->process->current == NULL)
			return -ENOENT;
		*vnode = vnode_get(call->process->current);
		return 0;
	}
	if (bytes <= 1 && at_flags & AT_EMPTY) {
		file = descriptor_file(call->process, directory);
		if (file == NULL)
			return -EBADF;
		if (file->vnode == NULL)
			return -EINVAL;
		*vnode = vnode_get(file->vnode);
		return 0;
	}
	error = path_find(call, directory, path, bytes, at_flags & AT_NO_FOLLOW ? 0 : PATH_FOLLOW,
			  0, &place);
	*vnode = place.vnode;
	return error;
}

void place_put(struct place *place)
{
	put(place->parent);
	put(place->vnode);
	place->parent = place->vnode = NULL;
}
