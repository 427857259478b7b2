/* Cases of fork. */
#include "case.h"

#include <pm_call.h>
#include <vm_call.h>

#define PAGES 64u

static uint8_t pattern[PAGES][ARCH_PAGE_SIZE];

static void pattern_write(unsigned int seed)
{
	for (unsigned int i = 0; i < PAGES; i++)
		pattern[i][seed % ARCH_PAGE_SIZE] = (uint8_t)(seed + i);
}

static bool pattern_is(unsigned int seed)
{
	for (unsigned int i = 0; i < PAGES; i++) {
		if (pattern[i][seed % ARCH_PAGE_SIZE] != (uint8_t)(seed + i))
			return false;
	}
	return true;
}

void case_orphans(void)
{
	pid32 child, orphan;
	int status;

	CHECK_EQ(own_pid(), PM_PID_INIT);
	CHECK_EQ(parent_pid(), 0);
	child = child_make();
	if (child == 0) {
		const pid32 parent = own_pid();

		if (child_make() != 0)
			program_exit(3);
		while (parent_pid() == parent)
			yield();
		program_exit(parent_pid() == PM_PID_INIT ? 7 : 1);
	}
	CHECK_EQ(child_wait(child), EXITED(3));
	orphan = program_wait(-1, 0, &status);
	CHECK(orphan > child);
	CHECK_EQ(status, EXITED(7));
	/* A zombie changes its parent, too. */
	child = child_make();
	if (child == 0) {
		const pid32 zombie = child_make();

		program_exit(zombie == 0 ? 9 : 8);
	}
	CHECK_EQ(child_wait(child), EXITED(8));
	CHECK(program_wait(-1, 0, &status) > child);
	CHECK_EQ(status, EXITED(9));
}

void case_fork_pids(void)
{
	const pid32 self = own_pid(), child = child_make();

	if (child == 0) {
		CHECK(own_pid() != self);
		CHECK_EQ(parent_pid(), self);
		program_exit(own_pid() & 0xFF);
	}
	CHECK(child > 0 && child != self);
	CHECK_EQ(own_pid(), self);
	CHECK_EQ(child_wait(child), EXITED(child));
}

void case_fork_memory(void)
{
	pid32 child;

	pattern_write(17);
	child = child_make();
	if (child == 0) {
		CHECK(pattern_is(17));
		pattern_write(18);
		memset(pattern[3], 0xAA, sizeof(pattern[3]));
		CHECK(!pattern_is(17));
		program_exit(0);
	}
	CHECK(pattern_is(17));
	pattern_write(19);
	CHECK_EQ(child_wait(child), 0);
	CHECK(pattern_is(17) && pattern_is(19) && !pattern_is(18));
}

/* Every node of a tree changes its copy and checks that nobody else's change came through. */
static void tree(unsigned int depth, unsigned int seed, bool children_first)
{
	pid32 child[2];

	CHECK(pattern_is(seed));
	if (depth == 0)
		return;
	for (unsigned int i = 0; i < 2; i++) {
		child[i] = child_make();
		if (child[i] == 0) {
			CHECK(pattern_is(seed));
			pattern_write(seed * 2 + 1 + i);
			tree(depth - 1, seed * 2 + 1 + i, !children_first);
			CHECK(pattern_is(seed));
			program_exit(0);
		}
		CHECK(!pattern_is(seed * 2 + 1 + i));
	}
	for (unsigned int i = 0; i < 2; i++)
		CHECK_EQ(child_wait(child[children_first ? i : 1 - i]), 0);
	CHECK(pattern_is(seed) && !pattern_is(seed * 2 + 1) && !pattern_is(seed * 2 + 2));
}

void case_fork_tree(void)
{
	for (unsigned int round = 0; round < 4; round++) {
		memset(pattern, 0, sizeof(pattern));
		pattern_write(1);
		tree(3, 1, round & 1);
	}
}

void case_fork_shared(void)
{
	volatile uint32_t *shared = memory_map(4 * ARCH_PAGE_SIZE, VM_MAP_SHARED);
	pid32 child;

	CHECK(shared != NULL);
	shared[0] = 1;
	child = child_make();
	if (child == 0) {
		const pid32 grandchild = child_make();

		if (grandchild == 0) {
			while (shared[0] != 2)
				yield();
			shared[2 * ARCH_PAGE_SIZE / sizeof(*shared)] = 3;
			program_exit(0);
		}
		program_exit(child_wait(grandchild) == 0 ? 4 : 1);
	}
	shared[0] = 2;
	CHECK_EQ(child_wait(child), EXITED(4));
	CHECK_EQ(shared[2 * ARCH_PAGE_SIZE / sizeof(*shared)], 3);
}

static uint64_t heap_move(uint64_t address)
{
	const struct vm_brk_req request = {.address = address};
	struct vm_address_reply reply = {0};

	CHECK_EQ(vm_brk(&request, &reply), 0);
	return reply.address;
}

void case_fork_heap(void)
{
	const uint64_t start = heap_move(0);
	char *heap = (char *)(uintptr_t)start;
	pid32 child;

	CHECK_EQ(heap_move(start + 3 * ARCH_PAGE_SIZE), start + 3 * ARCH_PAGE_SIZE);
	heap[2 * ARCH_PAGE_SIZE] = 'p';
	child = child_make();
	if (child == 0) {
		CHECK_EQ(heap_move(0), start + 3 * ARCH_PAGE_SIZE);
		CHECK_EQ(heap[2 * ARCH_PAGE_SIZE], 'p');
		heap_move(start + 8 * ARCH_PAGE_SIZE);
		memset(heap, 'c', 8 * ARCH_PAGE_SIZE);
		program_exit(0);
	}
	CHECK_EQ(child_wait(child), 0);
	CHECK_EQ(heap[2 * ARCH_PAGE_SIZE], 'p');
	CHECK_EQ(heap_move(0), start + 3 * ARCH_PAGE_SIZE);
	heap_move(start);
}

static unsigned int stack_use(unsigned int depth)
{
	volatile uint8_t frame[1024];

	memset((void *)frame, (int)depth, sizeof(frame));
	if (depth == 0)
		return frame[7];
	return stack_use(depth - 1) + (frame[9] == (uint8_t)depth);
}

void case_fork_stack(void)
{
	pid32 child;

	CHECK_EQ(stack_use(100), 100);
	child = child_make();
	if (child == 0) {
		CHECK_EQ(stack_use(2000), 2000);
		program_exit(0);
	}
	CHECK_EQ(stack_use(1000), 1000);
	CHECK_EQ(child_wait(child), 0);
}

#define MANY 1024u

/* Execs when told to; whether that needs what has run out is the kernel's configuration. */
static pid32 exec_later(volatile bool *now)
{
	const pid32 pid = child_make();

	if (pid != 0)
		return pid;
	while (!*now)
		yield();
	CHECK_EQ(program_exec("hello", "hello", sizeof("hello"), 1), -EAGAIN);
	program_exit(1); /* as hello does */
}

void case_fork_many(void)
{
	static pid32 children[MANY];
	volatile bool *now = memory_map(ARCH_PAGE_SIZE, VM_MAP_SHARED);
	unsigned int count = 0;
	pid32 pid = 0, other;

	CHECK(now != NULL);
	other = exec_later(now);
	while (count < MANY && (pid = program_fork()) > 0)
		children[count++] = pid;
	while (pid == 0)
		yield();
	CHECK(count < MANY && count > 16);
	for (unsigned int i = 0; i < MANY; i++)
		CHECK_EQ(program_fork(), -EAGAIN);
	*now = true;
	CHECK_EQ(child_wait(other), EXITED(1));
	child_kill(children[--count]);
	pid = child_idle();
	child_kill(pid);
	while (count > 0)
		child_kill(children[--count]);
}

/* Each has ended before the next is made, so that nothing but processes is used up. */
static bool zombie_make(volatile uint32_t *ended)
{
	const uint32_t before = *ended;
	const pid32 pid = program_fork();

	if (pid == 0) {
		*ended = before + 1;
		program_exit(5);
	}
	while (pid > 0 && *ended == before)
		yield();
	CHECK(pid > 0 || pid == -EAGAIN);
	return pid > 0;
}

void case_zombies(void)
{
	volatile uint32_t *ended = memory_map(ARCH_PAGE_SIZE, VM_MAP_SHARED);
	unsigned int counts[2] = {0, 0}, waits;
	int status;

	*ended = 0;
	for (unsigned int round = 0; round < 2; round++) {
		while (zombie_make(ended))
			CHECK(++counts[round] < 5000);
		for (unsigned int i = 0; i < 10; i++)
			CHECK_EQ(program_fork(), -EAGAIN);
		/* One place, one process. */
		CHECK(program_wait(-1, 0, &status) > 0);
		CHECK(zombie_make(ended));
		CHECK(!zombie_make(ended));
		for (waits = 0; program_wait(-1, 0, &status) > 0; waits++)
			CHECK_EQ(status, EXITED(5));
		CHECK_EQ(waits, counts[round]);
	}
	CHECK_EQ(counts[0], counts[1]);
	CHECK(counts[0] > 20); /* however small the tables are */
}
