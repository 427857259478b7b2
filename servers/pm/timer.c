/* Timers in a tree by time. The kernel's alarm is at the first one's time, or earlier: cancelling
 * does not move it.
 */
#include "timer.h"

#include <arch/layout.h>
#include <service.h>
#include <skerry/kernel_page.h>
#include <skerry/pm.h>
#include <sys.h>
#include <sys_call.h>

static struct avl_tree timers;
static nanoseconds_t armed = PM_TIME_NEVER;

nanoseconds_t time_now(void)
{
	const struct sys_times_req request = {.thread = EP_SELF};
	struct sys_times_reply reply;
	const int error = sys_times(&request, &reply);

	assert(error == 0);
	return reply.now;
}

nanoseconds_t time_real_offset(void)
{
	const volatile struct kernel_page_clock *clock =
		&((const volatile struct kernel_page *)ARCH_KERNEL_PAGE)->clock;
	nanoseconds_t offset;
	u32 sequence;

	do {
		sequence = clock->sequence;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		offset = clock->realtime_offset;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (sequence % 2 != 0 || sequence != clock->sequence);
	return offset;
}

nanoseconds_t time_of(uint32_t flags, nanoseconds_t time)
{
	nanoseconds_t base;

	if (time == PM_TIME_NEVER)
		return time;
	if (!(flags & PM_TIME_ABSOLUTE)) {
		base = time_now();
		return time < PM_TIME_NEVER - base ? base + time : PM_TIME_NEVER;
	}
	if (!(flags & PM_TIME_REALTIME))
		return time;
	base = time_real_offset();
	return time > base ? time - base : 0;
}

/* Keys must differ: at the same time by place. */
static int timer_order(const void *key, const struct avl_node *node)
{
	const struct timer *timer = avl_object(node, struct timer, node), *other = key;

	if (other->time != timer->time)
		return other->time < timer->time ? -1 : 1;
	return other < timer ? -1 : other > timer;
}

/* The kernel's alarm takes no time that is further off than 146 years: never, then. */
static void alarm_set(nanoseconds_t time)
{
	const struct sys_alarm_req request = {
		.time = time > 0 ? time : 1,
		.flags = ALARM_ABSOLUTE,
	};
	int error;

	armed = time;
	if (time > 1ull << 62)
		return;
	error = sys_alarm(&request, NULL);
	assert(error == 0);
}

void timer_set(struct timer *timer, nanoseconds_t time, void (*run)(struct timer *timer))
{
	timer_cancel(timer);
	if (time == PM_TIME_NEVER)
		return;
	timer->time = time;
	timer->run = run;
	timer->set = true;
	avl_insert(&timers, &timer->node, timer, timer_order);
	if (time < armed)
		alarm_set(time);
}

void timer_cancel(struct timer *timer)
{
	if (!timer->set)
		return;
	avl_remove(&timers, &timer->node);
	timer->set = false;
}

void timers_run(void)
{
	const nanoseconds_t now = time_now();
	struct avl_node *first;

	armed = PM_TIME_NEVER;
	while ((first = avl_first(&timers)) != NULL) {
		struct timer *timer = avl_object(first, struct timer, node);

		if (timer->time > now) {
			if (timer->time < armed)
				alarm_set(timer->time);
			return;
		}
		timer_cancel(timer);
		timer->run(timer);
	}
}
