/* Cases of several threads that use and edit one space at once. */
#include "service_case.h"

#include "crew.h"
#include "tests/system/user/runner.h"
#include <service.h>
#include <string.h>
#include <sys_call.h>
#include <vm_call.h>

#define CREW 4u
#define PAGES 16u
#define ROUNDS 150u
#define FORKS 30u
#define SLEEPS_MAX 6000u /* a minute */

/* Shared between the crew and the suite. */
static struct stage {
	volatile uint32_t go;	    /* a round for everybody */
	volatile uint32_t arrived;  /* of the round, threads */
	volatile uint32_t finished; /* threads */
	volatile uint32_t stop;
	volatile uint32_t wrong[CREW]; /* the line of the first failure; 0: none */
} * stage;

static long arena; /* the same place for everybody */

static void rest(void)
{
	const struct sys_empty_req request = {};

	(void)sys_yield(&request, NULL);
}

static void finish(unsigned int number, uint32_t wrong)
{
	stage->wrong[number] = wrong;
	(void)__atomic_fetch_add(&stage->finished, 1, __ATOMIC_SEQ_CST);
	for (;;)
		rest();
}

#define REQUIRE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition))                                                                  \
			finish(number, __LINE__);                                                  \
	} while (0)

/* Until every thread of the crew is here. */
static void meet(uint32_t round)
{
	if (__atomic_add_fetch(&stage->arrived, 1, __ATOMIC_SEQ_CST) == CREW * round)
		stage->go = round;
	while (stage->go < round)
		rest();
}

static bool stage_make(void)
{
	stage = (struct stage *)map(PAGE, RW, VM_MAP_SHARED | VM_MAP_POPULATE);
	return (long)stage > 0;
}

/* All threads have finished, none found anything wrong. */
static bool stage_end(struct crew *crew)
{
	unsigned int sleeps = 0;
	bool right = true;

	while (stage->finished < CREW && sleeps++ < SLEEPS_MAX)
		runner_sleep(RUNNER_SLEEP_TIME);
	EXPECT_EQ(stage->finished, CREW);
	for (unsigned int i = 0; i < CREW; i++) {
		if (stage->wrong[i] != 0)
			sys_print("# thread %u: line %u\n", i, (unsigned int)stage->wrong[i]);
		right &= stage->wrong[i] == 0;
	}
	EXPECT(crew_stop(crew));
	EXPECT_EQ(unmap((uintptr_t)stage, PAGE), 0);
	return right;
}

static bool crew_run(void (*work)(unsigned int number))
{
	struct crew crew;

	EXPECT(stage_make());
	EXPECT(crew_start(&crew, CREW, work));
	return stage_end(&crew);
}

/* --- One page, all at once -------------------------------------------------------------------- */

/* Everybody writes its own byte of every page at the page's first touch. */
static void fault_work(unsigned int number)
{
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		if (number == 0)
			REQUIRE(map_at(arena, PAGES * PAGE, RW, VM_MAP_FIXED) == arena);
		meet(3 * round - 2);
		for (unsigned int i = 0; i < PAGES; i++)
			byte_at(arena + i * PAGE)[64 * number] = (uint8_t)(round + number + i);
		meet(3 * round - 1);
		for (unsigned int i = 0; i < PAGES; i++) {
			for (unsigned int j = 0; j < CREW; j++)
				REQUIRE(byte_at(arena + i * PAGE)[64 * j] ==
					(uint8_t)(round + j + i));
		}
		meet(3 * round);
	}
	finish(number, 0);
}

bool service_threads_fault(void)
{
	arena = 0x20000000;
	return crew_run(fault_work);
}

/* --- Each its own part ------------------------------------------------------------------------ */

static uint32_t random_next(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* Neighbours' regions join and are cut by each other's edits, their content never. */
static void apart_work(unsigned int number)
{
	const long own = arena + (long)(number * PAGES * PAGE);
	uint32_t random = 77 + number;
	uint8_t content[PAGES] = {0};

	REQUIRE(map_at(own, PAGES * PAGE, RW, VM_MAP_FIXED) == own);
	for (uint32_t step = 0; step < 4 * ROUNDS; step++) {
		const unsigned int first = random_next(&random) % PAGES;
		const unsigned int count = 1 + random_next(&random) % (PAGES - first);
		const long at = own + (long)(first * PAGE);

		if (step % 3 == 0) {
			REQUIRE(map_at(at, count * PAGE, RW, VM_MAP_FIXED) == at);
			memset(content + first, 0, count);
		} else if (step % 3 == 1) {
			REQUIRE(protect(at, count * PAGE, VM_READ) == 0);
		} else {
			REQUIRE(unmap(at, PAGE) == 0);
			REQUIRE(map_at(at, PAGE, RW, VM_MAP_FIXED_NOREPLACE) == at);
			content[first] = 0;
		}
		for (unsigned int i = 0; i < PAGES; i++)
			REQUIRE(*byte_at(own + (long)(i * PAGE)) == content[i]);
		REQUIRE(protect(at, count * PAGE, RW) == 0);
		for (unsigned int i = first; i < first + count; i++)
			*byte_at(own + (long)(i * PAGE)) = content[i] = (uint8_t)(step + i + 1);
	}
	finish(number, 0);
}

bool service_threads_apart(void)
{
	arena = 0x20000000;
	return crew_run(apart_work);
}

/* --- All on one place ------------------------------------------------------------------------- */

static int copy_in(long to, const void *from, size_t bytes)
{
	const struct sys_copy_req request = {
		.source = EP_SELF,
		.destination = EP_SELF,
		.source_address = (uintptr_t)from,
		.destination_address = (uint64_t)to,
		.bytes = bytes,
	};

	return sys_vircopy(&request, NULL);
}

static int copy_out(void *to, long from, size_t bytes)
{
	return copy_in((long)to, (const void *)from, bytes);
}

/* The kernel copies: to memory that somebody takes away meanwhile it answers EFAULT, and what is
 * there is zero or was written by one of the crew. */
static void together_work(unsigned int number)
{
	const uint8_t mine = (uint8_t)(0xA0 + number);
	uint32_t random = 99 + number;

	for (uint32_t step = 0; step < 4 * ROUNDS; step++) {
		const unsigned int first = random_next(&random) % PAGES;
		const unsigned int count = 1 + random_next(&random) % (PAGES - first);
		const long at = arena + (long)(first * PAGE);
		uint8_t found = 0;
		int error;

		switch (random_next(&random) % 5) {
		case 0:
			REQUIRE(map_at(at, count * PAGE, RW, VM_MAP_FIXED) == at);
			break;
		case 1:
			REQUIRE(unmap(at, count * PAGE) == 0);
			break;
		case 2:
			error = protect(at, count * PAGE, step % 2 ? VM_READ : RW);
			REQUIRE(error == 0 || error == -ENOMEM); /* somebody's hole */
			break;
		case 3:
			error = copy_in(at, &mine, 1);
			REQUIRE(error == 0 || error == -EFAULT);
			break;
		default:
			error = copy_out(&found, at, 1);
			REQUIRE(error == 0 || error == -EFAULT);
			REQUIRE(found == 0 || (found >= 0xA0 && found < 0xA0 + CREW));
		}
	}
	finish(number, 0);
}

bool service_threads_together(void)
{
	arena = 0x20000000;
	return crew_run(together_work);
}

/* --- Forked meanwhile ------------------------------------------------------------------------- */

static void written_work(unsigned int number)
{
	const long own = arena + (long)(number * PAGES * PAGE);
	uint8_t written = 0;

	REQUIRE(map_at(own, PAGES * PAGE, RW, VM_MAP_FIXED) == own);
	do {
		for (unsigned int i = 0; i < PAGES; i++)
			REQUIRE(*byte_at(own + (long)(i * PAGE)) == written);
		written++;
		for (unsigned int i = 0; i < PAGES; i++)
			*byte_at(own + (long)(i * PAGE)) = written;
	} while (!stage->stop);
	finish(number, 0);
}

bool service_threads_forked(void)
{
	struct crew crew;

	arena = 0x20000000;
	EXPECT(stage_make());
	EXPECT(crew_start(&crew, CREW, written_work));
	for (unsigned int i = 0; i < FORKS; i++) {
		const struct vm_space_fork_req fork = {
			.parent = crew.space,
			.thread = crew.thread[i % CREW],
		};
		struct vm_space_reply made;
		struct vm_space_req end;

		EXPECT_EQ(vm_space_fork(&fork, &made), 0);
		runner_sleep(RUNNER_SLEEP_TIME / 4); /* they write: copies */
		end.space = made.space;
		EXPECT_EQ(vm_space_destroy(&end, NULL), 0);
	}
	stage->stop = 1;
	return stage_end(&crew);
}
