/* All physical memory, as VM sees and hands it out: frames through the root window, page tables,
 * and slabs of VM's own objects. Everything VM uses itself is mapped for good: VM never faults.
 */
#pragma once

#include "cache.h"
#include "frames.h"
#include "page_table.h"
#include "pages.h"
#include <skerry/boot_page.h>

extern struct boot_page boot; /* a copy */
extern struct frames frames;
extern const struct memory_source memory_source;
extern const struct page_frames table_frames;
extern struct cache cache;
extern struct slab space_slab, shared_slab, safemap_slab, dma_slab, watch_slab, file_slab;

/* For whom VM works: its tables and objects come from what he may have. VM itself: services'. */
extern enum frame_level memory_level;

/* Learn what memory there is; before anything else here. */
void memory_init(const struct boot_page *page);

/* Where VM sees a frame of memory. */
void *memory_pointer(frame_t frame);

/* A frame of private memory that has what `from` has: 0 or -ENOMEM. */
int memory_duplicate(frame_t from, enum frame_level level, frame_t *copy);

/* The frame of one of VM's pages in the window. */
frame_t memory_frame(const void *page);

struct sanity;

/* Debug: say which frames the cache has, and what is wrong with it. */
void memory_cache_see(struct sanity *sanity);

void memory_slabs_visit(void (*visit)(const struct slab *slab));

static inline paddr_t frame_address(frame_t frame)
{
	return (paddr_t)frame * ARCH_PAGE_SIZE;
}

static inline frame_t frame_of(paddr_t address)
{
	return (frame_t)(address / ARCH_PAGE_SIZE);
}
