/* Programs that take all there is of something: `vmcase @bomb NAME`. The first process forks one
 * that does it and ends as soon as there is no more, or that one has died of it: 0, or 1. What was
 * taken stays taken, by processes that only yield, until somebody kills them. Every loop has a
 * budget, so that a bomb ends also where nothing is refused.
 */
#include "vm_case.h"

#include "bomb.h"

#define FORKS 600u    /* attempts, by all processes of a bomb */
#define PLACES 40000u /* regions */
#define SPARE 64u     /* pages, for regions */
#define BLOCK_MAX ((size_t)8 << 20)
#define STACK_MOST ((size_t)16 << 20)
#define COMB_START 0x40000000

static struct stage {
	volatile uint32_t attempts;
	volatile uint32_t full;
} * stage;

/* All memory there is, in regions of falling size. */
static void memory_take(uint32_t flags)
{
	for (size_t block = BLOCK_MAX; block >= PAGE; block /= 2) {
		while (map(block, RW, VM_MAP_POPULATE | flags) > 0)
			;
	}
}

static void bomb_resident(void)
{
	memory_take(0);
}

static void bomb_shared(void)
{
	memory_take(VM_MAP_SHARED);
	while (map(PAGE, RW, VM_MAP_SHARED) > 0) /* objects without pages */
		;
}

/* One page at a time, each a region of its own. */
static void bomb_populate(void)
{
	for (unsigned int i = 0; i < PLACES; i++) {
		if (map(PAGE, RW | (i % 2 ? VM_EXECUTE : 0), VM_MAP_POPULATE) < 0)
			return;
	}
}

static void bomb_address(void)
{
	for (size_t block = (size_t)1 << 30; block >= PAGE; block /= 2) {
		while (map(block, RW, 0) > 0)
			;
	}
}

/* The last of the memory, so that it does not take long. */
static void bomb_regions(void)
{
	const long spare = map(SPARE * PAGE, RW, VM_MAP_POPULATE);

	memory_take(0);
	CHECK_EQ(unmap((uint64_t)spare, SPARE * PAGE), 0);
	for (unsigned int i = 0; i < PLACES; i++) {
		if (map(PAGE, RW | (i % 2 ? VM_EXECUTE : 0), 0) < 0)
			return;
	}
}

/* What is touched without memory ends who touches: the next three do. */
static void bomb_touch(void)
{
	for (;;) {
		const long start = map(BLOCK_MAX, RW, 0);

		for (size_t at = 0; start > 0 && at < BLOCK_MAX; at += PAGE)
			*byte_at(start + (long)at) = 1;
	}
}

static void bomb_heap(void)
{
	long end = heap_set(0), touched = end;

	for (size_t step = BLOCK_MAX; step >= PAGE; step /= 2) {
		long next;

		while ((next = heap_set((uint64_t)end + step)) > 0)
			end = next;
	}
	for (; touched < end; touched += PAGE)
		*byte_at(touched) = 1;
}

static void bomb_stack(void)
{
	for (;;) {
		const long start = map(STACK_MOST, RW, VM_MAP_GROWS_DOWN);

		for (size_t at = STACK_MOST; start > 0 && at > 0; at -= PAGE)
			*byte_at(start + (long)at - 1) = 1;
	}
}

/* Every second frame, so that none of those left free has a free neighbour. */
static void bomb_comb(void)
{
	long at = COMB_START;

	while (map_at((uint64_t)at, BLOCK_MAX, RW, VM_MAP_POPULATE | VM_MAP_FIXED_NOREPLACE) > 0)
		at += BLOCK_MAX;
	while (map_at((uint64_t)at, PAGE, RW, VM_MAP_POPULATE | VM_MAP_FIXED_NOREPLACE) > 0)
		at += PAGE;
	for (long page = COMB_START; page < at; page += 2 * PAGE)
		CHECK_EQ(unmap((uint64_t)page, PAGE), 0);
}

/* Each forks until all together have tried often enough, children as well. */
static void bomb_fork(void)
{
	while (__atomic_fetch_add(&stage->attempts, 1, __ATOMIC_SEQ_CST) < FORKS)
		(void)program_fork();
}

/* The same with memory of their own. */
static void bomb_fork_fat(void)
{
	const long start = map(64 * PAGE, RW, 0);

	while (__atomic_fetch_add(&stage->attempts, 1, __ATOMIC_SEQ_CST) < FORKS) {
		if (program_fork() == 0) {
			for (unsigned int i = 0; start > 0 && i < 64; i++)
				*byte_at(start + (long)(i * PAGE)) = 1;
		}
	}
}

/* Its children become other programs. */
static void bomb_exec(void)
{
	static const char idler[] = "vmcase\0@idle";

	while (__atomic_fetch_add(&stage->attempts, 1, __ATOMIC_SEQ_CST) < FORKS / 2) {
		if (program_fork() == 0)
			(void)program_exec("vmcase", idler, sizeof(idler), 2);
	}
}

static const struct {
	const char *name;
	void (*run)(void);
} bombs[] = {
	{"resident", bomb_resident}, {"shared", bomb_shared},	  {"populate", bomb_populate},
	{"address", bomb_address},   {"regions", bomb_regions},	  {"touch", bomb_touch},
	{"heap", bomb_heap},	     {"stack", bomb_stack},	  {"comb", bomb_comb},
	{"fork", bomb_fork},	     {"fork-fat", bomb_fork_fat}, {"exec", bomb_exec},
};

/* Comes back in every process of the bomb that is left. */
static void explode(void (*run)(void))
{
	(void)map_at(BOMB_ABSENT, BOMB_ABSENT_PAGES * PAGE, RW, VM_MAP_FIXED_NOREPLACE);
	run();
	stage->full = 1;
	for (;;)
		yield();
}

int bomb_start(const struct program *program)
{
	const long start = map(PAGE, RW, VM_MAP_SHARED | VM_MAP_POPULATE);
	int status = 0;
	pid32 pid;

	if (start < 0)
		return 1; /* others were faster */
	stage = (struct stage *)start;
	for (unsigned int i = 0; i < sizeof(bombs) / sizeof(bombs[0]); i++) {
		if (strcmp(program->arguments[2], bombs[i].name) != 0)
			continue;
		pid = program_fork();
		if (pid == 0)
			explode(bombs[i].run);
		while (pid > 0 && !stage->full && program_wait(pid, PM_WAIT_NOHANG, &status) == 0)
			yield();
		return status != 0 || pid < 0;
	}
	return 2;
}
