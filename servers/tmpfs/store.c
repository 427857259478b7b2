/* Pages, and objects of a few sizes in lists of their own. A page of objects stays one. */
#include "store.h"

#include <string.h>

#define CLASSES 5u /* 32 << class bytes, STORE_OBJECT_MAX at most */
#define KEPT_MAX 64u

struct free_object {
	struct free_object *next;
};

static struct free_object *objects[CLASSES];
static struct free_object *pages;
static unsigned int kept;
static uint64_t used, most;

void store_init(uint64_t pages_max)
{
	most = pages_max;
}

void *store_page(void)
{
	struct free_object *page = pages;

	if (used >= most)
		return NULL;
	if (page != NULL) {
		pages = page->next;
		kept--;
	} else {
		page = pages_take();
	}
	if (page == NULL)
		return NULL;
	used++;
	return memset(page, 0, STORE_PAGE);
}

void store_page_free(void *page)
{
	struct free_object *free_page = page;

	used--;
	if (kept >= KEPT_MAX) {
		pages_give(page);
		return;
	}
	free_page->next = pages;
	pages = free_page;
	kept++;
}

static unsigned int class_of(size_t bytes)
{
	unsigned int class = 0;

	while (((size_t)32 << class) < bytes)
		class ++;
	return class;
}

void *store_object(size_t bytes)
{
	const unsigned int class = class_of(bytes);
	const size_t size = (size_t)32 << class;
	struct free_object *object;

	if (objects[class] == NULL) {
		char *page = store_page();

		if (page == NULL)
			return NULL;
		for (size_t at = 0; at + size <= STORE_PAGE; at += size) {
			object = (struct free_object *)(void *)(page + at);
			object->next = objects[class];
			objects[class] = object;
		}
	}
	object = objects[class];
	objects[class] = object->next;
	return memset(object, 0, size);
}

void store_object_free(void *object, size_t bytes)
{
	const unsigned int class = class_of(bytes);
	struct free_object *free_object = object;

	free_object->next = objects[class];
	objects[class] = free_object;
}

uint64_t store_pages_used(void)
{
	return used;
}

uint64_t store_pages_max(void)
{
	return most;
}
