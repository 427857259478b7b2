/* Cases of much memory, and of none. */
#include "vm_case.h"

#define REGIONS 2000u
#define BLOCK_MAX ((size_t)8 << 20)
#define KEPT_FOR_SERVICES 100u
#define PLACES 20000u /* more regions than VM has memory for, once nothing else is free */

void case_regions_many(void)
{
	const uint64_t before = statistics_get().regions;
	const long arena = arena_make(2 * REGIONS);
	struct vm_region_info region;
	unsigned int found = 0;

	for (unsigned int i = 0; i < REGIONS; i++)
		CHECK_EQ(map_at(arena + 2 * i * PAGE, PAGE, RW, VM_MAP_FIXED),
			 arena + (long)(2 * i * PAGE));
	CHECK_EQ(statistics_get().regions, before + 2 + REGIONS);
	for (unsigned int i = 0; i < REGIONS; i += 7)
		*byte_at(arena + 2 * i * PAGE) = (uint8_t)i;
	for (uint64_t at = (uint64_t)arena;
	     region_get(0, at, &region) && region.address < (uint64_t)arena + 2 * REGIONS * PAGE;
	     at = region.address + region.bytes) {
		CHECK_EQ(region.address, arena + 2 * found * PAGE);
		found++;
	}
	CHECK_EQ(found, REGIONS);
	for (unsigned int i = 0; i < REGIONS; i += 7)
		CHECK_EQ(*byte_at(arena + 2 * i * PAGE), (uint8_t)i);
	/* Closed, they are one. */
	for (unsigned int i = 0; i < REGIONS; i++)
		CHECK(map_at(arena + (2 * i + 1) * PAGE, PAGE, RW, VM_MAP_FIXED) > 0);
	CHECK_EQ(statistics_get().regions, before + 3);
	arena_free(arena, 2 * REGIONS);
	CHECK_EQ(statistics_get().regions, before);
}

/* All memory there is, as a chain of blocks. */
static void **memory_fill(void)
{
	void **last = NULL;

	for (size_t block = BLOCK_MAX; block >= PAGE; block /= 2) {
		long start;

		while ((start = map(block, RW, VM_MAP_POPULATE)) > 0) {
			void **next = (void **)start;

			next[0] = last;
			next[1] = (void *)block;
			last = next;
		}
		CHECK_EQ(start, -ENOMEM);
	}
	return last;
}

static void memory_free(void **block)
{
	while (block != NULL) {
		void **next = block[0];

		CHECK_EQ(unmap((uintptr_t)block, (uintptr_t)block[1]), 0);
		block = next;
	}
}

void case_no_memory(void)
{
	const long start = map(8 * PAGE, RW, VM_MAP_POPULATE), other = arena_make(8);
	const uint64_t frames = statistics_get().frames_user;
	void **block;

	pages_fill(start, 8, 1);
	block = memory_fill();
	CHECK(block != NULL);
	CHECK_EQ(map(PAGE, RW, VM_MAP_POPULATE), -ENOMEM);
	CHECK_EQ(map(2 * PAGE, RW, VM_MAP_POPULATE | VM_MAP_SHARED), -ENOMEM);
	CHECK_EQ(program_fork(), -ENOMEM);
	/* What takes no frame works. */
	CHECK_EQ(protect(start, 4 * PAGE, VM_READ), 0);
	CHECK_EQ(remap(start, 8 * PAGE, 8 * PAGE, VM_MREMAP_MAYMOVE | VM_MREMAP_FIXED, other),
		 -EFAULT);
	pages_check(start, 8, 1);
	CHECK_EQ(protect(start, 8 * PAGE, RW), 0);
	CHECK_EQ(statistics_get().frames_free < 1024, 1);
	memory_free(block);
	CHECK_EQ(statistics_get().frames_user, frames);
	pages_check(start, 8, 1);
	CHECK_EQ(touch_write(start), 0);
	CHECK_EQ(unmap(start, 8 * PAGE), 0);
}

/* More than goes with the pages that are there. */
void case_no_memory_fixed(void)
{
	const long start = arena_make(256);
	struct vm_region_info region;
	void **block;

	CHECK_EQ(map_at(start, 256 * PAGE, RW, VM_MAP_FIXED), start);
	pages_fill(start, 8, 1);
	block = memory_fill();
	CHECK_EQ(map_at(start, 256 * PAGE, RW, VM_MAP_FIXED | VM_MAP_POPULATE), -ENOMEM);
	CHECK_EQ(map_at(start, 256 * PAGE, RW, VM_MAP_FIXED | VM_MAP_POPULATE | VM_MAP_SHARED),
		 -ENOMEM);
	CHECK(region_get(0, (uint64_t)start, &region));
	CHECK_EQ(region.address, start);
	CHECK_EQ(region.resident, 8 * PAGE);
	pages_check(start, 8, 1);
	memory_free(block);
	CHECK_EQ(map_at(start, 256 * PAGE, RW, VM_MAP_FIXED | VM_MAP_POPULATE), start);
	CHECK_EQ(*byte_at(start), 0);
	arena_free(start, 256);
}

void case_no_regions(void)
{
	const long first = 0x10000000;
	unsigned int count = 0;
	void **block = NULL;
	long start = 0;

	/* Every second page, so that none joins another. */
	while (count < PLACES) {
		if (count == 16)
			block = memory_fill();
		start = map_at(first + 2 * count * PAGE, PAGE, RW, VM_MAP_FIXED_NOREPLACE);
		if (start < 0)
			break;
		count++;
	}
	CHECK_EQ(start, -ENOMEM);
	CHECK(block != NULL);
	/* What is kept for services is there still. */
	CHECK(statistics_get().frames_free >= KEPT_FOR_SERVICES);
	CHECK_EQ(unmap(first + 2 * PAGE, PAGE), 0);
	CHECK_EQ(unmap(first, 2 * count * PAGE), 0);
	memory_free(block);
}

void case_no_memory_touch(void)
{
	volatile bool *told = (volatile bool *)map(PAGE, RW, VM_MAP_SHARED | VM_MAP_POPULATE);
	const long start = map(PAGE, RW, 0);
	const pid32 pid = child_make();
	void **block;

	if (pid == 0) {
		while (!*told)
			yield();
		*byte_at(start) = 1;
		program_exit(0);
	}
	yield();
	block = memory_fill();
	*told = true;
	CHECK_EQ(child_wait(pid), SIGNAL_BUS);
	memory_free(block);
	*byte_at(start) = 2;
}
