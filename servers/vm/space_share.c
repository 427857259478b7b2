/* A range of one space, shown in another.
 *
 * What share_take() has in hand is invisible: objects without regions, reserved places, copies of
 * frames. share_show() puts it in place and cannot fail once it has found room.
 */
#include "space_share.h"

#include <skerry/errno.h>

/* --- Take ----------------------------------------------------------------------------------------
 */

static int check(const struct space *space, vaddr_t start, vaddr_t end, uint32_t access)
{
	const struct region *region = region_find(&space->regions, start);
	unsigned int parts = 0;

	while (start < end) {
		if (!region || region->start > start)
			return -EFAULT;
		if (!region->type->share)
			return -EPERM;
		if (access & ~region->flags)
			return -EACCES;
		if (++parts > SHARE_PARTS)
			return -E2BIG;
		start = region->end;
		region = region_next(region);
	}
	return 0;
}

static int part_take(struct share *share, const struct region *region, vaddr_t start, vaddr_t end)
{
	struct share_part *part = &share->part[share->count];
	struct region *shown = slab_allocate(share->from->memory->regions);
	int error;

	if (!shown)
		return -ENOMEM;
	*part = (struct share_part){.start = start, .end = end, .region = shown};
	error = region->type->share(region, start, end, part);
	if (error) {
		slab_free(share->from->memory->regions, shown);
		return error;
	}
	*shown =
		(struct region){.type = part->type, .object = part->object, .offset = part->offset};
	if (shown->type->reference)
		shown->type->reference(shown);
	share->count++;
	return 0;
}

int share_take(struct share *share, struct space *from, vaddr_t start, size_t bytes,
	       uint32_t access)
{
	const struct region *region;
	vaddr_t end = start + bytes;
	int error;

	if (!space_holds(from, start, bytes))
		return -EINVAL;
	share->from = from;
	share->count = 0;
	error = check(from, start, end, access);
	if (!error) /* both ends may lie inside of regions */
		error = spares_take(&share->spares, from->memory, 2);
	if (error)
		return error;
	for (region = region_find(&from->regions, start); !error && start < end;
	     region = region_next(region)) {
		error = part_take(share, region, start, region->end < end ? region->end : end);
		start = region->end;
	}
	if (error)
		share_drop(share);
	return error;
}

void share_drop(struct share *share)
{
	while (share->count) {
		struct share_part *part = &share->part[--share->count];

		if (part->fresh)
			pages_unreserve(part->fresh, 0, page_number(part->end - part->start));
		if (part->region->type->release)
			part->region->type->release(part->region);
		slab_free(share->from->memory->regions, part->region);
	}
	spares_drop(&share->spares);
}

static int fill_page(const struct region *region, const struct page_reference *present,
		     struct pages *to, page_t page,
		     int (*duplicate)(const struct region *region, frame_t from, frame_t *made))
{
	frame_t frame;
	int error = pages_reserve(to, page);

	if (error || frame_references(to->memory->frames, present->frame) <= 1)
		return error;
	error = duplicate(region, present->frame, &frame);
	if (!error)
		pages_set(to, page, frame, true);
	return error;
}

int share_fill(const struct region *region, vaddr_t start, vaddr_t end, struct pages *to,
	       int (*duplicate)(const struct region *region, frame_t from, frame_t *made))
{
	page_t first = page_number(start), last = page_number(end), page = first;
	struct page_reference present;
	int error = 0;

	while (!error && pages_next(&region->space->pages, page, last, &present)) {
		page = present.page + 1;
		error = fill_page(region, &present, to, present.page - first, duplicate);
	}
	if (error) {
		pages_unreserve(to, 0, last - first);
		pages_clear(to, 0, last - first);
	}
	return error;
}

/* --- Commit --------------------------------------------------------------------------------------
 */

/* Each page is the object's and the space's. Where there is a copy, the space takes it in place of
 * what it had with others. */
static void adopt_pages(struct space *space, const struct share_part *part)
{
	page_t first = page_number(part->start), page = first;
	struct page_reference present, copy;

	if (part->fresh->count) {
		space_edit(space);
		space->ops->unmap(space, part->start, part->end - part->start);
	}
	for (; pages_next(&space->pages, page, page_number(part->end), &present);
	     page = present.page + 1) {
		if (pages_find(part->fresh, present.page - first, &copy)) {
			frame_reference(space->memory->frames, copy.frame);
			pages_replace(&space->pages, present.page, copy.frame, false);
		} else {
			frame_reference(space->memory->frames, present.frame);
			pages_set(part->fresh, present.page - first, present.frame, true);
		}
	}
}

/* The lowest page of a stack becomes an object: the stack goes on growing with a page of its own
 * below, if it can grow at all. */
static void stack_leave(struct space *space, struct region *region)
{
	const struct region *below = region_previous(region);
	vaddr_t start = region->start;

	if (region->floor == start)
		return;
	if (below && start - below->end < ARCH_PAGE_SIZE + REGION_GUARD_BYTES) {
		slab_write(region);
		region->floor = start;
	} else {
		start -= ARCH_PAGE_SIZE;
	}
	region_set_bounds(&space->regions, region, start, region->end);
}

static void part_convert(struct share *share, const struct share_part *part)
{
	struct space *space = share->from;
	struct region *region = region_find(&space->regions, part->start);

	adopt_pages(space, part);
	if (region->start == part->start)
		stack_leave(space, region);
	space_split(space, region, part->start, &share->spares);
	region = region_find(&space->regions, part->start);
	space_split(space, region, part->end, &share->spares);
	slab_write(region);
	region->type = part->type;
	region->object = part->object;
	region->offset = part->offset;
	if (region->type->reference)
		region->type->reference(region);
}

static void part_show(const struct share *share, const struct share_part *part, struct space *to,
		      vaddr_t place, uint32_t flags)
{
	struct region *region = part->region;

	slab_write(region);
	region->start = region->floor = place + (part->start - share->part[0].start);
	region->end = region->start + (part->end - part->start);
	region->flags = flags;
	region->space = to;
	region_insert(&to->regions, region);
}

int share_show(struct share *share, struct space *to, vaddr_t wish, uint32_t flags,
	       vaddr_t *address)
{
	const struct share_part *last = &share->part[share->count - 1];
	const struct space_request request = {
		.address = wish,
		.bytes = last->end - share->part[0].start,
	};
	vaddr_t place;
	int error = space_choose_free(to, &request, &place);

	if (error)
		return error;

	/* Nothing fails from here. */
	for (unsigned int i = 0; i < share->count; i++)
		if (share->part[i].fresh)
			part_convert(share, &share->part[i]);
	for (unsigned int i = 0; i < share->count; i++)
		part_show(share, &share->part[i], to, place, flags);
	spares_drop(&share->spares);
	space_join(to, place, place + request.bytes);
	space_edit_end(share->from);
	space_edit_end(to);
	*address = place;
	return 0;
}

/* --- The end of it -------------------------------------------------------------------------------
 */

void share_retype(struct region *region, const struct memory_type *type)
{
	if (region->type->release)
		region->type->release(region);
	slab_write(region);
	region->type = type;
	region->object = NULL;
	region->offset = 0;
	region->flags &= ~(REGION_SHARED | REGION_TYPE_FLAGS);
}

void share_forget(struct space *space, const void *object, const struct memory_type *type)
{
	struct region *region = region_first(&space->regions);

	for (; region; region = region_next(region)) {
		if (region->object != object)
			continue;
		space_drop_pages(space, region->start, region->end);
		share_retype(region, type);
	}
	space_join(space, space->regions.low, space->regions.high);
	space_edit_end(space);
}
