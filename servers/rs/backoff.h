/* How soon a failed service is started again, and when no more. Pure. */
#pragma once

#include <skerry/types.h>

/* Who ran for so long is well: its next failure counts as its first. */
#define BACKOFF_STABLE 30000000000ull /* ns */

struct backoff_limits {
	u32 limit; /* failures in a row */
	nanoseconds_t first, most;
};

struct backoff {
	u32 failures;	     /* in a row */
	nanoseconds_t since; /* when the last instance was ready; 0: it never was */
};

/* It failed. False: too often. Else *delay is how long to wait; nothing after the first failure. */
bool backoff_fail(struct backoff *backoff, const struct backoff_limits *limits, nanoseconds_t now,
		  nanoseconds_t *delay);
