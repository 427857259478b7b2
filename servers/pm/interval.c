/* Timers of programs: setitimer() and timer_create(). While a timer's signal waits, further ends
 * are counted, not sent.
 */
#include "call.h"

#include "signal.h"
#include <skerry/kernel_call.h>
#include <skerry/signal.h>
#include <sys.h>
#include <sys_call.h>

#define PLACES 512u
#define ID_ALARM (~0u)	/* setitimer()'s: its signals are not counted */
#define SHORTEST 10000u /* ns; what comes more often would be all that PM does */

static struct interval places[PLACES];

static void went_off(struct timer *timer);

/* The next end that is not past, and how many are. */
static void again(struct interval *interval)
{
	const nanoseconds_t now = time_now();
	nanoseconds_t next = interval->timer.time + interval->interval;

	if (next <= now) {
		const uint64_t missed = (now - next) / interval->interval + 1;

		interval->overrun += (uint32_t)missed;
		next += missed * interval->interval;
	}
	timer_set(&interval->timer, next, went_off);
}

static void went_off(struct timer *timer)
{
	struct interval *interval = avl_object(timer, struct interval, timer);
	struct process *process = interval->process;
	struct thread *thread = NULL;
	const struct signal_facts facts = {
		.code = interval->id == ID_ALARM ? PM_SIGNAL_CODE_KERNEL : PM_SIGNAL_CODE_TIMER,
		.pid = (pid32)interval->id,
		.value = interval->value,
	};

	if (interval->interval != 0)
		again(interval);
	if (interval->signal == 0)
		return;
	if (interval->pending && interval->id != ID_ALARM) {
		interval->overrun++;
		return;
	}
	for (thread = process->threads; interval->tid != 0 && thread != NULL;
	     thread = thread->next) {
		if (thread->tid == interval->tid)
			break;
	}
	if (interval->tid == 0 || thread != NULL) {
		interval->pending = signal_effect(process, interval->signal) == EFFECT_HANDLER;
		(void)signal_post(process, interval->tid != 0 ? thread : NULL, interval->signal,
				  &facts);
	}
}

static void interval_set(struct interval *interval, uint32_t flags, nanoseconds_t time,
			 nanoseconds_t period)
{
	timer_cancel(&interval->timer);
	interval->interval = period != 0 && period < SHORTEST ? SHORTEST : period;
	interval->pending = false;
	interval->overrun = 0;
	if (time != 0)
		timer_set(&interval->timer, time_of(flags, time), went_off);
}

static void interval_show(const struct interval *interval, struct pm_timer_reply *rep)
{
	const nanoseconds_t now = time_now();

	rep->interval = interval->interval;
	if (interval->timer.set)
		rep->time = interval->timer.time > now ? interval->timer.time - now : 1;
}

static void interval_free(struct interval *interval)
{
	timer_cancel(&interval->timer);
	*interval = (struct interval){.used = false};
}

void timers_end(struct process *process, bool exec)
{
	if (!exec)
		timer_cancel(&process->real.timer);
	if (!process->timers_used)
		return;
	for (unsigned int i = 0; i < PLACES; i++) {
		if (places[i].used && places[i].process == process)
			interval_free(&places[i]);
	}
	process->timers_used = false;
}

uint32_t interval_delivered(struct process *process, uint32_t id)
{
	struct interval *interval = id < PLACES ? &places[id] : NULL;

	if (interval == NULL || interval->process != process)
		return 0;
	interval->pending = false;
	interval->overrun_told = interval->overrun;
	interval->overrun = 0;
	return interval->overrun_told;
}

/* --- Processor time --------------------------------------------------------------------------- */

/* The kernel has one such timer a thread: it is set to the earlier end. */
static void own_timer_arm(const struct thread *thread, nanoseconds_t used)
{
	struct sys_vtimer_req request = {.thread = thread->endpoint};
	nanoseconds_t first = PM_TIME_NEVER;

	for (unsigned int i = 0; i < 2; i++) {
		if (thread->own_time[i].end != 0 && thread->own_time[i].end < first)
			first = thread->own_time[i].end;
	}
	if (first != PM_TIME_NEVER) {
		request.signal = SIGNAL_VIRTUAL_ALARM;
		request.interval = first > used ? first - used : 1;
	}
	(void)sys_vtimer(&request, NULL);
}

static nanoseconds_t own_time(const struct thread *thread)
{
	const struct sys_times_req request = {.thread = thread->endpoint};
	struct sys_times_reply reply = {0};

	(void)sys_times(&request, &reply); /* it is there */
	return reply.user_time;
}

void own_timers_run(struct thread *thread)
{
	static const uint32_t signals[] = {SIGNAL_VIRTUAL_ALARM, SIGNAL_PROFILE};
	const struct signal_facts facts = {.code = PM_SIGNAL_CODE_KERNEL};
	struct process *process = thread->process;
	const nanoseconds_t used = own_time(thread);
	bool ended[2];

	for (unsigned int i = 0; i < 2; i++) {
		ended[i] = thread->own_time[i].end != 0 && thread->own_time[i].end <= used;
		if (ended[i])
			thread->own_time[i].end = thread->own_time[i].interval != 0
							  ? used + thread->own_time[i].interval
							  : 0;
	}
	own_timer_arm(thread, used);
	for (unsigned int i = 0; i < 2; i++) {
		if (ended[i] && process->thread != EP_NONE)
			(void)signal_post(process, NULL, signals[i], &facts);
	}
}

static struct answer own_timer_set(struct thread *thread, const struct pm_interval_timer_req *req,
				   struct pm_timer_reply *rep)
{
	const unsigned int i = req->which - PM_TIMER_VIRTUAL;
	const nanoseconds_t used = own_time(thread);

	rep->interval = thread->own_time[i].interval;
	if (thread->own_time[i].end != 0)
		rep->time = thread->own_time[i].end > used ? thread->own_time[i].end - used : 1;
	if (!req->set)
		return answer(0);
	thread->own_time[i].end = req->time != 0 ? used + req->time : 0;
	thread->own_time[i].interval =
		req->interval != 0 && req->interval < SHORTEST ? SHORTEST : req->interval;
	own_timer_arm(thread, used);
	return answer(0);
}

/* --- Calls ------------------------------------------------------------------------------------ */

#define TIME_MAX (1ull << 55) /* a year and more; sums do not overflow */

struct answer pm_do_interval_timer(endpoint_t caller, const struct pm_interval_timer_req *req,
				   struct pm_timer_reply *rep)
{
	struct process *process;

	(void)caller;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	if (req->which > PM_TIMER_PROF || req->time > TIME_MAX || req->interval > TIME_MAX)
		return answer(-EINVAL);
	if (req->which != PM_TIMER_REAL)
		return own_timer_set(calling, req, rep);
	process = calling->process;
	interval_show(&process->real, rep);
	if (req->set) {
		process->real.process = process;
		process->real.signal = SIGNAL_ALARM;
		process->real.id = ID_ALARM;
		interval_set(&process->real, 0, req->time, req->interval);
	}
	return answer(0);
}

/* The calling process's timer of that number. */
static struct interval *interval_find(uint32_t timer)
{
	if (calling == NULL || timer >= PLACES || !places[timer].used ||
	    places[timer].process != calling->process)
		return NULL;
	return &places[timer];
}

struct answer pm_do_timer_create(endpoint_t caller, const struct pm_timer_create_req *req,
				 struct pm_timer_id_reply *rep)
{
	struct interval *interval = NULL;
	unsigned int own = 0;

	(void)caller;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	if (req->signal > PM_SIGNAL_MAX || (req->flags & ~PM_TIME_REALTIME))
		return answer(-EINVAL);
	for (unsigned int i = PLACES; i-- > 0;) {
		if (!places[i].used)
			interval = &places[i];
		own += places[i].used && places[i].process == calling->process;
	}
	if (interval == NULL || own >= PM_TIMERS_MAX)
		return answer(-EAGAIN);
	rep->timer = (uint32_t)(interval - places);
	*interval = (struct interval){
		.process = calling->process,
		.value = req->value,
		.tid = req->tid,
		.signal = req->signal,
		.flags = req->flags,
		.id = rep->timer,
		.used = true,
	};
	calling->process->timers_used = true;
	return answer(0);
}

struct answer pm_do_timer_set(endpoint_t caller, const struct pm_timer_set_req *req,
			      struct pm_timer_reply *rep)
{
	struct interval *interval = interval_find(req->timer);

	(void)caller;
	if (interval == NULL || (req->flags & ~PM_TIME_ABSOLUTE) || req->interval > TIME_MAX)
		return answer(-EINVAL);
	interval_show(interval, rep);
	if (req->set)
		interval_set(interval, req->flags | interval->flags, req->time, req->interval);
	return answer(0);
}

struct answer pm_do_timer_overrun(endpoint_t caller, const struct pm_timer_req *req,
				  struct pm_count_reply *rep)
{
	const struct interval *interval = interval_find(req->timer);

	(void)caller;
	if (interval == NULL)
		return answer(-EINVAL);
	rep->count = interval->overrun_told;
	return answer(0);
}

struct answer pm_do_timer_delete(endpoint_t caller, const struct pm_timer_req *req,
				 struct pm_empty_reply *rep)
{
	struct interval *interval = interval_find(req->timer);

	(void)caller, (void)rep;
	if (interval == NULL)
		return answer(-EINVAL);
	interval_free(interval);
	return answer(0);
}

struct answer pm_do_clock_set(endpoint_t caller, const struct pm_clock_set_req *req,
			      struct pm_empty_reply *rep)
{
	const struct sys_time_set_req request = {.realtime = req->realtime};

	(void)caller, (void)rep;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	if (!is_root(calling->process))
		return answer(-EPERM);
	return answer(sys_time_set(&request, NULL) == 0 ? 0 : -EINVAL);
}
