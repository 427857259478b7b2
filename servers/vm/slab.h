/* Slabs: VM's own objects of one size, from pages got by call-back. O(1); what is freed twice,
 *never allocated or another slab's is a panic in every build.
 *
 * In debug builds free objects are poisoned and checked when handed out again, and all objects are
 * read-only: whoever writes says so first,
 *
 *	USE(region);			// writable until the end of this block
 *	region->bytes += bytes;
 *	slab_write(neighbour);		// and this one, until the outermost USE() ends
 *
 * Protection is by the page: a write to an object nobody announced faults if nothing else of its
 * page is in use at the time. In other builds both are nothing.
 */
#pragma once

#include <avl.h>
#include <skerry/types.h>

/* Where pages come from: whole, aligned, any content. */
struct slab_pages {
	void *(*allocate)(void *context); /* NULL: there is none */
	void (*release)(void *context, void *page);
	/* Debug builds only: make the page read-only or writable again. Cannot fail. */
	void (*protect)(void *context, void *page, bool writable);
	void *context;
};

struct slab_page; /* at the start of each page */

struct slab {
	const char *name;
	const struct slab_pages *source;
	uint32_t object_bytes; /* rounded up to 8 */
	uint32_t capacity;     /* objects in a page */
	struct slab_page *partial, *full;
	uint32_t object_count, page_count;
	uint32_t empty_count; /* pages without objects: at most one is kept */
};

/* object_bytes: 16 to half a page. */
void slab_init(struct slab *slab, const char *name, size_t object_bytes,
	       const struct slab_pages *source);

/* A zeroed object, 8-aligned; writable until the USE() around the call ends. NULL: no page. */
void *slab_allocate(struct slab *slab);

/* NULL is no object, and nothing is done. */
void slab_free(struct slab *slab, void *object);

/* NULL, or what is wrong with the slab's pages. */
const char *slab_check(const struct slab *slab);

/* Every page the slab has. */
void slab_visit(const struct slab *slab, void (*visit)(void *context, const void *page),
		void *context);

#ifdef CONFIG_DEBUG
struct slab_use {
	const void *object;
};

struct slab_use slab_use_begin(const void *object);
void slab_use_end(const struct slab_use *use);
void slab_write(const void *object);
void slab_write_node(struct avl_node *node); /* avl_tree.write for nodes in objects */

/* A hidden variable whose scope is the bracket: so return and break end it too. */
#define USE(object) USE_NAMED(object, __COUNTER__)
#define USE_NAMED(object, number) USE_VARIABLE(object, number)
#define USE_VARIABLE(object, number)                                                               \
	const struct slab_use use_##number __attribute__((cleanup(slab_use_end), unused)) =        \
		slab_use_begin(object)
#define SLAB_NODE_WRITE slab_write_node
#else
#define USE(object) ((void)(object))
#define SLAB_NODE_WRITE NULL

static inline void slab_write(const void *object)
{
	(void)object;
}
#endif
