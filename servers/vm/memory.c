/* The frame allocator over the boot page's free ranges, and who gets frames from it inside VM. A
 * range's records lie at its start, so that they need no memory of their own. The cache is made
 * here: the allocator asks it for idle blocks before it refuses anybody.
 */
#include "memory.h"

#include "dma.h"
#include "file.h"
#include "own_space.h"
#include "page_round.h"
#include "region.h"
#include "safemap.h"
#include "sanity.h"
#include "shared.h"
#include "vm_space.h"
#include "watch.h"
#include <sys.h>

/* Kept back for services, and for VM alone: page tables and objects of what must go on. */
#define KEPT_FOR_SERVICES 128u
#define KEPT_FOR_VM 64u

struct boot_page boot;
struct frames frames;
struct cache cache;
struct slab space_slab, shared_slab, safemap_slab, dma_slab, watch_slab, file_slab;
enum frame_level memory_level = FRAME_FOR_SERVICE;

static struct slab chunk_slab, region_slab, block_slab;

void *memory_pointer(frame_t frame)
{
	assert(frame_address(frame) < boot.root_window_bytes);
	return (void *)(uintptr_t)(boot.root_window + frame_address(frame));
}

static void frames_zero(void *context, frame_t first, uint32_t count)
{
	(void)context;
	for (uint32_t i = 0; i < count; i++)
		page_bytes_zero(memory_pointer(first + i));
}

int memory_duplicate(frame_t from, enum frame_level level, frame_t *copy)
{
	const int error = frame_allocate(&frames, FRAME_ANONYMOUS, level, false, copy);

	if (error == 0)
		page_bytes_copy(memory_pointer(*copy), memory_pointer(from));
	return error;
}

/* --- Page tables ------------------------------------------------------------------------------ */

static void *table_pointer(void *context, paddr_t frame)
{
	(void)context;
	return memory_pointer(frame_of(frame));
}

static paddr_t table_allocate(void *context)
{
	frame_t frame;

	(void)context;
	return frame_allocate(&frames, FRAME_TABLE, memory_level, false, &frame)
		       ? 0
		       : frame_address(frame);
}

static paddr_t table_allocate_row(void *context, unsigned int count)
{
	const struct frame_request request = {
		.count = count, .align = count, .use = FRAME_TABLE, .level = memory_level};
	frame_t first;

	(void)context;
	return frames_allocate(&frames, &request, &first) ? 0 : frame_address(first);
}

static void table_release(void *context, paddr_t frame)
{
	(void)context;
	frames_release(&frames, frame_of(frame), 1);
}

const struct page_frames table_frames = {
	.pointer = table_pointer,
	.allocate = table_allocate,
	.allocate_row = table_allocate_row,
	.release = table_release,
};

/* --- Objects ---------------------------------------------------------------------------------- */

static void *object_page_allocate(void *context)
{
	frame_t frame;

	(void)context;
	if (frame_allocate(&frames, FRAME_OBJECT, memory_level, false, &frame) != 0)
		return NULL;
	return memory_pointer(frame);
}

static void object_page_release(void *context, void *page)
{
	(void)context;
	frames_release(&frames, memory_frame(page), 1);
}

static void object_page_protect(void *context, void *page, bool writable)
{
	(void)context;
	own_space_protect(page, writable);
}

static const struct slab_pages object_pages = {
	.allocate = object_page_allocate,
	.release = object_page_release,
	.protect = object_page_protect,
};

const struct memory_source memory_source = {
	.frames = &frames,
	.chunks = &chunk_slab,
	.regions = &region_slab,
};

void memory_slabs_visit(void (*visit)(const struct slab *slab))
{
	visit(&chunk_slab);
	visit(&region_slab);
	visit(&space_slab);
	visit(&shared_slab);
	visit(&safemap_slab);
	visit(&dma_slab);
	visit(&watch_slab);
	visit(&file_slab);
	visit(&block_slab);
}

frame_t memory_frame(const void *page)
{
	return frame_of((uintptr_t)page - (uintptr_t)boot.root_window);
}

/* --- The cache -------------------------------------------------------------------------------- */

#define BUCKETS_MIN 1024u

static frame_t bucket_frames;
static uint32_t bucket_frame_count;

/* A bucket in each table for every four frames there are. */
static void cache_tables_make(void)
{
	struct frame_request request = {
		.use = FRAME_OBJECT,
		.level = FRAME_FOR_PAGER,
		.zeroed = true,
	};
	struct cache_block **buckets;
	uint32_t count = BUCKETS_MIN;

	while (count < frames.statistics.total / 4)
		count *= 2;
	request.count = (uint32_t)(2 * count * sizeof(*buckets) / ARCH_PAGE_SIZE);
	if (frames_allocate(&frames, &request, &bucket_frames) != 0)
		panic("no memory for the cache's tables");
	bucket_frame_count = request.count;
	buckets = memory_pointer(bucket_frames);
	cache_init(&cache, &frames, &block_slab, buckets, buckets + count, count);
}

static void block_see(void *context, struct cache_block *block)
{
	sanity_see(context, block->frame, FRAME_CACHE, "cache");
}

void memory_cache_see(struct sanity *sanity)
{
	const char *wrong = cache_check(&cache);

	if (wrong != NULL)
		panic("the cache: %s", wrong);
	for (uint32_t i = 0; i < bucket_frame_count; i++)
		sanity_see(sanity, bucket_frames + i, FRAME_OBJECT, "the cache's tables");
	cache_visit(&cache, block_see, sanity);
}

/* --- Boot ------------------------------------------------------------------------------------- */

static void range_add(const struct boot_page_range *range)
{
	const uint32_t count = (uint32_t)(range->bytes / ARCH_PAGE_SIZE);
	const uint32_t records = (uint32_t)page_count(frames_piece_bytes(count));
	const frame_t first = frame_of((paddr_t)range->base);

	/* Frame 0 would look like "none" to the page tables. */
	if (count <= records + 1 || range->base + range->bytes > boot.root_window_bytes)
		return;
	if (frames_add(&frames, memory_pointer(first + (first == 0)),
		       first + (first == 0) + records, count - records - (first == 0)) != 0)
		panic("the boot page's ranges overlap at %#llx", range->base);
}

void memory_init(const struct boot_page *page)
{
	boot = *page;
	assert(boot.magic == BOOT_PAGE_MAGIC && boot.page_size == ARCH_PAGE_SIZE);
	frames_init(&frames, frames_zero, NULL);
	for (unsigned int i = 0; i < boot.free_count; i++)
		range_add(&boot.free[i]);
	frames_keep(&frames, FRAME_FOR_PROGRAM, KEPT_FOR_SERVICES);
	frames_keep(&frames, FRAME_FOR_SERVICE, KEPT_FOR_VM);
	slab_init(&chunk_slab, "chunk", sizeof(struct page_chunk), &object_pages);
	slab_init(&region_slab, "region", sizeof(struct region), &object_pages);
	slab_init(&space_slab, "space", sizeof(struct vm_space), &object_pages);
	slab_init(&shared_slab, "shared", sizeof(struct shared), &object_pages);
	slab_init(&safemap_slab, "safemap", sizeof(struct safemap), &object_pages);
	slab_init(&dma_slab, "dma", sizeof(struct dma), &object_pages);
	slab_init(&watch_slab, "watch", sizeof(struct watch), &object_pages);
	slab_init(&file_slab, "file", sizeof(struct file), &object_pages);
	slab_init(&block_slab, "block", sizeof(struct cache_block), &object_pages);
	cache_tables_make();
}
