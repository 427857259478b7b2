/* Bringing memory in ahead of its first touch. */
#include "present.h"

#include "memory.h"
#include "page_round.h"
#include "type.h"
#include <skerry/errno.h>

/* What pages may cost besides their frames, on every port: a table holds 256 entries or more in at
 * most two levels below the root, a chunk of 32 pages takes a 16th of a frame or less, and a range
 * begins and ends within one of each. */
#define PAGES_A_TABLE 256u
#define PAGES_A_CHUNK_FRAME (16u * CHUNK_PAGES)
#define RANGE_OVERHEAD 8u

static uint64_t overhead(uint64_t pages)
{
	return pages / PAGES_A_TABLE + pages / PAGES_A_CHUNK_FRAME + RANGE_OVERHEAD;
}

bool present_fits(const struct vm_space *space, uint64_t frames_wanted, uint64_t pages)
{
	return frames_provide(&frames, vm_space_level(space), frames_wanted + overhead(pages));
}

/* --- What is missing -------------------------------------------------------------------------- */

/* How far down a growing region may reach; others do not. */
static vaddr_t lowest_of(const struct region *region)
{
	const struct region *below = region_previous(region);
	vaddr_t room;

	if (region->floor == region->start || below == NULL)
		return region->floor;
	room = region->start - below->end;
	if (room <= REGION_GUARD_BYTES)
		return region->start;
	room -= REGION_GUARD_BYTES;
	return region->start - region->floor < room ? region->floor : region->start - room;
}

/* Pages of the range that would get a frame of their own: absent, or shared and private. */
static uint64_t missing(const struct vm_space *space, const struct region *region, vaddr_t start,
			vaddr_t end)
{
	uint64_t count = (end - start) / ARCH_PAGE_SIZE;
	struct page_reference reference;
	page_t page = start / ARCH_PAGE_SIZE;

	if (region->type == &type_guard || region->type == &type_physical)
		return 0;
	for (; pages_next(&space->space.pages, page, end / ARCH_PAGE_SIZE, &reference);
	     page = reference.page + 1) {
		if (region->type != &type_anonymous ||
		    frame_references(&frames, reference.frame) <= 1)
			count--;
	}
	return count;
}

static vaddr_t later(vaddr_t a, vaddr_t b)
{
	return a > b ? a : b;
}

static vaddr_t earlier(vaddr_t a, vaddr_t b)
{
	return a < b ? a : b;
}

bool present_fits_range(const struct vm_space *space, vaddr_t start, vaddr_t end)
{
	const struct region *region = region_from(&space->space.regions, start);
	uint64_t wanted = 0;

	for (; region != NULL && region->start < end; region = region_next(region)) {
		const vaddr_t from = later(region->start, start), to = earlier(region->end, end);

		wanted += missing(space, region, from, to) + overhead((to - from) / ARCH_PAGE_SIZE);
	}
	return present_fits(space, wanted, 0);
}

/* --- Bringing --------------------------------------------------------------------------------- */

/* The region whose type gives the range all its pages at once; NULL: one after another. */
static struct region *populated_by(const struct vm_space *space, uint32_t access, vaddr_t start,
				   vaddr_t end)
{
	struct region *region = region_find(&space->space.regions, start);
	struct page_reference reference;

	if (region == NULL || region->type->populate == NULL || end > region->end ||
	    (access & ~region->flags) ||
	    pages_next(&space->space.pages, start / ARCH_PAGE_SIZE, page_count(end), &reference))
		return NULL;
	return region;
}

static int bring(struct vm_space *space, uint32_t access, vaddr_t start, vaddr_t end)
{
	struct region *whole = populated_by(space, access, start, end);

	if (whole != NULL)
		return whole->type->populate(whole, start, (vaddr_t)page_ceiling(end));
	for (vaddr_t page = start; page < end; page += ARCH_PAGE_SIZE) {
		switch (space_fault(&space->space, page, access)) {
		case FAULT_DONE:
			break;
		case FAULT_WAITS:
			return -EAGAIN;
		case FAULT_REFUSED:
		case FAULT_ABSENT:
			return -EFAULT;
		case FAULT_NO_MEMORY:
			return -ENOMEM;
		}
	}
	return 0;
}

static uint32_t access_of(const struct region *region)
{
	return region->flags & REGION_WRITE ? REGION_WRITE : REGION_READ;
}

static bool is_seen(const struct region *region)
{
	return region->flags & REGION_READ;
}

int present_bring(struct vm_space *space, vaddr_t start, vaddr_t end)
{
	const struct region *region = region_from(&space->space.regions, start);
	int error = 0;
	USE(space);

	for (; error == 0 && region != NULL && region->start < end; region = region_next(region)) {
		const vaddr_t low = space->pinned ? lowest_of(region) : region->start;

		if (is_seen(region))
			error = bring(space, access_of(region), later(low, start),
				      earlier(region->end, end));
	}
	return error;
}

static bool all_fits(const struct vm_space *space)
{
	const struct region *region = region_first(&space->space.regions);
	uint64_t wanted = 0;

	for (; region != NULL; region = region_next(region)) {
		const vaddr_t low = lowest_of(region);

		if (is_seen(region))
			wanted += missing(space, region, low, region->end) +
				  overhead((region->end - low) / ARCH_PAGE_SIZE);
	}
	return present_fits(space, wanted, 0);
}

/* A region stays where it is in the tree when it grows: the next one is still the next. */
int present_all(struct vm_space *space)
{
	const struct region *region = region_first(&space->space.regions);
	int error = 0;
	USE(space);

	if (!all_fits(space))
		return -ENOMEM;
	for (; error == 0 && region != NULL; region = region_next(region)) {
		if (is_seen(region))
			error = bring(space, access_of(region), lowest_of(region), region->end);
	}
	return error;
}

int present_page_in(struct vm_space *space, vaddr_t address, size_t bytes, uint32_t access)
{
	USE(space);

	return bring(space, access, (vaddr_t)page_floor(address), address + bytes);
}

int present_pin(struct vm_space *space)
{
	const int error = present_all(space);
	USE(space);

	if (error == 0)
		space->pinned = true;
	return error;
}
