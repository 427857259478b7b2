/* Copies of whole pages: runs of pages that lie in one region on each side.
 *
 * First every run is checked, and gets what it needs: places for the frames that will be shared, or
 * its pages on both sides. Then the runs are copied one after another.
 */
#include "space_copy.h"

#include "space_edit.h"

#include <skerry/errno.h>

struct run {
	const struct region *from, *to;
	vaddr_t start, address;
	size_t bytes;
	bool is_shared;
};

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Private memory that may be shared copy on write. */
static bool is_private(const struct region *region)
{
	return region->type->zero_filled && !(region->flags & REGION_SHARED);
}

/* The run after `done` bytes: 0 or -EFAULT. */
static int run_next(const struct space_copy *copy, size_t done, struct run *run)
{
	run->start = copy->start + done;
	run->address = copy->address + done;
	run->from = region_find(&copy->from->regions, run->start);
	run->to = region_find(&copy->to->regions, run->address);
	if (!run->from || !run->to || !(run->from->flags & REGION_READ) ||
	    !(run->to->flags & REGION_WRITE))
		return -EFAULT;
	run->bytes = smaller(copy->bytes - done,
			     smaller(run->from->end - run->start, run->to->end - run->address));
	run->is_shared = !copy->never_shares && is_private(run->from) && is_private(run->to);
	return 0;
}

/* --- Prepare -------------------------------------------------------------------------------------
 */

static int reserve(const struct space_copy *copy, const struct run *run)
{
	page_t first = page_number(run->start), page = first;
	struct page_reference present;
	int error = 0;

	while (!error && pages_next(&copy->from->pages, page, page_number(run->start + run->bytes),
				    &present)) {
		page = present.page + 1;
		error = pages_reserve(&copy->to->pages,
				      present.page - first + page_number(run->address));
	}
	return error;
}

static int page_in(struct space *space, vaddr_t page, uint32_t access)
{
	switch (space_fault(space, page, access)) {
	case FAULT_DONE:
		return 0;
	case FAULT_NO_MEMORY:
		return -ENOMEM;
	default:
		return -EFAULT;
	}
}

static int run_prepare(const struct space_copy *copy, const struct run *run)
{
	int error = 0;

	if (run->is_shared)
		return reserve(copy, run);
	for (size_t done = 0; !error && done < run->bytes; done += ARCH_PAGE_SIZE) {
		error = page_in(copy->from, run->start + done, REGION_READ);
		if (!error)
			error = page_in(copy->to, run->address + done, REGION_WRITE);
	}
	return error;
}

static int prepare(const struct space_copy *copy)
{
	struct run run;
	int error = 0;

	for (size_t done = 0; !error && done < copy->bytes; done += run.bytes) {
		error = run_next(copy, done, &run);
		if (!error)
			error = run_prepare(copy, &run);
	}
	if (error)
		pages_unreserve(&copy->to->pages, page_number(copy->address),
				page_number(copy->bytes));
	return error;
}

/* --- Commit --------------------------------------------------------------------------------------
 */

/* The entry is filled at once where a table is there: it spares the reader a fault. */
static void page_share(const struct space_copy *copy, const struct run *run,
		       const struct page_reference *present)
{
	page_t page = present->page - page_number(run->start) + page_number(run->address);
	uint32_t access = run->to->flags & REGION_ACCESS & ~REGION_WRITE;

	frame_share(copy->to->memory->frames, present->frame);
	pages_set(&copy->to->pages, page, present->frame, false);
	(void)copy->to->ops->map(copy->to, page * ARCH_PAGE_SIZE, present->frame, ARCH_PAGE_SIZE,
				 access);
}

static void run_share(const struct space_copy *copy, const struct run *run)
{
	struct space *from = copy->from;
	page_t page = page_number(run->start), last = page_number(run->start + run->bytes);
	struct page_reference present;

	space_drop_pages(copy->to, run->address, run->address + run->bytes);
	if (pages_protect(&from->pages, page, last - page)) {
		space_edit(from);
		from->ops->protect(from, run->start, run->bytes,
				   run->from->flags & REGION_ACCESS & ~REGION_WRITE);
	}
	for (; pages_next(&from->pages, page, last, &present); page = present.page + 1)
		page_share(copy, run, &present);
}

static int run_copy(const struct space_copy *copy, const struct run *run)
{
	struct page_reference from, to;
	int error = 0;

	for (size_t done = 0; !error && done < run->bytes; done += ARCH_PAGE_SIZE) {
		(void)pages_find(&copy->from->pages, page_number(run->start + done), &from);
		(void)pages_find(&copy->to->pages, page_number(run->address + done), &to);
		error = copy->copy(to.frame, from.frame);
	}
	return error;
}

static bool ranges_overlap(const struct space_copy *copy)
{
	return copy->from == copy->to && copy->start < copy->address + copy->bytes &&
	       copy->address < copy->start + copy->bytes;
}

int space_copy(const struct space_copy *copy)
{
	struct run run;
	int error;

	if (!space_holds(copy->from, copy->start, copy->bytes) ||
	    !space_holds(copy->to, copy->address, copy->bytes) || ranges_overlap(copy))
		return -EINVAL;
	error = prepare(copy);
	for (size_t done = 0; !error && done < copy->bytes; done += run.bytes) {
		(void)run_next(copy, done, &run);
		if (run.is_shared)
			run_share(copy, &run);
		else
			error = run_copy(copy, &run);
	}
	if (error)
		pages_unreserve(&copy->to->pages, page_number(copy->address),
				page_number(copy->bytes));
	space_edit_end(copy->from);
	space_edit_end(copy->to);
	return error;
}
