/* Faults and fork: how pages come into spaces and are shared between them. */
#include "space_edit.h"

#include "mutant.h"
#include "page_round.h"
#include <skerry/errno.h>
#include <sys.h>

static vaddr_t address_of(page_t page)
{
	return page * ARCH_PAGE_SIZE;
}

/* --- Pages ---------------------------------------------------------------------------------------
 */

static int map_row(const struct region *region, const struct page_reference *reference,
		   uint32_t count)
{
	uint32_t access = region->flags & REGION_ACCESS;

	if (!access)
		return 0; /* it is there, but for nobody to see */
	if (!reference->writable)
		access &= ~REGION_WRITE;
	return region->space->ops->map(region->space, address_of(reference->page), reference->frame,
				       count * ARCH_PAGE_SIZE, access);
}

static int map_page(const struct region *region, const struct page_reference *reference)
{
	return map_row(region, reference, 1);
}

static struct page_reference reference_to(const struct region *region, page_t page, frame_t frame)
{
	struct page_reference reference = {.page = page, .frame = frame};

	reference.writable = space_may_write(region, &reference);
	return reference;
}

int space_add_page(struct region *region, vaddr_t page, frame_t frame)
{
	struct page_reference reference = reference_to(region, page_number(page), frame);
	struct pages *pages = &region->space->pages;
	int error = pages_reserve(pages, reference.page);

	if (error)
		return error;
	error = map_page(region, &reference);
	if (error)
		pages_unreserve(pages, reference.page, 1);
	else
		pages_set(pages, reference.page, frame, reference.writable);
	return error;
}

int space_add_row(struct region *region, vaddr_t start, frame_t first, uint32_t count)
{
	struct page_reference reference = reference_to(region, page_number(start), first);
	struct pages *pages = &region->space->pages;
	int error = pages_reserve_row(pages, reference.page, count);

	if (error)
		return error;
	error = map_row(region, &reference, count);
	if (error)
		pages_unreserve(pages, reference.page, count);
	else
		pages_set_row(pages, reference.page, first, count, reference.writable);
	return error;
}

int space_replace_page(struct region *region, vaddr_t page, frame_t frame)
{
	struct page_reference reference = reference_to(region, page_number(page), frame);
	struct space *space = region->space;
	int error;

	if (!mutant(COPY_UNBRACKETED))
		space_edit(space);
	error = map_page(region, &reference);
	if (!error)
		pages_replace(&space->pages, reference.page, frame, reference.writable);
	space_edit_end(space);
	return error;
}

void space_protect_page(struct region *region, vaddr_t page)
{
	struct space *space = region->space;
	USE(NULL);

	if (!pages_protect(&space->pages, page_number(page), 1))
		return;
	space_edit(space);
	space->ops->protect(space, page, ARCH_PAGE_SIZE,
			    region->flags & REGION_ACCESS & ~REGION_WRITE);
	space_edit_end(space);
}

/* What is there already, with all the access that it may have. An entry that allows less may stand
 * there only if the page becomes writable now. */
static enum fault_result map_again(struct region *region, const struct page_reference *old)
{
	struct page_reference reference = reference_to(region, old->page, old->frame);
	struct space *space = region->space;
	int error;

	if (reference.writable != old->writable)
		space_edit(space);
	error = map_page(region, &reference);
	if (!error && reference.writable != old->writable)
		pages_set_writable(&space->pages, old->page, reference.writable);
	space_edit_end(space);
	return error ? FAULT_NO_MEMORY : FAULT_DONE;
}

/* --- Faults --------------------------------------------------------------------------------------
 */

/* The stack that the address belongs to, grown down to it; NULL: there is none. */
static struct region *grow_down(struct space *space, vaddr_t address)
{
	struct region *region = region_from(&space->regions, address);
	vaddr_t start = (vaddr_t)page_floor(address);
	const struct region *below;

	if (!region || start < region->floor)
		return NULL;
	below = region_previous(region);
	if (below && start - below->end < REGION_GUARD_BYTES)
		return NULL;
	if (region->type->resize && region->type->resize(region, region->end - start))
		return NULL;
	region_set_bounds(&space->regions, region, start, region->end);
	return region;
}

enum fault_result space_fault(struct space *space, vaddr_t address, uint32_t access)
{
	struct region *region = region_find(&space->regions, address);
	struct page_reference reference;
	USE(NULL);

	if (!region)
		region = grow_down(space, address);
	if (!region || access & ~region->flags)
		return FAULT_REFUSED;
	if (pages_find(&space->pages, page_number(address), &reference) &&
	    (!(access & REGION_WRITE) || space_may_write(region, &reference)))
		return map_again(region, &reference);
	return region->type->fault(region, (vaddr_t)page_floor(address), access & REGION_WRITE);
}

/* --- Fork ----------------------------------------------------------------------------------------
 */

int space_share_pages(struct region *from, struct region *to)
{
	struct space *parent = from->space;
	page_t first = page_number(from->start);
	size_t bytes = from->end - from->start;
	uint32_t access = from->flags & REGION_ACCESS & ~REGION_WRITE;

	if (!mutant(FORK_UNPROTECTED) && pages_protect(&parent->pages, first, page_number(bytes))) {
		space_edit(parent);
		parent->ops->protect(parent, from->start, bytes, access);
	}
	return pages_share(&parent->pages, &to->space->pages, first, page_number(bytes));
}

/* *retyped: the copy is of another type, and may continue a neighbour. */
static int copy_region(struct region *region, struct space *child, bool *retyped)
{
	struct region *copy;
	int error;

	if (!region->type->copy)
		return 0;
	copy = slab_allocate(child->memory->regions);
	if (!copy)
		return -ENOMEM;
	*copy = *region;
	copy->space = child;
	space_insert(child, copy);
	error = region->type->copy(region, copy);
	*retyped |= copy->type != region->type;
	return error;
}

int space_fork(struct space *parent, struct space *child)
{
	struct region *region = region_first(&parent->regions);
	bool retyped = false;
	int error = 0;
	USE(NULL);

	assert(!child->regions.count && !child->pages.count);
	for (; region && !error; region = region_next(region))
		error = copy_region(region, child, &retyped);
	space_edit_end(parent);
	if (error)
		space_clear(child, false);
	else if (retyped)
		space_join(child, child->regions.low, child->regions.high);
	return error;
}
