/* Filling a volume from a cpio archive, and finding that archive. Directories come before what is
 * in them; what cannot be made fails the whole.
 */
#include "ops.h"

#include "store.h"
#include <cpio.h>
#include <service.h>
#include <skerry/errno.h>
#include <string.h>
#include <sys.h>

#define SECOND 1000000000ull

const void *member_find(const char *name, size_t *bytes)
{
	const struct service_start *start = service_start();
	struct cpio_archive archive;
	struct cpio_entry entry;

	if (start->archive == 0)
		return NULL;
	cpio_open(&archive, (const void *)(uintptr_t)start->archive, (size_t)start->archive_bytes);
	if (cpio_find(&archive, name, &entry) != 0)
		return NULL;
	*bytes = entry.size;
	return entry.data;
}

/* The directory that a path of the archive names a file in, and the file's name in it. */
static struct node *parent_find(struct node *root, const char *path, const char **name)
{
	struct node *directory = root;
	char part[NAME_BYTES_MAX + 1];
	const char *slash;

	while ((slash = strchr(path, '/')) != NULL) {
		const size_t length = (size_t)(slash - path);
		const struct entry *entry;

		if (length > NAME_BYTES_MAX)
			return NULL;
		memcpy(part, path, length);
		part[length] = '\0';
		entry = entry_find(directory, part);
		if (entry == NULL || (entry->node->mode & MODE_TYPE) != MODE_DIRECTORY)
			return NULL;
		directory = entry->node;
		path = slash + 1;
	}
	*name = path;
	return *path != '\0' && strlen(path) <= NAME_BYTES_MAX ? directory : NULL;
}

static int data_copy(struct node *node, const unsigned char *data, size_t bytes)
{
	if ((node->mode & MODE_TYPE) == MODE_LINK) {
		if (bytes == 0 || bytes >= PATH_BYTES_MAX)
			return -EINVAL;
		node->text = store_page();
		if (node->text == NULL)
			return -ENOSPC;
		memcpy(node->text, data, bytes);
		node->bytes = bytes;
		return 0;
	}
	for (size_t at = 0; at < bytes; at += STORE_PAGE) {
		char *page = file_page(node, at / STORE_PAGE, true);

		if (page == NULL)
			return -ENOSPC;
		memcpy(page, data + at, bytes - at < STORE_PAGE ? bytes - at : STORE_PAGE);
	}
	node->bytes = bytes;
	return 0;
}

static int entry_make(struct node *root, const struct cpio_entry *from)
{
	const char *name;
	struct node *directory = parent_find(root, from->name, &name), *node;
	int error;

	if (directory == NULL || entry_find(directory, name) != NULL)
		return -EINVAL;
	node = node_make(root->volume, from->mode, from->time * SECOND);
	if (node == NULL)
		return -ENOSPC;
	node->user = from->user;
	node->group = from->group;
	node->special_major = from->special_major;
	node->special_minor = from->special_minor;
	error = from->size > 0 ? data_copy(node, from->data, from->size) : 0;
	if (error == 0)
		error = entry_add(directory, name, node);
	node_forget(node, 1);
	return error;
}

int fill_from_archive(struct node *root, const void *data, size_t bytes)
{
	struct cpio_archive archive;
	struct cpio_entry entry;
	int error;

	cpio_open(&archive, data, bytes);
	while ((error = cpio_next(&archive, &entry)) == 0) {
		error = entry_make(root, &entry);
		if (error != 0) {
			sys_print("tmpfs: %s: %d\n", entry.name, error);
			return error;
		}
	}
	return error == -ENOENT ? 0 : error;
}
