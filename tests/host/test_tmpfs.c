/* tmpfs's nodes, directories and data, with pages of the build machine that can run out. */
#include "test.h"

#include "servers/tmpfs/node.h"
#include "servers/tmpfs/store.h"
#include <skerry/errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long taken;

void *pages_take(void)
{
	taken++;
	return aligned_alloc(STORE_PAGE, STORE_PAGE);
}

void pages_give(void *page)
{
	taken--;
	free(page);
}

static struct node *root_make(uint32_t volume, uint64_t pages)
{
	struct node *root;

	store_init(store_pages_used() + pages);
	root = node_make(volume, MODE_DIRECTORY | 0755, 1);
	root->links = 2;
	return root;
}

static struct node *file_make(struct node *directory, const char *name)
{
	struct node *node = node_make(directory->volume, MODE_REGULAR | 0644, 1);

	CHECK_EQ(entry_add(directory, name, node), 0);
	node_forget(node, 1);
	return node;
}

TEST("a node lives while it has a name or a reference")
{
	struct node *root = root_make(1, 100), *node = file_make(root, "a");
	const uint64_t inode = node->inode;

	CHECK(node_find(1, inode) == node);
	CHECK(node_find(2, inode) == NULL);
	node->references++;
	entry_remove(root, entry_find(root, "a"));
	CHECK(node_find(1, inode) == node);
	node_forget(node, 1);
	CHECK(node_find(1, inode) == NULL);
	CHECK(node_find(1, 0) == NULL);
	CHECK(node_find(1, UINT64_MAX) == NULL);
	nodes_of_volume_free(1);
}

TEST("entries are found by name and read in the order they were made")
{
	struct node *root = root_make(2, 1000);
	uint64_t cookie = 0;
	char name[16];

	for (unsigned int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		(void)file_make(root, name);
	}
	CHECK_EQ(root->entries, 500);
	for (unsigned int i = 0; i < 500; i++) {
		const struct entry *entry = entry_from(root, cookie);

		snprintf(name, sizeof(name), "n%u", i);
		CHECK_TEXT(entry->name, name);
		CHECK(entry_find(root, name) == entry);
		cookie = entry->cookie + 1;
		if (i % 2 == 0)
			entry_remove(root, entry_find(root, name));
	}
	CHECK(entry_from(root, cookie) == NULL);
	CHECK(entry_find(root, "n0") == NULL);
	CHECK_EQ(root->entries, 250);
	nodes_of_volume_free(2);
}

TEST("directories count their children, and know what they lie in")
{
	struct node *root = root_make(3, 100);
	struct node *a = node_make(3, MODE_DIRECTORY, 1), *b = node_make(3, MODE_DIRECTORY, 1);

	CHECK_EQ(entry_add(root, "a", a), 0);
	CHECK_EQ(entry_add(a, "b", b), 0);
	CHECK_EQ(root->links, 3);
	CHECK_EQ(a->links, 3);
	CHECK_EQ(b->links, 2);
	CHECK(directory_lies_in(b, a));
	CHECK(directory_lies_in(b, root));
	CHECK(directory_lies_in(a, a));
	CHECK(!directory_lies_in(a, b));
	entry_remove(a, entry_find(a, "b"));
	CHECK_EQ(a->links, 2);
	CHECK_EQ(b->links, 0);
	nodes_of_volume_free(3);
	CHECK_EQ(nodes_used(), 0);
}

TEST("a page that was written is there, one between is a hole")
{
	struct node *file = file_make(root_make(4, 100), "a");
	char *page = file_page(file, 5000, true);

	page[0] = 'x';
	file->bytes = 5001ull * STORE_PAGE;
	CHECK(file_page(file, 5000, false) == page);
	CHECK(file_page(file, 4999, false) == NULL);
	CHECK(file_page(file, 0, false) == NULL);
	CHECK(file_page(file, 1ull << 29, false) == NULL);
	CHECK_EQ(file->pages, 1);
	CHECK_EQ(file_page_next(file, 0, false), 5000);
	CHECK_EQ(file_page_next(file, 5000, true), 5001);
	CHECK_EQ(file_page_next(file, 3, true), 3);
	nodes_of_volume_free(4);
}

TEST("a file that is cut gives its pages back, and grows by zeros")
{
	struct node *file = file_make(root_make(5, 3000), "a");
	const uint64_t before = store_pages_used();

	for (unsigned int i = 0; i < 2000; i++)
		memset(file_page(file, i, true), 'x', STORE_PAGE);
	file->bytes = 2000ull * STORE_PAGE;
	file_resize(file, 10);
	CHECK_EQ(file->pages, 1);
	file_resize(file, STORE_PAGE);
	CHECK(memcmp(file_page(file, 0, false), "xxxxxxxxxx\0", 11) == 0);
	CHECK(file_page(file, 1, false) == NULL);
	file_resize(file, 0);
	CHECK_EQ(file->pages, 0);
	CHECK_EQ(store_pages_used(), before);
	nodes_of_volume_free(5);
}

TEST("without pages a file does not grow, and keeps what it has")
{
	struct node *file = file_make(root_make(6, 20), "a");
	uint64_t i = 0;
	char *page;

	while ((page = file_page(file, i, true)) != NULL) {
		memset(page, (int)i, STORE_PAGE);
		i++;
	}
	CHECK(i > 10 && i < 20);
	CHECK_EQ(file->pages, i);
	file->bytes = i * STORE_PAGE;
	for (uint64_t j = 0; j < i; j++)
		CHECK_EQ(((char *)file_page(file, j, false))[7], (char)j);
	CHECK(file_page(file, 1000000, true) == NULL);
	CHECK_EQ(file->pages, i);
	file_resize(file, 0);
	CHECK(file_page(file, 0, true) != NULL);
	nodes_of_volume_free(6);
}
