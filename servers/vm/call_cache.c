/* Calls of file systems: the block cache. */
#include "call.h"

#include "file.h"
#include "memory.h"
#include "type.h"
#include <arch/layout.h>

static bool whole_pages(uint64_t offset, uint64_t bytes)
{
	return (offset | bytes) % ARCH_PAGE_SIZE == 0 && bytes <= UINT64_MAX - offset;
}

/* --- Set -------------------------------------------------------------------------------------- */

/* The identity that page number `index` of the request gets. */
static struct cache_place place_of(const struct vm_cache_set_req *req, uint64_t index)
{
	return (struct cache_place){req->device, req->offset + index * ARCH_PAGE_SIZE};
}

static struct cache_part part_of(const struct vm_cache_set_req *req, uint64_t index)
{
	return (struct cache_part){req->device, req->inode,
				   req->inode_offset + index * ARCH_PAGE_SIZE};
}

static frame_t frame_at(const struct vm_caller *caller, const struct vm_cache_set_req *req,
			uint64_t index)
{
	const page_t page = (page_t)(req->address / ARCH_PAGE_SIZE + index);
	struct page_reference present;

	return pages_find(&caller->space->space.pages, page, &present) ? present.frame : FRAME_NONE;
}

/* Can the page become this block? *fresh counts those that are none yet. */
static int page_check(const struct vm_caller *caller, const struct vm_cache_set_req *req,
		      uint64_t index, uint32_t *fresh)
{
	const struct cache_place place = place_of(req, index);
	const struct cache_part part = part_of(req, index);
	const frame_t number = frame_at(caller, req, index);
	const struct frame *frame = frame_find(&frames, number);
	const struct cache_block *own, *other;

	if (number == FRAME_NONE || frame == NULL)
		return -EFAULT;
	own = cache_block_of(&cache, number);
	if (cache_find(&cache, &place) != own)
		return -EEXIST;
	other = req->flags & VM_CACHE_FILE ? cache_find_part(&cache, &part) : NULL;
	if (other != NULL && other != own)
		return -EEXIST;
	if (own != NULL)
		return 0;
	if (frame->references != 1 || frame->use != FRAME_ANONYMOUS)
		return -EBUSY;
	++*fresh;
	return 0;
}

static void blocks_free(struct cache_block *block)
{
	USE(NULL);

	while (block != NULL) {
		struct cache_block *next = block->next_at_place;

		slab_free(cache.blocks, block);
		block = next;
	}
}

/* A chain by next_at_place; -ENOMEM: none. */
static int blocks_take(uint32_t count, struct cache_block **chain)
{
	*chain = NULL;
	while (count-- > 0) {
		struct cache_block *block = slab_allocate(cache.blocks);

		if (block == NULL) {
			blocks_free(*chain);
			return -ENOMEM;
		}
		block->next_at_place = *chain;
		*chain = block;
	}
	return 0;
}

static void block_renew(struct cache_block *block, const struct cache_part *part)
{
	if (block->of_file &&
	    (part == NULL || block->inode != part->inode || block->inode_offset != part->offset))
		file_block_unmap(block);
	cache_set_part(&cache, block, part);
}

static void block_set(const struct vm_caller *caller, const struct vm_cache_set_req *req,
		      uint64_t index, struct cache_block **chain)
{
	const struct cache_part part = part_of(req, index);
	const frame_t frame = frame_at(caller, req, index);
	struct cache_block *block = cache_block_of(&cache, frame);
	const bool of_file = req->flags & VM_CACHE_FILE;

	if (block != NULL) {
		block_renew(block, of_file ? &part : NULL);
		return;
	}
	block = *chain;
	*chain = block->next_at_place;
	*block = (struct cache_block){
		.device = req->device,
		.offset = place_of(req, index).offset,
		.inode = part.inode,
		.inode_offset = part.offset,
		.of_file = of_file,
		.frame = frame,
	};
	cache_add(&cache, block);
}

int vm_do_cache_set(const struct vm_caller *caller, const struct vm_cache_set_req *req,
		    struct vm_empty_reply *rep)
{
	const uint64_t bytes = (uint64_t)req->pages * ARCH_PAGE_SIZE;
	struct cache_block *chain;
	uint32_t fresh = 0;
	int error = 0;
	USE(caller->space);

	(void)rep;
	if (req->flags & ~VM_CACHE_FILE || bytes > VM_CACHE_BYTES_MAX ||
	    !call_range_valid(req->address, bytes) || !whole_pages(req->offset, bytes) ||
	    (req->flags & VM_CACHE_FILE && !whole_pages(req->inode_offset, bytes)))
		return -EINVAL;
	for (uint32_t i = 0; i < req->pages && error == 0; i++)
		error = page_check(caller, req, i, &fresh);
	if (error == 0)
		error = blocks_take(fresh, &chain);
	if (error != 0)
		return error;
	error = space_convert(&caller->space->space, (vaddr_t)req->address, (size_t)bytes,
			      &type_anonymous, &type_cache);
	if (error != 0) {
		blocks_free(chain);
		return error;
	}

	/* Nothing fails from here. */
	for (uint32_t i = 0; i < req->pages; i++)
		block_set(caller, req, i, &chain);
	return 0;
}

/* --- Map -------------------------------------------------------------------------------------- */

static struct cache_block *block_at(const struct vm_cache_map_req *req, uint32_t index)
{
	const uint64_t offset = req->offset + (uint64_t)index * ARCH_PAGE_SIZE;
	const struct cache_place place = {req->device, offset};
	const struct cache_part part = {req->device, req->inode, offset};

	return req->flags & VM_CACHE_FILE ? cache_find_part(&cache, &part)
					  : cache_find(&cache, &place);
}

static void blocks_release(const struct vm_cache_map_req *req, uint32_t first, uint32_t end)
{
	for (; first < end; first++)
		frames_release(&frames, block_at(req, first)->frame, 1);
}

/* A reference to each block of the request: none goes while memory is looked for. */
static int blocks_reference(const struct vm_cache_map_req *req, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct cache_block *block = block_at(req, i);

		if (block == NULL) {
			blocks_release(req, 0, i);
			return -ENOENT;
		}
		frame_reference(&frames, block->frame);
	}
	return 0;
}

static int blocks_map(const struct vm_caller *caller, const struct vm_cache_map_req *req,
		      uint32_t access, vaddr_t *start)
{
	struct space *space = &caller->space->space;
	const uint32_t count = (uint32_t)(req->bytes / ARCH_PAGE_SIZE);
	const struct space_request request = {
		.address = call_range_valid(req->address, req->bytes) ? (vaddr_t)req->address : 0,
		.bytes = (size_t)req->bytes,
		.flags = access,
		.type = &type_cache,
	};
	int error = blocks_reference(req, count);
	uint32_t i = 0;
	USE(caller->space);

	if (error != 0)
		return error;
	error = space_map(space, &request, start);
	if (error == 0) {
		struct region *region = region_find(&space->regions, *start);

		while (i < count && error == 0) {
			error = space_add_page(region, *start + i * ARCH_PAGE_SIZE,
					       block_at(req, i)->frame);
			i += error == 0;
		}
		if (error != 0)
			(void)space_unmap(space, *start, request.bytes);
	}
	blocks_release(req, i, count);
	return error;
}

int vm_do_cache_map(const struct vm_caller *caller, const struct vm_cache_map_req *req,
		    struct vm_address_reply *rep)
{
	uint32_t access;
	vaddr_t start;
	int error;

	if (req->flags & ~VM_CACHE_FILE || call_access(req->protection, &access) != 0 ||
	    req->bytes == 0 || req->bytes > VM_CACHE_BYTES_MAX ||
	    !whole_pages(req->offset, req->bytes))
		return -EINVAL;
	error = blocks_map(caller, req, access, &start);
	if (error == 0)
		rep->address = start;
	return error;
}

/* --- Forget ----------------------------------------------------------------------------------- */

static void block_forget(struct cache_block *block)
{
	file_block_unmap(block);
	cache_forget(&cache, block);
}

struct forgetting {
	const struct vm_cache_forget_req *req; /* NULL: all of the device */
	uint64_t device;
	uint64_t count;
};

static bool is_in(const struct vm_cache_forget_req *req, const struct cache_block *block)
{
	if (req->flags & VM_CACHE_FILE)
		return block->of_file && block->inode == req->inode &&
		       block->inode_offset - req->offset < req->bytes;
	return block->offset - req->offset < req->bytes;
}

static void visit_forget(void *context, struct cache_block *block)
{
	struct forgetting *forgetting = context;

	if (block->device != forgetting->device ||
	    (forgetting->req != NULL && !is_in(forgetting->req, block)))
		return;
	block_forget(block);
	forgetting->count++;
}

/* Page by page, or block by block: what is less. */
static uint64_t range_forget(const struct vm_cache_forget_req *req)
{
	struct forgetting forgetting = {.req = req, .device = req->device};
	struct vm_cache_map_req at = {
		.device = req->device, .inode = req->inode, .flags = req->flags & VM_CACHE_FILE};

	if (req->bytes / ARCH_PAGE_SIZE > cache.count) {
		cache_visit(&cache, visit_forget, &forgetting);
		return forgetting.count;
	}
	for (uint64_t done = 0; done < req->bytes; done += ARCH_PAGE_SIZE) {
		struct cache_block *block;

		at.offset = req->offset + done;
		block = block_at(&at, 0);
		if (block == NULL)
			continue;
		block_forget(block);
		forgetting.count++;
	}
	return forgetting.count;
}

int vm_do_cache_forget(const struct vm_caller *caller, const struct vm_cache_forget_req *req,
		       struct vm_count_reply *rep)
{
	struct vm_cache_forget_req range = *req;

	(void)caller;
	if (range.bytes > UINT64_MAX - range.offset)
		range.bytes = (UINT64_MAX - range.offset) & ~(uint64_t)(ARCH_PAGE_SIZE - 1);
	if (range.flags & ~(VM_CACHE_FILE | VM_CACHE_SIZE) ||
	    !whole_pages(range.offset, range.bytes) || range.file_bytes > INT64_MAX ||
	    (range.flags & VM_CACHE_SIZE && !(range.flags & VM_CACHE_FILE)))
		return -EINVAL;
	rep->count = range_forget(&range);
	if (range.flags & VM_CACHE_SIZE)
		file_resize(range.device, range.inode, range.file_bytes);
	return 0;
}

int vm_do_cache_clear(const struct vm_caller *caller, const struct vm_cache_clear_req *req,
		      struct vm_count_reply *rep)
{
	struct forgetting forgetting = {.device = req->device};

	(void)caller;
	cache_visit(&cache, visit_forget, &forgetting);
	rep->count = forgetting.count;
	return 0;
}

/* --- Dirty ------------------------------------------------------------------------------------ */

/* Mapped first: as long as the caller has not written it, the block must not go. */
int vm_do_cache_dirty(const struct vm_caller *caller, const struct vm_cache_dirty_req *req,
		      struct vm_cache_dirty_reply *rep)
{
	const struct cache_place place = {req->device, req->next};
	struct cache_block *block = cache_next_dirty(&cache, &place);
	struct vm_cache_map_req map = {.device = req->device, .bytes = ARCH_PAGE_SIZE};
	vaddr_t start;
	int error;

	if (block == NULL)
		return -ENOENT;
	map.offset = block->offset;
	error = blocks_map(caller, &map, REGION_READ, &start);
	if (error != 0)
		return error;

	/* Nothing fails from here. */
	file_block_protect(block);
	cache_mark_clean(&cache, block);
	*rep = (struct vm_cache_dirty_reply){
		.offset = block->offset,
		.inode = block->inode,
		.inode_offset = block->inode_offset,
		.address = start,
	};
	return 0;
}
