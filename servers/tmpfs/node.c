/* The table of nodes. */
#include "node.h"

#include "store.h"
#include <string.h>

#define NODES_IN_PAGE (STORE_PAGE / sizeof(struct node))
#define NODE_PAGES 1024u

static struct node *table[NODE_PAGES];
static unsigned int table_pages;
static struct node *free_list;
static uint64_t used;

struct node *node_find(uint32_t volume, uint64_t inode)
{
	const uint64_t index = inode - 1;
	struct node *node;

	if (inode == 0 || index / NODES_IN_PAGE >= table_pages)
		return NULL;
	node = &table[index / NODES_IN_PAGE][index % NODES_IN_PAGE];
	return node->inode == inode && node->volume == volume ? node : NULL;
}

static bool table_grow(void)
{
	struct node *page = table_pages < NODE_PAGES ? store_page() : NULL;

	if (page == NULL)
		return false;
	for (unsigned int i = NODES_IN_PAGE; i-- > 0;) {
		page[i].next = free_list;
		free_list = &page[i];
	}
	table[table_pages++] = page;
	return true;
}

static uint64_t number_of(const struct node *node)
{
	unsigned int page = 0;

	while (node < table[page] || node >= table[page] + NODES_IN_PAGE)
		page++;
	return page * NODES_IN_PAGE + (uint64_t)(node - table[page]) + 1;
}

struct node *node_make(uint32_t volume, uint32_t mode, uint64_t now)
{
	struct node *node;

	if (free_list == NULL && !table_grow())
		return NULL;
	node = free_list;
	free_list = node->next;
	used++;
	*node = (struct node){
		.inode = number_of(node),
		.volume = volume,
		.mode = mode,
		.references = 1,
		.accessed = now,
		.modified = now,
		.changed = now,
		.born = now,
	};
	if ((mode & MODE_TYPE) == MODE_DIRECTORY) {
		node->next_cookie = COOKIE_FIRST;
		node->parent = node;
	}
	return node;
}

/* What it has beside itself. A directory is empty, or its volume goes. */
static void content_free(struct node *node)
{
	switch (node->mode & MODE_TYPE) {
	case MODE_REGULAR:
		file_resize(node, 0);
		break;
	case MODE_LINK:
		if (node->text != NULL)
			store_page_free(node->text);
		break;
	case MODE_DIRECTORY:
		for (struct avl_node *at; (at = avl_first(&node->names)) != NULL;) {
			struct entry *entry = avl_object(at, struct entry, by_name);

			avl_remove(&node->names, at);
			store_object_free(entry, sizeof(*entry) + entry->length + 1u);
		}
		break;
	}
}

static void node_free(struct node *node)
{
	content_free(node);
	node->inode = 0;
	node->next = free_list;
	free_list = node;
	used--;
}

void node_forget(struct node *node, uint32_t references)
{
	node->references -= references < node->references ? references : node->references;
	if (node->references == 0 && node->links == 0)
		node_free(node);
}

void nodes_of_volume_free(uint32_t volume)
{
	for (unsigned int page = 0; page < table_pages; page++) {
		for (unsigned int i = 0; i < NODES_IN_PAGE; i++) {
			struct node *node = &table[page][i];

			if (node->inode != 0 && node->volume == volume)
				node_free(node);
		}
	}
}

uint64_t nodes_used(void)
{
	return used;
}
