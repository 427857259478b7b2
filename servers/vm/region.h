/* Regions: the ranges of a space that mean something, and what stands behind each.
 *
 * A space's regions are in a tree by address; every region knows the gap below it and the longest
 * gap of its subtree, so that finding a region and finding room are both O(log regions). Nothing
 * here knows page tables or allocates: space.h does, and commits with what it has in hand.
 *
 * Units: addresses and bytes, page aligned; ends are exclusive. A space ends below the last
 * address.
 */
#pragma once

#include <avl.h>
#include <skerry/types.h>

struct region;
struct space;
struct page_reference;
struct share_part;

/* region.flags. The first three are what programs may do. */
#define REGION_READ 0x1u
#define REGION_WRITE 0x2u
#define REGION_EXECUTE 0x4u
#define REGION_ACCESS 0x7u
#define REGION_SHARED 0x8u	  /* writes are for all who map the object */
#define REGION_PINNED 0x10u	  /* programs may not change it (message pages) */
#define REGION_TYPE_FLAGS 0xff00u /* the memory type's own */

enum fault_result {
	FAULT_DONE,    /* the page is mapped: the thread goes on */
	FAULT_WAITS,   /* the type has asked somebody (VFS) and will come back; nobody waits here */
	FAULT_REFUSED, /* no such memory, or not that access: a signal */
	FAULT_NO_MEMORY, /* nothing changed */
	FAULT_ABSENT,	 /* there is nothing behind this part of the region: SIGNAL_BUS */
};

/* A kind of memory: one const table in one file. A call-back that is NULL does nothing and agrees.
 *
 * region->object and region->offset are the type's. Each region holds one reference to its object:
 * reference() is called for every region that comes to be, release() for every one that goes.
 */
struct memory_type {
	const char *name;
	/* The offset runs with the address: pieces get their own, and only pieces that continue
	 * each other are joined. */
	bool has_offset;
	/* Absent pages are zeroes, and those that are there may be shared copy on write. */
	bool zero_filled;
	/* Never joined with a neighbour. */
	bool stays_apart;

	void (*reference)(struct region *region);
	void (*release)(struct region *region);

	/* Give the page a frame by space_add_page() or space_replace_page(): there is none, or one
	 * that may not be written is to be. Called with an access that the region allows. Must be
	 * there. */
	enum fault_result (*fault)(struct region *region, vaddr_t page, bool write);

	/* Give all pages of [start, end), which have none, frames of the region's own. -ENOMEM:
	 * some have got one. NULL: a fault for each does it. */
	int (*populate)(struct region *region, vaddr_t start, vaddr_t end);

	/* May programs write this present page? Called for regions that may be written; NULL: if
	 * they are shared, or nobody else has the frame. */
	bool (*writable)(const struct region *region, const struct page_reference *reference);

	/* Fork: `to` is the same range of another space, still empty. Share or copy what is there
	 * already: 0, or -ENOMEM and the whole fork is undone. NULL: the child has no such region.
	 */
	int (*copy)(struct region *from, struct region *to);

	/* [start, end) of the region is about to lose its pages: they are still there. */
	void (*unmap)(struct region *region, vaddr_t start, vaddr_t end);

	/* May the region get this access; may it become so long? 0 or the refusal. */
	int (*protect)(const struct region *region, uint32_t access);
	int (*resize)(const struct region *region, size_t bytes);

	/* What another space may show of [start, end) of the region (space_share.h): the part's
	 * type, object and offset; `fresh` if the object is new. 0 or -ENOMEM. NULL: nobody may. */
	int (*share)(const struct region *region, vaddr_t start, vaddr_t end,
		     struct share_part *part);

	/* Debug: NULL, or what is wrong. */
	const char *(*check)(const struct region *region);
};

struct region {
	struct avl_node node;
	vaddr_t start, end;
	/* The lowest start: a growing region (stack) reaches down to it on faults; else start. */
	vaddr_t floor;
	/* Free bytes below, between the region before and where this one begins or may grow to. */
	size_t gap;
	size_t longest_gap; /* of the subtree */
	uint32_t flags;	    /* REGION_* */
	const struct memory_type *type;
	void *object;
	uint64_t offset;			      /* of start in the object */
	struct region *object_next, *object_previous; /* the object's, if it lists its regions */
	struct space *space;
};

struct regions {
	struct avl_tree tree;
	vaddr_t low, high; /* all lie in [low, high) */
	size_t count;
	size_t bytes; /* their sum */
};

/* What is left free below a growing region: a fault there is a stack overflow. */
#define REGION_GUARD_BYTES (16 * ARCH_PAGE_SIZE)

void regions_init(struct regions *regions, vaddr_t low, vaddr_t high);

/* The region that holds the address; NULL: none. */
struct region *region_find(const struct regions *regions, vaddr_t address);

/* The first region that ends above the address. */
struct region *region_from(const struct regions *regions, vaddr_t address);
struct region *region_first(const struct regions *regions);
struct region *region_next(const struct region *region);
struct region *region_previous(const struct region *region);

/* Is the range inside the space and free, the reach of growing regions included? */
bool region_is_free(const struct regions *regions, vaddr_t start, size_t bytes);

/* Has [start, end) no region, whatever may grow into it? */
bool region_is_unused(const struct regions *regions, vaddr_t start, vaddr_t end);

/* The highest place with so many free bytes; false: there is none. */
bool region_find_gap(const struct regions *regions, size_t bytes, vaddr_t *start);

/* The range must be free of regions; start, end and floor are set. */
void region_insert(struct regions *regions, struct region *region);
void region_remove(struct regions *regions, struct region *region);

/* All regions, in no order, for the end of a space: the next one is to be found before this one is
 * freed; then no region is in the tree. */
struct region *region_first_leaf(const struct regions *regions);
struct region *region_next_leaf(const struct region *region);

/* New bounds, inside of old ones or free. The offset follows the start. */
void region_set_bounds(struct regions *regions, struct region *region, vaddr_t start, vaddr_t end);

/* `right`, an object just allocated, becomes the part from `address` on. */
void region_split(struct regions *regions, struct region *region, vaddr_t address,
		  struct region *right);

/* Could both be one region? */
bool region_continues(const struct region *left, const struct region *right);

/* NULL, or what is wrong in the tree, the gaps, the counts or a region. */
const char *regions_check(struct regions *regions);
