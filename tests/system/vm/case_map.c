/* Cases of mmap, munmap and what is where nothing may be. */
#include "vm_case.h"

#include <sys_thread.h>

void case_map_zeroed(void)
{
	long start = 0;

	for (unsigned int round = 0; round < 3; round++) {
		start = map(64 * PAGE, RW, 0);
		CHECK(start > 0);
		for (size_t i = 0; i < 64 * PAGE; i += sizeof(uint32_t))
			CHECK_EQ(*(volatile uint32_t *)(uintptr_t)(start + (long)i), 0);
		memset((void *)start, 0xA5, 64 * PAGE);
		CHECK_EQ(unmap(start, 64 * PAGE), 0);
	}
}

void case_map_hint(void)
{
	const long arena = arena_make(8);

	CHECK_EQ(map_at(arena + 2 * PAGE, 4 * PAGE, RW, 0), arena + 2 * PAGE);
	CHECK_EQ(map_at(arena + 6 * PAGE, 2 * PAGE, RW, 0), arena + 6 * PAGE);
	/* Taken, in part. */
	CHECK(map_at(arena + 5 * PAGE, 2 * PAGE, RW, 0) != arena + 5 * PAGE);
	/* Wishes that cannot be. */
	CHECK(map_at(arena + 1, PAGE, RW, 0) > 0);
	CHECK(map_at(PROGRAM_END, PAGE, RW, 0) > 0);
	CHECK(map_at(PROGRAM_END - PAGE, 2 * PAGE, RW, 0) > 0);
	CHECK(map_at(~0ull, PAGE, RW, 0) > 0);
	CHECK(map_at(0x100000000ull + arena, PAGE, RW, 0) > 0);
	arena_free(arena, 8);
}

void case_map_fixed(void)
{
	const long arena = arena_make(8);

	CHECK_EQ(map_at(arena, 8 * PAGE, RW, VM_MAP_FIXED), arena);
	pages_fill(arena, 8, 1);
	CHECK_EQ(map_at(arena + 2 * PAGE, 3 * PAGE, RW, VM_MAP_FIXED), arena + 2 * PAGE);
	pages_check(arena, 2, 1);
	for (long i = 2; i < 5; i++)
		CHECK_EQ(*byte_at(arena + i * PAGE), 0);
	CHECK_EQ(*byte_at(arena + 5 * PAGE), 5 * 7 + 31 + 1);
	/* Others' kinds. */
	CHECK_EQ(map_at(arena + PAGE, 2 * PAGE, RW, VM_MAP_FIXED | VM_MAP_SHARED), arena + PAGE);
	CHECK_EQ(map_at(arena + 2 * PAGE, 2 * PAGE, 0, VM_MAP_FIXED | VM_MAP_GUARD),
		 arena + 2 * PAGE);
	CHECK_EQ(*byte_at(arena + PAGE), 0);
	CHECK_EQ(touch_read(arena + 2 * PAGE), SIGNAL_SEGV);
	arena_free(arena, 8);
}

void case_map_noreplace(void)
{
	const long arena = arena_make(8);
	const uint32_t flags = VM_MAP_FIXED_NOREPLACE;

	CHECK_EQ(map_at(arena + 2 * PAGE, 2 * PAGE, RW, flags), arena + 2 * PAGE);
	pages_fill(arena + 2 * PAGE, 2, 9);
	CHECK_EQ(map_at(arena + 2 * PAGE, 2 * PAGE, RW, flags), -EEXIST);
	CHECK_EQ(map_at(arena + PAGE, 2 * PAGE, RW, flags), -EEXIST);
	CHECK_EQ(map_at(arena + 3 * PAGE, 2 * PAGE, RW, flags), -EEXIST);
	CHECK_EQ(map_at(arena, 8 * PAGE, RW, flags), -EEXIST);
	CHECK_EQ(map_at(arena, 2 * PAGE, RW, flags), arena);
	CHECK_EQ(map_at(arena + 4 * PAGE, 4 * PAGE, RW, flags | VM_MAP_SHARED), arena + 4 * PAGE);
	pages_check(arena + 2 * PAGE, 2, 9);
	arena_free(arena, 8);
}

void case_map_refused(void)
{
	static const struct {
		uint64_t address, bytes;
		uint32_t protection, flags;
		int error;
	} rows[] = {
		{0, 0, RW, 0, -EINVAL},
		{0, 1, RW, 0, -EINVAL},
		{0, PAGE + 1, RW, 0, -EINVAL},
		{0, ~0ull, RW, 0, -EINVAL},
		{0, ~0ull - PAGE + 1, RW, 0, -ENOMEM},
		{0, PROGRAM_END, RW, 0, -ENOMEM},
		{0, 0x100000000ull, RW, 0, -ENOMEM},
		{0, 0x100000000ull + PAGE, RW, 0, -ENOMEM},
		{0, PAGE, 8, 0, -EINVAL},
		{0, PAGE, RW, 0x100, -EINVAL},
		{0, PAGE, RW, 0x80000000u, -EINVAL},
		{0, PAGE, RW, VM_MAP_LOW, -EINVAL},
		{0, PAGE, RW, VM_MAP_SHARED | VM_MAP_GROWS_DOWN, -EINVAL},
		{0, PAGE, RW, VM_MAP_SHARED | VM_MAP_GUARD, -EINVAL},
		{0, PAGE, VM_READ, VM_MAP_GUARD, -EINVAL},
		{0, PAGE, RW, VM_MAP_CONTIGUOUS | VM_MAP_SHARED, -EINVAL},
		{PAGE, PAGE, RW, VM_MAP_FIXED | VM_MAP_FIXED_NOREPLACE, -EINVAL},
		{0, PAGE, RW, VM_MAP_FIXED, -EINVAL},
		{0, PAGE, RW, VM_MAP_FIXED | VM_MAP_SHARED, -EINVAL},
		{0, 4 * PAGE, RW, VM_MAP_FIXED | VM_MAP_GROWS_DOWN, -EINVAL},
		{PAGE + 1, PAGE, RW, VM_MAP_FIXED, -EINVAL},
		{PROGRAM_END, PAGE, RW, VM_MAP_FIXED, -EINVAL},
		{PROGRAM_END - PAGE, 2 * PAGE, RW, VM_MAP_FIXED, -EINVAL},
		{ARCH_USER_LIMIT, PAGE, RW, VM_MAP_FIXED, -EINVAL},
		{ARCH_KERNEL_PAGE, PAGE, RW, VM_MAP_FIXED_NOREPLACE, -EINVAL},
		{PAGE, ~0ull - PAGE + 1, RW, VM_MAP_FIXED, -EINVAL},
		{0x100000000ull, PAGE, RW, VM_MAP_FIXED, -EINVAL},
		{0x100000000ull + 16 * PAGE, PAGE, RW, VM_MAP_FIXED_NOREPLACE, -EINVAL},
		{~0ull - PAGE + 1, PAGE, RW, VM_MAP_FIXED, -EINVAL},
	};
	const struct vm_usage before = usage_get(0);

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const long found =
			map_at(rows[i].address, rows[i].bytes, rows[i].protection, rows[i].flags);

		if (found != rows[i].error)
			case_fail(__FILE__, (int)i, "row", found);
	}
	CHECK_EQ(usage_get(0).total, before.total);
}

void case_map_populate(void)
{
	const uint64_t before = usage_get(0).resident;
	uint64_t frames = statistics_get().frames_user;
	long start = map(32 * PAGE, RW, VM_MAP_POPULATE), other;

	CHECK(start > 0);
	CHECK_EQ(usage_get(0).resident, before + 32 * PAGE);
	CHECK_EQ(statistics_get().frames_user, frames + 32);
	for (long i = 0; i < 32; i++)
		CHECK_EQ(*byte_at(start + i * PAGE), 0);
	CHECK_EQ(unmap(start, 32 * PAGE), 0);
	CHECK_EQ(statistics_get().frames_user, frames);
	/* What nobody may see has no frames; what is read-only has. */
	start = map(8 * PAGE, 0, VM_MAP_POPULATE);
	other = map(8 * PAGE, VM_READ, VM_MAP_POPULATE | VM_MAP_SHARED);
	CHECK(start > 0 && other > 0);
	CHECK_EQ(usage_get(0).resident, before + 8 * PAGE);
	CHECK_EQ(unmap(start, 8 * PAGE), 0);
	CHECK_EQ(unmap(other, 8 * PAGE), 0);
	CHECK_EQ(statistics_get().frames_user, frames);
	/* Over others. */
	start = map(8 * PAGE, RW, 0);
	pages_fill(start, 8, 3);
	CHECK_EQ(map_at(start, 8 * PAGE, RW, VM_MAP_FIXED | VM_MAP_POPULATE), start);
	CHECK_EQ(*byte_at(start + 3 * PAGE), 0);
	CHECK_EQ(usage_get(0).resident, before + 8 * PAGE);
	CHECK_EQ(unmap(start, 8 * PAGE), 0);
}

void case_map_everything(void)
{
	const uint64_t before = usage_get(0).total;
	uint64_t bytes = PAGE;
	struct vm_usage usage;

	while (bytes < PROGRAM_END)
		bytes *= 2;
	for (; bytes >= PAGE; bytes /= 2) {
		while (map(bytes, RW, 0) > 0)
			;
	}
	CHECK_EQ(map(PAGE, RW, 0), -ENOMEM);
	CHECK_EQ(map(PAGE, RW, VM_MAP_SHARED), -ENOMEM);
	usage = usage_get(0);
	CHECK(usage.total > before && usage.total < PROGRAM_END);
	/* The lowest and the highest page. */
	CHECK_EQ(*byte_at(PAGE), 0);
	*byte_at(PAGE) = 1;
	CHECK_EQ(touch_write((long)PAGE), 0);
}

void case_unmap_refused(void)
{
	const long start = map(4 * PAGE, RW, 0);

	CHECK_EQ(unmap(start, 0), -EINVAL);
	CHECK_EQ(unmap(start + 1, PAGE), -EINVAL);
	CHECK_EQ(unmap(start, PAGE + 1), -EINVAL);
	CHECK_EQ(unmap(0, PAGE), -EINVAL);
	CHECK_EQ(unmap(PROGRAM_END, PAGE), -EINVAL);
	CHECK_EQ(unmap(PROGRAM_END - PAGE, 2 * PAGE), -EINVAL);
	CHECK_EQ(unmap(ARCH_KERNEL_PAGE, PAGE), -EINVAL);
	CHECK_EQ(unmap(start, ~0ull - PAGE + 1), -EINVAL);
	CHECK_EQ(unmap(start, 0ull - (uint64_t)start), -EINVAL);
	CHECK_EQ(unmap(0x100000000ull + (uint64_t)start, PAGE), -EINVAL);
	pages_fill(start, 4, 1);
	pages_check(start, 4, 1);
	CHECK_EQ(unmap(start, 4 * PAGE), 0);
	CHECK_EQ(unmap(start, 4 * PAGE), 0); /* nothing is there */
}

void case_unmap_absent(void)
{
	const long start = map(4 * PAGE, RW, 0);

	pages_fill(start, 4, 1);
	CHECK_EQ(unmap(start + PAGE, PAGE), 0);
	CHECK_EQ(touch_read(start), 0);
	CHECK_EQ(touch_read(start + PAGE), SIGNAL_SEGV);
	CHECK_EQ(touch_write(start + PAGE), SIGNAL_SEGV);
	CHECK_EQ(touch_write(start + 2 * PAGE), 0);
	CHECK_EQ(unmap(start, 4 * PAGE), 0);
	CHECK_EQ(touch_read(start + 3 * PAGE), SIGNAL_SEGV);
}

void case_guard(void)
{
	const long arena = arena_make(4);
	const long guard = map_at(arena, 4 * PAGE, 0, VM_MAP_FIXED | VM_MAP_GUARD);

	CHECK_EQ(guard, arena);
	CHECK_EQ(touch_read(guard), SIGNAL_SEGV);
	CHECK_EQ(protect(guard, PAGE, VM_READ), -EACCES);
	CHECK_EQ(protect(guard, 4 * PAGE, RW), -EACCES);
	CHECK_EQ(protect(guard, PAGE, 0), 0);
	CHECK(map_at(guard, PAGE, RW, 0) != guard);
	CHECK_EQ(map_at(guard, PAGE, RW, VM_MAP_FIXED_NOREPLACE), -EEXIST);
	CHECK_EQ(touch_write(guard + PAGE), SIGNAL_SEGV);
	CHECK_EQ(unmap(guard + PAGE, PAGE), 0);
	CHECK_EQ(map_at(guard + PAGE, PAGE, RW, VM_MAP_FIXED_NOREPLACE), guard + PAGE);
	CHECK_EQ(touch_write(guard + PAGE), 0);
	/* A range that begins with memory and ends at a guard changes nothing. */
	CHECK_EQ(protect(guard + PAGE, 2 * PAGE, VM_READ), -EACCES);
	CHECK_EQ(touch_write(guard + PAGE), 0);
	arena_free(arena, 4);
}

void case_pinned(void)
{
	const uintptr_t page = (uintptr_t)message_page();
	const long other = map(2 * PAGE, RW, 0);

	CHECK_EQ(unmap(page, PAGE), -EPERM);
	CHECK_EQ(protect(page, PAGE, VM_READ), -EPERM);
	CHECK_EQ(map_at(page, PAGE, RW, VM_MAP_FIXED), -EPERM);
	CHECK_EQ(map_at(page, PAGE, RW, VM_MAP_FIXED | VM_MAP_SHARED), -EPERM);
	CHECK_EQ(map_at(page, PAGE, RW, VM_MAP_FIXED_NOREPLACE), -EEXIST);
	CHECK_EQ(remap(page, PAGE, 2 * PAGE, VM_MREMAP_MAYMOVE, 0), -EPERM);
	CHECK_EQ(remap(page, PAGE, PAGE, VM_MREMAP_MAYMOVE | VM_MREMAP_FIXED, other), -EPERM);
	CHECK_EQ(remap(other, PAGE, PAGE, VM_MREMAP_MAYMOVE | VM_MREMAP_FIXED, page), -EPERM);
	/* All of the space holds it. */
	CHECK_EQ(unmap(PAGE, PROGRAM_END - PAGE), -EPERM);
	CHECK_EQ(unmap(other, 2 * PAGE), 0);
}

void case_forbidden(void)
{
	CHECK_EQ(touch_read(0), SIGNAL_SEGV);
	CHECK_EQ(touch_write(PAGE - 1), SIGNAL_SEGV);
	CHECK_EQ(touch_read(ARCH_KERNEL_PAGE), 0);
	CHECK_EQ(touch_write(ARCH_KERNEL_PAGE), SIGNAL_SEGV);
	CHECK_EQ(touch_read(PROGRAM_END), SIGNAL_SEGV);
	CHECK_EQ(touch_read(ARCH_BOOT_PAGE), SIGNAL_SEGV);
	CHECK_EQ(touch_read(ARCH_KERNEL_BASE), SIGNAL_SEGV);
	CHECK_EQ(touch_write((long)(~(uintptr_t)0)), SIGNAL_SEGV);
}
