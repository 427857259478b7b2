/* Mapping, unmapping, protecting: check, take what may be needed, commit. */
#include "space_edit.h"

#include <skerry/errno.h>
#include <sys.h>

void space_init(struct space *space, vaddr_t low, vaddr_t high, const struct memory_source *memory,
		const struct space_ops *ops)
{
	assert(low < high && !((low | high) % ARCH_PAGE_SIZE));
	*space = (struct space){.memory = memory, .ops = ops};
	regions_init(&space->regions, low, high);
	pages_init(&space->pages, memory);
}

/* --- Map -----------------------------------------------------------------------------------------
 */

int space_choose_free(const struct space *space, const struct space_request *request,
		      vaddr_t *start)
{
	size_t left = space->regions.high - space->regions.low;
	size_t below = request->growth ? request->growth + REGION_GUARD_BYTES : 0;

	if (request->bytes > left || request->growth > left - request->bytes ||
	    below > left - request->bytes)
		return -ENOMEM;
	*start = request->address;
	if (request->address && request->address >= below &&
	    request->address % ARCH_PAGE_SIZE == 0 &&
	    region_is_free(&space->regions, request->address - below, below + request->bytes))
		return 0;
	if (!region_find_gap(&space->regions, below + request->bytes, start))
		return -ENOMEM;
	*start += below;
	return 0;
}

static int choose_fixed(const struct space *space, const struct space_request *request,
			vaddr_t *start)
{
	vaddr_t low = request->address - request->growth;
	vaddr_t end = request->address + request->bytes;

	if (!space_holds(space, request->address, request->bytes) ||
	    request->growth > request->address - space->regions.low)
		return -EINVAL;
	if (request->placement == SPACE_FIXED_IF_FREE &&
	    !region_is_unused(&space->regions, low, end))
		return -EEXIST;
	if (space_is_pinned(space, low, end))
		return -EPERM;
	*start = request->address;
	return 0;
}

/* A neighbour that the new region continues grows instead, and may meet the other one. False: there
 * is none. */
static bool neighbour_grow(struct space *space, const struct region *fresh)
{
	struct region *left = region_find(&space->regions, fresh->start - 1);
	struct region *right = region_find(&space->regions, fresh->end);

	if (left && region_continues(left, fresh)) {
		region_set_bounds(&space->regions, left, left->start, fresh->end);
		if (right && region_continues(left, right))
			space_join(space, fresh->start, fresh->end);
		return true;
	}
	if (!right || !region_continues(fresh, right))
		return false;
	region_set_bounds(&space->regions, right, fresh->start, right->end);
	return true;
}

/* What is there goes. */
static int map_over(struct space *space, const struct region *fresh)
{
	struct spares spares;
	struct region *region;
	int error = spares_take(&spares, space->memory, 2);

	if (error)
		return error;

	/* Nothing fails from here. */
	region = spares_use(&spares);
	space_empty(space, fresh->floor, fresh->end, &spares);
	*region = *fresh;
	space_insert(space, region);
	space_join(space, fresh->start, fresh->end);
	spares_drop(&spares);
	space_edit_end(space);
	return 0;
}

static int map_free(struct space *space, const struct region *fresh)
{
	bool is_stack =
		fresh->floor < fresh->start; /* which keeps its floor when it meets another */
	struct region *region;

	if (!is_stack && neighbour_grow(space, fresh))
		return 0;
	region = slab_allocate(space->memory->regions);
	if (!region)
		return -ENOMEM;
	*region = *fresh;
	space_insert(space, region);
	if (is_stack)
		space_join(space, fresh->start, fresh->end);
	return 0;
}

int space_map(struct space *space, const struct space_request *request, vaddr_t *start)
{
	struct region fresh = {
		.flags = request->flags,
		.type = request->type,
		.object = request->object,
		.offset = request->offset,
		.space = space,
	};
	int error;
	USE(NULL);

	if (!request->bytes || (request->bytes | request->growth) % ARCH_PAGE_SIZE)
		return -EINVAL;
	error = request->placement == SPACE_ANYWHERE ? space_choose_free(space, request, start)
						     : choose_fixed(space, request, start);
	if (error)
		return error;
	fresh.start = *start;
	fresh.end = *start + request->bytes;
	fresh.floor = *start - request->growth;
	return request->placement == SPACE_FIXED ? map_over(space, &fresh)
						 : map_free(space, &fresh);
}

/* --- Unmap ---------------------------------------------------------------------------------------
 */

/* Is something left of one region on both sides? Only then is a region more than before. */
static bool makes_hole(const struct space *space, vaddr_t start, vaddr_t end)
{
	const struct region *region = region_find(&space->regions, start);

	return region && region->start < start && region->end > end;
}

int space_unmap(struct space *space, vaddr_t start, size_t bytes)
{
	struct spares spares;
	int error;
	USE(NULL);

	if (!space_holds(space, start, bytes))
		return -EINVAL;
	if (space_is_pinned(space, start, start + bytes))
		return -EPERM;
	error = spares_take(&spares, space->memory, makes_hole(space, start, start + bytes));
	if (error)
		return error;

	/* Nothing fails from here. */
	space_empty(space, start, start + bytes, &spares);
	spares_drop(&spares);
	space_edit_end(space);
	return 0;
}

void space_clear(struct space *space, bool keep_pinned)
{
	struct spares none = {.count = 0};
	struct region *region = region_first(&space->regions), *next;
	USE(NULL);

	for (; region; region = next) {
		next = region_next(region);
		if (!keep_pinned || !(region->flags & REGION_PINNED))
			space_empty(space, region->start, region->end, &none);
	}
	space_edit_end(space);
}

void space_end(struct space *space)
{
	struct region *region = region_first_leaf(&space->regions), *next;
	USE(NULL);

	for (; region; region = region_next_leaf(region))
		if (region->type->unmap)
			region->type->unmap(region, region->start, region->end);
	pages_end(&space->pages);
	for (region = region_first_leaf(&space->regions); region; region = next) {
		next = region_next_leaf(region);
		if (region->type->release)
			region->type->release(region);
		slab_free(space->memory->regions, region);
	}
	regions_init(&space->regions, space->regions.low, space->regions.high);
}

/* --- Protect -------------------------------------------------------------------------------------
 */

static int check_protect(const struct space *space, vaddr_t start, vaddr_t end, uint32_t access)
{
	const struct region *region = region_from(&space->regions, start);

	while (start < end) {
		int error = 0;

		if (!region || region->start > start)
			return -ENOMEM;
		if (region->flags & REGION_PINNED)
			return -EPERM;
		if (region->type->protect)
			error = region->type->protect(region, access);
		if (error)
			return error;
		start = region->end;
		region = region_next(region);
	}
	return 0;
}

/* Entries follow at once, but for write access, which comes with faults: no entry then ever differs
 * from its region in anything else. */
static void sync_access(struct space *space, const struct region *region, uint32_t old)
{
	page_t first = page_number(region->start), end = page_number(region->end);
	uint32_t access = region->flags & REGION_ACCESS & ~REGION_WRITE;
	size_t bytes = region->end - region->start;
	struct page_reference present;
	bool must = pages_protect(&space->pages, first, end - first);

	if (old && (old & ~REGION_WRITE) != access)
		must = pages_next(&space->pages, first, end, &present);
	if (!must)
		return;
	space_edit(space);
	if (access)
		space->ops->protect(space, region->start, bytes, access);
	else
		space->ops->unmap(space, region->start, bytes);
}

static void protect_region(struct space *space, struct region *region, uint32_t access)
{
	uint32_t old = region->flags & REGION_ACCESS;
	USE(region);

	region->flags = (region->flags & ~REGION_ACCESS) | access;
	sync_access(space, region, old);
}

int space_protect(struct space *space, vaddr_t start, size_t bytes, uint32_t access)
{
	struct region *region;
	struct spares spares;
	vaddr_t end = start + bytes;
	int error;
	USE(NULL);

	if (!space_holds(space, start, bytes) || access & ~REGION_ACCESS)
		return -EINVAL;
	error = check_protect(space, start, end, access);
	if (!error)
		error = spares_take(&spares, space->memory, 2);
	if (error)
		return error;

	/* Nothing fails from here. */
	for (region = region_from(&space->regions, start); region && region->start < end;
	     region = region_next(region)) {
		if ((region->flags & REGION_ACCESS) == access)
			continue;
		if (region->start < start) {
			space_split(space, region, start, &spares);
			continue;
		}
		space_split(space, region, end, &spares);
		protect_region(space, region, access);
	}
	space_join(space, start, end);
	spares_drop(&spares);
	space_edit_end(space);
	return 0;
}

/* --- Check ---------------------------------------------------------------------------------------
 */

const char *space_check(struct space *space)
{
	const char *wrong = regions_check(&space->regions) ?: pages_check(&space->pages);
	struct page_reference reference;
	page_t page = 0;

	if (wrong)
		return wrong;
	if (space->edited)
		return "a bracket is open";
	for (; pages_next(&space->pages, page, UINTPTR_MAX, &reference);
	     page = reference.page + 1) {
		const struct region *region =
			region_find(&space->regions, reference.page * ARCH_PAGE_SIZE);

		if (!region)
			return "a page lies in no region";
		if (region->space != space)
			return "a region is another space's";
		if (reference.writable && !space_may_write(region, &reference))
			return "a page is writable that may not be written";
	}
	return NULL;
}
