/* Slabs. A page is a header with a bit for every object, then the objects.
 *
 * Invariants: pages with room are in `partial`, the others in `full`; the counts are those of the
 * bits. Debug: a page is writable iff it is in open_pages, and that is empty when depth is 0.
 */
#include "slab.h"

#include "page_round.h"
#include <arch/layout.h>
#include <string.h>
#include <sys.h>

#define SLAB_MAGIC 0x51AB0B1Eu
#define SLAB_POISON 0xDB
#define OBJECT_BYTES_MIN 16
#define MAP_WORDS (ARCH_PAGE_SIZE / OBJECT_BYTES_MIN / 32)

struct slab_page {
	uint32_t magic;
	uint32_t used; /* objects in use */
	struct slab *slab;
	struct slab_page *next, *previous; /* in the slab's list */
	struct slab_page *next_open;	   /* debug */
	uint32_t is_open;		   /* debug */
	uint32_t map[MAP_WORDS];	   /* bit set: in use */
};

#define FIRST_OFFSET ((sizeof(struct slab_page) + 7) & ~(size_t)7)

static struct slab_page *page_of(const void *object)
{
	return (struct slab_page *)(uintptr_t)page_floor((uintptr_t)object);
}

static char *object_at(const struct slab_page *page, unsigned int index)
{
	return (char *)page + FIRST_OFFSET + index * page->slab->object_bytes;
}

static bool is_used(const struct slab_page *page, unsigned int index)
{
	return page->map[index / 32] >> index % 32 & 1;
}

/* --- Debug builds: brackets and poison -----------------------------------------------------------
 */

#ifdef CONFIG_DEBUG
static struct slab_page *open_pages;
static unsigned int depth;

static void open_page(struct slab_page *page)
{
	const struct slab_pages *source = page->slab->source;

	assert(depth);
	if (page->is_open)
		return;
	source->protect(source->context, page, true);
	page->is_open = true;
	page->next_open = open_pages;
	open_pages = page;
}

/* A fresh page is writable already. */
static void adopt_page(struct slab_page *page)
{
	page->is_open = true;
	page->next_open = open_pages;
	open_pages = page;
}

/* A page that goes back is writable, and no longer ours to close. */
static void forget_page(const struct slab_page *page)
{
	struct slab_page **link = &open_pages;

	while (*link != page)
		link = &(*link)->next_open;
	*link = page->next_open;
}

void slab_write(const void *object)
{
	struct slab_page *page = page_of(object);

	if (page->magic != SLAB_MAGIC)
		panic("slab: %p is no object", object);
	open_page(page);
}

void slab_write_node(struct avl_node *node)
{
	slab_write(node);
}

struct slab_use slab_use_begin(const void *object)
{
	depth++;
	if (object)
		slab_write(object);
	return (struct slab_use){object};
}

void slab_use_end(const struct slab_use *use)
{
	(void)use;
	if (--depth)
		return;
	while (open_pages) {
		struct slab_page *page = open_pages;
		const struct slab_pages *source = page->slab->source;

		open_pages = page->next_open;
		page->is_open = false;
		source->protect(source->context, page, false);
	}
}

static void poison(const struct slab *slab, void *object)
{
	memset(object, SLAB_POISON, slab->object_bytes);
}

static bool is_poisoned(const struct slab *slab, const void *object)
{
	const unsigned char *bytes = object;

	for (uint32_t i = 0; i < slab->object_bytes; i++)
		if (bytes[i] != SLAB_POISON)
			return false;
	return true;
}
#else
static void open_page(struct slab_page *page)
{
	(void)page;
}

static void adopt_page(struct slab_page *page)
{
	(void)page;
}

static void forget_page(const struct slab_page *page)
{
	(void)page;
}

static void poison(const struct slab *slab, void *object)
{
	(void)slab, (void)object;
}

static bool is_poisoned(const struct slab *slab, const void *object)
{
	(void)slab, (void)object;
	return true;
}
#endif

/* --- Lists of pages ------------------------------------------------------------------------------
 */

static void link_page(struct slab_page **list, struct slab_page *page)
{
	page->next = *list;
	page->previous = NULL;
	if (*list) {
		open_page(*list);
		(*list)->previous = page;
	}
	*list = page;
}

static void unlink_page(struct slab_page **list, struct slab_page *page)
{
	if (page->previous) {
		open_page(page->previous);
		page->previous->next = page->next;
	} else {
		*list = page->next;
	}
	if (page->next) {
		open_page(page->next);
		page->next->previous = page->previous;
	}
}

static struct slab_page *add_page(struct slab *slab)
{
	struct slab_page *page = slab->source->allocate(slab->source->context);

	if (!page)
		return NULL;
	*page = (struct slab_page){.magic = SLAB_MAGIC, .slab = slab};
	adopt_page(page);
	for (unsigned int i = 0; i < slab->capacity; i++)
		poison(slab, object_at(page, i));
	link_page(&slab->partial, page);
	slab->page_count++;
	slab->empty_count++;
	return page;
}

static void remove_page(struct slab *slab, struct slab_page *page)
{
	unlink_page(&slab->partial, page);
	forget_page(page);
	page->magic = 0;
	slab->page_count--;
	slab->empty_count--;
	slab->source->release(slab->source->context, page);
}

/* --- Objects -------------------------------------------------------------------------------------
 */

void slab_init(struct slab *slab, const char *name, size_t object_bytes,
	       const struct slab_pages *source)
{
	assert(object_bytes >= OBJECT_BYTES_MIN && object_bytes <= ARCH_PAGE_SIZE / 2);
	*slab = (struct slab){.name = name, .source = source};
	slab->object_bytes = (uint32_t)(object_bytes + 7) & ~7u;
	slab->capacity = (uint32_t)(ARCH_PAGE_SIZE - FIRST_OFFSET) / slab->object_bytes;
}

static unsigned int find_free(const struct slab_page *page)
{
	unsigned int word = 0;

	while (page->map[word] == UINT32_MAX)
		word++;
	return word * 32 + (unsigned int)__builtin_ctz(~page->map[word]);
}

void *slab_allocate(struct slab *slab)
{
	USE(NULL);
	struct slab_page *page = slab->partial ?: add_page(slab);
	unsigned int index;
	void *object;

	if (!page)
		return NULL;
	index = find_free(page);
	object = object_at(page, index);
	if (!is_poisoned(slab, object))
		panic("slab: %s %p was written to after it was freed", slab->name, object);
	open_page(page);
	memset(object, 0, slab->object_bytes);
	page->map[index / 32] |= 1u << index % 32;
	slab->object_count++;
	slab->empty_count -= !page->used;
	if (++page->used == slab->capacity) {
		unlink_page(&slab->partial, page);
		link_page(&slab->full, page);
	}
	return object;
}

/* The object's number in its page; panics when it is none. */
static unsigned int index_of(const struct slab *slab, const void *object)
{
	const struct slab_page *page = page_of(object);
	size_t offset = (size_t)((const char *)object - (const char *)page) - FIRST_OFFSET;
	unsigned int index = (unsigned int)(offset / slab->object_bytes);

	if (page->magic != SLAB_MAGIC || page->slab != slab)
		panic("slab: %p is no %s", object, slab->name);
	if (offset % slab->object_bytes || index >= slab->capacity)
		panic("slab: %p is not the start of a %s", object, slab->name);
	if (!is_used(page, index))
		panic("slab: %s %p is freed twice", slab->name, object);
	return index;
}

void slab_free(struct slab *slab, void *object)
{
	struct slab_page *page = page_of(object);
	unsigned int index;
	USE(NULL);

	if (!object)
		return;
	index = index_of(slab, object);
	open_page(page);
	poison(slab, object);
	page->map[index / 32] &= ~(1u << index % 32);
	slab->object_count--;
	if (page->used-- == slab->capacity) {
		unlink_page(&slab->full, page);
		link_page(&slab->partial, page);
	}
	if (page->used)
		return;
	slab->empty_count++;
	if (slab->empty_count > 1)
		remove_page(slab, page);
}

/* --- Checking ------------------------------------------------------------------------------------
 */

static const char *check_page(const struct slab *slab, const struct slab_page *page)
{
	uint32_t used = 0;

	if (page->magic != SLAB_MAGIC || page->slab != slab)
		return "a page is not the slab's";
	if (page->next && page->next->previous != page)
		return "the list of pages is damaged";
	for (unsigned int i = 0; i < MAP_WORDS * 32; i++) {
		used += is_used(page, i);
		if (i >= slab->capacity
			    ? is_used(page, i)
			    : !is_used(page, i) && !is_poisoned(slab, object_at(page, i)))
			return "a free object was written to";
	}
	return used == page->used ? NULL : "a page's objects are miscounted";
}

const char *slab_check(const struct slab *slab)
{
	uint32_t objects = 0, pages = 0, empty = 0;

	for (int list = 0; list < 2; list++) {
		const struct slab_page *page = list ? slab->full : slab->partial;

		for (; page; page = page->next, pages++) {
			const char *wrong = check_page(slab, page);

			if (wrong)
				return wrong;
			if ((page->used == slab->capacity) != list || pages > slab->page_count)
				return "a page is in the wrong list";
			objects += page->used;
			empty += !page->used;
		}
	}
	if (objects != slab->object_count || pages != slab->page_count ||
	    empty != slab->empty_count)
		return "objects or pages are miscounted";
	return NULL;
}

void slab_visit(const struct slab *slab, void (*visit)(void *context, const void *page),
		void *context)
{
	for (const struct slab_page *page = slab->partial; page; page = page->next)
		visit(context, page);
	for (const struct slab_page *page = slab->full; page; page = page->next)
		visit(context, page);
}
