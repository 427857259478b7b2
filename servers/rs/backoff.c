/* Back-off: doubled with each failure in a row. */
#include "backoff.h"

static nanoseconds_t delay_of(u32 failures, const struct backoff_limits *limits)
{
	nanoseconds_t delay = limits->first;

	if (failures == 1)
		return 0;
	for (u32 i = 2; i < failures && delay < limits->most; i++)
		delay *= 2;
	return delay < limits->most ? delay : limits->most;
}

bool backoff_fail(struct backoff *backoff, const struct backoff_limits *limits, nanoseconds_t now,
		  nanoseconds_t *delay)
{
	if (backoff->since != 0 && now - backoff->since >= BACKOFF_STABLE)
		backoff->failures = 0;
	backoff->since = 0;
	if (backoff->failures == limits->limit)
		return false;
	backoff->failures++;
	*delay = delay_of(backoff->failures, limits);
	return true;
}
