/* Threads that wait in PM: how their waiting ends. */
#include "sleep.h"

#include "call.h"
#include "signal.h"
#include <skerry/kernel_call.h>
#include <sys.h>
#include <sys_call.h>

struct thread *calling;

static void runctl(const struct thread *thread, uint32_t operation)
{
	const struct sys_runctl_req request = {thread->endpoint, operation};

	(void)sys_runctl(&request, NULL); /* it may have made SYS_EXIT */
}

void thread_stop(const struct thread *thread)
{
	runctl(thread, RUNCTL_STOP);
}

void thread_resume(const struct thread *thread)
{
	runctl(thread, RUNCTL_RESUME);
}

void sleep_end(struct thread *thread)
{
	if (thread->sleep == SLEEP_FUTEX)
		futex_forget(thread);
	timer_cancel(&thread->timer);
	thread->sleep = SLEEP_NONE;
}

void thread_answer(struct thread *thread, int code, const void *reply, size_t bytes)
{
	bool due;

	sleep_end(thread);
	due = thread->process->pid != 0 && signal_is_due(thread);
	if (due) {
		thread->held = true;
		thread_stop(thread);
	}
	service_answer(thread->endpoint, code, reply, bytes);
	if (due)
		signal_deliver(thread);
}

static void sleep_interrupt(struct thread *thread)
{
	const nanoseconds_t now = time_now();
	struct pm_sleep_reply reply = {0};

	if (!thread->on.time.absolute && thread->on.time.end > now)
		reply.left = thread->on.time.end - now;
	thread_answer(thread, -EINTR, &reply, sizeof(reply));
}

void thread_interrupt(struct thread *thread)
{
	switch (thread->sleep) {
	case SLEEP_CHILD:
	case SLEEP_FUTEX:
		thread_answer(thread, signal_error(thread), NULL, 0);
		break;
	case SLEEP_SUSPEND:
	case SLEEP_SIGNAL:
		thread_answer(thread, -EINTR, NULL, 0);
		break;
	case SLEEP_TIME:
		sleep_interrupt(thread);
		break;
	case SLEEP_NONE:
	case SLEEP_VFS:
	case SLEEP_ENDED:
		break;
	}
}

/* --- Time ------------------------------------------------------------------------------------- */

static void sleep_over(struct timer *timer)
{
	struct thread *thread = avl_object(timer, struct thread, timer);

	thread_answer(thread, 0, NULL, 0);
}

struct answer pm_do_sleep(endpoint_t caller, const struct pm_sleep_req *req,
			  struct pm_sleep_reply *rep)
{
	struct thread *thread = calling;

	(void)caller, (void)rep;
	if (thread == NULL)
		return answer(-ENOTALLOWED);
	if (req->flags & ~(PM_TIME_ABSOLUTE | PM_TIME_REALTIME))
		return answer(-EINVAL);
	if (req->time == 0)
		return answer(0);
	thread->sleep = SLEEP_TIME;
	thread->on.time.absolute = req->flags & PM_TIME_ABSOLUTE;
	thread->on.time.end = time_of(req->flags, req->time);
	timer_set(&thread->timer, thread->on.time.end, sleep_over);
	return answer_later();
}
