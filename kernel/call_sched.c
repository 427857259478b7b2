/* Kernel calls on scheduling and processor time. */
#include "kernel/call.h"
#include "kernel/ipc.h"
#include "kernel/sched.h"

#define QUANTUM_MIN 1000000ull	   /* 1 ms: no scheduler drowns the kernel in messages */
#define QUANTUM_MAX 10000000000ull /* 10 s */

int sys_do_yield(struct thread *caller, const struct sys_empty_req *req,
		 struct sys_empty_reply *rep)
{
	(void)req, (void)rep;
	sched_yield(this_cpu(), caller);
	return 0;
}

static bool parameters_valid(uint32_t priority, nanoseconds_t quantum, uint64_t affinity)
{
	return priority < PRIORITY_COUNT &&
	       (!quantum || (quantum >= QUANTUM_MIN && quantum <= QUANTUM_MAX)) &&
	       (!affinity || (affinity & cpu_online_mask));
}

int sys_do_schedule(struct thread *caller, const struct sys_schedule_req *req,
		    struct sys_empty_reply *rep)
{
	struct thread *t = thread_find(req->thread);

	(void)rep;
	if (!t || (t->rts & RTS_EXITED))
		return -EDEADSRCDST;
	if (t->scheduler != caller->endpoint)
		return -EPERM;
	if (!parameters_valid(req->priority, req->quantum, req->affinity))
		return -EINVAL;
	sched_set(t, req->priority, req->quantum, (uint32_t)req->affinity & cpu_online_mask);
	sched_quantum_given(t);
	return 0;
}

int sys_do_schedctl(struct thread *caller, const struct sys_schedctl_req *req,
		    struct sys_empty_reply *rep)
{
	struct thread *t = call_thread(caller, req->thread);
	uint32_t affinity = (uint32_t)req->affinity & cpu_online_mask;
	endpoint_t scheduler = req->scheduler == EP_SELF ? caller->endpoint : req->scheduler;
	struct thread *by = thread_find(scheduler);

	(void)rep;
	if (!t || (t->rts & RTS_EXITED))
		return -EDEADSRCDST;
	if (scheduler != SCHEDULER_KERNEL && (!by || (by->rts & RTS_EXITED)))
		return -EDEADSRCDST;
	if (!parameters_valid(req->priority, req->quantum, req->affinity) ||
	    scheduler == t->endpoint)
		return -EINVAL;
	t->scheduler = scheduler;
	sched_set(t, req->priority, req->quantum, affinity ? affinity : cpu_online_mask);
	sched_quantum_given(t);
	return 0;
}

int sys_do_times(struct thread *caller, const struct sys_times_req *req,
		 struct sys_times_reply *rep)
{
	struct thread *t = call_thread(caller, req->thread);

	if (!t)
		return -EDEADSRCDST;
	rep->user_cycles = sched_cycles(t);
	rep->user_time = arch_cycles_to_time(rep->user_cycles);
	rep->now = arch_time();
	rep->ipc_count = t->ipc_count;
	rep->cpu = t->cpu ? t->cpu->index : 0;
	rep->priority = t->priority;
	return 0;
}

int sys_do_vtimer(struct thread *caller, const struct sys_vtimer_req *req,
		  struct sys_vtimer_reply *rep)
{
	struct thread *t = call_thread(caller, req->thread);
	cycles_t used;

	if (!t || (t->rts & RTS_EXITED))
		return -EDEADSRCDST;
	if (req->signal >= SIGNAL_EXITED || (req->signal && !req->interval) ||
	    req->interval > 1ull << 56)
		return -EINVAL;
	used = sched_cycles(t);
	if (t->virtual_signal && t->virtual_end > used)
		rep->left = arch_cycles_to_time(t->virtual_end - used);
	timer_cancel(&t->virtual_timer);
	t->virtual_signal = req->signal;
	if (req->signal) {
		t->virtual_end = used + arch_time_to_cycles(req->interval);
		timer_set(this_cpu(), &t->virtual_timer, arch_time() + req->interval);
	}
	return 0;
}

int sys_do_alarm(struct thread *caller, const struct sys_alarm_req *req,
		 struct sys_alarm_reply *rep)
{
	struct timer *alarm = &caller->priv->alarm;
	nanoseconds_t now = arch_time();
	nanoseconds_t deadline = req->flags & ALARM_ABSOLUTE ? req->time : now + req->time;

	if (!(caller->priv->flags & PRIV_SYSTEM) || (req->flags & ~ALARM_ABSOLUTE) ||
	    req->time > 1ull << 62)
		return -EINVAL;
	if (alarm->cpu && alarm->deadline > now)
		rep->left = alarm->deadline - now;
	timer_cancel(alarm);
	if (req->time)
		timer_set(this_cpu(), alarm, deadline);
	return 0;
}
