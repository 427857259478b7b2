/* Cases of shared and of copied memory. */
#include "vm_case.h"

#define PAGES 32u

static void wait_for(volatile uint8_t *word, uint8_t value)
{
	while (*word != value)
		yield();
}

void case_shared_both(void)
{
	const long start = map(4 * PAGE, RW, VM_MAP_SHARED);
	volatile uint8_t *word = byte_at(start);
	const pid32 pid = child_make();

	if (pid == 0) {
		wait_for(word, 1);
		pages_check(start + PAGE, 3, 4);
		pages_fill(start + PAGE, 3, 5);
		*word = 2;
		program_exit(0);
	}
	pages_fill(start + PAGE, 3, 4);
	*word = 1;
	wait_for(word, 2);
	pages_check(start + PAGE, 3, 5);
	CHECK_EQ(child_wait(pid), 0);
	CHECK_EQ(unmap(start, 4 * PAGE), 0);
}

void case_shared_late(void)
{
	const uint64_t frames = statistics_get().frames_user;
	const long start = map(PAGES * PAGE, RW, VM_MAP_SHARED);
	pid32 pid[4];

	for (unsigned int i = 0; i < 4; i++) {
		pid[i] = child_make();
		for (unsigned int page = i; pid[i] == 0 && page < PAGES; page += 4)
			*byte_at(start + page * PAGE) = (uint8_t)(page + 1);
		if (pid[i] == 0)
			program_exit(0);
	}
	for (unsigned int i = 0; i < 4; i++)
		CHECK_EQ(child_wait(pid[i]), 0);
	CHECK_EQ(statistics_get().frames_user - frames >= PAGES, 1);
	for (unsigned int page = 0; page < PAGES; page++)
		CHECK_EQ(*byte_at(start + page * PAGE), page + 1);
	CHECK_EQ(unmap(start, PAGES * PAGE), 0);
}

void case_shared_outlives(void)
{
	volatile uint8_t *done = byte_at(map(PAGE, RW, VM_MAP_SHARED));
	const pid32 pid = child_make();

	if (pid == 0) {
		const long start = map(8 * PAGE, RW, VM_MAP_SHARED);
		pid32 grandchild;

		pages_fill(start, 8, 1);
		grandchild = child_make();
		if (grandchild != 0)
			program_exit(5);
		wait_for(done, 1);
		pages_check(start, 8, 1);
		pages_fill(start, 8, 2);
		*done = 2;
		program_exit(0);
	}
	CHECK_EQ(child_wait(pid), EXITED(5));
	*done = 1;
	wait_for(done, 2);
}

void case_shared_protect(void)
{
	const long start = map(2 * PAGE, RW, VM_MAP_SHARED);
	const pid32 pid = child_make();

	if (pid == 0) {
		CHECK_EQ(protect(start, PAGE, VM_READ), 0);
		CHECK_EQ(touch_write(start), SIGNAL_SEGV);
		CHECK_EQ(protect(start, PAGE, 0), 0);
		CHECK_EQ(touch_read(start), SIGNAL_SEGV);
		CHECK_EQ(protect(start, PAGE, RW), 0);
		*byte_at(start) = 3;
		program_exit(0);
	}
	*byte_at(start + PAGE) = 4;
	CHECK_EQ(child_wait(pid), 0);
	CHECK_EQ(*byte_at(start), 3);
	CHECK_EQ(touch_write(start), 0);
	CHECK_EQ(unmap(start, 2 * PAGE), 0);
}

void case_shared_parts(void)
{
	const long start = map(8 * PAGE, RW, VM_MAP_SHARED);
	pid32 pid;

	pages_fill(start, 8, 1);
	CHECK_EQ(unmap(start + 2 * PAGE, 2 * PAGE), 0);
	pid = child_make();
	if (pid == 0) {
		CHECK_EQ(touch_read(start + 2 * PAGE), SIGNAL_SEGV);
		CHECK_EQ(unmap(start, 2 * PAGE), 0);
		*byte_at(start + 7 * PAGE) = 0x55;
		CHECK_EQ(unmap(start + 4 * PAGE, 4 * PAGE), 0);
		program_exit(0);
	}
	CHECK_EQ(child_wait(pid), 0);
	pages_check(start, 2, 1);
	CHECK_EQ(*byte_at(start + 7 * PAGE), 0x55);
	CHECK_EQ(*byte_at(start + 4 * PAGE), 4 * 7 + 31 + 1);
	CHECK_EQ(unmap(start, 8 * PAGE), 0);
}

void case_copy_both(void)
{
	const long start = map(PAGES * PAGE, RW, 0);
	pid32 pid;

	pages_fill(start, PAGES / 2, 1); /* the rest is not there */
	pid = child_make();
	if (pid == 0) {
		pages_check(start, PAGES / 2, 1);
		for (unsigned int i = 0; i < PAGES; i += 2)
			pages_fill(start + i * PAGE, 1, 2);
		for (unsigned int i = 0; i < PAGES; i += 2)
			pages_check(start + i * PAGE, 1, 2);
		for (unsigned int i = PAGES / 2 + 1; i < PAGES; i += 2)
			CHECK_EQ(*byte_at(start + i * PAGE), 0);
		program_exit(0);
	}
	for (unsigned int i = 0; i < PAGES; i += 3)
		pages_fill(start + i * PAGE, 1, 3);
	CHECK_EQ(child_wait(pid), 0);
	for (unsigned int i = 0; i < PAGES; i++) {
		if (i % 3 == 0)
			pages_check(start + i * PAGE, 1, 3);
		else if (i >= PAGES / 2)
			CHECK_EQ(*byte_at(start + i * PAGE), 0);
	}
	CHECK_EQ(unmap(start, PAGES * PAGE), 0);
}

/* A node writes its own share of the pages before it forks and another after; `order` says in
 * which order parents and children end. */
static void tree(long start, unsigned int depth, unsigned int seed, unsigned int order)
{
	pid32 child[2];

	for (unsigned int i = depth; i < PAGES; i += 3)
		pages_fill(start + i * PAGE, 1, seed);
	for (unsigned int i = 0; depth > 0 && i < 2; i++) {
		child[i] = child_make();
		if (child[i] == 0) {
			for (unsigned int page = depth; page < PAGES; page += 3)
				pages_check(start + page * PAGE, 1, seed);
			tree(start, depth - 1, seed * 2 + i, order >> 1);
			for (unsigned int page = depth - 1; page < PAGES; page += 3)
				pages_check(start + page * PAGE, 1, seed * 2 + i);
			program_exit(0);
		}
		if (order & 1)
			CHECK_EQ(child_wait(child[i]), 0);
	}
	for (unsigned int i = depth; i < PAGES; i += 3)
		pages_check(start + i * PAGE, 1, seed);
	for (unsigned int i = 2; depth > 0 && !(order & 1) && i-- > 0;)
		CHECK_EQ(child_wait(child[i]), 0);
}

void case_copy_tree(void)
{
	const long start = map(PAGES * PAGE, RW, 0);

	for (unsigned int order = 0; order < 8; order++) {
		tree(start, 2, 1 + order, order);
		CHECK_EQ(protect(start, PAGES * PAGE, order & 1 ? VM_READ : 0), 0);
		CHECK_EQ(protect(start, PAGES * PAGE, RW), 0);
	}
	CHECK_EQ(unmap(start, PAGES * PAGE), 0);
}

void case_copy_last(void)
{
	const long start = map(PAGES * PAGE, RW, 0);
	uint64_t copied;
	pid32 pid;

	pages_fill(start, PAGES, 1);
	pid = child_make();
	if (pid == 0)
		program_exit(0);
	CHECK_EQ(child_wait(pid), 0);
	copied = usage_get(0).faults_copied;
	pages_fill(start, PAGES, 2);
	CHECK_EQ(usage_get(0).faults_copied, copied);
	pid = child_idle();
	pages_fill(start, PAGES, 3);
	CHECK(usage_get(0).faults_copied >= copied + PAGES);
	child_kill(pid);
	pages_check(start, PAGES, 3);
	CHECK_EQ(unmap(start, PAGES * PAGE), 0);
}

void case_fork_kinds(void)
{
	const long guard = map(PAGE, 0, VM_MAP_GUARD), read = map(PAGE, VM_READ, 0);
	const long none = map(PAGE, 0, 0), stack = map(16 * PAGE, RW, VM_MAP_GROWS_DOWN);
	const long shared = map(PAGE, VM_READ, VM_MAP_SHARED);
	struct vm_region_info before, after;
	pid32 pid;

	*byte_at(stack + 10 * PAGE) = 1;
	pid = child_make();
	if (pid == 0) {
		CHECK_EQ(touch_read(guard), SIGNAL_SEGV);
		CHECK_EQ(touch_read(read), 0);
		CHECK_EQ(touch_write(read), SIGNAL_SEGV);
		CHECK_EQ(touch_read(none), SIGNAL_SEGV);
		CHECK_EQ(touch_read(shared), 0);
		CHECK_EQ(*byte_at(stack + 10 * PAGE), 1);
		CHECK_EQ(touch_write(stack), 0);
		CHECK_EQ(map_at(guard, PAGE, RW, VM_MAP_FIXED_NOREPLACE), -EEXIST);
		program_exit(0);
	}
	CHECK_EQ(child_wait(pid), 0);
	CHECK(region_get(0, (uint64_t)stack, &before));
	CHECK_EQ(before.address, stack + 10 * PAGE); /* the child's growth was its own */
	CHECK(region_get(0, (uint64_t)guard, &after));
	CHECK(after.flags & VM_MAP_GUARD);
}
