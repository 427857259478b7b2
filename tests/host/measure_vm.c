/* Times of VM's tables against their size, on the build machine and without sanitizers:
 *
 *	gcc -O2 -D_GNU_SOURCE -I. -Iinclude -Iarch/i386/include -Ilib/avl/include -Ilib/sys/include
 *\ tests/host/measure_vm.c tests/host/panic.c servers/vm/{space*,region,pages,frames,slab}.c
 *lib/avl/avl.c
 *
 * One row for each size: nanoseconds, mean of many. No test: nothing is asserted.
 */
#include "random.h"

#include "servers/vm/space.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys.h>
#include <sys/mman.h>
#include <time.h>

#define PAGE ARCH_PAGE_SIZE
#define TOP 0xC0000000u
#define ROUNDS 200000u
#define FRAMES 400000u

static struct frames frames;
static struct slab chunks, regions;
static struct memory_source memory;
static struct space space;
static uint64_t state = 1;

static void *page_allocate(void *context)
{
	(void)context;
	return mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void page_release(void *context, void *page)
{
	(void)context;
	munmap(page, PAGE);
}

static const struct slab_pages source = {.allocate = page_allocate, .release = page_release};

static void nothing(struct space *edited)
{
	(void)edited;
}

static int map(struct space *mapped, vaddr_t page, frame_t frame, size_t bytes, uint32_t access)
{
	(void)mapped, (void)page, (void)frame, (void)bytes, (void)access;
	return 0;
}

static void unmap(struct space *mapped, vaddr_t start, size_t bytes)
{
	(void)mapped, (void)start, (void)bytes;
}

static void protect(struct space *edited, vaddr_t start, size_t bytes, uint32_t access)
{
	(void)edited, (void)start, (void)bytes, (void)access;
}

static const struct space_ops ops = {
	.begin = nothing, .end = nothing, .map = map, .unmap = unmap, .protect = protect};

static enum fault_result fault(struct region *region, vaddr_t page, bool write)
{
	frame_t frame;

	(void)write;
	if (frame_allocate(&frames, FRAME_ANONYMOUS, FRAME_FOR_PROGRAM, false, &frame) ||
	    space_add_page(region, page, frame))
		abort();
	return FAULT_DONE;
}

static const struct memory_type anonymous = {
	.name = "anonymous", .fault = fault, .copy = space_share_pages};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static vaddr_t place(uint32_t n)
{
	return TOP - (vaddr_t)(n + 1) * 2 * PAGE;
}

static void map_at(enum space_placement placement, vaddr_t address, size_t pages)
{
	struct space_request request = {.address = address,
					.bytes = pages * PAGE,
					.placement = placement,
					.flags = REGION_READ | REGION_WRITE,
					.type = &anonymous};
	vaddr_t start;

	if (space_map(&space, &request, &start))
		abort();
	if (placement == SPACE_ANYWHERE)
		space_unmap(&space, start, pages * PAGE);
}

static void measure_regions(uint32_t count)
{
	double insert, find, gap, pair, touch;
	vaddr_t start, sum = 0;

	space_init(&space, PAGE, TOP, &memory, &ops);
	insert = now();
	for (uint32_t i = 0; i < count; i++)
		map_at(SPACE_FIXED_IF_FREE, place((uint32_t)((uint64_t)i * 7919 % count)), 1);
	insert = (now() - insert) / count;
	find = now();
	for (uint32_t i = 0; i < ROUNDS; i++)
		sum += region_find(&space.regions, place(random_below(&state, count)))->start;
	find = (now() - find) / ROUNDS;
	space_unmap(&space, place(count / 3), PAGE); /* the only gap of two */
	gap = now();
	for (uint32_t i = 0; i < ROUNDS; i++)
		sum += region_find_gap(&space.regions, (2 + i % 2) * PAGE, &start);
	gap = (now() - gap) / ROUNDS;
	pair = now();
	for (uint32_t i = 0; i < ROUNDS; i++)
		map_at(SPACE_ANYWHERE, 0, 2);
	pair = (now() - pair) / ROUNDS;
	touch = now();
	for (uint32_t i = 0; i < count; i++)
		sum += i != count / 3 ? space_fault(&space, place(i), REGION_WRITE) : 0;
	touch = (now() - touch) / count;
	printf("%8u %8.0f %8.0f %8.0f %12.0f %10.0f %6d\n", count, insert, find, gap, pair, touch,
	       space.regions.tree.root->height);
	space_clear(&space, false);
	if (!sum)
		abort();
}

/* `count` free runs of one frame, then requests for 1 and for 16 aligned ones. */
static void measure_frames(uint32_t count)
{
	struct frame_request request = {
		.count = FRAMES, .use = FRAME_ANONYMOUS, .level = FRAME_FOR_PAGER};
	double single, cycle, contiguous;
	frame_t frame, first;

	if (frames_allocate(&frames, &request, &first))
		abort();
	for (uint32_t i = 0; i < count; i++)
		frames_release(&frames, first + i * 2 + 64, 1);
	frames_release(&frames, first + 16, 16);
	single = now();
	for (uint32_t i = 0; i < ROUNDS; i++) {
		frame_allocate(&frames, FRAME_ANONYMOUS, FRAME_FOR_PAGER, false, &frame);
		frames_release(&frames, frame, 1);
	}
	single = (now() - single) / ROUNDS;
	cycle = now();
	for (uint32_t i = 0; i < ROUNDS; i++) {
		frame_t other = first + random_below(&state, count) * 2 + 64;

		frame_allocate(&frames, FRAME_ANONYMOUS, FRAME_FOR_PAGER, false, &frame);
		if (frame_references(&frames, other)) {
			frames_release(&frames, other, 1);
		} else {
			frames_release(&frames, frame, 1);
		}
	}
	cycle = (now() - cycle) / ROUNDS;
	request.count = request.align = 16;
	contiguous = now();
	for (uint32_t i = 0; i < ROUNDS; i++) {
		if (frames_allocate(&frames, &request, &frame))
			abort();
		frames_release(&frames, frame, 16);
	}
	contiguous = (now() - contiguous) / ROUNDS;
	printf("%8u %10.0f %10.0f %14.0f %8d\n", frames.statistics.runs, single, cycle, contiguous,
	       frames.pieces->runs.root->height);
	for (uint32_t i = 0; i < FRAMES; i++)
		if (frame_references(&frames, first + i))
			frames_release(&frames, first + i, 1);
}

/* One dense region of 256 pages: filled by faults, forked, both ends cleared. */
static void measure_process(void)
{
	static struct space child;
	double fill = 0, fork = 0, clear = 0, last = 0;

	for (int round = 0; round < 200; round++) {
		double times[5];

		space_init(&space, PAGE, TOP, &memory, &ops);
		space_init(&child, PAGE, TOP, &memory, &ops);
		map_at(SPACE_FIXED, 0x8048000, 256);
		times[0] = now();
		for (vaddr_t page = 0; page < 256; page++)
			space_fault(&space, 0x8048000 + page * PAGE, REGION_WRITE);
		times[1] = now();
		if (space_fork(&space, &child))
			abort();
		times[2] = now();
		space_clear(&child, false);
		times[3] = now();
		space_clear(&space, false);
		times[4] = now();
		fill += times[1] - times[0];
		fork += times[2] - times[1];
		clear += times[3] - times[2];
		last += times[4] - times[3];
	}
	printf("\n256 pages, each: fault %.0f, fork %.0f, clear shared %.0f, clear and free %.0f\n",
	       fill / 51200, fork / 51200, clear / 51200, last / 51200);
}

int main(void)
{
	frames_init(&frames, NULL, NULL);
	if (frames_add(&frames, malloc(frames_piece_bytes(FRAMES)), 256, FRAMES))
		abort();
	slab_init(&chunks, "page chunk", sizeof(struct page_chunk), &source);
	slab_init(&regions, "region", sizeof(struct region), &source);
	memory = (struct memory_source){&frames, &chunks, &regions};
	printf("ns\n regions   insert     find      gap   map+unmap      fault  depth\n");
	for (uint32_t count = 10; count <= 100000; count *= 10)
		measure_regions(count);
	printf("\nfree runs   1+free     random   16+free aligned  depth\n");
	for (uint32_t count = 10; count <= 100000; count *= 10)
		measure_frames(count);
	measure_process();
	return 0;
}
