/* Cases of mremap. */
#include "vm_case.h"

#define MOVE VM_MREMAP_MAYMOVE
#define FIXED (VM_MREMAP_MAYMOVE | VM_MREMAP_FIXED)

void case_remap_refused(void)
{
	const long arena = arena_make(8);
	const struct {
		uint64_t address, old_bytes, new_bytes;
		uint32_t flags;
		uint64_t new_address;
		int error;
	} rows[] = {
		{(uint64_t)arena + 1, PAGE, PAGE, MOVE, 0, -EINVAL},
		{(uint64_t)arena, 0, PAGE, MOVE, 0, -EINVAL},
		{(uint64_t)arena, PAGE, 0, MOVE, 0, -EINVAL},
		{(uint64_t)arena, PAGE, 1, MOVE, 0, -EINVAL},
		{(uint64_t)arena, 1, PAGE, MOVE, 0, -EINVAL},
		{(uint64_t)arena, PAGE, PAGE, 4, 0, -EINVAL},
		{(uint64_t)arena, PAGE, PAGE, VM_MREMAP_FIXED, (uint64_t)arena, -EINVAL},
		{(uint64_t)arena, PAGE, PROGRAM_END, MOVE, 0, -ENOMEM},
		{(uint64_t)arena, PAGE, 0x100000000ull + PAGE, MOVE, 0, -ENOMEM},
		{(uint64_t)arena, PAGE, PROGRAM_END - PAGE, MOVE, 0, -ENOMEM},
		{(uint64_t)arena, 4 * PAGE, 9 * PAGE, 0, 0, -ENOMEM}, /* the guard */
		{(uint64_t)arena, 2 * PAGE, 3 * PAGE, 0, 0, -ENOMEM}, /* its own rest */
		{(uint64_t)arena, 5 * PAGE, PAGE, MOVE, 0, -EFAULT},
		{(uint64_t)arena + 4 * PAGE, PAGE, PAGE, MOVE, 0, -EFAULT},
		{(uint64_t)arena - PAGE, 2 * PAGE, PAGE, MOVE, 0, -EFAULT},
		{0, PAGE, PAGE, MOVE, 0, -EINVAL},
		{PROGRAM_END, PAGE, PAGE, MOVE, 0, -EINVAL},
		{(uint64_t)arena, ~0ull - PAGE + 1, PAGE, MOVE, 0, -EINVAL},
		{(uint64_t)arena, 4 * PAGE, 4 * PAGE, FIXED, (uint64_t)arena, -EINVAL},
		{(uint64_t)arena, 4 * PAGE, 4 * PAGE, FIXED, (uint64_t)arena + PAGE, -EINVAL},
		{(uint64_t)arena, 4 * PAGE, 4 * PAGE, FIXED, (uint64_t)arena - PAGE, -EINVAL},
		{(uint64_t)arena, 4 * PAGE, 4 * PAGE, FIXED, (uint64_t)arena + 4 * PAGE + 1,
		 -EINVAL},
		{(uint64_t)arena, 4 * PAGE, 4 * PAGE, FIXED, 0, -EINVAL},
		{(uint64_t)arena, 4 * PAGE, 4 * PAGE, FIXED, PROGRAM_END - PAGE, -EINVAL},
		{(uint64_t)arena, 4 * PAGE, 4 * PAGE, FIXED, ARCH_KERNEL_BASE, -EINVAL},
	};
	uint64_t total;

	CHECK_EQ(map_at(arena, 4 * PAGE, RW, VM_MAP_FIXED), arena);
	pages_fill(arena, 4, 1);
	total = usage_get(0).total;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const long found = remap(rows[i].address, rows[i].old_bytes, rows[i].new_bytes,
					 rows[i].flags, rows[i].new_address);

		if (found != rows[i].error)
			case_fail(__FILE__, (int)i, "row", found);
	}
	pages_check(arena, 4, 1);
	CHECK_EQ(usage_get(0).total, total);
	arena_free(arena, 8);
}

void case_remap_shrink(void)
{
	const long start = map(8 * PAGE, RW, 0);
	const uint64_t frames = statistics_get().frames_user;

	pages_fill(start, 8, 1);
	CHECK_EQ(remap(start, 8 * PAGE, 8 * PAGE, 0, 0), start);
	CHECK_EQ(remap(start, 8 * PAGE, 3 * PAGE, 0, 0), start);
	pages_check(start, 3, 1);
	CHECK_EQ(touch_read(start + 3 * PAGE), SIGNAL_SEGV);
	CHECK_EQ(statistics_get().frames_user, frames + 3);
	CHECK_EQ(unmap(start, 3 * PAGE), 0);
}

void case_remap_grow(void)
{
	const long arena = arena_make(8);

	CHECK_EQ(map_at(arena, 2 * PAGE, RW, VM_MAP_FIXED), arena);
	pages_fill(arena, 2, 1);
	CHECK_EQ(remap(arena, 2 * PAGE, 6 * PAGE, 0, 0), arena);
	pages_check(arena, 2, 1);
	CHECK_EQ(*byte_at(arena + 5 * PAGE), 0);
	pages_fill(arena, 6, 2);
	/* From a part at the end. */
	CHECK_EQ(remap(arena + 4 * PAGE, 2 * PAGE, 4 * PAGE, MOVE, 0), arena + 4 * PAGE);
	pages_check(arena, 6, 2);
	CHECK_EQ(*byte_at(arena + 7 * PAGE), 0);
	arena_free(arena, 8);
}

void case_remap_move(void)
{
	const long arena = arena_make(4);
	const uint64_t frames = statistics_get().frames_user;
	long moved;

	CHECK_EQ(map_at(arena, 4 * PAGE, RW, VM_MAP_FIXED), arena);
	pages_fill(arena, 4, 1);
	CHECK_EQ(protect(arena, 4 * PAGE, VM_READ), 0);
	moved = remap(arena, 4 * PAGE, 40 * PAGE, MOVE, 0);
	CHECK(moved > 0 && moved != arena);
	pages_check(moved, 4, 1);
	CHECK_EQ(*byte_at(moved + 39 * PAGE), 0);
	CHECK_EQ(touch_write(moved), SIGNAL_SEGV);
	CHECK_EQ(touch_read(arena), SIGNAL_SEGV);
	CHECK_EQ(map_at(arena, 4 * PAGE, RW, VM_MAP_FIXED_NOREPLACE), arena);
	CHECK_EQ(*byte_at(arena), 0);
	CHECK_EQ(protect(moved, 40 * PAGE, RW), 0);
	pages_check(moved, 4, 1);
	pages_fill(moved, 40, 2);
	pages_check(moved, 40, 2);
	CHECK_EQ(unmap(moved, 40 * PAGE), 0);
	arena_free(arena, 4);
	CHECK_EQ(statistics_get().frames_user, frames);
}

void case_remap_part(void)
{
	const long arena = arena_make(8);
	long moved;

	CHECK_EQ(map_at(arena, 8 * PAGE, RW, VM_MAP_FIXED), arena);
	pages_fill(arena, 8, 1);
	pages_fill(arena + 3 * PAGE, 2, 9);
	moved = remap(arena + 3 * PAGE, 2 * PAGE, 5 * PAGE, MOVE, 0);
	CHECK(moved > 0);
	pages_check(moved, 2, 9);
	pages_check(arena, 3, 1);
	CHECK_EQ(touch_read(arena + 3 * PAGE), SIGNAL_SEGV);
	CHECK_EQ(touch_read(arena + 4 * PAGE), SIGNAL_SEGV);
	CHECK_EQ(touch_read(arena + 5 * PAGE), 0);
	CHECK_EQ(unmap(moved, 5 * PAGE), 0);
	arena_free(arena, 8);
}

void case_remap_fixed(void)
{
	const long from = arena_make(8), to = arena_make(8);

	CHECK_EQ(map_at(from, 8 * PAGE, RW, VM_MAP_FIXED), from);
	pages_fill(from, 8, 1);
	CHECK_EQ(remap(from, 4 * PAGE, 6 * PAGE, FIXED, to + PAGE), to + PAGE);
	pages_check(to + PAGE, 4, 1);
	CHECK_EQ(*byte_at(to + 6 * PAGE), 0);
	CHECK_EQ(touch_read(to), SIGNAL_SEGV);
	CHECK_EQ(touch_read(from + 3 * PAGE), SIGNAL_SEGV);
	/* Shorter, and back. */
	CHECK_EQ(remap(to + PAGE, 6 * PAGE, 2 * PAGE, FIXED, from), from);
	pages_check(from, 2, 1);
	CHECK_EQ(touch_read(to + PAGE), SIGNAL_SEGV);
	CHECK_EQ(touch_read(to + 6 * PAGE), SIGNAL_SEGV);
	arena_free(from, 8);
	arena_free(to, 8);
}

/* Where no page was touched, where all were, where some were. */
void case_remap_onto(void)
{
	const uint64_t frames = statistics_get().frames_user;

	for (unsigned int touched = 0; touched < 16; touched++) {
		const long from = arena_make(4), to = arena_make(8);

		CHECK_EQ(map_at(from, 4 * PAGE, RW, VM_MAP_FIXED), from);
		CHECK_EQ(map_at(to, 8 * PAGE, RW, VM_MAP_FIXED), to);
		pages_fill(from, 4, 1);
		for (unsigned int i = 0; i < 4; i++) {
			if (touched >> i & 1)
				*byte_at(to + (2 + i) * PAGE) = 0xEE;
		}
		CHECK_EQ(remap(from, 4 * PAGE, 4 * PAGE, FIXED, to + 2 * PAGE), to + 2 * PAGE);
		pages_check(to + 2 * PAGE, 4, 1);
		CHECK_EQ(*byte_at(to + PAGE), 0);
		CHECK_EQ(*byte_at(to + 6 * PAGE), 0);
		CHECK_EQ(touch_read(from), SIGNAL_SEGV);
		arena_free(from, 4);
		arena_free(to, 8);
	}
	CHECK_EQ(statistics_get().frames_user, frames);
}

void case_remap_onto_own(void)
{
	const long arena = arena_make(8);

	CHECK_EQ(map_at(arena, 8 * PAGE, RW, VM_MAP_FIXED), arena);
	pages_fill(arena, 8, 1);
	CHECK_EQ(remap(arena + PAGE, 2 * PAGE, 2 * PAGE, FIXED, arena + 5 * PAGE),
		 arena + 5 * PAGE);
	CHECK_EQ(*byte_at(arena + 5 * PAGE), 7 + 31 + 1);
	CHECK_EQ(*byte_at(arena + 6 * PAGE), 2 * 7 + 31 + 1);
	CHECK_EQ(*byte_at(arena + 7 * PAGE), 7 * 7 + 31 + 1);
	CHECK_EQ(touch_read(arena + 2 * PAGE), SIGNAL_SEGV);
	arena_free(arena, 8);
}

void case_remap_forked(void)
{
	const long start = map(8 * PAGE, RW, 0);
	long moved;
	pid32 pid;

	pages_fill(start, 8, 1);
	pid = child_make();
	if (pid == 0) {
		moved = remap(start, 8 * PAGE, 16 * PAGE, FIXED, start - 64 * PAGE);
		CHECK_EQ(moved, start - 64 * PAGE);
		pages_check(moved, 8, 1);
		pages_fill(moved, 16, 2);
		CHECK_EQ(touch_read(start), SIGNAL_SEGV);
		program_exit(0);
	}
	CHECK_EQ(child_wait(pid), 0);
	pages_check(start, 8, 1);
	CHECK_EQ(unmap(start, 8 * PAGE), 0);
}

void case_remap_shared(void)
{
	const long start = map(4 * PAGE, RW, VM_MAP_SHARED), place = arena_make(8);
	pid32 pid;

	pages_fill(start, 3, 1);
	pid = child_make();
	if (pid == 0) {
		CHECK_EQ(remap(start + PAGE, 3 * PAGE, 3 * PAGE, FIXED, place), place);
		CHECK_EQ(*byte_at(place), 7 + 31 + 1);
		*byte_at(place) = 0x77;
		*byte_at(place + 2 * PAGE) = 0x78; /* never touched before */
		CHECK_EQ(remap(place, 3 * PAGE, 5 * PAGE, MOVE, 0), -ENOMEM);
		program_exit(0);
	}
	CHECK_EQ(child_wait(pid), 0);
	CHECK_EQ(*byte_at(start + PAGE), 0x77);
	CHECK_EQ(*byte_at(start + 3 * PAGE), 0x78);
	CHECK_EQ(remap(start, 4 * PAGE, 2 * PAGE, 0, 0), start);
	CHECK_EQ(remap(start, 2 * PAGE, 4 * PAGE, MOVE, 0), start);
	CHECK_EQ(*byte_at(start + 3 * PAGE), 0x78); /* the object kept it */
	CHECK_EQ(unmap(start, 4 * PAGE), 0);
	arena_free(place, 8);
}
