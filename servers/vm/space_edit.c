/* The commits that operations on spaces are made of. None of them can fail: what they need was
 * taken before.
 */
#include "space_edit.h"

#include "mutant.h"
#include <skerry/errno.h>
#include <sys.h>

int spares_take(struct spares *spares, const struct memory_source *memory, unsigned int count)
{
	*spares = (struct spares){.memory = memory};
	assert(count <= SPARES_MAX);
	while (spares->count < count) {
		struct region *region = slab_allocate(memory->regions);

		if (!region) {
			spares_drop(spares);
			return -ENOMEM;
		}
		spares->region[spares->count++] = region;
	}
	return 0;
}

struct region *spares_use(struct spares *spares)
{
	assert(spares->count);
	return spares->region[--spares->count];
}

void spares_drop(struct spares *spares)
{
	while (spares->count)
		slab_free(spares->memory->regions, spares->region[--spares->count]);
}

bool space_holds(const struct space *space, vaddr_t start, size_t bytes)
{
	return bytes && !((start | bytes) % ARCH_PAGE_SIZE) && start >= space->regions.low &&
	       start <= space->regions.high && bytes <= space->regions.high - start;
}

bool space_is_pinned(const struct space *space, vaddr_t start, vaddr_t end)
{
	const struct region *region = region_from(&space->regions, start);

	for (; region && region->start < end; region = region_next(region))
		if (region->flags & REGION_PINNED)
			return true;
	return false;
}

void space_edit(struct space *space)
{
	if (space->edited)
		return;
	space->ops->begin(space);
	space->edited = true;
}

void space_edit_end(struct space *space)
{
	if (space->edited)
		space->ops->end(space);
	space->edited = false;
}

void space_insert(struct space *space, struct region *region)
{
	region_insert(&space->regions, region);
	if (region->type->reference)
		region->type->reference(region);
}

void space_remove(struct space *space, struct region *region)
{
	region_remove(&space->regions, region);
	if (region->type->release)
		region->type->release(region);
	slab_free(space->memory->regions, region);
}

void space_split(struct space *space, struct region *region, vaddr_t address, struct spares *spares)
{
	struct region *right;

	if (address <= region->start || address >= region->end)
		return;
	right = spares_use(spares);
	region_split(&space->regions, region, address, right);
	if (right->type->reference)
		right->type->reference(right);
}

void space_cut(struct space *space, struct region *region, vaddr_t start, vaddr_t end,
	       struct spares *spares)
{
	if (start > region->start) {
		space_split(space, region, end, spares);
		region_set_bounds(&space->regions, region, region->start, start);
	} else if (end < region->end) {
		region_set_bounds(&space->regions, region, end, region->end);
	} else {
		space_remove(space, region);
	}
}

/* What is mapped has a page reference: without one there is nothing to edit. */
void space_drop_pages(struct space *space, vaddr_t start, vaddr_t end)
{
	struct page_reference present;
	page_t last = page_number(end);
	vaddr_t from;

	if (!pages_next(&space->pages, page_number(start), last, &present))
		return;
	from = present.page * ARCH_PAGE_SIZE;
	space_edit(space);
	if (mutant(RELEASED_EARLY))
		pages_clear(&space->pages, present.page, last - present.page);
	space->ops->unmap(space, from, end - from);
	pages_clear(&space->pages, present.page, last - present.page);
}

void space_take_pages(struct region *region, vaddr_t start, vaddr_t end)
{
	USE(NULL);

	space_drop_pages(region->space, start, end);
	space_edit_end(region->space);
}

void space_empty(struct space *space, vaddr_t start, vaddr_t end, struct spares *spares)
{
	struct region *region = region_from(&space->regions, start), *next;

	for (; region && region->start < end; region = next) {
		vaddr_t from = region->start > start ? region->start : start;
		vaddr_t to = region->end < end ? region->end : end;

		next = region_next(region);
		if (region->type->unmap)
			region->type->unmap(region, from, to);
		space_drop_pages(space, from, to);
		space_cut(space, region, from, to, spares);
	}
}

void space_join(struct space *space, vaddr_t start, vaddr_t end)
{
	struct region *region = region_from(&space->regions, start ? start - 1 : 0);

	while (region && region->start < end) {
		struct region *next = region_next(region);
		vaddr_t joined;

		if (!next || !region_continues(region, next)) {
			region = next;
			continue;
		}
		joined = next->end;
		space_remove(space, next);
		region_set_bounds(&space->regions, region, region->start, joined);
	}
}

bool space_may_write(const struct region *region, const struct page_reference *reference)
{
	if (!(region->flags & REGION_WRITE))
		return false;
	if (region->type->writable)
		return region->type->writable(region, reference);
	return region->flags & REGION_SHARED ||
	       frame_references(region->space->memory->frames, reference->frame) <=
		       1 + mutant(COUNT_STALE);
}
