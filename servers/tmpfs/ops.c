/* Operations on volumes. Each checks, takes what memory it may need, then does it. */
#include "ops.h"

#include "store.h"
#include <skerry/errno.h>
#include <string.h>

#define VOLUMES_MAX 1024u
#define TYPE 0x01021994u /* of statfs, Linux's for a tmpfs */

static uint32_t last_volume;
static struct node *first; /* the first root, until VFS has mounted it */

static bool is(const struct node *node, uint32_t type)
{
	return (node->mode & MODE_TYPE) == type;
}

static void node_tell(const struct node *from, struct fs_node *to)
{
	*to = (struct fs_node){
		.inode = from->inode,
		.bytes = from->bytes,
		.mode = from->mode,
		.user = from->user,
		.group = from->group,
		.links = from->links,
		.special_major = from->special_major,
		.special_minor = from->special_minor,
	};
}

static int directory_find(uint32_t volume, uint64_t inode, struct node **directory)
{
	*directory = node_find(volume, inode);
	if (*directory == NULL)
		return -ESTALE;
	return is(*directory, MODE_DIRECTORY) ? 0 : -ENOTDIR;
}

static void touch(struct node *node)
{
	node->modified = node->changed = time_now();
}

/* --- Volumes ---------------------------------------------------------------------------------- */

static int volume_make(const char *source, struct node **made)
{
	size_t bytes;
	const void *archive = source[0] != '\0' ? member_find(source, &bytes) : NULL;
	struct node *root = node_make(++last_volume, MODE_DIRECTORY | 0755, time_now());
	int error = 0;

	if (root == NULL)
		return -ENOSPC;
	root->links = 2;
	if (archive != NULL)
		error = fill_from_archive(root, archive, bytes);
	if (error != 0)
		nodes_of_volume_free(last_volume);
	*made = root;
	return error;
}

int first_make(void)
{
	return volume_make(FIRST_SOURCE, &first);
}

static int do_mount(const char *source, uint32_t flags, struct fs_mount_reply *reply)
{
	struct node *root = first;
	int error = 0;

	(void)flags;
	if (root != NULL && strcmp(source, FIRST_SOURCE) == 0)
		first = NULL;
	else
		error = volume_make(source, &root);
	if (error != 0)
		return error;
	reply->volume = root->volume;
	node_tell(root, &reply->root);
	return 0;
}

static int do_unmount(uint32_t volume)
{
	nodes_of_volume_free(volume);
	return 0;
}

static int do_statfs(uint32_t volume, struct file_system_status *status)
{
	(void)volume;
	status->type = TYPE;
	status->block_size = STORE_PAGE;
	status->blocks = store_pages_max();
	status->blocks_free = store_pages_max() - store_pages_used();
	status->inodes = nodes_used() + status->blocks_free;
	status->inodes_free = status->blocks_free;
	status->name_bytes_max = NAME_BYTES_MAX;
	return 0;
}

static int do_sync(const struct fs_io_req *req)
{
	return req->inode == 0 || node_find(req->volume, req->inode) != NULL ? 0 : -ESTALE;
}

static void do_forget(uint32_t volume, uint64_t inode, uint32_t count)
{
	struct node *node = node_find(volume, inode);

	if (node != NULL)
		node_forget(node, count);
}

/* --- Names ------------------------------------------------------------------------------------ */

static int do_lookup(uint32_t volume, uint64_t inode, const char *name, struct fs_node *reply)
{
	struct node *directory, *node;
	const struct entry *entry;
	const int error = directory_find(volume, inode, &directory);

	if (error != 0)
		return error;
	if (strcmp(name, ".") == 0) {
		node = directory;
	} else if (strcmp(name, "..") == 0) {
		node = directory->parent;
	} else {
		entry = entry_find(directory, name);
		if (entry == NULL)
			return -ENOENT;
		node = entry->node;
	}
	node->references++;
	node_tell(node, reply);
	return 0;
}

static bool name_is_special(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static int text_set(struct node *node, const char *text)
{
	node->text = store_page();
	if (node->text == NULL)
		return -ENOSPC;
	strcpy(node->text, text);
	node->bytes = strlen(text);
	return 0;
}

static int do_create(uint32_t volume, const struct fs_create_req *req, const char *name,
		     const char *text, struct fs_node *reply)
{
	struct node *directory, *node;
	int error = directory_find(volume, req->directory, &directory);

	if (error != 0)
		return error;
	if (name_is_special(name) || entry_find(directory, name) != NULL)
		return -EEXIST;
	/* Removed, though somebody is in it. */
	if (directory->links == 0)
		return -ENOENT;
	node = node_make(volume, req->mode, time_now());
	if (node == NULL)
		return -ENOSPC;
	node->user = req->user;
	node->group = req->group;
	node->special_major = req->major;
	node->special_minor = req->minor;
	if (text != NULL)
		error = text_set(node, text);
	if (error == 0)
		error = entry_add(directory, name, node);
	if (error != 0) {
		node_forget(node, 1);
		return error;
	}
	touch(directory);
	node_tell(node, reply);
	return 0;
}

static int do_link(uint32_t volume, uint64_t inode, uint64_t into, const char *name)
{
	struct node *node = node_find(volume, inode), *directory;
	int error = directory_find(volume, into, &directory);

	if (error != 0 || node == NULL)
		return error != 0 ? error : -ESTALE;
	if (is(node, MODE_DIRECTORY))
		return -EPERM;
	if (name_is_special(name) || entry_find(directory, name) != NULL)
		return -EEXIST;
	if (directory->links == 0 || node->links == 0)
		return -ENOENT;
	if (node->links >= UINT16_MAX)
		return -EMLINK;
	error = entry_add(directory, name, node);
	if (error == 0) {
		touch(directory);
		node->changed = time_now();
	}
	return error;
}

static int do_unlink(uint32_t volume, uint64_t inode, const char *name, bool is_directory)
{
	struct node *directory, *node;
	struct entry *entry;
	const int error = directory_find(volume, inode, &directory);

	if (error != 0)
		return error;
	entry = entry_find(directory, name);
	if (entry == NULL)
		return -ENOENT;
	node = entry->node;
	if (is(node, MODE_DIRECTORY) != is_directory)
		return is_directory ? -ENOTDIR : -EISDIR;
	if (is_directory && node->entries > 0)
		return -ENOTEMPTY;

	/* Nothing fails from here. */
	node->changed = time_now();
	touch(directory);
	entry_remove(directory, entry);
	return 0;
}

/* --- Renaming --------------------------------------------------------------------------------- */

struct renaming {
	struct node *from_directory, *to_directory;
	struct entry *from, *to; /* to: NULL if the name is free */
};

static int replace_check(const struct node *node, const struct node *replaced)
{
	if (is(replaced, MODE_DIRECTORY) && !is(node, MODE_DIRECTORY))
		return -EISDIR;
	if (!is(replaced, MODE_DIRECTORY) && is(node, MODE_DIRECTORY))
		return -ENOTDIR;
	return is(replaced, MODE_DIRECTORY) && replaced->entries > 0 ? -ENOTEMPTY : 0;
}

static int rename_check(const struct renaming *renaming, uint32_t flags)
{
	const struct node *node = renaming->from->node;

	if (renaming->to_directory->links == 0)
		return -ENOENT;
	/* A directory does not go into itself, nor may it replace what it lies in. */
	if (is(node, MODE_DIRECTORY) && directory_lies_in(renaming->to_directory, node))
		return -EINVAL;
	if (renaming->to == NULL)
		return flags & RENAME_EXCHANGE ? -ENOENT : 0;
	if (flags & RENAME_KEEP)
		return -EEXIST;
	if (is(renaming->to->node, MODE_DIRECTORY) &&
	    directory_lies_in(renaming->from_directory, renaming->to->node))
		return flags & RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
	return flags & RENAME_EXCHANGE ? 0 : replace_check(node, renaming->to->node);
}

static void exchange(struct renaming *renaming)
{
	struct node *node = renaming->from->node, *other = renaming->to->node;

	/* Neither ends in between: each has a reference meanwhile. */
	node->references++;
	other->references++;
	entry_set(renaming->from_directory, renaming->from, other);
	entry_set(renaming->to_directory, renaming->to, node);
	if (is(other, MODE_DIRECTORY))
		other->parent = renaming->from_directory;
	node_forget(node, 1);
	node_forget(other, 1);
}

static int rename_do(struct renaming *renaming, const char *to, uint32_t flags)
{
	struct node *node = renaming->from->node;
	int error = 0;

	node->references++;
	if (flags & RENAME_EXCHANGE)
		exchange(renaming);
	else if (renaming->to != NULL)
		entry_set(renaming->to_directory, renaming->to, node);
	else
		error = entry_add(renaming->to_directory, to, node);
	if (error == 0) {
		if (!(flags & RENAME_EXCHANGE))
			entry_remove(renaming->from_directory, renaming->from);
		if (is(node, MODE_DIRECTORY))
			node->parent = renaming->to_directory;
		node->changed = time_now();
		touch(renaming->from_directory);
		touch(renaming->to_directory);
	}
	node_forget(node, 1);
	return error;
}

static int do_rename(uint32_t volume, const struct fs_rename_req *req, const char *from,
		     const char *to)
{
	struct renaming renaming;
	int error = directory_find(volume, req->from_directory, &renaming.from_directory);

	if (error == 0)
		error = directory_find(volume, req->to_directory, &renaming.to_directory);
	if (error != 0)
		return error;
	if (name_is_special(from) || name_is_special(to))
		return -EBUSY;
	renaming.from = entry_find(renaming.from_directory, from);
	renaming.to = entry_find(renaming.to_directory, to);
	if (renaming.from == NULL)
		return -ENOENT;
	error = rename_check(&renaming, req->flags);
	/* Two names of one file: both stay. */
	if (error != 0 || (renaming.to != NULL && renaming.to->node == renaming.from->node))
		return error;
	return rename_do(&renaming, to, req->flags);
}

/* --- Data ------------------------------------------------------------------------------------- */

static int do_read_link(const struct fs_io_req *req, const struct fs_data *data,
			struct fs_count_reply *reply)
{
	const struct node *node = node_find(req->volume, req->inode);

	if (node == NULL || !is(node, MODE_LINK))
		return node == NULL ? -ESTALE : -EINVAL;
	reply->count = node->bytes < req->bytes ? node->bytes : req->bytes;
	return fs_data_put(data, 0, node->text, (size_t)reply->count);
}

static int file_find(const struct fs_io_req *req, struct node **node)
{
	*node = node_find(req->volume, req->inode);
	if (*node == NULL)
		return -ESTALE;
	return is(*node, MODE_REGULAR) ? 0 : is(*node, MODE_DIRECTORY) ? -EISDIR : -EINVAL;
}

static size_t piece_of(uint64_t offset, uint64_t left)
{
	const size_t in_page = STORE_PAGE - (size_t)(offset % STORE_PAGE);

	return left < in_page ? (size_t)left : in_page;
}

static int do_read(const struct fs_io_req *req, const struct fs_data *data,
		   struct fs_count_reply *reply)
{
	static const char zeros[STORE_PAGE];
	struct node *node;
	uint64_t left;
	int error = file_find(req, &node);

	if (error != 0)
		return error;
	left = req->offset < node->bytes ? node->bytes - req->offset : 0;
	if (left > req->bytes)
		left = req->bytes;
	while (reply->count < left) {
		const uint64_t offset = req->offset + reply->count;
		const size_t bytes = piece_of(offset, left - reply->count);
		const char *page = file_page(node, offset / STORE_PAGE, false);

		error = fs_data_put(data, reply->count,
				    page != NULL ? page + offset % STORE_PAGE : zeros, bytes);
		if (error != 0)
			return error;
		reply->count += bytes;
	}
	reply->size = node->bytes;
	node->accessed = time_now();
	return 0;
}

static int do_write(const struct fs_io_req *req, const struct fs_data *data,
		    struct fs_count_reply *reply)
{
	struct node *node;
	uint64_t offset;
	int error = file_find(req, &node);

	if (error != 0)
		return error;
	offset = req->flags & FS_APPEND ? node->bytes : req->offset;
	if (offset > FILE_BYTES_MAX || req->bytes > FILE_BYTES_MAX - offset)
		return -EFBIG;
	while (error == 0 && reply->count < req->bytes) {
		const size_t bytes = piece_of(offset, req->bytes - reply->count);
		char *page = file_page(node, offset / STORE_PAGE, true);

		error = page == NULL ? -ENOSPC
				     : fs_data_get(data, reply->count, page + offset % STORE_PAGE,
						   bytes);
		if (error != 0)
			break;
		offset += bytes;
		reply->count += bytes;
		if (offset > node->bytes)
			node->bytes = offset;
	}
	/* Missing memory is brought and all of it written again, to the same place: not so when
	 * the place is the end. */
	if (error == -EFAULT && req->flags & FS_APPEND)
		node->bytes = offset - reply->count;
	if (error != 0)
		file_resize(node, node->bytes);
	if (reply->count > 0)
		touch(node);
	reply->offset = offset;
	reply->size = node->bytes;
	return error == -EFAULT || reply->count == 0 ? error : 0;
}

static int do_seek(const struct fs_io_req *req, struct fs_count_reply *reply)
{
	const bool hole = req->flags & FS_HOLE;
	struct node *node;
	uint64_t number;
	const int error = file_find(req, &node);

	if (error != 0)
		return error;
	if (req->offset >= node->bytes)
		return -ENXIO;
	number = file_page_next(node, req->offset / STORE_PAGE, hole);
	reply->offset = number == req->offset / STORE_PAGE  ? req->offset
			: number > node->bytes / STORE_PAGE ? node->bytes
							    : number * STORE_PAGE;
	if (reply->offset >= node->bytes) {
		reply->offset = node->bytes;
		return hole ? 0 : -ENXIO;
	}
	return 0;
}

/* --- Directories ------------------------------------------------------------------------------ */

static const size_t align = 8;

static int dirent_put(const struct fs_data *data, struct fs_count_reply *reply, uint64_t room,
		      const struct node *node, const char *name, uint64_t next)
{
	static char buffer[DIRECTORY_ENTRY_NAME + NAME_BYTES_MAX + 1 + 8]
		__attribute__((aligned(8)));
	struct directory_entry *entry = (struct directory_entry *)(void *)buffer;
	const size_t length = strlen(name);
	const size_t bytes = (DIRECTORY_ENTRY_NAME + length + 1 + align - 1) / align * align;
	int error;

	if (bytes > room - reply->count)
		return -EINVAL;
	memset(buffer, 0, bytes);
	entry->inode = node->inode;
	entry->next = (int64_t)next;
	entry->record_bytes = (uint16_t)bytes;
	entry->type = (uint8_t)(node->mode >> 12);
	memcpy(entry->name, name, length);
	error = fs_data_put(data, reply->count, buffer, bytes);
	if (error == 0) {
		reply->count += bytes;
		reply->offset = next;
	}
	return error;
}

static int do_getdents(const struct fs_io_req *req, const struct fs_data *data,
		       struct fs_count_reply *reply)
{
	struct node *directory;
	const struct entry *entry;
	uint64_t at = req->offset;
	int error = directory_find(req->volume, req->inode, &directory);

	if (error != 0)
		return error;
	reply->offset = at;
	for (; error == 0 && at < COOKIE_FIRST; at++)
		error = dirent_put(data, reply, req->bytes, at == 0 ? directory : directory->parent,
				   at == 0 ? "." : "..", at + 1);
	while (error == 0 && (entry = entry_from(directory, at)) != NULL) {
		at = entry->cookie + 1;
		error = dirent_put(data, reply, req->bytes, entry->node, entry->name, at);
	}
	directory->accessed = time_now();
	return error == -EINVAL && reply->count > 0 ? 0 : error;
}

/* --- What a file is --------------------------------------------------------------------------- */

static struct file_time time_of(uint64_t nanoseconds)
{
	return (struct file_time){
		.seconds = (int64_t)(nanoseconds / 1000000000u),
		.nanoseconds = (u32)(nanoseconds % 1000000000u),
	};
}

static int do_stat(const struct fs_io_req *req, struct file_status *status)
{
	const struct node *node = node_find(req->volume, req->inode);

	if (node == NULL)
		return -ESTALE;
	status->block_size = STORE_PAGE;
	status->links = node->links;
	status->user = node->user;
	status->group = node->group;
	status->mode = (uint16_t)node->mode;
	status->inode = node->inode;
	status->bytes = node->bytes;
	status->blocks = node->pages * (STORE_PAGE / 512);
	status->accessed = time_of(node->accessed);
	status->modified = time_of(node->modified);
	status->changed = time_of(node->changed);
	status->born = time_of(node->born);
	status->special_major = node->special_major;
	status->special_minor = node->special_minor;
	return 0;
}

static int do_set(const struct fs_set_req *req, struct fs_node *reply)
{
	struct node *node = node_find(req->volume, req->inode);

	if (node == NULL)
		return -ESTALE;
	if (req->what & FS_SET_SIZE && !is(node, MODE_REGULAR))
		return -EINVAL;
	if (req->what & FS_SET_SIZE && req->value[0] > FILE_BYTES_MAX)
		return -EFBIG;

	/* Nothing fails from here. */
	node->changed = time_now();
	if (req->what & FS_SET_MODE)
		node->mode = (node->mode & MODE_TYPE) | (req->mode & MODE_PERMISSIONS);
	if (req->what & FS_SET_USER)
		node->user = req->user;
	if (req->what & FS_SET_GROUP)
		node->group = req->group;
	if (req->what & FS_SET_SIZE) {
		file_resize(node, req->value[0]);
		node->modified = node->changed;
	}
	if (req->what & FS_SET_ACCESSED)
		node->accessed = req->value[0];
	if (req->what & FS_SET_MODIFIED)
		node->modified = req->value[1];
	node_tell(node, reply);
	return 0;
}

const struct fsdriver tmpfs = {
	.name = "tmpfs",
	.mount = do_mount,
	.unmount = do_unmount,
	.lookup = do_lookup,
	.create = do_create,
	.link = do_link,
	.unlink = do_unlink,
	.rename = do_rename,
	.read_link = do_read_link,
	.read = do_read,
	.write = do_write,
	.getdents = do_getdents,
	.stat = do_stat,
	.set = do_set,
	.seek = do_seek,
	.statfs = do_statfs,
	.sync = do_sync,
	.forget = do_forget,
};
