/* When a failed service is started again. */
#include "servers/rs/backoff.h"
#include "test.h"

static const struct backoff_limits limits = {.limit = 6, .first = 50, .most = 300};

TEST("the first failure costs no time, each further one twice as much, up to the most")
{
	static const nanoseconds_t wanted[] = {0, 50, 100, 200, 300, 300};
	struct backoff backoff = {0};
	nanoseconds_t delay;

	for (unsigned int i = 0; i < 6; i++) {
		CHECK(backoff_fail(&backoff, &limits, 1000, &delay));
		CHECK_EQ(delay, wanted[i]);
		CHECK_EQ(backoff.failures, i + 1);
	}
	CHECK(!backoff_fail(&backoff, &limits, 1000, &delay));
	CHECK(!backoff_fail(&backoff, &limits, 1000, &delay));
	CHECK_EQ(backoff.failures, 6);
}

TEST("who ran long enough begins anew, who did not goes on counting")
{
	struct backoff backoff = {.failures = 6, .since = 5};
	nanoseconds_t delay = 7;

	CHECK(backoff_fail(&backoff, &limits, 5 + BACKOFF_STABLE, &delay));
	CHECK_EQ(delay, 0);
	CHECK_EQ(backoff.failures, 1);
	backoff.since = 9;
	CHECK(backoff_fail(&backoff, &limits, 8 + BACKOFF_STABLE, &delay));
	CHECK_EQ(backoff.failures, 2);
	CHECK_EQ(delay, 50);
	/* An instance that never was ready did not run. */
	CHECK(backoff_fail(&backoff, &limits, 100 * BACKOFF_STABLE, &delay));
	CHECK_EQ(backoff.failures, 3);
}

TEST("no delay stays none")
{
	const struct backoff_limits none = {.limit = 100};
	struct backoff backoff = {0};
	nanoseconds_t delay = 1;

	for (unsigned int i = 0; i < 100; i++) {
		CHECK(backoff_fail(&backoff, &none, 1000, &delay));
		CHECK_EQ(delay, 0);
	}
	CHECK(!backoff_fail(&backoff, &none, 1000, &delay));
}

TEST("a limit of none never restarts; the largest delays do not wrap round")
{
	const struct backoff_limits never = {.limit = 0, .first = 1, .most = 1};
	const struct backoff_limits large = {
		.limit = 200, .first = 4294967295000000ull, .most = 4294967295000000ull};
	struct backoff backoff = {0};
	nanoseconds_t delay;

	CHECK(!backoff_fail(&backoff, &never, 1000, &delay));
	for (unsigned int i = 0; i < 200; i++)
		CHECK(backoff_fail(&backoff, &large, 1000, &delay));
	CHECK_EQ(delay, large.most);
}
