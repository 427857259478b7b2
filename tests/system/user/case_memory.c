/* Cases of fork and exec without memory. */
#include "case.h"

#include <skerry/vm.h>

#define BLOCK_MAX ((size_t)8 << 20)
#define TRIES 300u /* more than there are processes */
#define SPARE 256u /* pages, given back one by one */

static uint8_t marks[16][ARCH_PAGE_SIZE];

static void marks_write(void)
{
	for (unsigned int i = 0; i < 16; i++)
		marks[i][i] = (uint8_t)(i + 100);
}

static void marks_check(void)
{
	for (unsigned int i = 0; i < 16; i++)
		CHECK_EQ(marks[i][i], i + 100);
}

/* All memory there is, as a chain of blocks. */
static void **memory_fill(void)
{
	void **last = NULL, **next;

	for (size_t block = BLOCK_MAX; block >= ARCH_PAGE_SIZE; block /= 2) {
		while ((next = memory_map(block, VM_MAP_POPULATE)) != NULL) {
			next[0] = last;
			next[1] = (void *)block;
			last = next;
		}
	}
	return last;
}

static int exec_hello(void)
{
	return program_exec("hello", "hello", sizeof("hello"), 1);
}

void case_no_memory(void)
{
	void **block, **next;
	pid32 pid;

	marks_write();
	block = memory_fill();
	CHECK(block != NULL);
	for (unsigned int i = 0; i < TRIES; i++)
		CHECK_EQ(program_fork(), -ENOMEM);
	CHECK_EQ(exec_hello(), -ENOMEM);
	marks_check();
	for (; block != NULL; block = next) {
		next = block[0];
		memory_unmap(block, (size_t)block[1]);
	}
	pid = child_make();
	if (pid == 0) {
		(void)exec_hello();
		program_exit(9);
	}
	CHECK_EQ(child_wait(pid), EXITED(1));
	marks_check();
}

/* Three processes: the case, one that fills memory, and one that tries something again and again,
 * with one page more each time, until it succeeds. */
struct trial {
	volatile bool prepared; /* what will be written is written: no copies on write any more */
	volatile bool filled;
	volatile unsigned int refusals;
};

static int try_each(int (*attempt)(void), struct trial *trial)
{
	char *spare = memory_map(SPARE * ARCH_PAGE_SIZE, VM_MAP_POPULATE);
	int result = -ENOMEM;

	CHECK(spare != NULL);
	marks_write();
	trial->prepared = true;
	while (!trial->filled)
		yield();
	for (unsigned int page = 0; page < SPARE; page++) {
		result = attempt();
		if (result >= 0)
			break;
		CHECK_EQ(result, -ENOMEM);
		marks_check();
		trial->refusals++;
		memory_unmap(spare + page * ARCH_PAGE_SIZE, ARCH_PAGE_SIZE);
	}
	return result;
}

static void fill_and_wait(struct trial *trial)
{
	while (!trial->prepared)
		yield();
	CHECK(memory_fill() != NULL);
	trial->filled = true;
	for (;;)
		yield();
}

/* The end of the process that tried; how often it was refused. */
static int trial_run(int (*attempt)(void), unsigned int *refusals)
{
	struct trial *trial = memory_map(ARCH_PAGE_SIZE, VM_MAP_SHARED);
	pid32 filler, pid;
	int status;

	CHECK(trial != NULL);
	filler = child_make();
	if (filler == 0)
		fill_and_wait(trial);
	pid = child_make();
	if (pid == 0)
		program_exit(try_each(attempt, trial) >= 0 ? 0 : 3);
	status = child_wait(pid);
	child_kill(filler);
	*refusals = trial->refusals;
	return status;
}

static int fork_attempt(void)
{
	const pid32 pid = program_fork();

	if (pid == 0)
		program_exit(0);
	return pid;
}

/* After the fork that succeeds there may be no frame for the first write: a SIGBUS. */
void case_no_memory_fork(void)
{
	unsigned int refusals;
	const int status = trial_run(fork_attempt, &refusals);

	if (status != SIGNAL_BUS)
		CHECK_EQ(status, 0);
	CHECK(refusals > 2);
}

void case_no_memory_exec(void)
{
	unsigned int refusals;

	CHECK_EQ(trial_run(exec_hello, &refusals), EXITED(1)); /* hello's */
	CHECK(refusals > 5);
}
