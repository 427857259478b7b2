/* Spaces: regions, page references and page tables kept in step.
 *
 * Every operation checks first, then takes the memory it may need, then commits: after -ENOMEM and
 * every other error the space is as it was. What must follow in the page tables goes through
 * space_ops; edits of what may be mapped lie between begin() and end(), one bracket an operation
 * (SYS_VMCTL_INHIBIT_SET/CLEAR); only filling an empty entry does without. Frames are let go inside
 * the bracket, after their entries are gone.
 *
 * Addresses and sizes of requests come from programs: any value is allowed and checked.
 */
#pragma once

#include "pages.h"
#include "region.h"

/* What the page tables are told; addresses and bytes are page aligned, the range is in the space.
 */
struct space_ops {
	/* No thread runs in the space from begin() to end(), no stale translation survives end().
	 */
	void (*begin)(struct space *space);
	void (*end)(struct space *space);
	/* Map adjacent frames, all ours or a single one; what was there is replaced (inside a
	 * bracket). access: REGION_ACCESS bits. -ENOMEM: no frame for a table, nothing changed. */
	int (*map)(struct space *space, vaddr_t page, frame_t frame, size_t bytes, uint32_t access);
	/* Empty the range; much of it may be empty already. */
	void (*unmap)(struct space *space, vaddr_t start, size_t bytes);
	/* Give what is mapped in the range this access, which is never to write. */
	void (*protect)(struct space *space, vaddr_t start, size_t bytes, uint32_t access);
};

struct space {
	struct regions regions;
	struct pages pages;
	const struct memory_source *memory;
	const struct space_ops *ops;
	bool edited; /* a bracket is open */
};

/* space_request.placement */
enum space_placement {
	SPACE_ANYWHERE,	     /* address is a hint (0: none) */
	SPACE_FIXED,	     /* there; what is there goes */
	SPACE_FIXED_IF_FREE, /* there, or -EEXIST */
};

struct space_request {
	vaddr_t address;
	size_t bytes;
	enum space_placement placement;
	uint32_t flags; /* REGION_* */
	/* The region may grow down by so many bytes on faults; they and REGION_GUARD_BYTES below
	 * are kept free of regions that choose no place. They belong to a fixed place: what is
	 * there goes, or is EEXIST. */
	size_t growth;
	const struct memory_type *type;
	void *object;
	uint64_t offset;
};

/* An empty space over [low, high), page aligned, high below the last address. The page tables are
 * the caller's, and empty. */
void space_init(struct space *space, vaddr_t low, vaddr_t high, const struct memory_source *memory,
		const struct space_ops *ops);

/* Map a region and take a reference to its object; *start is where. It may be joined with its
 * neighbours. -EINVAL: not whole pages, or outside; -ENOMEM: no room or no memory; -EEXIST; -EPERM:
 * something pinned is there. */
int space_map(struct space *space, const struct space_request *request, vaddr_t *start);

/* Empty the range; holes are fine. -EINVAL, -EPERM as above; -ENOMEM only where one region becomes
 * two. */
int space_unmap(struct space *space, vaddr_t start, size_t bytes);

/* New access for the range. -ENOMEM: it has holes (POSIX), or there is no memory; -EINVAL, -EPERM,
 * or the type's refusal. */
int space_protect(struct space *space, vaddr_t start, size_t bytes, uint32_t access);

/* mremap(): give [start, start + old_bytes), part of one region, another size and perhaps place.
 * SPACE_ANYWHERE: in place if that works, else, if may_move, where there is room. SPACE_FIXED: at
 * `*address`, which may not overlap the old range. *address is where it is then. A stack that
 * moves no longer grows.
 * -EFAULT: not part of one region; -ENOMEM; -EINVAL; -EPERM; or the type's refusal. */
int space_remap(struct space *space, vaddr_t start, size_t old_bytes, size_t new_bytes,
		enum space_placement placement, bool may_move, vaddr_t *address);

/* Give the empty space `child` every region of the parent that its type copies. -ENOMEM: the child
 * is empty again; the parent lost nothing but write access that faults restore. */
int space_fork(struct space *parent, struct space *child);

/* Regions of type `from` become `to`, which has neither object nor offset; parts that are `to`
 * already stay so. All of the range must be one or the other. Pages stay as they are: it is for the
 * caller to see that they suit the new type. -EFAULT, -ENOMEM: nothing changed. */
int space_convert(struct space *space, vaddr_t start, size_t bytes, const struct memory_type *from,
		  const struct memory_type *to);

/* Unmap everything (exec: but what is pinned). Needs no memory. */
void space_clear(struct space *space, bool keep_pinned);

/* The end of a space in which no thread runs: unmap everything, but for entries of page tables,
 * which the caller frees. */
void space_end(struct space *space);

/* A thread touched the address: REGION_READ, WRITE or EXECUTE. Grows a stack, maps what is there,
 * else asks the type. */
enum fault_result space_fault(struct space *space, vaddr_t address, uint32_t access);

/* --- For memory types ----------------------------------------------------------------------------
 */

/* Map a frame at a page that has none, taking over the caller's reference. Writable as the type
 * says. -ENOMEM: nothing changed, the reference is still the caller's. */
int space_add_page(struct region *region, vaddr_t page, frame_t frame);

/* The same for adjacent frames of our memory. */
int space_add_row(struct region *region, vaddr_t start, frame_t first, uint32_t count);

/* The same at a page that has one (copy on write): the old frame is let go. */
int space_replace_page(struct region *region, vaddr_t page, frame_t frame);

/* Take the frames in [start, end) of the region away: accesses fault again. */
void space_take_pages(struct region *region, vaddr_t start, vaddr_t end);

/* Take the page's write access away, if it has any: the next write faults. The page is there. */
void space_protect_page(struct region *region, vaddr_t page);

/* What copy() does for private memory: both have the same frames, and neither may write them.
 * -ENOMEM: the fork clears what was shared. */
int space_share_pages(struct region *from, struct region *to);

/* NULL, or what is wrong: regions, pages, pages outside of regions, pages writable in regions that
 * are not. */
const char *space_check(struct space *space);
