/* SCHED's calls: who may ask, then the decision. */
#include "call.h"

#include "decide.h"
#include <sys_call.h>

static bool is_alive(endpoint_t endpoint)
{
	const struct sys_times_req request = {.thread = endpoint};

	return !endpoint_is_special(endpoint) && sys_times(&request, NULL) == 0;
}

/* The caller's thread, or one that is nobody's and becomes the caller's; else *error. */
static struct thread *owned(endpoint_t caller, endpoint_t endpoint, int *error)
{
	struct thread *thread = thread_find(endpoint);

	*error = 0;
	if (thread == NULL) {
		*error = is_alive(endpoint) ? -ESRCH : -EDEADSRCDST;
		return NULL;
	}
	if (thread->owner == EP_NONE)
		thread->owner = caller;
	if (thread->owner == caller)
		return thread;
	*error = -EPERM;
	return NULL;
}

static bool is_anothers(endpoint_t caller, endpoint_t endpoint)
{
	const struct thread *thread = thread_find(endpoint);

	return thread != NULL && thread->owner != EP_NONE && thread->owner != caller;
}

struct answer sched_do_start(endpoint_t caller, const struct sched_start_req *req,
			     struct sched_cpu_reply *rep)
{
	const uint64_t mask = req->affinity != 0 ? req->affinity : ~0ull;
	struct thread *thread;
	int error;

	if (is_anothers(caller, req->thread))
		return answer(-EPERM);
	error = take(req->thread, req->nice, mask, NULL, &thread);
	if (error != 0)
		return answer(error);
	thread->owner = caller;
	rep->cpu = thread->cpu;
	return answer(0);
}

struct answer sched_do_inherit(endpoint_t caller, const struct sched_inherit_req *req,
			       struct sched_cpu_reply *rep)
{
	struct thread like, *thread;
	int error;

	thread = owned(caller, req->parent, &error);
	if (thread == NULL)
		return answer(error);
	if (req->parent == req->child)
		return answer(-EINVAL);
	if (is_anothers(caller, req->child))
		return answer(-EPERM);
	like = *thread;
	error = take(req->child, like.nice, like.mask, &like, &thread);
	if (error != 0)
		return answer(error);
	thread->owner = caller;
	rep->cpu = thread->cpu;
	return answer(0);
}

struct answer sched_do_stop(endpoint_t caller, const struct sched_thread_req *req,
			    struct sched_empty_reply *rep)
{
	int error;
	struct thread *thread = owned(caller, req->thread, &error);

	(void)rep;
	return answer(thread != NULL ? give_back(thread) : error);
}

struct answer sched_do_setnice(endpoint_t caller, const struct sched_nice_req *req,
			       struct sched_empty_reply *rep)
{
	int error;
	struct thread *thread;

	(void)rep;
	if (!nice_valid(req->nice))
		return answer(-EINVAL);
	thread = owned(caller, req->thread, &error);
	return answer(thread != NULL ? set_nice(thread, req->nice) : error);
}

struct answer sched_do_setaffinity(endpoint_t caller, const struct sched_affinity_req *req,
				   struct sched_empty_reply *rep)
{
	const uint64_t mask = (req->affinity != 0 ? req->affinity : ~0ull) & cpus_mask();
	int error;
	struct thread *thread;

	(void)rep;
	if (mask == 0)
		return answer(-EINVAL);
	thread = owned(caller, req->thread, &error);
	return answer(thread != NULL ? set_mask(thread, mask) : error);
}

struct answer sched_do_get(endpoint_t caller, const struct sched_thread_req *req,
			   struct sched_get_reply *rep)
{
	const struct thread *thread = thread_find(req->thread);

	(void)caller;
	if (!is_alive(req->thread))
		return answer(-EDEADSRCDST);
	if (thread == NULL)
		return answer(-ESRCH);
	rep->owner = thread->owner;
	rep->nice = thread->nice;
	rep->affinity = thread->mask;
	rep->priority = thread->priority;
	rep->priority_first = nice_priority_first(thread->nice);
	rep->cpu = thread->cpu;
	rep->quanta = thread->quanta;
	return answer(0);
}

struct answer sched_do_cpu(endpoint_t caller, const struct sched_cpu_req *req,
			   struct sched_load_reply *rep)
{
	const struct thread *thread;
	uint32_t slot = 0;

	(void)caller;
	if (req->cpu >= CPUS_MAX || !(cpus_mask() >> req->cpu & 1))
		return answer(-EINVAL);
	while ((thread = thread_next(&slot)) != NULL) {
		rep->threads += thread->cpu == req->cpu;
		rep->busy += thread->cpu == req->cpu && thread->busy;
	}
	rep->moved = moved_from(req->cpu);
	return answer(0);
}
