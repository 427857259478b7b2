/* mremap: shrink, grow in place, or move with the pages. */
#include "space_edit.h"

#include <skerry/errno.h>

struct remap {
	struct region *region; /* holds the old range */
	vaddr_t start, old_end;
	size_t old_bytes, new_bytes;
};

static bool can_grow_here(const struct space *space, const struct remap *remap)
{
	return remap->old_end == remap->region->end &&
	       region_is_free(&space->regions, remap->old_end, remap->new_bytes - remap->old_bytes);
}

/* The new size, where it stands. Cannot fail. */
static void resize_here(struct space *space, const struct remap *remap, struct spares *spares)
{
	vaddr_t end = remap->start + remap->new_bytes;

	if (remap->new_bytes < remap->old_bytes) {
		space_empty(space, end, remap->old_end, spares);
	} else if (remap->new_bytes > remap->old_bytes) {
		region_set_bounds(&space->regions, remap->region, remap->region->start, end);
		space_join(space, remap->start, end);
	}
}

/* The region's object at another place, the pages of the shorter of both sizes with it. */
static void move(struct space *space, const struct remap *remap, vaddr_t to, struct spares *spares)
{
	size_t kept = remap->new_bytes < remap->old_bytes ? remap->new_bytes : remap->old_bytes;
	page_t first = page_number(remap->start), last = page_number(remap->start + kept);
	struct region *region = remap->region, *moved = spares_use(spares);
	struct page_reference present;

	*moved = *region;
	moved->start = moved->floor = to;
	moved->end = to + remap->new_bytes;
	if (region->type->has_offset)
		moved->offset += remap->start - region->start;
	if (pages_next(&space->pages, first, last, &present)) {
		space_edit(space);
		space->ops->unmap(space, remap->start, kept);
		pages_move(&space->pages, first, page_number(to), last - first);
	}
	space_insert(space, moved);
	/* The rest of the old range loses its pages, then all of it goes. */
	if (kept < remap->old_bytes)
		space_empty(space, remap->start + kept, remap->old_end, spares);
	space_cut(space, region_find(&space->regions, remap->start), remap->start,
		  remap->start + kept, spares);
	space_join(space, to, to + remap->new_bytes);
}

/* Where to; what stands there may go. */
static int choose_place(const struct space *space, const struct remap *remap,
			enum space_placement placement, vaddr_t *to)
{
	vaddr_t end = *to + remap->new_bytes;

	if (placement == SPACE_ANYWHERE)
		return region_find_gap(&space->regions, remap->new_bytes, to) ? 0 : -ENOMEM;
	if (!space_holds(space, *to, remap->new_bytes))
		return -EINVAL;
	if (*to < remap->old_end && remap->start < end)
		return -EINVAL;
	if (placement == SPACE_FIXED_IF_FREE && !region_is_unused(&space->regions, *to, end))
		return -EEXIST;
	if (space_is_pinned(space, *to, end))
		return -EPERM;
	return 0;
}

static int move_to(struct space *space, struct remap *remap, enum space_placement placement,
		   vaddr_t *to)
{
	size_t kept = remap->new_bytes < remap->old_bytes ? remap->new_bytes : remap->old_bytes;
	struct spares spares;
	vaddr_t place = *to;
	int error = choose_place(space, remap, placement, &place);

	/* The moved region, a hole where it was, a hole where it comes to. */
	if (!error)
		error = spares_take(&spares, space->memory, 3);
	if (error)
		return error;
	error = pages_reserve_move(&space->pages, page_number(remap->start), page_number(place),
				   page_number(kept));
	if (error) {
		spares_drop(&spares);
		return error;
	}

	/* Nothing fails from here. */
	if (placement == SPACE_FIXED) {
		space_empty(space, place, place + remap->new_bytes, &spares);
		remap->region = region_find(&space->regions, remap->start);
	}
	move(space, remap, place, &spares);
	spares_drop(&spares);
	*to = place;
	return 0;
}

int space_remap(struct space *space, vaddr_t start, size_t old_bytes, size_t new_bytes,
		enum space_placement placement, bool may_move, vaddr_t *address)
{
	struct remap remap = {.start = start, .old_bytes = old_bytes, .new_bytes = new_bytes};
	const struct region *region;
	struct spares spares;
	int error = 0;
	USE(NULL);

	if (!space_holds(space, start, old_bytes) || !new_bytes || new_bytes % ARCH_PAGE_SIZE ||
	    (placement != SPACE_ANYWHERE && !may_move))
		return -EINVAL;
	remap.old_end = start + old_bytes;
	remap.region = region_find(&space->regions, start);
	region = remap.region;
	if (!region || region->end < remap.old_end)
		return -EFAULT;
	if (region->flags & REGION_PINNED)
		return -EPERM;
	if (new_bytes > old_bytes && region->type->resize)
		error = region->type->resize(region,
					     region->end - region->start - old_bytes + new_bytes);
	if (error)
		return error;
	if (placement == SPACE_ANYWHERE &&
	    (new_bytes <= old_bytes || can_grow_here(space, &remap))) {
		error = spares_take(&spares, space->memory, 1);
		if (error)
			return error;
		resize_here(space, &remap, &spares);
		spares_drop(&spares);
		*address = start;
	} else {
		error = may_move ? move_to(space, &remap, placement, address) : -ENOMEM;
	}
	space_edit_end(space);
	return error;
}
