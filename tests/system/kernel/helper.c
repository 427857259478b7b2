/* Shared pieces of the cases. */
#include "helper.h"

#include <arch/layout.h>
#include <skerry/kernel_page.h>

/* --- Jobs --------------------------------------------------------------------------------------
 */

static int job_run(void *argument)
{
	struct job *job = argument;

	message_page()->message = job->message;
	if (job->filter != NULL)
		message_page()->filter = *job->filter;
	job->code = sys_trap2(job->trap, job->a0, job->a1, &job->received);
	job->answer = message_page()->message;
	job->done = true;
	return 0;
}

void job_start(struct job *job)
{
	const struct thread_plan plan = {
		.space = job->space,
		.role = job->role,
		.function = job_run,
		.argument = job,
	};

	job->thread = thread_make(&plan);
}

int job_finish(struct job *job)
{
	CHECK_EQUAL(thread_join(job->thread), 0);
	CHECK(job->done);
	return job->code;
}

void job_start_until(struct job *job, uint32_t rts)
{
	job_start(job);
	wait_rts(job->thread->endpoint, rts);
}

/* --- Messages ----------------------------------------------------------------------------------
 */

void message_set(uint32_t type, u64 first)
{
	memset(message(), 0, sizeof(struct message));
	message()->type = type;
	message()->quad[0] = first;
}

int receive(endpoint_t source, uint32_t flags, struct message *to, struct ipc_received *received)
{
	const int error = ipc_receive(source, NULL, flags, received);

	*to = *message();
	return error;
}

int answer(endpoint_t caller, uint32_t type, u64 first)
{
	message_set(type, first);
	return ipc_send(caller, IPC_NONBLOCK);
}

int echo_server(void *unused)
{
	struct ipc_received received;
	endpoint_t caller = EP_NONE;

	(void)unused;
	for (;;) {
		const int error = ipc_reply_receive(caller, EP_ANY, &received);

		if (error != 0)
			return error;
		caller = message()->source;
		if (message()->type == TYPE(0))
			break;
		for (unsigned int i = 0; i < MESSAGE_PAYLOAD_SIZE / 8; i++)
			message()->quad[i]++;
	}
	return answer(caller, 0, 0);
}

void echo_stop(struct test_thread *server)
{
	message_set(TYPE(0), 0);
	CHECK_EQUAL(ipc_call(server->endpoint), 0);
	CHECK_EQUAL(thread_join(server), 0);
}

int return_at_once(void *unused)
{
	(void)unused;
	return 0;
}

int wait_for_ever(void *unused)
{
	struct ipc_received received;

	(void)unused;
	for (;;)
		(void)ipc_receive(EP_ANY, NULL, 0, &received);
}

int runctl(endpoint_t thread, uint32_t operation)
{
	return sys_runctl(&(struct sys_runctl_req){thread, operation}, NULL);
}

/* --- The kernel's tables -----------------------------------------------------------------------
 */

static void info_get(uint32_t what, unsigned int index, void *to, uint32_t size)
{
	const struct sys_info_req request = {
		.what = what, .index = index, .address = (uintptr_t)to, .size = size};
	struct sys_info_reply reply;

	memset(to, 0, size);
	REQUIRE(sys_info(&request, &reply) == 0);
	CHECK_EQUAL(reply.size, size);
}

struct info_thread thread_info(endpoint_t thread)
{
	struct info_thread info;

	info_get(INFO_THREAD, endpoint_slot(thread), &info, sizeof(info));
	CHECK_EQUAL(info.thread, thread);
	return info;
}

uint32_t thread_rts(endpoint_t thread)
{
	return thread_info(thread).rts;
}

void wait_rts(endpoint_t thread, uint32_t rts)
{
	uint32_t now;

	while (((now = thread_rts(thread)) & rts) != rts) {
		REQUIRE(!(now & RTS_EXITED));
		yield();
	}
}

struct info_machine machine_info(void)
{
	struct info_machine info;

	info_get(INFO_MACHINE, 0, &info, sizeof(info));
	return info;
}

struct info_counters counters_info(void)
{
	struct info_counters info;

	info_get(INFO_COUNTERS, 0, &info, sizeof(info));
	return info;
}

struct info_cpu cpu_info(unsigned int cpu)
{
	struct info_cpu info;

	info_get(INFO_CPU, cpu, &info, sizeof(info));
	return info;
}

unsigned int cpu_count(void)
{
	return ((const struct kernel_page *)ARCH_KERNEL_PAGE)->cpu_count;
}

endpoint_t endpoint_stale(void)
{
	struct test_thread *thread = thread_start(NULL, return_at_once, NULL);
	const endpoint_t endpoint = thread->endpoint;

	thread_join(thread);
	return endpoint;
}

/* --- Time --------------------------------------------------------------------------------------
 */

void yield(void)
{
	(void)sys_yield(&(struct sys_empty_req){}, NULL);
}

nanoseconds_t clock_now(void)
{
	struct sys_times_reply reply;

	REQUIRE(sys_times(&(struct sys_times_req){.thread = EP_SELF}, &reply) == 0);
	return reply.now;
}

void sleep_for(nanoseconds_t time)
{
	struct ipc_received received;

	REQUIRE(sys_alarm(&(struct sys_alarm_req){.time = time}, NULL) == 0);
	REQUIRE(ipc_receive(EP_CLOCK, NULL, 0, &received) == 0);
	CHECK_EQUAL(message()->type, MESSAGE_NOTIFY);
	CHECK_EQUAL(message()->source, EP_CLOCK);
}

#define PATIENCE (15000 * MILLISECOND)

bool wait_a_moment(nanoseconds_t *limit)
{
	if (*limit == 0)
		*limit = clock_now() + PATIENCE;
	sleep_for(MILLISECOND / 4);
	return clock_now() < *limit;
}

/* --- Threads that run on and on ----------------------------------------------------------------
 */

int spin(void *argument)
{
	struct spinner *spinner = argument;

	while (!spinner->stop)
		spinner->count++;
	return 0;
}

void spin_wait_past(const struct spinner *spinner, unsigned int count)
{
	nanoseconds_t limit = 0;

	while (spinner->count == count && wait_a_moment(&limit))
		;
	CHECK(spinner->count != count);
}

void spin_wait(const struct spinner *spinner)
{
	spin_wait_past(spinner, spinner->count);
}

bool spin_stands(const struct spinner *spinner)
{
	const unsigned int from = spinner->count;

	sleep_for(3 * MILLISECOND);
	return spinner->count == from;
}

void thread_place(endpoint_t thread, uint32_t priority, unsigned int cpu)
{
	const struct sys_schedctl_req request = {
		.thread = thread,
		.scheduler = SCHEDULER_KERNEL,
		.priority = priority,
		.affinity = 1ull << cpu,
	};

	CHECK_EQUAL(sys_schedctl(&request, NULL), 0);
}

struct test_thread *thread_start_on(unsigned int cpu, uint32_t priority, struct test_space *space,
				    int (*function)(void *), void *argument)
{
	const struct thread_plan plan = {
		.space = space,
		.function = function,
		.argument = argument,
		.priority = priority,
		.affinity = 1ull << cpu,
	};

	return thread_make(&plan);
}

/* --- Signal managers ---------------------------------------------------------------------------
 */

struct test_thread *managed_start(int (*function)(void *), void *argument)
{
	const struct thread_plan plan = {
		.space = space_make(),
		.function = function,
		.argument = argument,
		.manager = thread_self(),
	};

	return thread_make(&plan);
}

int managed_allow(endpoint_t child)
{
	const struct sys_priv_set_req request = {
		.thread = child,
		.flags = role_service.flags,
		.traps = role_service.traps,
		.calls = role_service.calls,
		.targets = {~0ull, ~0ull},
		.signal_manager = thread_self(),
		.signal_backup = EP_NONE,
	};
	struct sys_priv_set_reply reply;
	const int error = sys_priv_set(&request, &reply);

	return error != 0 ? error
			  : sys_priv_allow(&(struct sys_priv_allow_req){child, PRIV_ALLOW}, NULL);
}

int signal_kill(endpoint_t thread, uint32_t signal)
{
	return sys_kill(&(struct sys_kill_req){thread, signal}, NULL);
}

endpoint_t signal_wait(struct sys_signal_get_reply *taken)
{
	static const struct ipc_filter filter = {
		.count = 2,
		.element = {{EP_SYSTEM, 0, ~0u, IPC_FILTER_ALLOW},
			    {EP_CLOCK, 0, ~0u, IPC_FILTER_ALLOW}},
	};
	struct ipc_received received;
	bool over = false;

	REQUIRE(sys_alarm(&(struct sys_alarm_req){.time = PATIENCE}, NULL) == 0);
	for (;;) {
		REQUIRE(sys_signal_get(&(struct sys_empty_req){}, taken) == 0);
		if (taken->thread != EP_NONE || over)
			break;
		REQUIRE(ipc_receive(EP_ANY, &filter, 0, &received) == 0);
		over = message()->source == EP_CLOCK;
	}
	REQUIRE(sys_alarm(&(struct sys_alarm_req){.time = 0}, NULL) == 0);
	return taken->thread;
}

void signal_expect(endpoint_t thread, u64 signals)
{
	struct sys_signal_get_reply taken;

	REQUIRE(signal_wait(&taken) == thread);
	CHECK_EQUAL(taken.signals, signals);
}

int signal_end(endpoint_t thread)
{
	return sys_signal_end(&(struct sys_signal_end_req){thread}, NULL);
}

/* --- Random numbers ----------------------------------------------------------------------------
 */

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators", 2016. */
uint32_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)(*state * 0x2545F4914F6CDD1Dull >> 32);
}
