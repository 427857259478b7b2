/* Cases of stacks: what grows how far, and what is hit at the end. */
#include "vm_case.h"

#define ROOM 64u /* pages a stack may grow to */
#define GUARD_PAGES 16u

static long stack_make(void)
{
	const long floor = map(ROOM * PAGE, RW, VM_MAP_GROWS_DOWN);

	CHECK(floor > 0);
	return floor;
}

static uint64_t lowest_of(long floor)
{
	struct vm_region_info region;

	CHECK(region_get(0, (uint64_t)floor, &region));
	CHECK_EQ(region.address + region.bytes, floor + ROOM * PAGE);
	return region.address;
}

/* Wherever it is touched first, it reaches down to there, and has frames only where it was touched.
 */
void case_stack_every(void)
{
	for (unsigned int page = 0; page < ROOM; page++) {
		const uint64_t resident = usage_get(0).resident;
		const long floor = stack_make(), at = floor + (long)(page * PAGE);

		*byte_at(at + page) = 7;
		CHECK_EQ(lowest_of(floor), at);
		CHECK_EQ(usage_get(0).resident, resident + PAGE);
		for (unsigned int i = page; i < ROOM; i++)
			CHECK_EQ(*byte_at(floor + (long)(i * PAGE) + (long)page),
				 i == page ? 7 : 0);
		CHECK_EQ(usage_get(0).resident, resident + (ROOM - page) * PAGE);
		CHECK_EQ(unmap((uint64_t)floor, ROOM * PAGE), 0);
	}
}

/* A byte below its floor, and everything in the gap below that, is a fault. */
void case_stack_floor(void)
{
	const long floor = stack_make();

	*byte_at(floor) = 1;
	CHECK_EQ(lowest_of(floor), floor);
	for (unsigned int i = 1; i <= GUARD_PAGES; i++) {
		CHECK_EQ(touch_write(floor - (long)(i * PAGE)), SIGNAL_SEGV);
		CHECK_EQ(touch_read(floor - (long)(i * PAGE) + PAGE - 1), SIGNAL_SEGV);
	}
	CHECK_EQ(*byte_at(floor), 1);
	CHECK_EQ(unmap((uint64_t)floor, ROOM * PAGE), 0);
}

static volatile unsigned int depth_wanted = ~0u;

/* Each call needs its own frame again after the next. */
__attribute__((noinline)) static unsigned int recurse(unsigned int depth)
{
	volatile uint8_t frame[1024];
	unsigned int found = depth;

	frame[depth % sizeof(frame)] = 1;
	if (depth != depth_wanted)
		found = recurse(depth + 1);
	asm volatile("" : : "r"(frame) : "memory");
	return found + frame[depth % sizeof(frame)] - 1;
}

/* The stack of a process itself. */
void case_stack_overflow(void)
{
	pid32 pid = child_make();

	if (pid == 0) {
		depth_wanted = 4000; /* 4 MB: half of what there is */
		program_exit(recurse(0) == 4000 ? 4 : 5);
	}
	CHECK_EQ(child_wait(pid), EXITED(4));
	pid = child_make();
	if (pid == 0)
		program_exit((int)recurse(0));
	CHECK_EQ(child_wait(pid), SIGNAL_SEGV);
	depth_wanted = 100;
	CHECK_EQ(recurse(0), 100);
}

/* Two stacks and a heap of others' memory between: each grows in its own room. */
void case_stack_many(void)
{
	long floor[8];

	for (unsigned int i = 0; i < 8; i++)
		floor[i] = stack_make();
	for (unsigned int step = 1; step <= ROOM; step++) {
		for (unsigned int i = 0; i < 8; i++)
			*byte_at(floor[i] + (long)((ROOM - step) * PAGE)) =
				(uint8_t)(i * ROOM + step);
	}
	for (unsigned int i = 0; i < 8; i++) {
		CHECK_EQ(lowest_of(floor[i]), floor[i]);
		for (unsigned int step = 1; step <= ROOM; step++)
			CHECK_EQ(*byte_at(floor[i] + (long)((ROOM - step) * PAGE)),
				 (uint8_t)(i * ROOM + step));
		CHECK_EQ(touch_write(floor[i] - 1), SIGNAL_SEGV);
	}
	for (unsigned int i = 0; i < 8; i++)
		CHECK_EQ(unmap((uint64_t)floor[i], ROOM * PAGE), 0);
}

/* A child's stack grows on from where its parent's was, alone. */
void case_stack_forked(void)
{
	const long floor = stack_make();

	*byte_at(floor + 32 * PAGE) = 32;
	for (unsigned int page = 0; page < 32; page += 8) {
		const long at = floor + (long)(page * PAGE);
		const pid32 pid = child_make();

		if (pid == 0) {
			*byte_at(at) = 1;
			CHECK_EQ(lowest_of(floor), at);
			CHECK_EQ(*byte_at(floor + 32 * PAGE), 32);
			CHECK_EQ(touch_write(floor - 1), SIGNAL_SEGV);
			program_exit(0);
		}
		CHECK_EQ(child_wait(pid), 0);
		CHECK_EQ(lowest_of(floor), floor + 32 * PAGE);
	}
	CHECK_EQ(unmap((uint64_t)floor, ROOM * PAGE), 0);
}
