/* Cases of VM_INFO. */
#include "vm_case.h"

void case_info_refused(void)
{
	const long start = map(2 * PAGE, VM_READ, 0);
	struct vm_statistics statistics;

	CHECK_EQ(info_get(0, 4, &statistics, sizeof(statistics), 0, NULL), -EINVAL);
	CHECK_EQ(info_get(0, ~0u, &statistics, sizeof(statistics), 0, NULL), -EINVAL);
	for (uint32_t what = 0; what < 3; what++) {
		CHECK_EQ(info_get(0, what, NULL, 4096, 0, NULL), -EFAULT);
		CHECK_EQ(info_get(0, what, (void *)start, 4096, 0, NULL), -EFAULT);
		CHECK_EQ(info_get(0, what, (void *)(start + 2 * PAGE - 8), 4096, 0, NULL), -EFAULT);
		CHECK_EQ(info_get(0, what, (void *)(PROGRAM_END - 8), 4096, 0, NULL), -EFAULT);
		CHECK_EQ(info_get(0, what, (void *)PROGRAM_END, 4096, 0, NULL), -EFAULT);
		CHECK_EQ(info_get(0, what, (void *)ARCH_KERNEL_PAGE, 4096, 0, NULL), -EFAULT);
		CHECK_EQ(info_get(0, what, (void *)ARCH_KERNEL_BASE, 4096, 0, NULL), -EFAULT);
		CHECK_EQ(info_get(0, what, (void *)~(uintptr_t)7, 4096, 0, NULL), -EFAULT);
	}
	CHECK_EQ(unmap(start, 2 * PAGE), 0);
}

void case_info_cut(void)
{
	struct vm_statistics whole;
	struct vm_info_reply reply;
	uint8_t part[sizeof(whole) + 16];

	for (size_t bytes = 0; bytes <= sizeof(part); bytes++) {
		const size_t wanted = bytes < sizeof(whole) ? bytes : sizeof(whole);

		memset(part, 0xEE, sizeof(part));
		CHECK_EQ(info_get(0, VM_INFO_STATISTICS, part, bytes, 0, &reply), 0);
		CHECK_EQ(reply.bytes, wanted);
		for (size_t i = wanted; i < sizeof(part); i++)
			CHECK_EQ(part[i], 0xEE);
	}
	CHECK_EQ(info_get(0, VM_INFO_STATISTICS, &whole, ~0ull, 0, &reply), 0);
	CHECK_EQ(whole.page_size, PAGE);
}

void case_info_regions(void)
{
	static struct vm_region_info all[64], one;
	struct vm_info_reply reply;
	const long arena = arena_make(16);
	unsigned int count, found = 0;
	uint64_t next = 0, end = 0;

	for (long i = 1; i < 16; i += 2)
		CHECK_EQ(map_at(arena + i * PAGE, PAGE, RW, VM_MAP_FIXED), arena + i * PAGE);
	memset(all, 0, sizeof(all));
	memset(&one, 0, sizeof(one));
	CHECK_EQ(info_get(0, VM_INFO_REGIONS, all, sizeof(all), 0, &reply), 0);
	CHECK_EQ(reply.next, 0);
	CHECK_EQ(reply.bytes % sizeof(one), 0);
	count = (unsigned int)(reply.bytes / sizeof(one));
	CHECK(count > 10 && count < 64);
	do {
		CHECK_EQ(info_get(0, VM_INFO_REGIONS, &one, sizeof(one) + 3, next, &reply), 0);
		CHECK_EQ(reply.bytes, sizeof(one));
		CHECK(one.address >= end);
		CHECK_EQ(one.address, all[found].address);
		CHECK_EQ(one.bytes, all[found].bytes);
		CHECK_EQ(one.protection, all[found].protection);
		CHECK(strcmp(one.type, all[found].type) == 0);
		end = one.address + one.bytes;
		next = reply.next;
		found++;
	} while (next != 0);
	CHECK_EQ(found, count);
	/* From inside of a region, from behind the last, into no room. */
	CHECK(region_get(0, (uint64_t)arena + PAGE + 5, &one));
	CHECK_EQ(one.address, arena + PAGE);
	CHECK(!region_get(0, PROGRAM_END, &one));
	CHECK(!region_get(0, ~0ull, &one));
	CHECK(!region_get(0, 0x100000000ull, &one));
	CHECK_EQ(info_get(0, VM_INFO_REGIONS, &one, sizeof(one) - 1, 0, &reply), 0);
	CHECK_EQ(reply.bytes, 0);
	CHECK_EQ(reply.next, all[0].address);
	arena_free(arena, 16);
}

void case_info_adds_up(void)
{
	static struct vm_region_info all[64];
	struct vm_info_reply reply;
	struct vm_usage before, now;
	uint64_t total = 0, resident = 0;
	long start;
	pid32 pid;

	memset(all, 0, sizeof(all));
	CHECK_EQ(info_get(0, VM_INFO_REGIONS, all, sizeof(all), 0, &reply), 0);
	CHECK_EQ(info_get(0, VM_INFO_REGIONS, all, sizeof(all), 0, &reply), 0);
	before = usage_get(0);
	for (unsigned int i = 0; i < reply.bytes / sizeof(all[0]); i++) {
		total += all[i].bytes;
		resident += all[i].resident;
		CHECK(all[i].resident <= all[i].bytes);
	}
	CHECK_EQ(before.total, total);
	CHECK_EQ(before.resident, resident);
	start = map(20 * PAGE, RW, 0);
	now = usage_get(0);
	CHECK_EQ(now.total, before.total + 20 * PAGE);
	CHECK_EQ(now.resident, before.resident);
	pages_fill(start, 7, 1);
	now = usage_get(0);
	CHECK_EQ(now.resident, before.resident + 7 * PAGE);
	CHECK_EQ(now.faults, before.faults + 7);
	pid = child_idle();
	CHECK(usage_get(0).shared >= 7 * PAGE);
	child_kill(pid);
	CHECK_EQ(usage_get(0).shared, before.shared);
	CHECK_EQ(unmap(start, 20 * PAGE), 0);
	now = usage_get(0);
	CHECK_EQ(now.total, before.total);
	CHECK_EQ(now.resident, before.resident);
}

void case_info_frames(void)
{
	const struct vm_statistics before = statistics_get();
	struct vm_statistics now;
	const long start = map(50 * PAGE, RW, VM_MAP_POPULATE);

	now = statistics_get();
	CHECK_EQ(now.frames, before.frames);
	CHECK_EQ(before.frames_free + before.frames_kernel + before.frames_user +
			 before.frames_dma + before.frames_cache,
		 before.frames);
	CHECK_EQ(now.frames_free + now.frames_kernel + now.frames_user + now.frames_dma +
			 now.frames_cache,
		 now.frames);
	CHECK_EQ(now.frames_user, before.frames_user + 50);
	CHECK(now.largest_free <= now.frames_free && now.largest_free > 0);
	CHECK(now.spaces >= 4 && now.spaces == before.spaces);
	CHECK_EQ(now.regions, before.regions + 1);
	CHECK_EQ(unmap(start, 50 * PAGE), 0);
	now = statistics_get();
	CHECK_EQ(now.frames_user, before.frames_user);
	CHECK_EQ(now.regions, before.regions);
}

void case_info_paged_in(void)
{
	const long start = map(4 * PAGE, RW, 0), stack = map(16 * PAGE, RW, VM_MAP_GROWS_DOWN);
	const long across = start + PAGE - 16;
	struct vm_statistics *statistics = (struct vm_statistics *)across;
	pid32 pid;

	CHECK_EQ(info_get(0, VM_INFO_STATISTICS, statistics, sizeof(*statistics), 0, NULL), 0);
	CHECK_EQ(statistics->page_size, PAGE);
	CHECK(statistics->spaces > 3);
	CHECK_EQ(info_get(0, VM_INFO_STATISTICS, (void *)stack, sizeof(*statistics), 0, NULL), 0);
	CHECK_EQ(((struct vm_statistics *)stack)->page_size, PAGE);
	/* Memory that a child has, too, is copied first. */
	pid = child_make();
	if (pid == 0) {
		CHECK_EQ(info_get(0, VM_INFO_USAGE, (void *)across, sizeof(struct vm_usage), 0,
				  NULL),
			 0);
		CHECK(((struct vm_usage *)across)->total != PAGE);
		program_exit(0);
	}
	CHECK_EQ(child_wait(pid), 0);
	CHECK_EQ(statistics->page_size, PAGE);
	CHECK_EQ(unmap(start, 4 * PAGE), 0);
	CHECK_EQ(unmap(stack, 16 * PAGE), 0);
}
