/* What the checks of VM's memory find: damage done on purpose, piece by piece. */
#include "region_world.h"
#include "test.h"

#include <string.h>

#define PAGE ARCH_PAGE_SIZE
#define SLAB_PAGES 8

static struct space *const space = &world.space[0];
static struct sanity sanity;

/* Frames for slab pages: the world's have none. */
static struct {
	const void *page;
	frame_t frame;
} slab_frames[SLAB_PAGES];
static unsigned int slab_frame_count;

static void give_frame(void *context, const void *page)
{
	(void)context;
	slab_frames[slab_frame_count].page = page;
	CHECK(!frame_allocate(&world.frames, FRAME_OBJECT, FRAME_FOR_PAGER, false,
			      &slab_frames[slab_frame_count++].frame));
}

static frame_t frame_of(const void *page)
{
	for (unsigned int i = 0; i < slab_frame_count; i++)
		if (slab_frames[i].page == page)
			return slab_frames[i].frame;
	return FRAME_NONE;
}

static const char *found(void)
{
	sanity_begin(&sanity, &world.frames);
	sanity_see_space(&sanity, space);
	sanity_see_slab(&sanity, &world.regions, frame_of);
	sanity_see_slab(&sanity, &world.chunks, frame_of);
	return sanity_end(&sanity) ? "" : sanity.wrong;
}

static struct region *map(int page, const struct memory_type *type)
{
	const struct space_request request = {
		.address = WORLD_LOW + (vaddr_t)page * PAGE,
		.bytes = 2 * PAGE,
		.placement = SPACE_FIXED,
		.flags = REGION_READ | REGION_WRITE,
		.type = type,
	};
	vaddr_t start;

	CHECK(!space_map(space, &request, &start));
	CHECK(space_fault(space, start, REGION_WRITE) == FAULT_DONE);
	return region_find(&space->regions, start);
}

static void start(void)
{
	world_start();
	slab_frame_count = 0;
	map(10, &anonymous);
	map(14, &anonymous);
	slab_visit(&world.regions, give_frame, NULL);
	slab_visit(&world.chunks, give_frame, NULL);
}

#define FINDS(wanted) CHECK_TEXT(found(), wanted)

TEST("all is well with slabs, spaces and single frames")
{
	frame_t table;

	start();
	FINDS("");
	CHECK(!frame_allocate(&world.frames, FRAME_TABLE, FRAME_FOR_PAGER, false, &table));
	FINDS("a frame's references are not all in use");
	CHECK_EQ(sanity.frame, table);
	sanity_begin(&sanity, &world.frames);
	sanity_see_space(&sanity, space);
	sanity_see_slab(&sanity, &world.regions, frame_of);
	sanity_see_slab(&sanity, &world.chunks, frame_of);
	sanity_see(&sanity, table, FRAME_TABLE, "table");
	CHECK(sanity_end(&sanity));
	world_end();
}

TEST("a single frame that is used twice, for something else, free or none is named")
{
	frame_t table;

	start();
	CHECK(!frame_allocate(&world.frames, FRAME_TABLE, FRAME_FOR_PAGER, false, &table));
	sanity_begin(&sanity, &world.frames);
	sanity_see(&sanity, table, FRAME_KERNEL, "kernel");
	CHECK_TEXT(sanity.wrong, "a frame is used for something else");
	CHECK_TEXT(sanity.where, "kernel");
	sanity_begin(&sanity, &world.frames);
	sanity_see(&sanity, table, FRAME_TABLE, "one");
	sanity_see(&sanity, table, FRAME_TABLE, "two");
	CHECK_TEXT(sanity.wrong, "a frame has more users than references");
	CHECK_TEXT(sanity.where, "two");
	frames_release(&world.frames, table, 1);
	sanity_begin(&sanity, &world.frames);
	sanity_see(&sanity, table, FRAME_TABLE, "table");
	CHECK_TEXT(sanity.wrong, "a free frame is in use");
	sanity_begin(&sanity, &world.frames);
	sanity_see(&sanity, WORLD_DEVICE, FRAME_TABLE, "table");
	CHECK_TEXT(sanity.wrong, "what is no memory is in use");
	world_end();
}

TEST("a slab page that programs have, and damaged slabs and free lists are found")
{
	struct page_reference page;

	start();
	CHECK(pages_find(&space->pages, WORLD_LOW / PAGE + 10, &page));
	slab_frames[0].frame = page.frame;
	FINDS("a frame has more users than references");
	world_end();
	start();
	world.regions.object_count++;
	FINDS("objects or pages are miscounted");
	world.regions.object_count--;
	world.frames.statistics.use[FRAME_FREE]--;
	FINDS("uses are miscounted");
	world.frames.statistics.use[FRAME_FREE]++;
	FINDS("");
	world_end();
}

TEST("every damage of a region is found")
{
	struct region *region;
	struct region saved;

	start();
	region = region_find(&space->regions, WORLD_LOW + 14 * PAGE);
	saved = *region;
	region->end = region->start;
	FINDS("a region's bounds are out of order");
	*region = saved;
	region->floor += PAGE;
	FINDS("a region's bounds are out of order");
	*region = saved;
	region->end++;
	FINDS("a region is not page aligned");
	*region = saved;
	region->end = WORLD_HIGH + PAGE;
	FINDS("a region lies outside the space");
	*region = saved;
	region->end -= PAGE;
	FINDS("regions are miscounted");
	*region = saved;
	region->space = &world.space[1];
	FINDS("a region is another space's");
	*region = saved;
	region->start = region->floor = WORLD_LOW + 11 * PAGE;
	FINDS("the tree of regions is damaged");
	*region = saved;
	region->gap += PAGE;
	avl_update(&space->regions.tree, &region->node);
	FINDS("a region's gap is wrong");
	region->gap -= PAGE;
	avl_update(&space->regions.tree, &region->node);
	FINDS("");
	world_end();
}

TEST("every damage of a table of pages is found")
{
	struct page_chunk *chunk;
	struct page_chunk saved;

	start();
	chunk = avl_object(space->pages.chunks.root, struct page_chunk, node);
	saved = *chunk;
	chunk->reserved = 1u << 31;
	FINDS("a page is still reserved");
	*chunk = saved;
	chunk->present = 0;
	FINDS("a page chunk is empty");
	*chunk = saved;
	chunk->writable = ~chunk->present;
	FINDS("an absent page is writable");
	*chunk = saved;
	chunk->present &= chunk->present - 1;
	chunk->writable = 0;
	FINDS("pages are miscounted");
	*chunk = saved;
	chunk->number++;
	FINDS("a page lies in no region");
	*chunk = saved;
	space->edited = true;
	FINDS("a bracket is open");
	space->edited = false;
	FINDS("");
	world_end();
}

static bool never_writable(const struct region *region, const struct page_reference *reference)
{
	(void)region, (void)reference;
	return false;
}

static const char *check_refuses(const struct region *region)
{
	(void)region;
	return "a type's own";
}

TEST("a memory type decides what is writable, and its own check is heard")
{
	struct memory_type type = anonymous;
	struct region *region;

	world_start();
	region = map(30, &type);
	CHECK(world.table[0][30].access & REGION_WRITE);
	type.writable = never_writable;
	CHECK_TEXT(space_check(space), "a page is writable that may not be written");
	CHECK(space_fault(space, region->start + PAGE, REGION_READ) == FAULT_DONE);
	CHECK(!(world.table[0][31].access & REGION_WRITE));
	type.writable = NULL;
	type.check = check_refuses;
	CHECK_TEXT(space_check(space), "a type's own");
	world_end();
}
