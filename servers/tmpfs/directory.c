/* Entries of directories, found by name and read in the order they were made: each has a cookie
 * that no other entry ever had, so that a reader goes on where it was whatever happens in between.
 */
#include "node.h"

#include "store.h"
#include <skerry/errno.h>
#include <string.h>

struct key {
	const char *name;
	uint32_t hash;
};

static struct key key_of(const char *name)
{
	struct key key = {.name = name, .hash = 2166136261u};

	while (*name != '\0')
		key.hash = (key.hash ^ (uint8_t)*name++) * 16777619u;
	return key;
}

static int compare_name(const void *key, const struct avl_node *node)
{
	const struct key *wanted = key;
	const struct entry *entry = avl_object(node, struct entry, by_name);

	if (wanted->hash != entry->hash)
		return wanted->hash < entry->hash ? -1 : 1;
	return strcmp(wanted->name, entry->name);
}

static int compare_cookie(const void *key, const struct avl_node *node)
{
	const uint64_t wanted = *(const uint64_t *)key;
	const struct entry *entry = avl_object(node, struct entry, by_cookie);

	return wanted < entry->cookie ? -1 : wanted > entry->cookie;
}

struct entry *entry_find(const struct node *directory, const char *name)
{
	const struct key key = key_of(name);
	struct avl_node *found = avl_find(&directory->names, &key, compare_name);

	return found != NULL ? avl_object(found, struct entry, by_name) : NULL;
}

static void link_count(struct node *directory, struct node *node)
{
	node->links++;
	if ((node->mode & MODE_TYPE) != MODE_DIRECTORY)
		return;
	node->links++; /* its own "." */
	node->parent = directory;
	directory->links++; /* its ".." */
}

static void link_uncount(struct node *directory, struct node *node)
{
	node->links--;
	if ((node->mode & MODE_TYPE) == MODE_DIRECTORY) {
		node->links--;
		directory->links--;
		node->parent = node;
	}
	node_forget(node, 0);
}

int entry_add(struct node *directory, const char *name, struct node *node)
{
	const struct key key = key_of(name);
	const size_t length = strlen(name);
	struct entry *entry = store_object(sizeof(*entry) + length + 1);

	if (entry == NULL)
		return -ENOSPC;

	/* Nothing fails from here. */
	entry->hash = key.hash;
	entry->length = (uint8_t)length;
	entry->cookie = directory->next_cookie++;
	entry->node = node;
	memcpy(entry->name, name, length + 1);
	(void)avl_insert(&directory->names, &entry->by_name, &key, compare_name);
	(void)avl_insert(&directory->cookies, &entry->by_cookie, &entry->cookie, compare_cookie);
	directory->entries++;
	link_count(directory, node);
	return 0;
}

void entry_remove(struct node *directory, struct entry *entry)
{
	struct node *node = entry->node;

	avl_remove(&directory->names, &entry->by_name);
	avl_remove(&directory->cookies, &entry->by_cookie);
	directory->entries--;
	store_object_free(entry, sizeof(*entry) + entry->length + 1u);
	link_uncount(directory, node);
}

void entry_set(struct node *directory, struct entry *entry, struct node *node)
{
	struct node *old = entry->node;

	link_count(directory, node);
	entry->node = node;
	link_uncount(directory, old);
	if ((node->mode & MODE_TYPE) == MODE_DIRECTORY)
		node->parent = directory;
}

struct entry *entry_from(const struct node *directory, uint64_t cookie)
{
	struct avl_node *found = avl_lower_bound(&directory->cookies, &cookie, compare_cookie);

	return found != NULL ? avl_object(found, struct entry, by_cookie) : NULL;
}

bool directory_lies_in(const struct node *directory, const struct node *other)
{
	while (directory != other && directory->parent != directory)
		directory = directory->parent;
	return directory == other;
}
