/* What processes and threads have used. */
#include "call.h"

#include <skerry/kernel_call.h>
#include <sys_call.h>
#include <vm_call.h>

static nanoseconds_t thread_time(endpoint_t thread)
{
	const struct sys_times_req request = {.thread = thread};
	struct sys_times_reply reply = {0};

	(void)sys_times(&request, &reply); /* it is there still */
	return reply.user_time;
}

void usage_keep_thread(struct process *process, endpoint_t thread)
{
	process->ended.user_time += thread_time(thread);
}

static void space_add(struct usage *usage, space_t space)
{
	const struct vm_space_req request = {.space = space};
	struct vm_getrusage_reply reply = {0};

	(void)vm_getrusage(&request, &reply);
	usage->faults_minor += reply.faults_minor;
	usage->faults_major += reply.faults_major;
	if (reply.peak > usage->peak_bytes)
		usage->peak_bytes = reply.peak;
}

void usage_keep_space(struct process *process)
{
	space_add(&process->ended, process->space);
}

void usage_of(const struct process *process, struct usage *usage)
{
	*usage = process->ended;
	for (const struct thread *thread = process->threads; thread != NULL; thread = thread->next)
		usage->user_time += thread_time(thread->endpoint);
	if (process->thread != EP_NONE)
		space_add(usage, process->space);
}

struct answer pm_do_usage(endpoint_t caller, const struct pm_usage_req *req,
			  struct pm_usage_reply *rep)
{
	struct usage usage = {0};

	if (calling == NULL)
		return answer(-ENOTALLOWED);
	switch (req->who) {
	case PM_USAGE_SELF:
		usage_of(calling->process, &usage);
		break;
	case PM_USAGE_CHILDREN:
		usage = calling->process->children_usage;
		break;
	case PM_USAGE_THREAD:
		usage_of(calling->process, &usage);
		usage.user_time = thread_time(caller);
		break;
	default:
		return answer(-EINVAL);
	}
	*rep = (struct pm_usage_reply){
		.user_time = usage.user_time,
		.peak_bytes = usage.peak_bytes,
		.faults_minor = usage.faults_minor,
		.faults_major = usage.faults_major,
	};
	return answer(0);
}
