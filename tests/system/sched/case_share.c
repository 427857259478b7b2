/* Cases of shares and priorities: what threads get, counted in rounds of a loop and in quanta. All
 * on one CPU. Bounds are wide, because a busy host takes time from whoever runs.
 */
#include "worker.h"

#define QUANTA 14u

/* More by a factor in these bounds, in tenths. */
static bool is_times(uint32_t more, uint32_t less, uint32_t low, uint32_t high)
{
	const uint64_t tenths = (uint64_t)more * 10 / (less != 0 ? less : 1);

	if (tenths >= low && tenths <= high)
		return true;
	sys_print("# %u and %u rounds: %llu tenths\n", more, less, (unsigned long long)tenths);
	return false;
}

bool case_fair(void)
{
	uint32_t rounds[3];

	EXPECT(workers_start(3));
	for (unsigned int i = 0; i < 3; i++)
		EXPECT_EQ(start(i, -10, 1), 0);
	EXPECT(measure(3, 2 * QUANTA, rounds));
	EXPECT(is_times(rounds[0], rounds[1], 6, 16));
	EXPECT(is_times(rounds[1], rounds[2], 6, 16));
	return workers_stop();
}

/* Quanta are as many for each; their length is the share. */
static bool two(int first, int second, uint32_t low, uint32_t high)
{
	uint32_t rounds[2];

	EXPECT(workers_start(2));
	EXPECT_EQ(start(0, first, 1), 0);
	EXPECT_EQ(start(1, second, 1), 0);
	EXPECT(measure(2, QUANTA, rounds));
	EXPECT(is_times(rounds[0], rounds[1], low, high));
	return workers_stop();
}

bool case_nice_5(void)
{
	return two(-20, -15, 14, 28);
}

bool case_nice_10(void)
{
	return two(-20, -10, 25, 60);
}

bool case_nice_20(void)
{
	return two(-20, 0, 30, 400);
}

bool case_nice_19(void)
{
	return two(-1, 19, 12, 10000);
}

bool case_nice_equal(void)
{
	return two(-12, -12, 6, 16);
}

bool case_nice_changed(void)
{
	uint32_t rounds[2];

	EXPECT(workers_start(2));
	EXPECT_EQ(start(0, -20, 1), 0);
	EXPECT_EQ(start(1, -10, 1), 0);
	EXPECT(measure(2, QUANTA, rounds));
	EXPECT(rounds[0] > rounds[1]);
	EXPECT_EQ(set_nice(0, -10), 0);
	EXPECT_EQ(set_nice(1, -20), 0);
	EXPECT(quanta_pass(2, 4)); /* the old ones end */
	EXPECT(measure(2, QUANTA, rounds));
	EXPECT(is_times(rounds[1], rounds[0], 25, 60));
	return workers_stop();
}

/* --- Priorities ------------------------------------------------------------------------------- */

bool case_sinks(void)
{
	struct sched_get_reply reply;
	uint32_t before = 0;

	EXPECT(workers_start(1));
	EXPECT_EQ(start(0, 0, 1), 0);
	do {
		EXPECT_EQ(get(0, &reply), 0);
		/* By one a quantum; it rests never, so it does not rise. */
		EXPECT(reply.priority >= before && reply.priority <= PRIORITY_LAST);
		EXPECT(reply.priority == PRIORITY_LAST ||
		       reply.priority == reply.priority_first + reply.quanta);
		before = reply.priority;
		runner_sleep(RUNNER_SLEEP_TIME / 4);
	} while (reply.quanta < 12);
	EXPECT_EQ(reply.priority, PRIORITY_LAST);
	EXPECT_EQ(worker_info(0).priority, PRIORITY_LAST);
	return workers_stop();
}

bool case_rises(void)
{
	EXPECT(workers_start(1));
	EXPECT_EQ(start(0, 0, 1), 0);
	UNTIL(state(0).priority == PRIORITY_LAST);
	EXPECT(worker_rest(0));
	UNTIL(state(0).priority == state(0).priority_first);
	EXPECT_EQ(worker_info(0).priority, state(0).priority_first);
	EXPECT(worker_go_on(0));
	UNTIL(state(0).priority == PRIORITY_LAST);
	return workers_stop();
}

/* Who wants the processor and does not get it has not rested. */
bool case_waiting_stays(void)
{
	EXPECT(workers_start(4));
	for (unsigned int i = 0; i < 4; i++)
		EXPECT_EQ(start(i, -10, 1), 0);
	for (unsigned int i = 0; i < 4; i++)
		UNTIL(state(i).priority == PRIORITY_LAST);
	for (unsigned int i = 0; i < 20; i++) {
		EXPECT(quanta_pass(4, 1));
		for (unsigned int j = 0; j < 4; j++)
			EXPECT_EQ(state(j).priority, PRIORITY_LAST);
	}
	return workers_stop();
}

/* Another nice value or mask brings no quantum: it would never sink. */
bool case_no_quantum_for_asking(void)
{
	EXPECT(workers_start(1));
	EXPECT_EQ(start(0, 0, 1), 0);
	for (unsigned int i = 0; i < LOOKS_MAX * 10 && state(0).quanta < 4; i++) {
		EXPECT_EQ(set_nice(0, (int)(i % 2)), 0);
		EXPECT_EQ(set_mask(0, i % 2 ? EVERY_CPU : 1), 0);
		runner_sleep(RUNNER_SLEEP_TIME / 10);
	}
	EXPECT(state(0).quanta >= 4);
	EXPECT(state(0).priority >= state(0).priority_first + 3);
	return workers_stop();
}

/* One that mostly rests goes before those that compute, and keeps its priority. */
bool case_resting_goes_first(void)
{
	EXPECT(workers_start(3));
	for (unsigned int i = 0; i < 3; i++)
		EXPECT_EQ(start(i, i == 2 ? -20 : 0, 1), 0);
	EXPECT(worker_rest(2));
	for (unsigned int i = 0; i < 2; i++)
		UNTIL(state(i).priority == PRIORITY_LAST);
	UNTIL(state(2).priority == state(2).priority_first);
	for (unsigned int i = 0; i < 30; i++) {
		const uint32_t count = worker_count(2);

		EXPECT(worker_go_on(2));
		/* It takes the processor from those that have it. */
		runner_sleep(RUNNER_SLEEP_TIME / 10);
		UNTIL(worker_count(2) != count);
		EXPECT(worker_rest(2));
		runner_sleep(RUNNER_SLEEP_TIME);
	}
	EXPECT(worker_info(2).priority < PRIORITY_LAST);
	return workers_stop();
}
