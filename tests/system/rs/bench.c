/* How long recovery takes: from the fault to the first answered call, which waits in the queue of
 * the service or, after an exit, is repeated until there is a new instance.
 */
#include "help.h"

#include <stdlib.h>

#define ROUNDS 200u

static const struct hello_empty_req nothing;

static int crash_in_call(void)
{
	return hello_crash(hello, &nothing, NULL) == -EDEADSRCDST ? 0 : -EIO;
}

static int crash_by_signal(void)
{
	return signal_send(hello, SIGNAL_SEGV);
}

static int crash_by_exit(void)
{
	return inject(HELLO, FAIL_EXIT);
}

static int crash_by_refresh(void)
{
	return control(rs_refresh, HELLO);
}

static const struct {
	const char *name;
	int (*run)(void);
} faults[] = {
	{"exception in a call", crash_in_call},
	{"signal while idle", crash_by_signal},
	{"exit", crash_by_exit},
	{"refresh (no fault)", crash_by_refresh},
};

static int compare(const void *a, const void *b)
{
	const nanoseconds_t x = *(const nanoseconds_t *)a, y = *(const nanoseconds_t *)b;

	return x < y ? -1 : x > y;
}

/* 0: it did not recover. */
static nanoseconds_t recovery_time(int (*fault)(void))
{
	const nanoseconds_t from = time_now();
	struct hello_greet_reply reply;
	int error = fault();

	while (error == 0 && hello_greet(hello, &nothing, &reply) != 0)
		;
	return error == 0 && reply.greetings == 1 ? time_now() - from : 0;
}

#define FAULTS (sizeof(faults) / sizeof(faults[0]))

static nanoseconds_t times[FAULTS][ROUNDS];

static bool measure(unsigned int fault)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		times[fault][i] = recovery_time(faults[fault].run);
		if (times[fault][i] == 0)
			return false;
	}
	qsort(times[fault], ROUNDS, sizeof(times[fault][0]), compare);
	return true;
}

int bench_run(void)
{
	for (unsigned int i = 0; i < FAULTS; i++) {
		if (!measure(i))
			return 1;
	}
	sys_print("recovery, ns from the fault to the first answered call, %u times each\n"
		  "%-24s%12s%12s%12s\n",
		  ROUNDS, "fault", "p50", "p99", "max");
	for (unsigned int i = 0; i < FAULTS; i++)
		sys_print("%-24s%12llu%12llu%12llu\n", faults[i].name, times[i][ROUNDS / 2],
			  times[i][ROUNDS * 99 / 100], times[i][ROUNDS - 1]);
	return 0;
}
