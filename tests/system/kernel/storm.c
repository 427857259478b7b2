/* What storms share: budgets, seeds, workers. */
#include "storm.h"

#include "option.h"

unsigned int storm_budget(void)
{
	return case_running()->budget * (unsigned int)option_number("stress", 1);
}

uint64_t storm_seed(unsigned int stream)
{
	uint64_t state = option_number("seed", 1) * 0x9E3779B97F4A7C15ull + stream;

	state |= state == 0;
	for (unsigned int i = 0; i < 4; i++)
		(void)random_next(&state);
	return state;
}

uint32_t storm_below(uint64_t *random, uint32_t limit)
{
	return (uint32_t)((uint64_t)random_next(random) * limit >> 32);
}

unsigned int storm_worker_count(unsigned int wanted)
{
	const unsigned int count = wanted != 0 ? wanted : 2 * cpu_count();

	return count < STORM_WORKERS ? count : STORM_WORKERS;
}

void storm_start(struct storm_worker *workers, unsigned int count, int (*function)(void *worker),
		 const struct thread_plan *plan)
{
	struct thread_plan own = {};

	if (plan != NULL)
		own = *plan;
	count = storm_worker_count(count);
	for (unsigned int i = 0; i < count; i++) {
		workers[i] = (struct storm_worker){
			.index = i,
			.random = storm_seed(i + 1),
			.operations = storm_budget() / count + 1,
		};
		own.function = function;
		own.argument = &workers[i];
		workers[i].thread = thread_make(&own);
	}
}

/* Operations done by all; *ended: nobody runs any more. */
static unsigned int done_by_all(const struct storm_worker *workers, unsigned int count, bool *ended)
{
	unsigned int done = 0;

	*ended = true;
	for (unsigned int i = 0; i < count; i++) {
		done += workers[i].done;
		*ended &= workers[i].thread->end != THREAD_RUNS;
	}
	return done;
}

void storm_finish(struct storm_worker *workers, unsigned int count)
{
	unsigned int done = 0, before;
	bool ended;

	count = storm_worker_count(count);
	do {
		before = done;
		sleep_for(20 * MILLISECOND);
		done = done_by_all(workers, count, &ended);
		if (done != before)
			supervisor_patience();
	} while (!ended);
	for (unsigned int i = 0; i < count; i++) {
		CHECK_EQUAL(thread_join(workers[i].thread), 0);
		CHECK_EQUAL(workers[i].wrong, 0);
		CHECK(workers[i].done >= workers[i].operations);
	}
}
