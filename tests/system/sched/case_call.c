/* Cases of calls: what is taken, refused and told. */
#include "worker.h"

#include <service.h>
#include <skerry/kernel_message.h>
#include <string.h>
#include <sys_call.h>
#include <sys_ipc.h>

static uint64_t all_cpus(void)
{
	return (1ull << cpus()) - 1;
}

bool case_start_get(void)
{
	struct sched_get_reply reply;

	EXPECT(workers_start(1));
	EXPECT_EQ(get(0, &reply), -ESRCH);
	EXPECT_EQ(start(0, 5, EVERY_CPU), 0);
	EXPECT_EQ(get(0, &reply), 0);
	EXPECT_EQ(reply.owner, service_start()->endpoint);
	EXPECT_EQ(reply.nice, 5);
	EXPECT(reply.affinity == all_cpus());
	EXPECT(reply.priority >= reply.priority_first && reply.priority <= PRIORITY_LAST);
	EXPECT(reply.cpu < cpus());
	return workers_stop();
}

bool case_start_again(void)
{
	struct sched_get_reply reply;

	EXPECT(workers_start(1));
	EXPECT_EQ(start(0, 0, EVERY_CPU), 0);
	EXPECT(quanta_pass(1, 3));
	EXPECT_EQ(start(0, -7, 1), 0);
	EXPECT_EQ(get(0, &reply), 0);
	EXPECT_EQ(reply.nice, -7);
	EXPECT(reply.affinity == 1);
	EXPECT(reply.quanta >= 3); /* they are not forgotten */
	EXPECT(quanta_pass(1, 1));
	return workers_stop();
}

bool case_start_refused(void)
{
	static const endpoint_t nobody[] = {EP_NONE, EP_ANY, EP_SELF, 0, ENDPOINT(5, 0xFFFF0)};

	EXPECT(workers_start(1));
	EXPECT_EQ(start(0, -21, EVERY_CPU), -EINVAL);
	EXPECT_EQ(start(0, 20, EVERY_CPU), -EINVAL);
	EXPECT_EQ(start(0, (int)0x80000000u, EVERY_CPU), -EINVAL);
	EXPECT_EQ(start(0, 0, 1ull << 63), -EINVAL);
	EXPECT_EQ(start(0, 0, ~all_cpus()), -EINVAL);
	for (unsigned int i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++) {
		const struct sched_start_req request = {nobody[i], 0, 0};

		EXPECT_EQ(sched_start(&request, NULL), -EDEADSRCDST);
	}
	{
		const struct sched_start_req itself = {SCHED_ENDPOINT, 0, 0};

		EXPECT_EQ(sched_start(&itself, NULL), -EINVAL);
	}
	EXPECT_EQ(stop(0), -ESRCH);
	EXPECT_EQ(worker_info(0).priority, 8); /* nothing has changed */
	return workers_stop();
}

bool case_unknown(void)
{
	const struct sched_thread_req nobody = {EP_NONE}, old = {ENDPOINT(5, 0xFFFF0)};
	const struct sched_inherit_req inherit = {EP_NONE, EP_NONE};
	struct sched_get_reply reply;

	EXPECT(workers_start(1));
	EXPECT_EQ(get(0, &reply), -ESRCH);
	EXPECT_EQ(stop(0), -ESRCH);
	EXPECT_EQ(set_nice(0, 1), -ESRCH);
	EXPECT_EQ(set_mask(0, 1), -ESRCH);
	EXPECT_EQ(sched_get(&nobody, &reply), -EDEADSRCDST);
	EXPECT_EQ(sched_get(&old, &reply), -EDEADSRCDST);
	EXPECT_EQ(sched_stop(&nobody, NULL), -EDEADSRCDST);
	EXPECT_EQ(sched_stop(&old, NULL), -EDEADSRCDST);
	EXPECT_EQ(sched_inherit(&inherit, NULL), -EDEADSRCDST);
	return workers_stop();
}

bool case_owner(void)
{
	const struct sched_thread_req thread = {0};
	struct sched_thread_req zero = thread;
	struct sched_start_req begin = {.nice = 3};
	struct sched_nice_req nice = {.nice = 3};
	struct sched_affinity_req mask = {.affinity = 1};
	struct sched_inherit_req inherit;

	EXPECT(workers_start(2));
	zero.thread = begin.thread = nice.thread = mask.thread = inherit.parent = worker(0);
	inherit.child = worker(1);
	EXPECT_EQ(start(0, 0, EVERY_CPU), 0);
	EXPECT_EQ(worker_call(1, SCHED_START, &begin, sizeof(begin)), -EPERM);
	EXPECT_EQ(worker_call(1, SCHED_SETNICE, &nice, sizeof(nice)), -EPERM);
	EXPECT_EQ(worker_call(1, SCHED_SETAFFINITY, &mask, sizeof(mask)), -EPERM);
	EXPECT_EQ(worker_call(1, SCHED_INHERIT, &inherit, sizeof(inherit)), -EPERM);
	EXPECT_EQ(worker_call(1, SCHED_STOP, &zero, sizeof(zero)), -EPERM);
	EXPECT_EQ(worker_call(1, SCHED_GET, &zero, sizeof(zero)), 0);
	EXPECT_EQ(state(0).nice, 0);
	EXPECT_EQ(state(1).owner, 0); /* the inheritance, too */
	return workers_stop();
}

bool case_stop(void)
{
	struct sched_get_reply reply;
	uint32_t count;

	EXPECT(workers_start(1));
	EXPECT_EQ(start(0, 0, 1), 0);
	UNTIL(state(0).priority == PRIORITY_LAST);
	EXPECT_EQ(stop(0), 0);
	EXPECT_EQ(get(0, &reply), -ESRCH);
	EXPECT_EQ(stop(0), -ESRCH);
	/* The kernel's: it runs on, beyond a quantum's end. */
	EXPECT_EQ(worker_info(0).priority, 8);
	count = worker_count(0);
	for (unsigned int i = 0; i < 30; i++)
		runner_sleep(RUNNER_SLEEP_TIME);
	UNTIL(worker_count(0) - count > 100000);
	EXPECT_EQ(get(0, &reply), -ESRCH);
	return workers_stop();
}

bool case_nice_range(void)
{
	struct sched_get_reply reply;
	uint32_t before = 0;

	EXPECT(workers_start(1));
	EXPECT_EQ(start(0, 0, EVERY_CPU), 0);
	for (int nice = SCHED_NICE_MIN; nice <= SCHED_NICE_MAX; nice++) {
		EXPECT_EQ(set_nice(0, nice), 0);
		EXPECT_EQ(get(0, &reply), 0);
		EXPECT_EQ(reply.nice, nice);
		EXPECT(reply.priority_first >= before);
		EXPECT(reply.priority >= reply.priority_first);
		before = reply.priority_first;
	}
	EXPECT_EQ(set_nice(0, -21), -EINVAL);
	EXPECT_EQ(set_nice(0, 20), -EINVAL);
	EXPECT_EQ(state(0).nice, SCHED_NICE_MAX);
	return workers_stop();
}

bool case_mask_refused(void)
{
	EXPECT(workers_start(1));
	EXPECT_EQ(start(0, 0, 1), 0);
	EXPECT_EQ(set_mask(0, ~all_cpus()), -EINVAL);
	EXPECT_EQ(set_mask(0, 1ull << 63), -EINVAL);
	EXPECT(state(0).affinity == 1);
	EXPECT_EQ(set_mask(0, 1ull << 63 | 1), 0); /* what runs counts */
	EXPECT(state(0).affinity == 1);
	EXPECT_EQ(set_mask(0, EVERY_CPU), 0);
	EXPECT(state(0).affinity == all_cpus());
	return workers_stop();
}

bool case_inherit(void)
{
	struct sched_inherit_req inherit;

	EXPECT(workers_start(2));
	inherit = (struct sched_inherit_req){worker(0), worker(1)};
	EXPECT(worker_rest(1)); /* the kernel's, it would not sink */
	EXPECT_EQ(start(0, 4, 1), 0);
	UNTIL(state(0).priority == PRIORITY_LAST);
	EXPECT_EQ(sched_inherit(&inherit, NULL), 0);
	/* A child has sunk with its parent: forking is no way to rise. */
	EXPECT_EQ(state(1).priority, PRIORITY_LAST);
	EXPECT(worker_go_on(1));
	EXPECT_EQ(state(1).nice, 4);
	EXPECT(state(1).affinity == 1);
	EXPECT_EQ(state(1).owner, service_start()->endpoint);
	EXPECT(quanta_pass(2, 4));
	return workers_stop();
}

bool case_inherit_refused(void)
{
	struct sched_inherit_req inherit;

	EXPECT(workers_start(2));
	inherit = (struct sched_inherit_req){worker(0), worker(1)};
	EXPECT_EQ(sched_inherit(&inherit, NULL), -ESRCH);
	EXPECT_EQ(start(0, 0, EVERY_CPU), 0);
	inherit.child = worker(0);
	EXPECT_EQ(sched_inherit(&inherit, NULL), -EINVAL);
	inherit.child = ENDPOINT(5, 0xFFFF0);
	EXPECT_EQ(sched_inherit(&inherit, NULL), -EDEADSRCDST);
	inherit.child = EP_SELF;
	EXPECT_EQ(sched_inherit(&inherit, NULL), -EDEADSRCDST);
	return workers_stop();
}

bool case_cpu_rows(void)
{
	uint32_t threads = 0;
	struct sched_cpu_req request;
	struct sched_load_reply reply;

	EXPECT(workers_start(4));
	for (unsigned int i = 0; i < 4; i++)
		EXPECT_EQ(start(i, 0, EVERY_CPU), 0);
	for (request.cpu = 0; request.cpu < cpus(); request.cpu++) {
		EXPECT_EQ(sched_cpu(&request, &reply), 0);
		EXPECT(reply.busy <= reply.threads);
		threads += reply.threads;
	}
	EXPECT_EQ(threads, 4);
	EXPECT_EQ(sched_cpu(&request, &reply), -EINVAL);
	request.cpu = 0xFFFFFFFF;
	EXPECT_EQ(sched_cpu(&request, &reply), -EINVAL);
	EXPECT(workers_stop());
	for (uint32_t cpu = 0; cpu < cpus(); cpu++)
		EXPECT_EQ(cpu_load(cpu).threads, 0);
	return true;
}

static int raw_call(uint32_t type)
{
	struct message *message = &message_page()->message;

	message->type = type;
	memset(message->payload, 0xEE, sizeof(message->payload));
	return ipc_call(SCHED_ENDPOINT) == 0 ? (int)message->type : -EINTR;
}

bool case_calls_unknown(void)
{
	for (uint32_t nr = 7; nr < 30; nr++)
		EXPECT_EQ(raw_call(MESSAGE_TYPE(PROTOCOL_SCHED, nr)), -EBADCALL);
	EXPECT_EQ(raw_call(0), -EBADCALL);
	EXPECT_EQ(raw_call(MESSAGE_TYPE(PROTOCOL_VM, 1)), -EBADCALL);
	/* Only the kernel ends quanta. */
	EXPECT_EQ(raw_call(MESSAGE_QUANTUM_END), -EBADCALL);
	message_page()->message.type = MESSAGE_QUANTUM_END;
	EXPECT_EQ(ipc_send_async(SCHED_ENDPOINT, 0), 0);
	EXPECT_EQ(raw_call(0), -EBADCALL);
	EXPECT(cpu_load(0).threads == 0);
	return true;
}

/* --- Threads that come from elsewhere, and go ------------------------------------------------- */

/* As after a restart of SCHED: the kernel knows it as the scheduler, it knows of nobody. */
bool case_adopted(void)
{
	struct sys_schedctl_req request = {
		.scheduler = SCHED_ENDPOINT,
		.priority = 9,
		.quantum = 20000000,
	};
	struct sched_get_reply reply;

	EXPECT(workers_start(1));
	request.thread = worker(0);
	EXPECT_EQ(sys_schedctl(&request, NULL), 0);
	UNTIL(state(0).quanta > 2);
	EXPECT_EQ(get(0, &reply), 0);
	EXPECT_EQ(reply.owner, EP_NONE);
	EXPECT_EQ(reply.nice, 0);
	/* Who first calls for it has it. */
	EXPECT_EQ(set_nice(0, 2), 0);
	EXPECT_EQ(state(0).owner, service_start()->endpoint);
	return workers_stop();
}

/* Somebody else takes it away: SCHED hears of it when it decides. */
bool case_taken_away(void)
{
	struct sys_schedctl_req request = {
		.scheduler = SCHEDULER_KERNEL, .priority = 9, .quantum = 20000000};
	struct sched_get_reply reply;

	EXPECT(workers_start(1));
	EXPECT_EQ(start(0, 0, EVERY_CPU), 0);
	request.thread = worker(0);
	EXPECT_EQ(sys_schedctl(&request, NULL), 0);
	EXPECT_EQ(set_nice(0, 3), -ESRCH);
	EXPECT_EQ(get(0, &reply), -ESRCH);
	EXPECT_EQ(worker_info(0).priority, 9);
	EXPECT_EQ(start(0, 1, EVERY_CPU), 0);
	EXPECT(quanta_pass(1, 2));
	return workers_stop();
}

/* Threads end in the middle of quanta, and while SCHED has to answer for them; slots are used
 * again. */
bool case_dying(void)
{
	for (unsigned int round = 0; round < 40; round++) {
		struct sched_thread_req old;
		struct sched_get_reply reply;

		EXPECT(workers_start(3));
		for (unsigned int i = 0; i < 3; i++)
			EXPECT_EQ(start(i, -(int)(round % 20), EVERY_CPU), 0);
		if (round % 4 == 0)
			EXPECT(quanta_pass(3, 2));
		old.thread = worker(2);
		EXPECT(worker_end(2));
		EXPECT_EQ(sched_get(&old, &reply), -EDEADSRCDST);
		if (round % 2 == 0)
			EXPECT_EQ(sched_stop(&old, NULL), -EDEADSRCDST);
		EXPECT(workers_stop());
	}
	return true;
}
