/* Clocks. Nothing here depends on how fast the machine is. */
#include "libc_case.h"

#include <errno.h>
#include <stdint.h>
#include <sys/time.h>
#include <time.h>

static int64_t nanoseconds(clockid_t clock)
{
	struct timespec time;

	CHECK_EQ(clock_gettime(clock, &time), 0);
	CHECK(time.tv_nsec >= 0 && time.tv_nsec < 1000000000);
	return time.tv_sec * 1000000000ll + time.tv_nsec;
}

void case_clocks(void)
{
	int64_t before = nanoseconds(CLOCK_MONOTONIC);
	struct timespec resolution, none;

	for (int i = 0; i < 10000; i++) {
		const int64_t now = nanoseconds(CLOCK_MONOTONIC);

		CHECK(now >= before);
		before = now;
	}
	CHECK(nanoseconds(CLOCK_MONOTONIC_RAW) >= before);
	CHECK(nanoseconds(CLOCK_BOOTTIME) >= before);
	CHECK(nanoseconds(CLOCK_THREAD_CPUTIME_ID) > 0);
	CHECK_EQ(clock_getres(CLOCK_MONOTONIC, &resolution), 0);
	CHECK(resolution.tv_sec == 0 && resolution.tv_nsec > 0);
	CHECK_EQ(clock_gettime(77, &none), -1);
	CHECK_EQ(errno, EINVAL);
}

void case_clock_wall(void)
{
	const int64_t offset = nanoseconds(CLOCK_REALTIME) - nanoseconds(CLOCK_MONOTONIC);
	struct timeval day;
	int64_t earlier, wall, later;

	earlier = nanoseconds(CLOCK_MONOTONIC) + offset - 1000000000ll;
	CHECK_EQ(gettimeofday(&day, NULL), 0);
	later = nanoseconds(CLOCK_MONOTONIC) + offset + 1000000000ll;
	wall = day.tv_sec * 1000000000ll + day.tv_usec * 1000ll;
	CHECK(wall >= earlier && wall <= later);
	CHECK(time(NULL) >= day.tv_sec);
}
