/* A queue of timers on the one alarm that the kernel has for PM. Times are nanoseconds since boot.
 */
#pragma once

#include <avl.h>
#include <skerry/types.h>

struct timer {
	struct avl_node node;
	nanoseconds_t time;
	void (*run)(struct timer *timer); /* it is not set any more then */
	bool set;
};

nanoseconds_t time_now(void);

/* Since 1970, minus time_now(). */
nanoseconds_t time_real_offset(void);

/* The time that a request means by its PM_TIME_* flags; PM_TIME_NEVER stays. */
nanoseconds_t time_of(uint32_t flags, nanoseconds_t time);

/* Run at `time`, once; a timer that is set is moved. PM_TIME_NEVER: cancelled. */
void timer_set(struct timer *timer, nanoseconds_t time, void (*run)(struct timer *timer));
void timer_cancel(struct timer *timer);

/* The alarm has come. */
void timers_run(void);
