/* Timers that send signals. */
#include "pm_ask.h"

#include <signal.h>
#include <time.h>

/* --- Interval timers: longs, microseconds ----------------------------------------------------- */

static nanoseconds_t micro_get(const long from[2])
{
	return (nanoseconds_t)from[0] * POSIX_SECOND + (nanoseconds_t)from[1] * 1000;
}

/* What still runs is never answered as 0. */
static void micro_put(long to[2], nanoseconds_t time)
{
	time = (time + 999) / 1000;
	to[0] = (long)(time / 1000000);
	to[1] = (long)(time % 1000000);
}

static bool micro_valid(const long from[2])
{
	return from[0] >= 0 && from[1] >= 0 && from[1] < 1000000;
}

static long interval_timer(const struct posix_call *call, const long *wanted, long *old)
{
	struct pm_interval_timer_req request = {
		.which = (u32)call->argument[0],
		.set = wanted != NULL,
	};
	struct pm_timer_reply reply;
	int error;

	if (wanted != NULL) {
		if (!micro_valid(wanted) || !micro_valid(wanted + 2))
			return -EINVAL;
		request.interval = micro_get(wanted);
		request.time = micro_get(wanted + 2);
	}
	error = PM_ASK(call, PM_INTERVAL_TIMER, &request, &reply);
	if (error == 0 && old != NULL) {
		micro_put(old, reply.interval);
		micro_put(old + 2, reply.time);
	}
	return error;
}

long posix_do_setitimer(const struct posix_call *call)
{
	return interval_timer(call, (const long *)call->argument[1], (long *)call->argument[2]);
}

long posix_do_getitimer(const struct posix_call *call)
{
	return interval_timer(call, NULL, (long *)call->argument[1]);
}

/* --- POSIX timers ----------------------------------------------------------------------------- */

/* As musl hands it to timer_create. */
struct event {
	union sigval value;
	int signal;
	int notify;
	int tid;
};

long posix_do_timer_create(const struct posix_call *call)
{
	const struct event *event = (const struct event *)call->argument[1];
	struct pm_timer_create_req request = {
		.flags = call->argument[0] == CLOCK_REALTIME ? PM_TIME_REALTIME : 0,
		.signal = SIGALRM,
	};
	struct pm_timer_id_reply reply;
	int error;

	if (call->argument[0] != CLOCK_REALTIME && call->argument[0] != CLOCK_MONOTONIC)
		return -EINVAL;
	if (event != NULL) {
		request.signal = event->notify == SIGEV_NONE ? 0 : (u32)event->signal;
		request.tid = event->notify == SIGEV_THREAD_ID ? event->tid : 0;
		request.value = (uintptr_t)event->value.sival_ptr;
	}
	error = PM_ASK(call, PM_TIMER_CREATE, &request, &reply);
	if (error == 0)
		*(int *)call->argument[2] = (int)reply.timer;
	return error;
}

static int timer_ask(const struct posix_call *call, const struct pm_timer_set_req *request,
		     struct posix_timespec *old)
{
	struct pm_timer_reply reply;
	const int error = PM_ASK(call, PM_TIMER_SET, request, &reply);

	if (error == 0 && old != NULL) {
		posix_time_put(&old[0], reply.interval);
		posix_time_put(&old[1], reply.time);
	}
	return error;
}

long posix_do_timer_settime(const struct posix_call *call)
{
	const struct posix_timespec *wanted = (const struct posix_timespec *)call->argument[2];
	struct pm_timer_set_req request = {
		.timer = (u32)call->argument[0],
		.set = 1,
		.flags = call->argument[1] & TIMER_ABSTIME ? PM_TIME_ABSOLUTE : 0,
	};
	nanoseconds_t time, interval;

	if (!posix_time_get(&wanted[0], &interval) || !posix_time_get(&wanted[1], &time))
		return -EINVAL;
	request.time = time;
	request.interval = interval;
	return timer_ask(call, &request, (struct posix_timespec *)call->argument[3]);
}

long posix_do_timer_gettime(const struct posix_call *call)
{
	const struct pm_timer_set_req request = {.timer = (u32)call->argument[0]};

	return timer_ask(call, &request, (struct posix_timespec *)call->argument[1]);
}

long posix_do_timer_getoverrun(const struct posix_call *call)
{
	const struct pm_timer_req request = {(u32)call->argument[0]};
	struct pm_count_reply reply;
	const int error = PM_ASK(call, PM_TIMER_OVERRUN, &request, &reply);

	return error != 0 ? error : (long)reply.count;
}

long posix_do_timer_delete(const struct posix_call *call)
{
	const struct pm_timer_req request = {(u32)call->argument[0]};

	return PM_ASK(call, PM_TIMER_DELETE, &request, NULL);
}
