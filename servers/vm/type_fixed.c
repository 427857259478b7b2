/* Memory whose frames do not change: contiguous memory for devices, physical memory that is not
 * ours, message pages, guards.
 */
#include "memory.h"
#include "type.h"
#include <skerry/errno.h>

/* All pages are there from the start: a fault is an access that nothing allows. */
static enum fault_result refuse(struct region *region, vaddr_t page, bool write)
{
	(void)region, (void)page, (void)write;
	return FAULT_REFUSED;
}

static int never_resize(const struct region *region, size_t bytes)
{
	(void)region, (void)bytes;
	return -EINVAL;
}

static bool always_writable(const struct region *region, const struct page_reference *reference)
{
	(void)region, (void)reference;
	return true;
}

/* --- Contiguous ------------------------------------------------------------------------------- */

int type_contiguous_take(const struct vm_space *space, uint32_t count, bool low, frame_t *first)
{
	const struct frame_request request = {
		.count = count,
		.limit = low ? ARCH_LOW_MEMORY_END / ARCH_PAGE_SIZE : 0,
		.use = FRAME_DEVICE,
		.level = vm_space_level(space),
		.zeroed = true,
	};

	return frames_allocate(&frames, &request, first);
}

int type_contiguous_fill(struct region *region, frame_t first)
{
	const uint32_t count = (uint32_t)((region->end - region->start) / ARCH_PAGE_SIZE);
	const int error = space_add_row(region, region->start, first, count);

	if (error != 0)
		frames_release(&frames, first, count);
	return error;
}

const struct memory_type type_contiguous = {
	.name = "contiguous",
	.stays_apart = true,
	.fault = refuse,
	.writable = always_writable,
	.resize = never_resize,
};

/* --- Physical --------------------------------------------------------------------------------- */

static enum fault_result physical_fault(struct region *region, vaddr_t page, bool write)
{
	const frame_t frame = frame_of((paddr_t)(region->offset + (page - region->start)));
	const bool counted =
		frame_is_memory(&frames, frame); /* VM itself shows such: the boot table */

	(void)write;
	if (counted)
		frame_reference(&frames, frame);
	if (space_add_page(region, page, frame) == 0)
		return FAULT_DONE;
	if (counted)
		frames_release(&frames, frame, 1);
	return FAULT_NO_MEMORY;
}

static int physical_copy(struct region *from, struct region *to)
{
	(void)from, (void)to; /* the child's faults find the same */
	return 0;
}

const struct memory_type type_physical = {
	.name = "physical",
	.has_offset = true,
	.fault = physical_fault,
	.writable = always_writable,
	.copy = physical_copy,
	.resize = never_resize,
};

/* --- Message pages, guards -------------------------------------------------------------------- */

const struct memory_type type_message = {
	.name = "message",
	.stays_apart = true,
	.fault = refuse,
	.writable = always_writable,
	.resize = never_resize,
};

static int never_protect(const struct region *region, uint32_t access)
{
	(void)region;
	return access != 0 ? -EACCES : 0;
}

const struct memory_type type_guard = {
	.name = "guard",
	.fault = refuse,
	.copy = physical_copy,
	.protect = never_protect,
};
