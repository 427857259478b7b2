/* File memory. Shared: the cache's own frames, which may be written while their block counts as
 * dirty, so that nothing is written unnoticed. Private: the same frames to read, copies to write,
 * and after a fork as anonymous memory.
 */
#include "file.h"
#include "memory.h"
#include "pager.h"
#include "type.h"
#include <skerry/errno.h>
#include <string.h>
#include <sys.h>

static bool is_shared(const struct region *region)
{
	return region->flags & REGION_SHARED;
}

/* What lies past the end of the file, in its last page, is zero. */
static void tail_clear(const struct file *file, uint64_t offset, frame_t frame)
{
	const uint64_t used = file->bytes - offset;

	if (used < ARCH_PAGE_SIZE)
		memset((char *)memory_pointer(frame) + used, 0, ARCH_PAGE_SIZE - (size_t)used);
}

/* The block's frame, with a reference that is the page's then. */
static enum fault_result show_block(struct region *region, vaddr_t page, struct cache_block *block,
				    bool write, bool present)
{
	const bool dirties = write && !block->dirty;
	int error;

	frame_reference(&frames, block->frame);
	if (dirties)
		cache_mark_dirty(&cache, block);
	error = present ? space_replace_page(region, page, block->frame)
			: space_add_page(region, page, block->frame);
	if (error == 0)
		return FAULT_DONE;
	if (dirties)
		cache_mark_clean(&cache, block);
	frames_release(&frames, block->frame, 1);
	return FAULT_NO_MEMORY;
}

static enum fault_result fault_absent(struct region *region, vaddr_t page, bool write)
{
	const struct file *file = region->object;
	const struct cache_part part = {
		.device = file->device,
		.inode = file->inode,
		.offset = region->offset + (page - region->start),
	};
	enum fault_result result;
	struct cache_block *block;
	frame_t frame;

	if (part.offset >= file->bytes)
		return FAULT_ABSENT;
	block = cache_find_part(&cache, &part);
	if (block == NULL)
		return file->pager_gone ? FAULT_ABSENT : FAULT_WAITS;
	frame = block->frame;
	tail_clear(file, part.offset, frame);
	if (!write || is_shared(region))
		return show_block(region, page, block, write, false);
	/* The block may go while memory is looked for. */
	frame_reference(&frames, frame);
	result = type_copy_fault(region, page, frame, false);
	frames_release(&frames, frame, 1);
	return result;
}

static enum fault_result fault(struct region *region, vaddr_t page, bool write)
{
	struct page_reference present;
	struct cache_block *block;

	if (!pages_find(&region->space->pages, page / ARCH_PAGE_SIZE, &present))
		return fault_absent(region, page, write);
	if (!is_shared(region))
		return type_copy_fault(region, page, present.frame, true);
	block = cache_block_of(&cache, present.frame);
	assert(block != NULL); /* who forgets a block takes it out of its maps */
	return show_block(region, page, block, true, true);
}

static bool writable(const struct region *region, const struct page_reference *reference)
{
	const struct cache_block *block;

	if (!is_shared(region))
		return frame_references(&frames, reference->frame) <= 1;
	block = cache_block_of(&cache, reference->frame);
	return block != NULL && block->dirty;
}

static int copy(struct region *from, struct region *to)
{
	/* A child's faults find shared pages in the cache. */
	return is_shared(from) ? 0 : space_share_pages(from, to);
}

static int protect(const struct region *region, uint32_t access)
{
	return access & REGION_WRITE && region->flags & REGION_READ_ONLY ? -EACCES : 0;
}

static void reference(struct region *region)
{
	struct file *file = region->object;

	slab_write(region);
	slab_write(file);
	region->object_previous = NULL;
	region->object_next = file->regions;
	if (file->regions != NULL) {
		slab_write(file->regions);
		file->regions->object_previous = region;
	}
	file->regions = region;
}

static void release(struct region *region)
{
	struct file *file = region->object;

	if (region->object_next != NULL) {
		slab_write(region->object_next);
		region->object_next->object_previous = region->object_previous;
	}
	if (region->object_previous != NULL) {
		slab_write(region->object_previous);
		region->object_previous->object_next = region->object_next;
		return;
	}
	slab_write(file);
	file->regions = region->object_next;
	if (file->regions == NULL)
		pager_close(file);
}

static const char *check(const struct region *region)
{
	const struct file *file = region->object;

	for (const struct region *listed = file->regions; listed != NULL;
	     listed = listed->object_next) {
		if (listed == region)
			return NULL;
	}
	return "a file does not know its region";
}

const struct memory_type type_file = {
	.name = "file",
	.has_offset = true,
	.reference = reference,
	.release = release,
	.fault = fault,
	.writable = writable,
	.copy = copy,
	.protect = protect,
	.check = check,
};
