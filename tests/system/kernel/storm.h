/* Storms: cases that hammer one protocol from many threads. test=stress runs all of them; a list of
 * suites runs these alone; stress=N multiplies their budgets; seed=S starts their random numbers.
 * Budgets are operations. The kernel entries of each storm are printed, and too few fail it.
 */
#pragma once

#include "helper.h"

#define STORM_WORKERS 8u

/* A row of a storm suite's table: a budget in operations, and the kernel entries without which the
 * storm cannot have happened. */
#define STORM(case_name, function, operations, fewest_entries)                                     \
	{                                                                                          \
		.name = case_name, .run = function, .flags = CASE_STORM, .budget = operations,     \
		.entries = fewest_entries                                                          \
	}

struct storm_worker {
	unsigned int index;
	uint64_t random;	 /* for random_next(), or storm_below() */
	unsigned int operations; /* its share; it ends after them */
	volatile unsigned int done;
	volatile unsigned int wrong; /* what it found broken */
	struct test_thread *thread;
};

/* Operations of the running case. */
unsigned int storm_budget(void);

/* A state for random_next(), of the seed and `stream` alone. */
uint64_t storm_seed(unsigned int stream);

/* Below `limit`, not 0. */
uint32_t storm_below(uint64_t *random, uint32_t limit);

/* `count` workers, at most STORM_WORKERS, share the budget. Each runs `function(worker)` in a
 * thread of full rights as `plan` says (NULL: the root's space, any CPU); it adds to `done` after
 * each operation. `count` 0: two a CPU. */
void storm_start(struct storm_worker *workers, unsigned int count, int (*function)(void *worker),
		 const struct thread_plan *plan);
unsigned int storm_worker_count(unsigned int wanted);

/* Keep the watchdog quiet while operations are done; when all workers have ended, check that they
 * did their share and found nothing wrong. */
void storm_finish(struct storm_worker *workers, unsigned int count);
