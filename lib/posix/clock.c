/* The clock: read in the kernel page without a call where the cycle counter can be read. */
#include "pm_ask.h"

#include <arch/layout.h>
#include <arch/provoke.h>
#include <skerry/kernel_page.h>
#include <time.h>

#define PAGE ((const struct kernel_page *)ARCH_KERNEL_PAGE)

bool posix_time_get(const struct posix_timespec *from, nanoseconds_t *time)
{
	if (from->seconds < 0 || (uint64_t)from->nanoseconds >= POSIX_SECOND)
		return false;
	*time = INT64_MAX;
	if (from->seconds < INT64_MAX / (int64_t)POSIX_SECOND - 1)
		*time = (uint64_t)from->seconds * POSIX_SECOND + (uint64_t)from->nanoseconds;
	return true;
}

void posix_time_put(struct posix_timespec *to, nanoseconds_t time)
{
	to->seconds = (int64_t)(time / POSIX_SECOND);
	to->nanoseconds = (int64_t)(time % POSIX_SECOND);
}

static int times_ask(struct message_page *page, struct sys_times_reply *times)
{
	const struct sys_times_req request = {EP_SELF};

	return posix_kernel(page, SYS_TIMES, &request, sizeof(request), times, sizeof(*times));
}

/* The product has 96 bits: the two halves of the difference apart. */
static nanoseconds_t scaled(cycles_t cycles, const struct kernel_page_clock *clock)
{
	return ((cycles >> 32) * clock->multiplier << (32 - clock->shift)) +
	       ((cycles & 0xFFFFFFFFu) * clock->multiplier >> clock->shift);
}

nanoseconds_t posix_clock(struct message_page *page, bool realtime)
{
	const struct kernel_page_clock *clock = &PAGE->clock;
	struct sys_times_reply times;
	nanoseconds_t now, offset;
	uint32_t sequence;

	do {
		sequence = __atomic_load_n(&clock->sequence, __ATOMIC_ACQUIRE);
		now = clock->base_time;
		if (clock->readable)
			now += scaled(arch_cycles_read() - clock->base_cycles, clock);
		offset = clock->realtime_offset;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while ((sequence & 1) || sequence != *(volatile const u32 *)&clock->sequence);
	if (!clock->readable && times_ask(page, &times) == 0)
		now = times.now;
	return realtime ? now + offset : now;
}

static int process_time(const struct posix_call *call, nanoseconds_t *time)
{
	const struct pm_usage_req request = {PM_USAGE_SELF};
	struct pm_usage_reply usage;
	const int error = PM_ASK(call, PM_USAGE, &request, &usage);

	*time = usage.user_time + usage.system_time;
	return error;
}

static int thread_time(const struct posix_call *call, nanoseconds_t *time)
{
	struct sys_times_reply times;
	const int error = times_ask(call->page, &times);

	*time = times.user_time;
	return error;
}

static int clock_read(const struct posix_call *call, long which, nanoseconds_t *time)
{
	switch (which) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
		*time = posix_clock(call->page, true);
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		*time = posix_clock(call->page, false);
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID:
		return process_time(call, time);
	case CLOCK_THREAD_CPUTIME_ID:
		return thread_time(call, time);
	default:
		return -EINVAL;
	}
}

long posix_do_clock_gettime(const struct posix_call *call)
{
	nanoseconds_t time;
	const int error = clock_read(call, call->argument[0], &time);

	if (error == 0)
		posix_time_put((struct posix_timespec *)call->argument[1], time);
	return error;
}

long posix_do_clock_getres(const struct posix_call *call)
{
	struct posix_timespec *resolution = (struct posix_timespec *)call->argument[1];
	nanoseconds_t time;
	const int error = clock_read(call, call->argument[0], &time);

	if (error == 0 && resolution != NULL)
		posix_time_put(resolution, 1);
	return error;
}

long posix_do_clock_settime(const struct posix_call *call)
{
	nanoseconds_t time;
	struct pm_clock_set_req request;

	if (call->argument[0] != CLOCK_REALTIME ||
	    !posix_time_get((const struct posix_timespec *)call->argument[1], &time))
		return -EINVAL;
	request.realtime = time;
	return PM_ASK(call, PM_CLOCK_SET, &request, NULL);
}

/* Made absolute, so that a repeated call does not begin again. */
long posix_do_clock_nanosleep(const struct posix_call *call)
{
	const bool absolute = call->argument[1] & TIMER_ABSTIME;
	const bool realtime = call->argument[0] == CLOCK_REALTIME;
	struct posix_timespec *left = (struct posix_timespec *)call->argument[3];
	struct pm_sleep_req request = {.flags = PM_TIME_ABSOLUTE};
	nanoseconds_t time, now;
	int error;

	if (clock_read(call, call->argument[0], &now) != 0 ||
	    call->argument[0] == CLOCK_THREAD_CPUTIME_ID ||
	    call->argument[0] == CLOCK_PROCESS_CPUTIME_ID ||
	    !posix_time_get((const struct posix_timespec *)call->argument[2], &time))
		return -EINVAL;
	if (absolute && realtime)
		request.flags |= PM_TIME_REALTIME;
	request.time = absolute ? time : posix_clock(call->page, false) + time;
	error = PM_ASK_ONCE(call, PM_SLEEP, &request, NULL);
	if (error == -EINTR && !absolute && left != NULL) {
		now = posix_clock(call->page, false);
		posix_time_put(left, request.time > now ? request.time - now : 0);
	}
	return error;
}
