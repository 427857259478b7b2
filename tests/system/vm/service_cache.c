/* Cases of the block cache. */
#include "pager.h"
#include "service_case.h"

#include "tests/system/user/runner.h"
#include <service.h>
#include <skerry/kernel_call.h>
#include <string.h>
#include <sys_call.h>
#include <vm_call.h>

/* Memory whose pages say which they are. */
static long stamped(uint32_t pages, unsigned int seed)
{
	const long start = map(pages * PAGE, RW, VM_MAP_POPULATE);

	for (uint32_t i = 0; start > 0 && i < pages; i++)
		*(volatile uint32_t *)(start + i * PAGE) = seed + i;
	return start;
}

static uint32_t stamp_of(long start, uint32_t page)
{
	return *(volatile uint32_t *)(start + page * PAGE);
}

static int unmap_pages(long start, uint32_t pages)
{
	return unmap((uint64_t)start, pages * PAGE);
}

bool service_cache_shared(void)
{
	const uint64_t cached = statistics_get().frames_cache;
	const long start = stamped(8, 100);
	struct vm_region_info region;
	long again, part;

	EXPECT(start > 0);
	EXPECT_EQ(cache_set(16 * PAGE, 0, 0, start, 8, 0), 0);
	EXPECT_EQ(statistics_get().frames_cache, cached + 8);
	EXPECT(region_get(0, (uint64_t)start, &region));
	EXPECT(strcmp(region.type, "cache") == 0);
	again = cache_map(16 * PAGE, 8 * PAGE, RW);
	part = cache_map(19 * PAGE, PAGE, VM_READ);
	EXPECT(again > 0 && part > 0 && again != start);
	for (uint32_t i = 0; i < 8; i++)
		EXPECT_EQ(stamp_of(again, i), 100 + i);
	EXPECT_EQ(stamp_of(part, 0), 103);
	byte_at(start)[3 * PAGE + 9] = 0xA1;
	EXPECT_EQ(byte_at(part)[9], 0xA1);
	byte_at(again)[3 * PAGE + 9] = 0xA2;
	EXPECT_EQ(byte_at(start)[3 * PAGE + 9], 0xA2);
	/* Set again as they are: nothing changes. */
	EXPECT_EQ(cache_set(16 * PAGE, 0, 0, again, 8, 0), 0);
	EXPECT_EQ(statistics_get().frames_cache, cached + 8);
	EXPECT_EQ(unmap_pages(start, 8), 0);
	EXPECT_EQ(unmap_pages(again, 8), 0);
	EXPECT_EQ(unmap_pages(part, 1), 0);
	EXPECT_EQ(cache_clear(), 8);
	return true;
}

bool service_cache_stays(void)
{
	const struct vm_statistics before = statistics_get();
	long start = stamped(32, 7);

	EXPECT_EQ(cache_set(0, 3, 64 * PAGE, start, 32, VM_CACHE_FILE), 0);
	EXPECT_EQ(unmap_pages(start, 32), 0);
	EXPECT_EQ(statistics_get().frames_cache, before.frames_cache + 32);
	EXPECT_EQ(statistics_get().frames_user, before.frames_user);
	start = cache_map_file(3, 90 * PAGE, 6 * PAGE, VM_READ);
	EXPECT(start > 0);
	for (uint32_t i = 0; i < 6; i++)
		EXPECT_EQ(stamp_of(start, i), 7 + 26 + i);
	EXPECT_EQ(unmap_pages(start, 6), 0);
	EXPECT_EQ(cache_clear(), 32);
	EXPECT_EQ(cache_clear(), 0);
	EXPECT_EQ(statistics_get().frames_cache, before.frames_cache);
	return true;
}

bool service_cache_absent(void)
{
	const long start = stamped(4, 1);

	EXPECT_EQ(cache_set(PAGE, 2, 0, start, 4, VM_CACHE_FILE), 0);
	EXPECT_EQ(cache_map(0, PAGE, RW), -ENOENT);
	EXPECT_EQ(cache_map(0, 2 * PAGE, RW), -ENOENT);
	EXPECT_EQ(cache_map(4 * PAGE, 2 * PAGE, RW), -ENOENT);
	EXPECT_EQ(cache_map(5 * PAGE, PAGE, RW), -ENOENT);
	EXPECT_EQ(cache_map_file(2, 4 * PAGE, PAGE, RW), -ENOENT);
	EXPECT_EQ(cache_map_file(1, 0, PAGE, RW), -ENOENT);
	EXPECT_EQ(cache_map_file(0, 0, PAGE, RW), -ENOENT);
	EXPECT_EQ(cache_forget(3 * PAGE, PAGE), 1);
	EXPECT_EQ(cache_map(PAGE, 4 * PAGE, RW), -ENOENT);
	EXPECT_EQ(cache_map_file(2, 2 * PAGE, PAGE, RW), -ENOENT);
	EXPECT_EQ(stamp_of(start, 2), 3); /* forgotten, it is the caller's own */
	EXPECT_EQ(unmap_pages(start, 4), 0);
	EXPECT_EQ(cache_clear(), 3);
	return true;
}

bool service_cache_forget(void)
{
	const struct vm_statistics before = statistics_get();
	const long start = stamped(16, 50);

	/* Scattered over the device, in a row in the file. */
	for (uint32_t i = 0; i < 16; i++)
		EXPECT_EQ(cache_set((1000 - 3 * i) * PAGE, 4, i * PAGE, start + i * PAGE, 1,
				    VM_CACHE_FILE),
			  0);
	EXPECT_EQ(cache_forget_file(4, 14 * PAGE, 0 - 14ull * PAGE), 2);
	EXPECT_EQ(cache_forget_file(4, 3 * PAGE, 2 * PAGE), 2);
	EXPECT_EQ(cache_forget_file(5, 0, 100 * PAGE), 0);
	EXPECT_EQ(cache_forget(1000 * PAGE, PAGE), 1);
	EXPECT_EQ(cache_forget(990 * PAGE, 10 * PAGE), 2); /* 997, 994, not 991 and 988 */
	EXPECT_EQ(cache_forget(0, 0 - 1ull * PAGE), 9);
	EXPECT_EQ(cache_clear(), 0);
	EXPECT_EQ(statistics_get().frames_cache, before.frames_cache);
	for (uint32_t i = 0; i < 16; i++) {
		EXPECT_EQ(stamp_of(start, i), 50 + i);
		*byte_at(start + i * PAGE) = 9;
	}
	/* Its own again, they can be blocks again. */
	EXPECT_EQ(cache_set(0, 0, 0, start, 16, 0), 0);
	EXPECT_EQ(unmap_pages(start, 16), 0);
	EXPECT_EQ(cache_clear(), 16);
	return true;
}

bool service_cache_refused(void)
{
	const endpoint_t self = service_start()->endpoint;
	const struct vm_space_fork_req fork = {.thread = self};
	const long start = stamped(4, 1), absent = map(2 * PAGE, RW, 0);
	const long shared = map(PAGE, RW, VM_MAP_SHARED | VM_MAP_POPULATE);
	const long device = map(PAGE, RW, VM_MAP_CONTIGUOUS);
	struct vm_space_req child = {0};
	struct vm_space_reply forked;

	*byte_at(absent) = 1;
	EXPECT_EQ(cache_set(1, 0, 0, start, 4, 0), -EINVAL);
	EXPECT_EQ(cache_set(0, 0, 0, start + 1, 1, 0), -EINVAL);
	EXPECT_EQ(cache_set(0, 0, 0, start, 0, 0), -EINVAL);
	EXPECT_EQ(cache_set(0, 0, 0, start, 4, 8), -EINVAL);
	EXPECT_EQ(cache_set(0, 1, 7, start, 4, VM_CACHE_FILE), -EINVAL);
	EXPECT_EQ(cache_set(0 - 2ull * PAGE, 0, 0, start, 4, 0), -EINVAL);
	EXPECT_EQ(cache_set(0, 0, 0, start, ~0u, 0), -EINVAL);
	EXPECT_EQ(cache_set(0, 0, 0, (long)PROGRAM_END, 1, 0), -EINVAL);
	EXPECT_EQ(cache_set(0, 0, 0, absent, 2, 0), -EFAULT);
	EXPECT_EQ(cache_set(0, 0, 0, shared, 1, 0), -EBUSY);
	EXPECT_EQ(cache_set(0, 0, 0, device, 1, 0), -EBUSY);
	EXPECT_EQ(cache_map(1, PAGE, RW), -EINVAL);
	EXPECT_EQ(cache_map(0, 0, RW), -EINVAL);
	EXPECT_EQ(cache_map(0, 1, RW), -EINVAL);
	EXPECT_EQ(cache_map(0, PAGE, 8), -EINVAL);
	EXPECT_EQ(cache_map(0, VM_CACHE_BYTES_MAX + PAGE, RW), -EINVAL);
	EXPECT_EQ(cache_map(0 - 1ull * PAGE, 2 * PAGE, RW), -EINVAL);
	EXPECT_EQ(cache_forget(1, PAGE), -EINVAL);
	EXPECT_EQ(cache_forget(0, 5), -EINVAL);
	EXPECT_EQ(cache_truncate(0, 0, 0, ~0ull), -EINVAL);
	/* Private memory that a fork has, too. */
	EXPECT_EQ(vm_space_fork(&fork, &forked), 0);
	EXPECT_EQ(cache_set(0, 0, 0, start, 4, 0), -EBUSY);
	child.space = forked.space;
	EXPECT_EQ(vm_space_destroy(&child, NULL), 0);
	EXPECT_EQ(cache_set(0, 1, 0, start, 2, VM_CACHE_FILE), 0);
	EXPECT_EQ(cache_set(PAGE, 0, 0, start + 2 * PAGE, 2, 0), -EEXIST);
	EXPECT_EQ(cache_set(8 * PAGE, 1, PAGE, start + 2 * PAGE, 2, VM_CACHE_FILE), -EEXIST);
	EXPECT_EQ(cache_set(4 * PAGE, 0, 0, start, 4, 0), -EEXIST);
	EXPECT_EQ(statistics_get().frames_cache, 2);
	EXPECT_EQ(stamp_of(start, 3), 4);
	EXPECT_EQ(cache_clear(), 2);
	EXPECT_EQ(unmap_pages(start, 4), 0);
	EXPECT_EQ(unmap_pages(absent, 2), 0);
	EXPECT_EQ(unmap_pages(shared, 1), 0);
	EXPECT_EQ(unmap_pages(device, 1), 0);
	return true;
}

bool service_cache_parts(void)
{
	const long start = stamped(8, 1);
	long moved;

	/* Pages of the middle alone; the rest stays private memory. */
	EXPECT_EQ(cache_set(0, 0, 0, start + 2 * PAGE, 3, 0), 0);
	*byte_at(start) = *byte_at(start + 3 * PAGE) = *byte_at(start + 7 * PAGE) = 0x77;
	EXPECT_EQ(protect((uint64_t)start, 8 * PAGE, VM_READ), 0);
	EXPECT_EQ(*byte_at(start + 3 * PAGE), 0x77);
	EXPECT_EQ(protect((uint64_t)start, 8 * PAGE, RW), 0);
	*byte_at(start + 3 * PAGE) = 0x78;
	moved = remap((uint64_t)start + 3 * PAGE, 2 * PAGE, 2 * PAGE,
		      VM_MREMAP_MAYMOVE | VM_MREMAP_FIXED, (uint64_t)start - 64 * PAGE);
	EXPECT_EQ(moved, start - 64 * PAGE);
	EXPECT_EQ(*byte_at(moved), 0x78);
	*byte_at(moved) = 0x79;
	EXPECT_EQ(remap((uint64_t)moved, 2 * PAGE, 3 * PAGE, VM_MREMAP_MAYMOVE, 0), -EINVAL);
	EXPECT_EQ(unmap_pages(start, 8), 0);
	EXPECT_EQ(unmap_pages(moved, 2), 0);
	moved = cache_map(PAGE, PAGE, VM_READ);
	EXPECT(moved > 0);
	EXPECT_EQ(*byte_at(moved), 0x79);
	EXPECT_EQ(unmap_pages(moved, 1), 0);
	EXPECT_EQ(cache_clear(), 3);
	return true;
}

/* --- Pressure --------------------------------------------------------------------------------- */

#define CHUNK 256u  /* pages set at a time */
#define RESERVE 512 /* frames: what the suite may need besides */

/* Blocks from place 0 on, that nobody maps, in nearly all memory: how many. */
static uint32_t cache_fill(void)
{
	uint32_t count = 0;

	while (statistics_get().frames_free > CHUNK + RESERVE) {
		const long start = stamped(CHUNK, count);

		if (start < 0 || cache_set(count * (uint64_t)PAGE, 0, 0, start, CHUNK, 0) != 0 ||
		    unmap_pages(start, CHUNK) != 0)
			return 0;
		count += CHUNK;
	}
	return count;
}

/* Of a small machine's memory too much is needed for the programs. */
static bool cache_is_small(void)
{
	runner_skip("too little memory");
	return cache_clear() > 0;
}

bool service_cache_pressure(void)
{
	struct vm_statistics before, now;
	const uint32_t count = cache_fill();
	long mapped, oldest, taken;

	if (count <= 4 * CHUNK)
		return cache_is_small();
	mapped = cache_map(0, 8 * PAGE, VM_READ);
	oldest = cache_map(8 * PAGE, 8 * PAGE, VM_READ);
	EXPECT(mapped > 0 && oldest > 0);
	EXPECT_EQ(unmap_pages(oldest, 8), 0); /* used last: the last to go */
	before = statistics_get();
	taken = map((RESERVE + 3 * CHUNK) * PAGE, RW, VM_MAP_POPULATE);
	EXPECT(taken > 0);
	now = statistics_get();
	EXPECT(now.frames_reclaimed >= before.frames_reclaimed + 2 * CHUNK);
	EXPECT_EQ(before.frames_cache - now.frames_cache,
		  now.frames_reclaimed - before.frames_reclaimed);
	EXPECT_EQ(now.frames_free + now.frames_kernel + now.frames_user + now.frames_cache,
		  now.frames);
	EXPECT_EQ(cache_map(16 * PAGE, PAGE, VM_READ), -ENOENT);
	oldest = cache_map(8 * PAGE, 8 * PAGE, VM_READ);
	EXPECT(oldest > 0);
	for (uint32_t i = 0; i < 8; i++) {
		EXPECT_EQ(stamp_of(mapped, i), i);
		EXPECT_EQ(stamp_of(oldest, i), 8 + i);
	}
	EXPECT_EQ(unmap_pages(oldest, 8), 0);
	oldest = cache_map((count - CHUNK) * (uint64_t)PAGE, CHUNK * PAGE, VM_READ);
	EXPECT(oldest > 0);
	for (uint32_t i = 0; i < CHUNK; i++)
		EXPECT_EQ(stamp_of(oldest, i), count - CHUNK + i);
	EXPECT_EQ(unmap_pages(oldest, CHUNK), 0);
	EXPECT_EQ(unmap_pages(mapped, 8), 0);
	EXPECT_EQ(unmap((uint64_t)taken, (RESERVE + 3 * CHUNK) * PAGE), 0);
	now = statistics_get();
	EXPECT_EQ(cache_clear(), now.frames_cache);
	return true;
}

/* A program gets all memory, as if there were no cache. */
bool service_cache_yields(void)
{
	const uint32_t count = cache_fill();
	const uint64_t reclaimed = statistics_get().frames_reclaimed;
	struct puppet puppet;

	if (count <= 4 * CHUNK)
		return cache_is_small();
	pager_start();
	EXPECT(puppet_start(&puppet, 0));
	EXPECT_EQ(puppet_do(&puppet, PUPPET_FILL, 0, 0, 0), 0);
	EXPECT_EQ(statistics_get().frames_reclaimed, reclaimed + count);
	EXPECT(puppet_end(&puppet));
	EXPECT_EQ(cache_clear(), 0);
	return true;
}

bool service_cache_contiguous(void)
{
	const uint32_t count = cache_fill();
	const uint64_t wanted = 4ull * CHUNK;
	long start;

	if (count <= 8 * CHUNK)
		return cache_is_small();
	EXPECT(statistics_get().largest_free < wanted);
	start = map(wanted * PAGE, RW, VM_MAP_CONTIGUOUS);
	EXPECT(start > 0);
	EXPECT_EQ(unmap((uint64_t)start, wanted * PAGE), 0);
	EXPECT(cache_clear() > 0);
	return true;
}

/* What no block could make possible costs none. */
bool service_cache_hopeless(void)
{
	const uint32_t count = cache_fill();
	const struct vm_statistics before = statistics_get();

	if (count <= 4 * CHUNK)
		return cache_is_small();
	EXPECT_EQ(map((before.frames + 1) * PAGE, RW, VM_MAP_CONTIGUOUS), -ENOMEM);
	EXPECT_EQ(map(before.frames * PAGE, RW, VM_MAP_CONTIGUOUS), -ENOMEM);
	EXPECT_EQ(statistics_get().frames_cache, before.frames_cache);
	EXPECT_EQ(cache_clear(), count);
	return true;
}
