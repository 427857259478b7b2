/* Ticks: an alarm, and another. */
#include "ticker.h"

#include "helper.h"

#define TICK (MILLISECOND / 5)

static int tick(void *argument)
{
	const struct ticker *ticker = argument;

	while (!ticker->stop)
		sleep_for(TICK);
	return 0;
}

void ticker_start(struct ticker *ticker)
{
	/* More urgent than who spins, so that it is never the one that waits. */
	const struct thread_plan plan = {
		.function = tick,
		.argument = ticker,
		.priority = PRIORITY_TEST - 1,
		.affinity = 1, /* other CPUs see no interrupt but their own */
	};

	ticker->stop = false;
	ticker->thread = thread_make(&plan);
}

void ticker_stop(struct ticker *ticker)
{
	ticker->stop = true;
	CHECK_EQUAL(thread_join(ticker->thread), 0);
}
