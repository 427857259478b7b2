/* Several CPUs: threads placed, moved, stopped and ended from another CPU; messages between CPUs;
 * spaces and rights that change while somebody else runs.
 */
#include "helper.h"

#include <arch/layout.h>

#define HERE PRIVATE_BASE

static void need_cpus(void)
{
	if (cpu_count() == 1)
		case_skip("one CPU");
}

/* The case on CPU 0, and the others' number. */
static unsigned int last_cpu(void)
{
	need_cpus();
	thread_place(EP_SELF, PRIORITY_TEST, 0);
	return cpu_count() - 1;
}

static int runctl(endpoint_t thread, uint32_t operation)
{
	return sys_runctl(&(struct sys_runctl_req){thread, operation}, NULL);
}

/* Traps all the time; each must succeed. */
struct trapper {
	volatile unsigned int count;
	volatile bool stop;
	volatile unsigned int wrong;
};

static int trap_on(void *argument)
{
	struct trapper *trapper = argument;
	struct sys_times_reply reply;

	while (!trapper->stop) {
		trapper->wrong += sys_null(&(struct sys_null_req){}, NULL) != 0;
		reply.priority = 99;
		trapper->wrong += sys_times(&(struct sys_times_req){EP_SELF}, &reply) != 0;
		trapper->wrong += reply.priority >= PRIORITY_COUNT;
		trapper->count++;
	}
	return 0;
}

static void trapper_wait(const struct trapper *trapper)
{
	const unsigned int from = trapper->count;
	nanoseconds_t limit = 0;

	while (trapper->count == from && wait_a_moment(&limit))
		;
	CHECK(trapper->count != from);
	CHECK_EQUAL(trapper->wrong, 0);
}

static struct test_thread *start_at(uint32_t priority, unsigned int cpu, struct test_space *space,
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

static struct test_thread *start_on(unsigned int cpu, struct test_space *space,
				    int (*function)(void *), void *argument)
{
	return start_at(PRIORITY_TEST, cpu, space, function, argument);
}

/* For what would take the CPU from the case. */
static struct test_thread *start_low(unsigned int cpu, struct test_space *space,
				     int (*function)(void *), void *argument)
{
	return start_at(PRIORITY_TEST + 1, cpu, space, function, argument);
}

/* --- Placing and moving -------------------------------------------------------------------------
 */

static int tell_cpu(void *unused)
{
	struct sys_times_reply reply;

	(void)unused;
	return sys_times(&(struct sys_times_req){EP_SELF}, &reply) == 0 ? (int)reply.cpu : -1;
}

static void every_cpu_runs(void)
{
	for (unsigned int i = 0; i < cpu_count(); i++) {
		CHECK_EQUAL(thread_join(start_on(i, space_make(), tell_cpu, NULL)), i);
		thread_place(EP_SELF, PRIORITY_TEST, i);
		CHECK_EQUAL(tell_cpu(NULL), i);
	}
}

static void running_thread_moves(void)
{
	struct spinner spinner = {};
	struct test_thread *thread;

	need_cpus();
	thread = start_low(0, space_make(), spin, &spinner);
	for (unsigned int i = 1; i <= 60; i++) {
		const unsigned int cpu = i % cpu_count();
		nanoseconds_t limit = 0;

		thread_place(thread->endpoint, PRIORITY_TEST + 1, cpu);
		while (thread_info(thread->endpoint).cpu != cpu && wait_a_moment(&limit))
			;
		CHECK_EQUAL(thread_info(thread->endpoint).cpu, cpu);
		spin_wait(&spinner);
	}
	spinner.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
}

static int wait_and_tell_cpu(void *unused)
{
	struct ipc_received received;

	return ipc_receive(EP_ANY, NULL, 0, &received) == 0 ? tell_cpu(unused) : -1;
}

static void waiting_thread_moves(void)
{
	need_cpus();
	for (unsigned int i = 0; i < 2 * cpu_count(); i++) {
		const unsigned int cpu = i % cpu_count();
		struct test_thread *thread =
			start_on((cpu + 1) % cpu_count(), space_make(), wait_and_tell_cpu, NULL);

		wait_rts(thread->endpoint, RTS_RECEIVE_ANY);
		thread_place(thread->endpoint, PRIORITY_TEST, cpu);
		CHECK_EQUAL(ipc_send(thread->endpoint, IPC_NONBLOCK), 0);
		CHECK_EQUAL(thread_join(thread), cpu);
	}
}

static void work_spreads(void)
{
	struct spinner spinners[8] = {};
	struct test_thread *threads[8];
	unsigned int count = cpu_count() < 8 ? cpu_count() : 8;
	nanoseconds_t limit = 0;
	bool all;

	need_cpus();
	for (unsigned int i = 0; i < count; i++)
		threads[i] = thread_make(&(struct thread_plan){
			.function = spin, .argument = &spinners[i], .priority = PRIORITY_TEST + 1});
	do {
		u64 used = 0;

		for (unsigned int i = 0; i < count; i++)
			used |= 1ull << thread_info(threads[i]->endpoint).cpu;
		all = used == (1ull << cpu_count()) - 1;
	} while (!all && wait_a_moment(&limit));
	CHECK(all || cpu_count() > 8);
	for (unsigned int i = 0; i < count; i++) {
		spinners[i].stop = true;
		CHECK_EQUAL(thread_join(threads[i]), 0);
	}
}

static int alarm_and_move(void *argument)
{
	const unsigned int cpu = (unsigned int)(vaddr_t)argument;
	struct ipc_received received;

	CHECK_EQUAL(sys_alarm(&(struct sys_alarm_req){.time = 4 * MILLISECOND}, NULL), 0);
	thread_place(EP_SELF, PRIORITY_TEST, cpu);
	CHECK_EQUAL(ipc_receive(EP_CLOCK, NULL, 0, &received), 0);
	return tell_cpu(NULL);
}

static void alarm_rings_elsewhere(void)
{
	need_cpus();
	for (unsigned int i = 0; i < 4; i++) {
		const unsigned int cpu = i % cpu_count();

		CHECK_EQUAL(thread_join(start_on((cpu + 1) % cpu_count(), NULL, alarm_and_move,
						 (void *)(vaddr_t)cpu)),
			    cpu);
	}
}

/* --- Stopped and ended from elsewhere -----------------------------------------------------------
 */

static void stops_hold_at_once(void)
{
	const unsigned int cpu = last_cpu();
	struct spinner spinner = {};
	struct test_thread *thread = start_low(cpu, space_make(), spin, &spinner);

	spin_wait(&spinner);
	for (unsigned int i = 0; i < 500; i++) {
		unsigned int count;

		CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_STOP), 0);
		count = spinner.count;
		(void)sys_null(&(struct sys_null_req){}, NULL);
		CHECK_EQUAL(spinner.count, count);
		CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_RESUME), 0);
	}
	spin_wait(&spinner);
	spinner.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
}

static void stops_lose_no_trap(void)
{
	const unsigned int cpu = last_cpu();
	struct trapper trapper = {};
	struct test_thread *thread = start_low(cpu, space_make(), trap_on, &trapper);

	for (unsigned int i = 0; i < 500; i++) {
		CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_STOP), 0);
		CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_RESUME), 0);
		if (i % 50 == 0)
			trapper_wait(&trapper);
	}
	trapper.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
	CHECK_EQUAL(trapper.wrong, 0);
}

static void contexts_are_read_between_traps(void)
{
	static uint8_t context[2048] __attribute__((aligned(16)));
	const unsigned int cpu = last_cpu();
	struct trapper trapper = {};
	struct test_thread *thread = start_low(cpu, space_make(), trap_on, &trapper);
	const struct sys_context_req request = {.thread = thread->endpoint,
						.address = (vaddr_t)context};

	for (unsigned int i = 0; i < 300; i++) {
		CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_STOP), 0);
		CHECK_EQUAL(sys_context_get(&request, NULL), 0);
		CHECK_EQUAL(sys_context_set(&request, NULL), 0);
		CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_RESUME), 0);
		if (i % 50 == 0)
			trapper_wait(&trapper);
	}
	trapper.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
	CHECK_EQUAL(trapper.wrong, 0);
}

static void trapping_threads_are_cleared(void)
{
	const unsigned int cpu = last_cpu();
	struct test_space *space = space_make();

	for (unsigned int i = 0; i < 40; i++) {
		struct trapper trapper = {};
		struct test_thread *thread = start_low(cpu, space, trap_on, &trapper);
		unsigned int count;

		if (i & 1)
			trapper_wait(&trapper);
		thread_free(thread);
		count = trapper.count;
		(void)sys_null(&(struct sys_null_req){}, NULL);
		CHECK_EQUAL(trapper.count, count);
		CHECK_EQUAL(trapper.wrong, 0);
	}
}

/* --- Signals to a thread that traps elsewhere ---------------------------------------------------
 */

static struct {
	endpoint_t manager;
	vaddr_t frame;
	volatile unsigned int count;
} handled;

static void handler(uint32_t signal, vaddr_t frame)
{
	(void)signal;
	handled.frame = frame;
	handled.count++;
}

static void restorer(void)
{
	message_set(TYPE(1), handled.frame);
	(void)ipc_call(handled.manager);
	__builtin_trap();
}

static void handlers_lose_no_trap(void)
{
	const unsigned int cpu = last_cpu();
	struct trapper trapper = {};
	const struct thread_plan plan = {
		.space = space_make(),
		.function = trap_on,
		.argument = &trapper,
		.manager = thread_self(),
		.affinity = 1ull << cpu,
	};
	struct test_thread *thread = thread_make(&plan);
	const struct sys_signal_send_req push = {
		.thread = thread->endpoint,
		.signal = 12,
		.handler = (vaddr_t)handler,
		.restorer = (vaddr_t)restorer,
	};
	struct sys_signal_return_req pop = {.thread = thread->endpoint};
	struct ipc_received received;
	struct message got;

	handled.manager = thread_self();
	handled.count = 0;
	trapper_wait(&trapper);
	for (unsigned int i = 1; i <= 60; i++) {
		CHECK_EQUAL(sys_kill(&(struct sys_kill_req){thread->endpoint, 12}, NULL), 0);
		signal_expect(thread->endpoint, SIGNAL_BIT(12));
		CHECK_EQUAL(sys_signal_send(&push, NULL), 0);
		CHECK_EQUAL(signal_end(thread->endpoint), 0);
		REQUIRE(receive(thread->endpoint, 0, &got, &received) == 0);
		pop.frame = got.quad[0];
		CHECK_EQUAL(sys_signal_return(&pop, NULL), 0);
		CHECK_EQUAL(handled.count, i);
		if (i % 20 == 0)
			trapper_wait(&trapper);
	}
	CHECK_EQUAL(trapper.wrong, 0);
}

/* --- Messages between CPUs ----------------------------------------------------------------------
 */

static void calls_between_cpus(void)
{
	const unsigned int cpu = last_cpu();
	struct test_thread *server = start_on(cpu, space_make(), echo_server, NULL);
	uint64_t state = 7;
	struct message sent;

	for (unsigned int i = 0; i < 100; i++) {
		for (unsigned int word = 0; word < MESSAGE_PAYLOAD_SIZE / 8; word++)
			sent.quad[word] = random_next(&state);
		message_set(TYPE(1), 0);
		memcpy(message()->payload, sent.payload, sizeof(sent.payload));
		REQUIRE(ipc_call(server->endpoint) == 0);
		for (unsigned int word = 0; word < MESSAGE_PAYLOAD_SIZE / 8; word++)
			CHECK_EQUAL(message()->quad[word], sent.quad[word] + 1);
	}
	echo_stop(server);
}

struct caller {
	endpoint_t server;
	unsigned int cpu;
	unsigned int calls;
};

static int call_often(void *argument)
{
	struct caller *caller = argument;

	for (unsigned int i = 0; i < 300; i++) {
		message_set(TYPE(1), (u64)caller->cpu << 32 | i);
		if (ipc_call(caller->server) != 0)
			return -1;
		if (message()->quad[0] != ((u64)caller->cpu << 32 | i) + 1)
			return -2;
		caller->calls++;
	}
	return 0;
}

static void one_server_for_all_cpus(void)
{
	struct caller callers[16] = {};
	struct test_thread *threads[16], *server;

	need_cpus();
	server = thread_start(space_make(), echo_server, NULL);
	for (unsigned int i = 0; i < 16; i++) {
		callers[i].server = server->endpoint;
		callers[i].cpu = i % cpu_count();
		threads[i] = start_on(callers[i].cpu, i & 1 ? server->space : NULL, call_often,
				      &callers[i]);
	}
	for (unsigned int i = 0; i < 16; i++) {
		CHECK_EQUAL(thread_join(threads[i]), 0);
		CHECK_EQUAL(callers[i].calls, 300);
	}
	echo_stop(server);
}

static void server_comes_to_its_caller(void)
{
	struct test_thread *server;
	unsigned int here = 0;

	need_cpus();
	server = thread_start(space_make(), echo_server, NULL);
	for (unsigned int i = 0; i < 40; i++) {
		const unsigned int cpu = i / 10 % cpu_count();

		thread_place(EP_SELF, PRIORITY_TEST, cpu);
		message_set(TYPE(1), 0);
		CHECK_EQUAL(ipc_call(server->endpoint), 0);
		here += thread_info(server->endpoint).cpu == cpu;
	}
	CHECK(here >= 20); /* always, but for interrupts and others who want the lock */
	echo_stop(server);
}

static void urgent_server_elsewhere(void)
{
	const unsigned int cpu = last_cpu();
	struct spinner spinner = {};
	struct test_thread *server = start_on(cpu, space_make(), echo_server, NULL);
	const struct thread_plan plan = {
		.function = spin,
		.argument = &spinner,
		.priority = PRIORITY_TEST + 1,
		.quantum = 10000 * MILLISECOND,
		.affinity = 1ull << cpu,
	};
	struct test_thread *thread = thread_make(&plan);

	for (unsigned int i = 0; i < 40; i++) {
		if (i % 8 == 0)
			spin_wait(&spinner);
		message_set(TYPE(1), i);
		REQUIRE(ipc_call(server->endpoint) == 0);
		CHECK_EQUAL(message()->quad[0], i + 1);
	}
	spinner.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
	echo_stop(server);
}

#define ROUNDS 100u

static int notify_back(void *argument)
{
	const endpoint_t peer = *(endpoint_t *)argument;
	struct ipc_received received;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		if (ipc_receive(peer, NULL, 0, &received) != 0 || ipc_notify(peer) != 0)
			return -1;
	}
	return 0;
}

static void notifications_between_cpus(void)
{
	const unsigned int cpu = last_cpu();
	endpoint_t self = thread_self();
	struct test_thread *peer = start_on(cpu, space_make(), notify_back, &self);
	struct ipc_received received;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		CHECK_EQUAL(ipc_notify(peer->endpoint), 0);
		REQUIRE(ipc_receive(peer->endpoint, NULL, 0, &received) == 0);
	}
	CHECK_EQUAL(thread_join(peer), 0);
}

static int send_async_often(void *argument)
{
	const endpoint_t peer = *(endpoint_t *)argument;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		int error;

		do {
			message_set(TYPE(2), i);
			error = ipc_send_async(peer, 0);
			if (error == -EAGAIN)
				yield();
		} while (error == -EAGAIN);
		if (error != 0)
			return error;
	}
	return 0;
}

static void async_between_cpus(void)
{
	const unsigned int cpu = last_cpu();
	endpoint_t self = thread_self();
	struct test_thread *peer = start_on(cpu, space_make(), send_async_often, &self);
	struct ipc_received received;
	struct message got;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		/* From anybody: the sender may have ended by then. */
		REQUIRE(receive(EP_ANY, 0, &got, &received) == 0);
		CHECK_EQUAL(got.source, peer->endpoint);
		CHECK_EQUAL(got.quad[0], i);
	}
	CHECK_EQUAL(thread_join(peer), 0);
}

struct cancelled {
	endpoint_t server;
	volatile bool stop;
	volatile unsigned int answered, cancelled, wrong;
};

static int call_and_be_cancelled(void *argument)
{
	struct cancelled *state = argument;

	while (!state->stop) {
		int error;

		message_set(TYPE(1), state->answered);
		error = ipc_call(state->server);
		if (error == -EINTR)
			state->cancelled++;
		else if (error == 0 && message()->quad[0] == state->answered + 1)
			state->answered++;
		else
			state->wrong++;
	}
	return 0;
}

/* A call that is pulled back ends once: with its answer, or with EINTR. */
static void calls_are_pulled_back(void)
{
	const unsigned int cpu = last_cpu();
	struct test_thread *server = start_on(0, space_make(), echo_server, NULL);
	struct cancelled state = {.server = server->endpoint};
	struct test_thread *caller = start_on(cpu, NULL, call_and_be_cancelled, &state);
	nanoseconds_t limit = 0;

	for (unsigned int i = 0; i < 1000; i++) {
		const int error =
			sys_ipc_cancel(&(struct sys_ipc_cancel_req){caller->endpoint}, NULL);

		CHECK(error == 0 || error == -EBUSY || error == -EINVAL);
		if (i % 20 == 0)
			yield();
	}
	while (state.answered == 0 && wait_a_moment(&limit))
		;
	state.stop = true;
	CHECK_EQUAL(thread_join(caller), 0);
	CHECK_EQUAL(state.wrong, 0);
	CHECK(state.answered != 0);
	echo_stop(server);
}

/* --- Spaces -------------------------------------------------------------------------------------
 */

static void spaces_come_and_go(void)
{
	struct spinner spinners[4] = {};
	struct test_thread *threads[4];
	struct trapper trapper = {};

	need_cpus();
	for (unsigned int i = 0; i < 4; i++)
		threads[i] = start_low(i % cpu_count(), space_make(), spin, &spinners[i]);
	for (unsigned int i = 0; i < 20; i++) {
		struct test_space *space = space_make();
		struct test_thread *thread =
			start_low((i + 1) % cpu_count(), space, trap_on, &trapper);

		if (i & 1)
			trapper_wait(&trapper);
		thread_free(thread);
		space_free(space);
	}
	CHECK_EQUAL(trapper.wrong, 0);
	for (unsigned int i = 0; i < 4; i++) {
		spinners[i].stop = true;
		CHECK_EQUAL(thread_join(threads[i]), 0);
	}
}

static int count_in_memory(void *unused)
{
	volatile unsigned int *count = (volatile unsigned int *)HERE;

	(void)unused;
	while (count[1] == 0)
		count[0]++;
	return 0;
}

static void edits_hold_at_once(void)
{
	const unsigned int cpu = last_cpu();
	struct test_space *space = space_make();
	const struct sys_space_req request = {space->id};
	volatile unsigned int *count;
	struct test_thread *thread;
	nanoseconds_t limit = 0;

	space_add(space, HERE, 1, PAGE_WRITE);
	count = space_see(space, HERE);
	thread = start_low(cpu, space, count_in_memory, NULL);
	for (unsigned int i = 0; i < 200; i++) {
		unsigned int before;

		CHECK_EQUAL(sys_vmctl_inhibit_set(&request, NULL), 0);
		before = count[0];
		(void)sys_null(&(struct sys_null_req){}, NULL);
		CHECK_EQUAL(count[0], before);
		CHECK_EQUAL(sys_vmctl_inhibit_clear(&request, NULL), 0);
		while (i % 40 == 0 && count[0] == before && wait_a_moment(&limit))
			;
	}
	count[1] = 1;
	CHECK_EQUAL(thread_join(thread), 0);
}

/* --- The lock -----------------------------------------------------------------------------------
 */

static void everybody_gets_the_lock(void)
{
	struct trapper trappers[8] = {};
	struct test_thread *threads[8];
	const unsigned int count = cpu_count() < 8 ? cpu_count() : 8;

	need_cpus();
	for (unsigned int i = 0; i < count; i++)
		threads[i] = start_low(i, i & 1 ? space_make() : NULL, trap_on, &trappers[i]);
	for (unsigned int round = 0; round < 4; round++) {
		for (unsigned int i = 0; i < count; i++)
			trapper_wait(&trappers[i]);
	}
	for (unsigned int i = 0; i < count; i++) {
		trappers[i].stop = true;
		CHECK_EQUAL(thread_join(threads[i]), 0);
		CHECK_EQUAL(trappers[i].wrong, 0);
	}
}

static const struct test_case cases[] = {
	{"every CPU runs threads", every_cpu_runs, CASE_SHORT},
	{"a running thread moves to another CPU", running_thread_moves, CASE_SHORT},
	{"a waiting thread wakes where it was moved to", waiting_thread_moves, 0},
	{"work spreads over all CPUs", work_spreads, 0},
	{"an alarm rings where its thread is now", alarm_rings_elsewhere, 0},
	{"a stop from another CPU holds at once", stops_hold_at_once, CASE_SHORT},
	{"stops lose no trap", stops_lose_no_trap, 0},
	{"contexts are read and set between traps", contexts_are_read_between_traps, 0},
	{"trapping threads are cleared from another CPU", trapping_threads_are_cleared, 0},
	{"handlers lose no trap", handlers_lose_no_trap, 0},
	{"calls between CPUs carry every byte", calls_between_cpus, CASE_SHORT},
	{"one server serves callers on all CPUs", one_server_for_all_cpus, 0},
	{"a server runs on its caller's CPU", server_comes_to_its_caller, 0},
	{"an urgent server preempts on its CPU", urgent_server_elsewhere, 0},
	{"notifications between CPUs lose none", notifications_between_cpus, 0},
	{"asynchronous messages between CPUs stay in order", async_between_cpus, 0},
	{"a call that is pulled back ends once", calls_are_pulled_back, 0},
	{"spaces come and go beside running ones", spaces_come_and_go, 0},
	{"an edit holds at once on another CPU", edits_hold_at_once, 0},
	{"everybody gets the lock", everybody_gets_the_lock, 0},
};

const struct test_suite suite_smp = SUITE("smp", cases);
