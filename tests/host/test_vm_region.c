/* Spaces on slabs that AddressSanitizer sees through, with every failure of memory. */
#include "random.h"
#include "region_play.h"
#include "region_world.h"
#include "test.h"

#include <skerry/errno.h>
#include <stdio.h>
#include <stdlib.h>

#define PAGE ARCH_PAGE_SIZE
#define READ_WRITE (REGION_READ | REGION_WRITE)

static struct space *const first = &world.space[0];

static vaddr_t at(int page)
{
	return WORLD_LOW + (vaddr_t)page * PAGE;
}

static int map_request(const struct space_request *request)
{
	vaddr_t start = 0;
	int error = space_map(first, request, &start);

	return error ? error : (int)((start - WORLD_LOW) / PAGE);
}

/* Anonymous memory: the page where it is, or the error. */
static int map(enum space_placement placement, int page, size_t pages)
{
	const struct space_request request = {.address = at(page),
					      .bytes = pages * PAGE,
					      .placement = placement,
					      .flags = READ_WRITE,
					      .type = &anonymous};

	return map_request(&request);
}

static int map_object(int object, int page, int object_page)
{
	const struct space_request request = {.address = at(page),
					      .bytes = PAGE,
					      .placement = SPACE_FIXED,
					      .flags = READ_WRITE | REGION_SHARED,
					      .type = &shared,
					      .object = &world.object[object],
					      .offset = (uint64_t)object_page * PAGE};

	return map_request(&request);
}

static int map_stack(int page, size_t pages, size_t growth)
{
	const struct space_request request = {.address = at(page),
					      .bytes = pages * PAGE,
					      .placement = SPACE_FIXED,
					      .flags = READ_WRITE,
					      .growth = growth * PAGE,
					      .type = &anonymous};

	return map_request(&request);
}

/* Write through the page tables; the frame, or FRAME_NONE when that is refused. */
static frame_t write_page(int space, int page, uint32_t value)
{
	const struct world_entry *entry = &world.table[space][page];

	if (!(entry->access & REGION_WRITE) &&
	    space_fault(&world.space[space], at(page), REGION_WRITE) != FAULT_DONE)
		return FRAME_NONE;
	world.content[entry->frame] = value;
	return entry->frame;
}

static uint32_t read_page(int space, int page)
{
	if (space_fault(&world.space[space], at(page), REGION_READ) != FAULT_DONE)
		return UINT32_MAX;
	return world.content[world.table[space][page].frame];
}

static void end(void)
{
	CHECK_TEXT(world_check() ?: "", "");
	for (int i = 0; i < WORLD_SPACES; i++)
		space_clear(&world.space[i], false);
	CHECK_EQ(world.frames.statistics.use[FRAME_FREE], WORLD_FRAMES);
	CHECK_EQ(world.regions.object_count + world.chunks.object_count, 0);
	world_end();
}

TEST("free places are the hint, else the highest that is long enough")
{
	world_start();
	CHECK_EQ(map(SPACE_ANYWHERE, 40, 4), 40);
	CHECK_EQ(map(SPACE_ANYWHERE, 42, 4), WORLD_PAGES - 4);
	CHECK_EQ(map(SPACE_ANYWHERE, 42, 80), 44);
	CHECK_EQ(map(SPACE_ANYWHERE, 42, 41), -ENOMEM);
	CHECK_EQ(map(SPACE_ANYWHERE, 42, 40), 0);
	CHECK_EQ(map(SPACE_ANYWHERE, 0, 1), -ENOMEM);
	CHECK_EQ(first->regions.count, 1);
	end();
}

TEST("sizes and places that wrap around are refused")
{
	static const size_t sizes[] = {0,
				       SIZE_MAX & ~(size_t)(PAGE - 1),
				       SIZE_MAX / 2 + 1,
				       (UINT32_MAX & ~(PAGE - 1)),
				       PAGE + 1,
				       1};
	vaddr_t place = 0;

	world_start();
	CHECK_EQ(map(SPACE_FIXED, 0, WORLD_PAGES), 0);
	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct space_request request = {
			.bytes = sizes[i], .flags = READ_WRITE, .type = &anonymous};

		for (int placement = 0; placement < 3; placement++) {
			request.placement = placement;
			request.address = at(3);
			CHECK(map_request(&request) < 0);
			request.address = UINTPTR_MAX & ~(vaddr_t)(PAGE - 1);
			CHECK(map_request(&request) < 0);
		}
		CHECK_EQ(space_unmap(first, at(3), sizes[i]), -EINVAL);
		CHECK_EQ(space_protect(first, at(3), sizes[i], REGION_READ), -EINVAL);
		CHECK_EQ(space_remap(first, at(3), sizes[i], PAGE, 0, true, &place), -EINVAL);
		CHECK(space_remap(first, at(3), PAGE, sizes[i], 0, true, &place) < 0);
		request = (struct space_request){.bytes = PAGE,
						 .growth = sizes[i] | PAGE,
						 .flags = READ_WRITE,
						 .type = &anonymous};
		CHECK(map_request(&request) < 0);
	}
	CHECK_EQ(space_unmap(first, at(3) + 1, PAGE), -EINVAL);
	CHECK_EQ(space_unmap(first, 0, PAGE), -EINVAL);
	CHECK_EQ(space_protect(first, at(3), PAGE, 8), -EINVAL);
	CHECK_EQ(first->regions.count, 1);
	end();
}

TEST("only what continues its neighbour is joined with it")
{
	world_start();
	map_object(0, 10, 5);
	map_object(0, 11, 6);
	CHECK_EQ(first->regions.count, 1);
	map_object(0, 12, 8); /* not the next page */
	CHECK_EQ(first->regions.count, 2);
	map_object(1, 13, 9); /* another object */
	CHECK_EQ(first->regions.count, 3);
	map_object(0, 12, 7); /* fills the gap */
	CHECK_EQ(first->regions.count, 2);
	CHECK_EQ(world.object[0].regions, 1);
	map(SPACE_FIXED, 30, 4);
	map_stack(34, 2, 1); /* would no longer grow */
	CHECK_EQ(first->regions.count, 4);
	map(SPACE_FIXED, 36, 2); /* above a stack */
	CHECK_EQ(first->regions.count, 4);
	CHECK_EQ(space_protect(first, at(31), PAGE, REGION_READ), 0);
	CHECK_EQ(first->regions.count, 6);
	CHECK_EQ(space_protect(first, at(31), PAGE, READ_WRITE), 0);
	CHECK_EQ(first->regions.count, 4);
	end();
}

TEST("a stack grows on faults down to its floor, and no further")
{
	world_start();
	map_stack(100, 2, 40);
	CHECK_EQ(space_fault(first, at(99) + 5, REGION_WRITE), FAULT_DONE);
	CHECK_EQ(space_fault(first, at(60), REGION_READ), FAULT_DONE);
	CHECK_EQ(space_fault(first, at(60) - 1, REGION_READ), FAULT_REFUSED);
	CHECK_EQ(first->regions.bytes, 42 * PAGE);
	CHECK_EQ(first->regions.count, 1);
	end();
}

TEST("free choices stay out of a stack's reach and its guard; fixed ones stop it a guard above")
{
	const int guard = REGION_GUARD_BYTES / PAGE;

	world_start();
	map_stack(120, 8, 60);
	CHECK_EQ(map(SPACE_ANYWHERE, 80, 1), 60 - guard - 1);
	CHECK_EQ(map(SPACE_ANYWHERE, 0, 60), -ENOMEM);
	CHECK_EQ(map(SPACE_FIXED_IF_FREE, 80, 1), 80);
	CHECK_EQ(space_fault(first, at(81 + guard), REGION_WRITE), FAULT_DONE);
	CHECK_EQ(space_fault(first, at(81 + guard) - 1, REGION_WRITE), FAULT_REFUSED);
	CHECK_EQ(space_unmap(first, at(80), PAGE), 0);
	CHECK_EQ(space_fault(first, at(81 + guard) - 1, REGION_WRITE), FAULT_DONE);
	end();
}

TEST("a chosen place leaves a stack its room below")
{
	struct space_request request = {
		.bytes = 2 * PAGE, .growth = 30 * PAGE, .flags = READ_WRITE, .type = &anonymous};
	const int guard = REGION_GUARD_BYTES / PAGE;

	world_start();
	map(SPACE_FIXED, 60, 68);
	CHECK_EQ(map_request(&request), 58);
	CHECK_EQ(map(SPACE_ANYWHERE, 0, 58 - 30 - guard), 0);
	CHECK_EQ(map(SPACE_ANYWHERE, 0, 1), -ENOMEM);
	CHECK_EQ(map_request(&request), -ENOMEM);
	end();
}

TEST("an unmapped middle takes its frames along and nothing else")
{
	world_start();
	map(SPACE_FIXED, 10, 10);
	for (int page = 10; page < 20; page++)
		write_page(0, page, 100 + (uint32_t)page);
	world.brackets = 0;
	CHECK_EQ(space_unmap(first, at(13), 4 * PAGE), 0);
	CHECK_EQ(world.brackets, 1);
	CHECK_EQ(world.frames.statistics.use[FRAME_ANONYMOUS], 6);
	CHECK_EQ(first->regions.count, 2);
	for (int page = 10; page < 20; page++)
		CHECK_EQ(read_page(0, page), page < 13 || page > 16 ? 100 + page : UINT32_MAX);
	CHECK_EQ(space_unmap(first, at(0), WORLD_PAGES * PAGE), 0);
	CHECK_EQ(space_unmap(first, at(0), WORLD_PAGES * PAGE), 0);
	end();
}

TEST("pages move with their content, also inside one region")
{
	vaddr_t place = at(40);

	world_start();
	map(SPACE_FIXED, 10, 50);
	for (int page = 10; page < 60; page++)
		write_page(0, page, 100 + (uint32_t)page);
	CHECK_EQ(space_remap(first, at(20), 4 * PAGE, 3 * PAGE, SPACE_FIXED, true, &place), 0);
	for (int page = 10; page < 60; page++) {
		uint32_t wanted = page >= 20 && page < 24   ? UINT32_MAX
				  : page >= 40 && page < 43 ? (uint32_t)page - 20 + 100
							    : (uint32_t)page + 100;

		CHECK_EQ(read_page(0, page), wanted);
	}
	place = 0;
	CHECK_EQ(space_remap(first, at(58), 2 * PAGE, 100 * PAGE, 0, true, &place), -ENOMEM);
	CHECK_EQ(space_remap(first, at(58), 2 * PAGE, 70 * PAGE, 0, false, &place), 0);
	CHECK_EQ(place, at(58));
	CHECK_EQ(read_page(0, 59), 159);
	CHECK_EQ(read_page(0, 127), 0);
	end();
}

TEST("pages move onto mapped ones, which go")
{
	const int to = 63 - (int)(WORLD_LOW / PAGE % 32);
	vaddr_t place = at(to);

	world_start();
	map(SPACE_FIXED, 10, 2);
	map(SPACE_FIXED, to, 2);
	write_page(0, 10, 1);
	write_page(0, to, 3); /* alone in their chunks */
	write_page(0, to + 1, 4);
	CHECK_EQ(space_remap(first, at(10), 2 * PAGE, 2 * PAGE, SPACE_FIXED, true, &place), 0);
	CHECK_EQ(read_page(0, to), 1);
	CHECK_EQ(read_page(0, to + 1), 0);
	CHECK_EQ(read_page(0, 10), UINT32_MAX);
	end();
}

TEST("a move that finds no memory half-way keeps no reservation")
{
	vaddr_t place = at(63 - (int)(WORLD_LOW / PAGE % 32));
	uint32_t n = 1;
	int error;

	world_start();
	map(SPACE_FIXED, 10, 2);
	write_page(0, 10, 1);
	write_page(0, 11, 2);
	do {
		world.fail_in = n++;
		error = space_remap(first, at(10), 2 * PAGE, 2 * PAGE, SPACE_FIXED, true, &place);
		world.fail_in = 0;
		CHECK_TEXT(world_check() ?: "", "");
		CHECK(!error || (read_page(0, 10) == 1 && read_page(0, 11) == 2));
	} while (error == -ENOMEM);
	CHECK_EQ(error, 0);
	CHECK_EQ(n, 7); /* 3 regions and 2 page chunks could fail */
	end();
}

/* Three generations share a page; they write in turn, and go in every order. */
/* 70 adjacent frames for the pages from the 8th on, which lie in four chunks. */
static int add_row(frame_t *row)
{
	const struct frame_request request = {
		.count = 70, .use = FRAME_ANONYMOUS, .level = FRAME_FOR_PROGRAM};
	int error;

	CHECK_EQ(frames_allocate(&world.frames, &request, row), 0);
	error = space_add_row(region_find(&first->regions, at(8)), at(8), *row, 70);
	if (error)
		frames_release(&world.frames, *row, 70);
	return error;
}

TEST("a row of frames comes to its pages as a whole or not at all")
{
	frame_t row;
	uint32_t failures = 0;

	for (;; failures++) {
		world_start();
		CHECK_EQ(map(SPACE_FIXED, 5, 100), 5);
		write_page(0, 6, 1);
		world.fail_in = failures + 1;
		if (!add_row(&row))
			break;
		world.fail_in = 0;
		CHECK_EQ(first->pages.count, 1);
		CHECK_EQ(world.table[0][8].frame, FRAME_NONE);
		end();
	}
	world.fail_in = 0;
	CHECK(failures >= 1);
	CHECK_EQ(first->pages.count, 71);
	for (uint32_t i = 0; i < 70; i++)
		CHECK_EQ(write_page(0, (int)(8 + i), i), row + i);
	CHECK_EQ(world.table[0][7].frame, FRAME_NONE);
	CHECK_EQ(world.table[0][78].frame, FRAME_NONE);
	end();
}

TEST("copies are made only while a page is shared, whoever leaves first")
{
	static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
					 {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

	for (int i = 0; i < 6; i++) {
		const int *order = orders[i];
		frame_t frame, last;

		world_start();
		map(SPACE_FIXED, 5, 2);
		frame = write_page(0, 5, 55);
		CHECK_EQ(space_fork(&world.space[0], &world.space[1]), 0);
		CHECK_EQ(space_fork(&world.space[1], &world.space[2]), 0);
		CHECK_EQ(frame_references(&world.frames, frame), 3);
		CHECK(write_page(order[0], 5, 1) != frame);
		CHECK_EQ(read_page(order[1], 5), 55);
		space_clear(&world.space[order[1]], false);
		last = write_page(order[2], 5, 3);
		CHECK_EQ(last, frame); /* alone again: in place */
		CHECK_EQ(read_page(order[0], 5), 1);
		CHECK_EQ(read_page(order[2], 5), 3);
		end();
	}
}

TEST("a fork after a fork without writes opens no bracket")
{
	world_start();
	map(SPACE_FIXED, 5, 2);
	write_page(0, 5, 55);
	CHECK_EQ(space_fork(&world.space[0], &world.space[1]), 0);
	world.brackets = 0;
	CHECK_EQ(space_fork(&world.space[0], &world.space[2]), 0);
	CHECK_EQ(world.brackets, 0);
	end();
}

TEST("100,000 regions are at most 24 deep, and room between them is found")
{
	static const struct space_ops none = {.map = NULL};
	struct space_request request = {.bytes = PAGE, .flags = READ_WRITE, .type = &anonymous};
	static struct space big;
	vaddr_t start;

	world_start();
	space_init(&big, PAGE, 0xC0000000u, &world.memory, &none);
	for (vaddr_t i = 0; i < 100000; i++) {
		request.placement = SPACE_FIXED_IF_FREE;
		request.address = 0xC0000000u - (i + 1) * 2 * PAGE;
		CHECK_EQ(space_map(&big, &request, &start), 0);
	}
	CHECK_EQ(big.regions.count, 100000);
	CHECK(big.regions.tree.root->height <= 24);
	CHECK_TEXT(space_check(&big) ?: "", "");
	request =
		(struct space_request){.bytes = 2 * PAGE, .flags = READ_WRITE, .type = &anonymous};
	CHECK_EQ(space_map(&big, &request, &start), 0); /* below all of them */
	CHECK_EQ(start, 0xC0000000u - 200002 * PAGE);
	space_unmap(&big, 0xC0000000u - 5000 * PAGE, PAGE);
	CHECK_EQ(space_map(&big, &request, &start), 0);
	CHECK_EQ(start, 0xC0000000u - 5000 * PAGE);
	space_clear(&big, false);
	end();
}

static const char *sanity_of_first(void)
{
	static struct sanity sanity;

	sanity_begin(&sanity, &world.frames);
	sanity_see_space(&sanity, first);
	return sanity_end(&sanity) ? "" : sanity.wrong;
}

TEST("the sanity check names a frame lost, used twice, used while free, or VM's own")
{
	struct page_reference page;
	frame_t frame;

	world_start();
	map(SPACE_FIXED, 5, 2);
	frame = write_page(0, 5, 1);
	CHECK_TEXT(sanity_of_first(), "");
	frame_reference(&world.frames, frame);
	CHECK_TEXT(sanity_of_first(), "a page is writable that may not be written");
	pages_set_writable(&first->pages, at(5) / PAGE, false);
	world.table[0][5].access = REGION_READ;
	CHECK_TEXT(sanity_of_first(), "a frame's references are not all in use");
	CHECK_EQ(pages_reserve(&first->pages, at(6) / PAGE), 0);
	pages_set(&first->pages, at(6) / PAGE, frame, false);
	CHECK_TEXT(sanity_of_first(), "");
	frames_release(&world.frames, frame, 1);
	CHECK_TEXT(sanity_of_first(), "a frame has more users than references");
	frames_release(&world.frames, frame, 1);
	CHECK_TEXT(sanity_of_first(), "a free frame is in use");
	CHECK_EQ(frame_allocate(&world.frames, FRAME_TABLE, FRAME_FOR_PAGER, false, &frame), 0);
	frame_reference(&world.frames, frame);
	CHECK(pages_find(&first->pages, at(5) / PAGE, &page) && page.frame == frame);
	CHECK_TEXT(sanity_of_first(), "a program has VM's own memory");
	frame_set_use(&world.frames, frame, FRAME_ANONYMOUS);
	CHECK_TEXT(sanity_of_first(), "");
	end();
}

static void play_seed(uint64_t seed, bool every_failure, struct region_play *play)
{
	uint8_t bytes[200 * REGION_OPERATION_BYTES];
	uint64_t state = seed * 0x9E3779B97F4A7C15u + 1;
	const char *wrong;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)random_next(&state);
	play->every_failure = every_failure;
	wrong = region_play(bytes, sizeof(bytes), play);
	CHECK_TEXT(wrong ?: "", "");
	if (wrong)
		printf("# seed %llu, operation %u\n", (unsigned long long)seed, play->at);
}

TEST("random operations agree with the model")
{
	struct region_play play = {0};

	for (uint64_t seed = 1; seed <= 300; seed++)
		play_seed(seed, false, &play);
	CHECK(play.done > 300 * 60);
}

TEST("with each request for memory failing in turn, every operation leaves all as it was")
{
	struct region_play play = {0};

	for (uint64_t seed = 1000; seed < 1150; seed++)
		play_seed(seed, true, &play);
	CHECK(play.failed > 5000);
}
