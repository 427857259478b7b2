/* Switches: two threads of one priority that yield to each other. An operation begins in one thread
 * and ends in the other.
 */
#include "bench.h"

/* --- One space, and two ------------------------------------------------------------------------
 */

ALWAYS_INLINE int switch_once(enum bench_id id)
{
	const struct sys_empty_req request;
	int error;

	bench_begin(id);
	error = sys_yield(&request, NULL);
	bench_end(id);
	return error;
}

ALWAYS_INLINE struct bench_time run_switch(enum bench_id id, unsigned int operations)
{
	nanoseconds_t start;

	CHECK_EQUAL(switch_once(id), 0); /* the partner begins to run */
	start = clock_now();
	for (unsigned int i = 0; i < operations; i += 2)
		CHECK_EQUAL(switch_once(id), 0);
	return (struct bench_time){operations, clock_now() - start};
}

static int partner_same(void *unused)
{
	(void)unused;
	while (switch_once(BENCH_SWITCH_SAME) == 0)
		;
	return -1;
}

static int partner_cross(void *unused)
{
	(void)unused;
	while (switch_once(BENCH_SWITCH_CROSS) == 0)
		;
	return -1;
}

static struct test_space *prepare_same(void)
{
	bench_thread(NULL, PRIORITY_CLIENT, partner_same, NULL);
	return NULL;
}

static struct test_space *prepare_cross(void)
{
	bench_thread(space_make(), PRIORITY_CLIENT, partner_cross, NULL);
	return space_make();
}

static struct bench_time run_same(unsigned int operations)
{
	return run_switch(BENCH_SWITCH_SAME, operations);
}

static struct bench_time run_cross(unsigned int operations)
{
	return run_switch(BENCH_SWITCH_CROSS, operations);
}

const struct bench bench_switch_same = {
	.name = "switch.same",
	.id = BENCH_SWITCH_SAME,
	.prepare = prepare_same,
	.run = run_same,
};

const struct bench bench_switch_cross = {
	.name = "switch.cross",
	.id = BENCH_SWITCH_CROSS,
	.prepare = prepare_cross,
	.run = run_cross,
};
