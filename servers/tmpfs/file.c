/* Data of regular files: a tree of pages of pointers, as high as the last page needs. What is not
 * there is a hole.
 */
#include "node.h"

#include "store.h"
#include <string.h>

#define FAN (STORE_PAGE / sizeof(void *))

/* How many pages a tree of that height holds. */
static uint64_t room(unsigned int height)
{
	uint64_t pages = 1;

	while (height-- > 0)
		pages *= FAN;
	return pages;
}

static bool grow(struct node *node, uint64_t number)
{
	while (number >= room(node->height)) {
		void **above;

		if (node->root != NULL) {
			above = store_page();
			if (above == NULL)
				return false;
			above[0] = node->root;
			node->root = above;
		}
		node->height++;
	}
	return true;
}

void *file_page(struct node *node, uint64_t number, bool make)
{
	void **link = &node->root;

	if (number >= room(node->height) && (!make || !grow(node, number)))
		return NULL;
	for (unsigned int height = node->height;; height--) {
		if (*link == NULL && make) {
			*link = store_page();
			node->pages += height == 0 && *link != NULL;
		}
		if (*link == NULL || height == 0)
			return *link;
		link = (void **)*link + number / room(height - 1) % FAN;
	}
}

/* Free what of a subtree lies at or behind `first`; is it empty then? */
static bool cut(struct node *node, void **link, unsigned int height, uint64_t first)
{
	bool empty = true;

	if (*link == NULL)
		return true;
	if (height > 0) {
		const uint64_t each = room(height - 1);

		for (uint64_t i = 0; i < FAN; i++) {
			const uint64_t start = i * each;

			if (first < start + each)
				empty &= cut(node, (void **)*link + i, height - 1,
					     first > start ? first - start : 0);
			else
				empty &= ((void **)*link)[i] == NULL;
		}
	} else {
		empty = first == 0;
		node->pages -= empty;
	}
	if (empty) {
		store_page_free(*link);
		*link = NULL;
	}
	return empty;
}

/* Also what lies behind the end as it was: a write that failed may have left it. */
void file_resize(struct node *node, uint64_t bytes)
{
	const uint64_t first = (bytes + STORE_PAGE - 1) / STORE_PAGE;
	char *last = bytes % STORE_PAGE != 0 ? file_page(node, bytes / STORE_PAGE, false) : NULL;

	if (first < room(node->height) && cut(node, &node->root, node->height, first))
		node->height = 0;
	if (last != NULL)
		memset(last + bytes % STORE_PAGE, 0, STORE_PAGE - bytes % STORE_PAGE);
	node->bytes = bytes;
}

/* The next number that may be of another kind: past a whole subtree that is missing. */
static uint64_t skip(const struct node *node, uint64_t number, bool *there)
{
	void *const *link = &node->root;

	*there = false;
	if (number >= room(node->height))
		return UINT64_MAX;
	for (unsigned int height = node->height;; height--) {
		if (*link == NULL)
			return (number / room(height) + 1) * room(height);
		if (height == 0)
			break;
		link = (void *const *)*link + number / room(height - 1) % FAN;
	}
	*there = true;
	return number + 1;
}

uint64_t file_page_next(struct node *node, uint64_t number, bool hole)
{
	for (;;) {
		bool there;
		const uint64_t next = skip(node, number, &there);

		if (there != hole || next == UINT64_MAX)
			return there != hole ? number : next;
		number = next;
	}
}
