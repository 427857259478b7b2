/* Cases of stacks and the heap. */
#include "vm_case.h"

void case_stack_grows(void)
{
	const long low = map(32 * PAGE, RW, VM_MAP_GROWS_DOWN);
	const long top = low + 32 * PAGE;
	struct vm_region_info region;

	CHECK(low > 0);
	CHECK(region_get(0, (uint64_t)top - 1, &region));
	CHECK_EQ(region.address, top - PAGE);
	CHECK(region.flags & VM_MAP_GROWS_DOWN);
	*byte_at(top - 5) = 1;
	*byte_at(top - PAGE - 5) = 2;
	*byte_at(top - 9 * PAGE) = 3; /* with a leap */
	CHECK(region_get(0, (uint64_t)top - 1, &region));
	CHECK_EQ(region.address, top - 9 * PAGE);
	CHECK_EQ(region.bytes, 9 * PAGE);
	CHECK_EQ(*byte_at(top - 4 * PAGE), 0);
	*byte_at(low) = 4;
	CHECK_EQ(*byte_at(top - 5), 1);
	CHECK_EQ(*byte_at(top - 9 * PAGE), 3);
	CHECK_EQ(touch_read(low - 1), SIGNAL_SEGV);
	CHECK_EQ(touch_write(low - PAGE), SIGNAL_SEGV);
	CHECK_EQ(unmap(low, 32 * PAGE), 0);
}

/* 16 pages are kept free below a stack, also where something was put into its reach. */
void case_stack_guard(void)
{
	const long low = map(64 * PAGE, RW, VM_MAP_GROWS_DOWN);
	const long below = low + 20 * PAGE;
	long start;

	CHECK(low > 0);
	CHECK_EQ(map_at(below, PAGE, RW, VM_MAP_FIXED), below);
	*byte_at(below) = 7;
	CHECK_EQ(touch_write(below + 17 * PAGE), 0);
	CHECK_EQ(touch_write(below + 16 * PAGE), SIGNAL_SEGV);
	CHECK_EQ(touch_write(below + PAGE), SIGNAL_SEGV);
	CHECK_EQ(*byte_at(below), 7);
	CHECK_EQ(unmap(below, PAGE), 0);
	CHECK_EQ(touch_write(below), 0);
	CHECK_EQ(unmap(low, 64 * PAGE), 0);
	/* At a place of one's own. */
	start = arena_make(40);
	CHECK_EQ(map_at(start + 20 * PAGE, 8 * PAGE, RW, VM_MAP_GROWS_DOWN), start + 20 * PAGE);
	CHECK_EQ(touch_write(start + 20 * PAGE), 0);
	CHECK_EQ(touch_write(start + 20 * PAGE - 1), SIGNAL_SEGV);
	arena_free(start, 40);
	start = arena_make(40);
	CHECK_EQ(map_at(start + 20 * PAGE, 8 * PAGE, RW, VM_MAP_GROWS_DOWN | VM_MAP_FIXED),
		 start + 20 * PAGE);
	CHECK_EQ(touch_write(start + 20 * PAGE), 0);
	arena_free(start, 40);
}

void case_stack_fixed(void)
{
	const long start = arena_make(40), low = start + 20 * PAGE;
	struct vm_region_info region;

	CHECK_EQ(map_at(low + 2 * PAGE, PAGE, RW, VM_MAP_FIXED), low + 2 * (long)PAGE);
	*byte_at(low + 2 * PAGE) = 7;
	CHECK_EQ(map_at(low, 8 * PAGE, RW, VM_MAP_GROWS_DOWN | VM_MAP_FIXED_NOREPLACE), -EEXIST);
	CHECK_EQ(*byte_at(low + 2 * PAGE), 7);
	CHECK_EQ(map_at(low, 8 * PAGE, RW, VM_MAP_GROWS_DOWN | VM_MAP_FIXED), low);
	CHECK(region_get(0, (uint64_t)low, &region));
	CHECK_EQ(region.address, low + 7 * PAGE);
	*byte_at(low) = 1;
	CHECK_EQ(*byte_at(low + 2 * PAGE), 0);
	arena_free(start, 40);
}

void case_stack_room(void)
{
	const long low = map(64 * PAGE, RW, VM_MAP_GROWS_DOWN);

	for (unsigned int i = 0; i < 200; i++) {
		const long other = map(PAGE, i & 1 ? VM_READ : RW, 0);

		CHECK(other + (long)PAGE <= low - 16 * (long)PAGE ||
		      other >= low + 64 * (long)PAGE);
	}
	CHECK(map_at(low + 10 * PAGE, PAGE, RW, 0) != low + 10 * (long)PAGE);
	CHECK(map_at(low - PAGE, PAGE, RW, 0) != low - (long)PAGE);
	*byte_at(low) = 1;
}

void case_heap_moves(void)
{
	const long start = heap_set(0);

	CHECK(start > 0);
	CHECK_EQ(heap_set(start + 1), start + 1);
	*byte_at(start + PAGE - 1) = 9;
	CHECK_EQ(heap_set(start + 10 * PAGE), start + 10 * PAGE);
	CHECK_EQ(heap_set(0), start + 10 * PAGE);
	pages_fill(start, 10, 1);
	CHECK_EQ(touch_read(start + 10 * PAGE), SIGNAL_SEGV);
	CHECK_EQ(heap_set(start + 3 * PAGE + 1), start + 3 * PAGE + 1);
	pages_check(start, 4, 1);
	CHECK_EQ(touch_read(start + 4 * PAGE), SIGNAL_SEGV);
	CHECK_EQ(heap_set(start + 10 * PAGE), start + 10 * PAGE);
	pages_check(start, 4, 1);
	for (long i = 4; i < 10; i++)
		CHECK_EQ(*byte_at(start + i * PAGE), 0);
	CHECK_EQ(usage_get(0).heap_end, start + 10 * PAGE);
	CHECK_EQ(heap_set(start), start);
	CHECK_EQ(touch_read(start), SIGNAL_SEGV);
}

void case_heap_limits(void)
{
	const long start = heap_set(0);
	const long other = start + 8 * PAGE;

	CHECK_EQ(heap_set(start - 1), -ENOMEM);
	CHECK_EQ(heap_set(1), -ENOMEM);
	CHECK_EQ(heap_set(PROGRAM_END), -ENOMEM);
	CHECK_EQ(heap_set(PROGRAM_END - PAGE + 1), -ENOMEM);
	CHECK_EQ(heap_set(~0ull), -ENOMEM);
	CHECK_EQ(heap_set(0x100000000ull + (uint64_t)start), -ENOMEM);
	CHECK_EQ(map_at(other, PAGE, RW, VM_MAP_FIXED), other);
	CHECK_EQ(heap_set(other), other);
	pages_fill(start, 8, 2);
	CHECK_EQ(heap_set(other + 1), -ENOMEM);
	CHECK_EQ(heap_set(other + 2 * PAGE), -ENOMEM);
	CHECK_EQ(heap_set(0), other);
	pages_check(start, 8, 2);
	CHECK_EQ(unmap(other, PAGE), 0);
	CHECK_EQ(heap_set(other + 2 * PAGE), other + 2 * PAGE);
	pages_check(start, 8, 2);
	CHECK_EQ(*byte_at(other), 0);
}
