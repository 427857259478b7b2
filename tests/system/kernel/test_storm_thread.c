/* Storms about threads: they come, go, move and stop while others run. */
#include "storm.h"

static int make_and_end(void *argument)
{
	struct storm_worker *worker = argument;

	while (worker->done < worker->operations) {
		struct test_thread *thread = thread_start(NULL, return_at_once, NULL);

		if (storm_below(&worker->random, 4) == 0)
			thread_free(thread);
		else if (thread_join(thread) != 0)
			worker->wrong++;
		worker->done++;
	}
	return 0;
}

static void threads_come_and_go(void)
{
	struct storm_worker workers[STORM_WORKERS];

	storm_start(workers, 0, make_and_end, NULL);
	storm_finish(workers, 0);
}

static const struct test_case cases[] = {
	STORM("threads come and go", threads_come_and_go, 2000, 10000),
};

const struct test_suite suite_storm_thread = SUITE("storm_thread", cases);
