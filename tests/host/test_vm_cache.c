/* The block cache on real frames: finding, idling, reclaiming, dirt; and a random play against a
 * model that is a table of places.
 */
#include "random.h"
#include "servers/vm/cache.h"
#include "test.h"

#include <arch/layout.h>
#include <stdlib.h>
#include <string.h>
#include <sys.h>

#define PAGE ((uint64_t)ARCH_PAGE_SIZE)
#define FRAMES 64
#define BUCKETS 8 /* few: chains are long */

static struct frames frames;
static struct cache cache;
static struct slab blocks;
static struct cache_block *buckets[2][BUCKETS];
static void *frames_memory;
static char slab_page[1];

static void *page_allocate(void *context)
{
	(void)context;
	return slab_page;
}

static void page_release(void *context, void *page)
{
	(void)context, (void)page;
}

static const struct slab_pages slab_source = {.allocate = page_allocate, .release = page_release};

static void start(void)
{
	frames_memory = malloc(frames_piece_bytes(FRAMES));
	memset(buckets, 0, sizeof(buckets));
	frames_init(&frames, NULL, NULL);
	CHECK_EQ(frames_add(&frames, frames_memory, 100, FRAMES), 0);
	slab_init(&blocks, "block", sizeof(struct cache_block), &slab_source);
	cache_init(&cache, &frames, &blocks, buckets[0], buckets[1], BUCKETS);
}

static void drop(void *context, struct cache_block *block)
{
	(void)context;
	cache_forget(&cache, block);
}

/* Nothing is left but what the test holds itself. */
static void end(uint32_t held)
{
	cache_visit(&cache, drop, NULL);
	CHECK_TEXT(cache_check(&cache) ?: "", "");
	CHECK_TEXT(frames_check(&frames) ?: "", "");
	CHECK_EQ(blocks.object_count, 0);
	CHECK_EQ(frames.statistics.use[FRAME_CACHE], 0);
	CHECK_EQ(frames.statistics.use[FRAME_FREE], FRAMES - held);
	free(frames_memory);
}

static frame_t take(void)
{
	frame_t frame = FRAME_NONE;

	return frame_allocate(&frames, FRAME_ANONYMOUS, FRAME_FOR_PROGRAM, false, &frame)
		       ? FRAME_NONE
		       : frame;
}

static void give(frame_t frame)
{
	frames_release(&frames, frame, 1);
}

/* A block in memory of its own, which its maker still has; inode 0: no file's. */
static struct cache_block *make(uint64_t device, uint64_t page, uint64_t inode, uint64_t part)
{
	struct cache_block *block = slab_allocate(&blocks);

	*block = (struct cache_block){
		.device = device,
		.offset = page * PAGE,
		.inode = inode,
		.inode_offset = part * PAGE,
		.of_file = inode != 0,
		.frame = take(),
	};
	cache_add(&cache, block);
	return block;
}

static struct cache_block *make_idle(uint64_t device, uint64_t page)
{
	struct cache_block *block = make(device, page, 0, 0);

	give(block->frame);
	return block;
}

static struct cache_block *find(uint64_t device, uint64_t page)
{
	const struct cache_place place = {device, page * PAGE};

	return cache_find(&cache, &place);
}

static struct cache_block *find_part(uint64_t device, uint64_t inode, uint64_t page)
{
	const struct cache_part part = {device, inode, page * PAGE};

	return cache_find_part(&cache, &part);
}

static struct cache_block *next_dirty(uint64_t device, uint64_t page)
{
	const struct cache_place place = {device, page * PAGE};

	return cache_next_dirty(&cache, &place);
}

TEST("blocks are found by place, by part of a file and by frame")
{
	struct cache_block *first, *second;

	start();
	first = make(1, 7, 5, 0);
	second = make(1ull << 32, 7, 0, 0);
	CHECK(find(1, 7) == first && find(1ull << 32, 7) == second);
	CHECK(find_part(1, 5, 0) == first);
	CHECK(cache_block_of(&cache, first->frame) == first);
	CHECK(!find(2, 7) && !find(1, 8) && !find(1, 0));
	CHECK(!find_part(1, 5, 1) && !find_part(1, 6, 0) && !find_part(2, 5, 0));
	CHECK(!find_part(1ull << 32, 0, 0));
	CHECK(!cache_block_of(&cache, 99) && !cache_block_of(&cache, 100));
	CHECK_TEXT(cache_check(&cache) ?: "", "");
	end(2);
}

TEST("far places and parts are kept apart")
{
	start();
	for (unsigned int bit = 0; bit < 52; bit++)
		give(make(3, 1ull << bit, 1ull << bit, 1ull << bit)->frame);
	for (unsigned int bit = 0; bit < 52; bit++) {
		CHECK(find(3, 1ull << bit) != NULL);
		CHECK(find_part(3, 1ull << bit, 1ull << bit) == find(3, 1ull << bit));
		CHECK(!find(3, (1ull << bit) + (1ull << 51) + 3));
	}
	end(0);
}

TEST("what is forgotten is not found, and its frame is its user's")
{
	struct cache_block *block;
	frame_t frame;

	start();
	block = make(1, 1, 1, 1);
	frame = block->frame;
	cache_mark_dirty(&cache, block);
	cache_forget(&cache, block);
	CHECK(!find(1, 1) && !find_part(1, 1, 1) && !next_dirty(1, 0));
	CHECK(!cache_block_of(&cache, frame));
	CHECK_EQ(frame_references(&frames, frame), 1);
	CHECK_EQ(frame_find(&frames, frame)->use, FRAME_ANONYMOUS);
	give(frame);
	CHECK_EQ(frame_references(&frames, frame), 0);
	end(0);
}

TEST("a block changes the file that it is part of")
{
	const struct cache_part part = {1, 9, 4 * PAGE};
	struct cache_block *block;

	start();
	block = make(1, 1, 0, 0);
	cache_set_part(&cache, block, &part);
	CHECK(find_part(1, 9, 4) == block);
	cache_set_part(&cache, block, &(struct cache_part){1, 10, 0});
	CHECK(!find_part(1, 9, 4) && find_part(1, 10, 0) == block);
	cache_set_part(&cache, block, NULL);
	CHECK(!find_part(1, 10, 0) && find(1, 1) == block);
	CHECK_TEXT(cache_check(&cache) ?: "", "");
	end(1);
}

TEST("the block idle longest goes first, one for each frame that is wanted")
{
	start();
	for (unsigned int i = 0; i < FRAMES; i++)
		make_idle(1, i);
	CHECK_EQ(frames.statistics.use[FRAME_CACHE], FRAMES);
	for (unsigned int i = 0; i < FRAMES; i++) {
		CHECK(take() != FRAME_NONE);
		CHECK(!find(1, i));
		CHECK_EQ(cache.count, FRAMES - 1 - i);
	}
	CHECK_EQ(cache.reclaimed, FRAMES);
	CHECK_EQ(take(), FRAME_NONE);
	end(FRAMES);
}

TEST("who was used again is the last to go")
{
	start();
	for (unsigned int i = 0; i < FRAMES; i++)
		make_idle(1, i);
	frame_reference(&frames, find(1, 0)->frame);
	CHECK_TEXT(cache_check(&cache) ?: "", "");
	give(find(1, 0)->frame);
	for (unsigned int i = 1; i < FRAMES; i++)
		CHECK(take() != FRAME_NONE);
	CHECK(find(1, 0) != NULL);
	CHECK(take() != FRAME_NONE);
	CHECK(!find(1, 0));
	end(FRAMES);
}

TEST("mapped and dirty blocks stay, whatever is wanted")
{
	struct cache_block *mapped, *dirty, *both;

	start();
	mapped = make(1, 0, 0, 0);
	dirty = make(1, 1, 0, 0);
	cache_mark_dirty(&cache, dirty);
	give(dirty->frame);
	both = make_idle(1, 2);
	cache_mark_dirty(&cache, both);
	frame_reference(&frames, both->frame);
	for (unsigned int i = 3; i < FRAMES; i++)
		make_idle(1, i);
	frame_reference(&frames, find(1, 10)->frame); /* listed, and mapped again */
	for (unsigned int i = 0; i < FRAMES - 4; i++)
		CHECK(take() != FRAME_NONE);
	CHECK_EQ(take(), FRAME_NONE);
	CHECK(find(1, 0) == mapped && find(1, 1) == dirty && find(1, 2) == both && find(1, 10));
	/* Clean, one of them goes. */
	cache_mark_clean(&cache, both);
	CHECK_EQ(take(), FRAME_NONE);
	cache_mark_clean(&cache, dirty);
	CHECK(take() != FRAME_NONE);
	CHECK(!find(1, 1));
	end(FRAMES - 4 + 1 + 3);
}

TEST("what is kept for others is made free too, and no more")
{
	start();
	frames_keep(&frames, FRAME_FOR_PROGRAM, 10);
	for (unsigned int i = 0; i < FRAMES - 10; i++)
		make_idle(1, i);
	CHECK_EQ(cache.count, FRAMES - 10);
	CHECK(take() != FRAME_NONE);
	CHECK_EQ(cache.count, FRAMES - 11);
	CHECK_EQ(frames.statistics.use[FRAME_FREE], 10);
	end(1);
}

TEST("a request that can never be takes nothing from the cache")
{
	struct frame_request request = {.count = FRAMES + 1, .use = FRAME_ANONYMOUS};
	frame_t first;

	start();
	for (unsigned int i = 0; i < FRAMES / 2; i++)
		make_idle(1, i);
	CHECK(frames_allocate(&frames, &request, &first) != 0);
	request.count = UINT32_MAX;
	CHECK(frames_allocate(&frames, &request, &first) != 0);
	for (unsigned int i = FRAMES / 2; i < FRAMES; i++)
		make(1, i, 0, 0);
	request.count = FRAMES / 2 + 1;
	CHECK(frames_allocate(&frames, &request, &first) != 0);
	CHECK_EQ(cache.count, FRAMES);
	CHECK_EQ(cache.reclaimed, 0);
	end(FRAMES / 2);
}

TEST("a run of frames is made by taking blocks until there is one")
{
	const struct frame_request request = {.count = 8, .use = FRAME_DEVICE};
	frame_t first, kept[FRAMES];

	start();
	/* Every second frame free, the others blocks: from the oldest on, runs grow. */
	for (unsigned int i = 0; i < FRAMES; i++)
		kept[i] = i % 2 ? make_idle(1, i)->frame : take();
	for (unsigned int i = 0; i < FRAMES; i += 2)
		give(kept[i]);
	CHECK_EQ(frames_allocate(&frames, &request, &first), 0);
	CHECK(cache.reclaimed >= 3 && cache.reclaimed <= 4);
	for (unsigned int i = 0; i < 8; i++)
		CHECK_EQ(frame_find(&frames, first + i)->use, FRAME_DEVICE);
	end(8);
}

TEST("dirty blocks come in order of place, device by device")
{
	static const uint64_t pages[] = {9, 3, 1ull << 45, 0, 5};

	start();
	for (unsigned int i = 0; i < 5; i++) {
		cache_mark_dirty(&cache, make(1, pages[i], 0, 0));
		cache_mark_dirty(&cache, make(2, pages[i] + 1, 0, 0));
	}
	CHECK(next_dirty(1, 0) == find(1, 0));
	CHECK(next_dirty(1, 1) == find(1, 3));
	CHECK(next_dirty(1, 4) == find(1, 5));
	CHECK(next_dirty(1, 6) == find(1, 9));
	CHECK(next_dirty(1, 10) == find(1, 1ull << 45));
	CHECK(!next_dirty(1, (1ull << 45) + 1) && !next_dirty(0, 0) && !next_dirty(3, 0));
	CHECK(next_dirty(2, 0) == find(2, 1));
	cache_mark_clean(&cache, find(1, 3));
	CHECK(next_dirty(1, 1) == find(1, 5));
	CHECK_TEXT(cache_check(&cache) ?: "", "");
	end(10);
}

TEST("the check finds what is wrong")
{
	struct cache_block *block;

	start();
	block = make_idle(1, 1);
	block->listed = false;
	CHECK_TEXT(cache_check(&cache), "an idle block is not listed");
	block->listed = block->dirty = true;
	CHECK_TEXT(cache_check(&cache), "a dirty block is listed as idle");
	block->dirty = false;
	block->offset += PAGE;
	CHECK_TEXT(cache_check(&cache), "a place has two blocks");
	block->offset -= PAGE;
	cache.count++;
	CHECK_TEXT(cache_check(&cache), "blocks are miscounted");
	cache.count--;
	CHECK_TEXT(cache_check(&cache) ?: "", "");
	end(0);
}

/* --- A random play ---------------------------------------------------------------------------- */

#define PLACES 40u
#define STEPS 40000u

/* What should be at place i: of device i % 2, page i; part i of inode i % 3 + 1. */
struct model {
	bool mapped, dirty; /* meaningful while the block is there */
	frame_t frame;
};

static struct model model[PLACES];
static frame_t others[FRAMES];
static unsigned int other_count;

static void play_add(unsigned int i)
{
	frame_t frame = find(i % 2, i) ? FRAME_NONE : take();
	struct cache_block *block;

	if (frame == FRAME_NONE)
		return;
	block = slab_allocate(&blocks);
	*block = (struct cache_block){
		.device = i % 2,
		.offset = i * PAGE,
		.inode = i % 3 + 1,
		.inode_offset = i * PAGE,
		.of_file = true,
		.frame = frame,
	};
	cache_add(&cache, block);
	model[i] = (struct model){.mapped = true, .frame = frame};
}

static void play_map(unsigned int i)
{
	const struct cache_block *block = find(i % 2, i);

	if (!block)
		return;
	if (model[i].mapped)
		give(block->frame);
	else
		frame_reference(&frames, block->frame);
	model[i].mapped = !model[i].mapped;
}

static void play_dirt(unsigned int i)
{
	struct cache_block *block = find(i % 2, i);

	if (!block)
		return;
	if (model[i].dirty)
		cache_mark_clean(&cache, block);
	else
		cache_mark_dirty(&cache, block);
	model[i].dirty = !model[i].dirty;
}

static void play_forget(unsigned int i)
{
	struct cache_block *block = find(i % 2, i);

	if (!block)
		return;
	cache_forget(&cache, block);
	if (model[i].mapped)
		give(model[i].frame);
}

static void play_others(uint32_t choice)
{
	if (choice % 2 && other_count) {
		give(others[--other_count]);
		return;
	}
	others[other_count] = take();
	other_count += others[other_count] != FRAME_NONE;
}

/* No block but idle clean ones may be missing; so a refusal means that there was none. */
static void play_check(bool pressed)
{
	unsigned int idle = 0;

	for (unsigned int i = 0; i < PLACES; i++) {
		const struct cache_block *block = find(i % 2, i);

		if (!block)
			continue;
		CHECK_EQ(block->frame, model[i].frame);
		CHECK_EQ(block->dirty, model[i].dirty);
		CHECK(find_part(i % 2, i % 3 + 1, i) == block);
		idle += !model[i].mapped && !model[i].dirty;
	}
	if (pressed)
		CHECK(!idle || frames.statistics.use[FRAME_FREE]);
	CHECK_TEXT(cache_check(&cache) ?: "", "");
}

TEST("a random play does what a table of places says")
{
	uint64_t seed = 0x5EED;
	unsigned int held;

	start();
	other_count = 0;
	for (unsigned int step = 0; step < STEPS; step++) {
		const unsigned int i = random_below(&seed, PLACES);
		const bool was[2] = {model[i].mapped, model[i].dirty};
		const struct cache_block *before = find(i % 2, i);

		switch (random_below(&seed, 8)) {
		case 0:
		case 1:
			play_add(i);
			break;
		case 2:
			play_map(i);
			break;
		case 3:
			play_dirt(i);
			break;
		case 4:
			play_forget(i);
			break;
		default:
			play_others(random_below(&seed, 5));
			/* A mapped or dirty block is never taken. */
			CHECK(!before || find(i % 2, i) == before || (!was[0] && !was[1]));
		}
		play_check(false);
	}
	CHECK(cache.reclaimed > STEPS / 100);
	while (take() != FRAME_NONE)
		;
	play_check(true);
	held = FRAMES - cache.count;
	for (unsigned int i = 0; i < PLACES; i++)
		held += find(i % 2, i) && model[i].mapped;
	end(held);
}
