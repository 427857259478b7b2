/* Anonymous memory: zeroes at first, private to its space. After a fork both spaces have the same
 * frames, which nobody may write while they have two references (pages.h).
 */
#include "memory.h"
#include "shared.h"
#include "type.h"
#include <skerry/errno.h>

#define ROW_MAX 256u /* frames: longer rows save nothing more */

static enum fault_result fault(struct region *region, vaddr_t page, bool write)
{
	struct page_reference old;
	frame_t frame;

	(void)write;
	if (pages_find(&region->space->pages, page / ARCH_PAGE_SIZE, &old))
		return type_copy_fault(region, page, old.frame, true);
	if (frame_allocate(&frames, FRAME_ANONYMOUS, vm_space_level(vm_space_of(region)), true,
			   &frame) != 0)
		return FAULT_NO_MEMORY;
	if (space_add_page(region, page, frame) == 0)
		return FAULT_DONE;
	frames_release(&frames, frame, 1);
	return FAULT_NO_MEMORY;
}

enum fault_result type_copy_fault(struct region *region, vaddr_t page, frame_t from, bool present)
{
	struct vm_space *space = vm_space_of(region);
	frame_t frame;
	int error;

	if (memory_duplicate(from, vm_space_level(space), &frame) != 0)
		return FAULT_NO_MEMORY;
	error = present ? space_replace_page(region, page, frame)
			: space_add_page(region, page, frame);
	if (error != 0) {
		frames_release(&frames, frame, 1);
		return FAULT_NO_MEMORY;
	}
	slab_write(space);
	space->faults_copied++;
	vm_copies++;
	return FAULT_DONE;
}

int type_copy_page(struct region *to, vaddr_t page, frame_t from)
{
	frame_t frame;
	int error = memory_duplicate(from, memory_level, &frame);

	if (error != 0)
		return error;
	error = space_add_page(to, page, frame);
	if (error != 0)
		frames_release(&frames, frame, 1);
	return error;
}

/* Fork of a space that keeps its frames: the child gets copies now. */
static int copy_pages(const struct region *from, struct region *to)
{
	const page_t end = from->end / ARCH_PAGE_SIZE;
	struct page_reference old;
	page_t page = from->start / ARCH_PAGE_SIZE;
	int error = 0;

	for (; error == 0 && pages_next(&from->space->pages, page, end, &old); page = old.page + 1)
		error = type_copy_page(to, old.page * ARCH_PAGE_SIZE, old.frame);
	return error;
}

static int copy(struct region *from, struct region *to)
{
	return vm_space_keeps_frames(vm_space_of(from)) ? copy_pages(from, to)
							: space_share_pages(from, to);
}

/* Adjacent frames, as many of *count as there are in a row. */
static int row_allocate(const struct vm_space *space, uint32_t *count, frame_t *first)
{
	struct frame_request request = {
		.count = *count,
		.use = FRAME_ANONYMOUS,
		.level = vm_space_level(space),
		.zeroed = true,
	};

	while (frames_allocate(&frames, &request, first) != 0) {
		if (request.count == 1)
			return -ENOMEM;
		request.count = (request.count + 1) / 2;
	}
	*count = request.count;
	return 0;
}

static int populate(struct region *region, vaddr_t start, vaddr_t end)
{
	frame_t first;
	uint32_t count;

	for (; start < end; start += count * ARCH_PAGE_SIZE) {
		const vaddr_t left = (end - start) / ARCH_PAGE_SIZE;

		count = left < ROW_MAX ? (uint32_t)left : ROW_MAX;
		if (row_allocate(vm_space_of(region), &count, &first) != 0)
			return -ENOMEM;
		if (space_add_row(region, start, first, count) != 0) {
			frames_release(&frames, first, count);
			return -ENOMEM;
		}
	}
	return 0;
}

const struct memory_type type_anonymous = {
	.name = "anonymous",
	.zero_filled = true,
	.fault = fault,
	.populate = populate,
	.copy = copy,
	.share = shared_from_private,
};
