/* Memory changes its type and stays where it is. */
#include "space_edit.h"

#include <skerry/errno.h>

static bool can_convert(const struct region *region, const struct memory_type *from,
			const struct memory_type *to)
{
	if (region->floor != region->start || region->flags & REGION_PINNED)
		return false;
	return region->type == from || region->type == to;
}

static int check_convert(const struct space *space, vaddr_t start, vaddr_t end,
			 const struct memory_type *from, const struct memory_type *to)
{
	const struct region *region = region_from(&space->regions, start);

	for (; start < end; region = region_next(region)) {
		if (!region || region->start > start || !can_convert(region, from, to))
			return -EFAULT;
		start = region->end;
	}
	return 0;
}

int space_convert(struct space *space, vaddr_t start, size_t bytes, const struct memory_type *from,
		  const struct memory_type *to)
{
	struct region *region;
	struct spares spares;
	vaddr_t end = start + bytes;
	int error;
	USE(NULL);

	if (!space_holds(space, start, bytes))
		return -EINVAL;
	error = check_convert(space, start, end, from, to);
	if (!error)
		error = spares_take(&spares, space->memory, 2);
	if (error)
		return error;

	/* Nothing fails from here. */
	for (region = region_from(&space->regions, start); region && region->start < end;
	     region = region_next(region)) {
		if (region->type == to)
			continue;
		if (region->start < start) {
			space_split(space, region, start, &spares);
			continue;
		}
		space_split(space, region, end, &spares);
		slab_write(region);
		region->type = to;
	}
	space_join(space, start, end);
	spares_drop(&spares);
	return 0;
}
