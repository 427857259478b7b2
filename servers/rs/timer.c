/* One alarm for the nearest deadline of all services. */
#include "timer.h"

#include "life.h"
#include <skerry/kernel_call.h>
#include <sys.h>
#include <sys_call.h>

static nanoseconds_t armed; /* for when; 0: not */

static nanoseconds_t nearest(void)
{
	nanoseconds_t time = 0;

	for (struct entry *entry = entry_next(NULL); entry != NULL; entry = entry_next(entry)) {
		if (entry->deadline != 0 && (time == 0 || entry->deadline < time))
			time = entry->deadline;
	}
	return time;
}

void timer_update(void)
{
	const struct sys_alarm_req request = {.time = nearest(), .flags = ALARM_ABSOLUTE};
	struct message answer;

	if (request.time == armed)
		return;
	answer = message_page()->message;
	if (sys_alarm(&request, NULL) != 0)
		panic("no alarm");
	message_page()->message = answer;
	armed = request.time;
}

void timer_expired(void)
{
	const nanoseconds_t now = clock_now();

	armed = 0;
	for (struct entry *entry = entry_next(NULL); entry != NULL; entry = entry_next(entry)) {
		if (entry->deadline != 0 && entry->deadline <= now)
			life_expired(entry);
	}
}
