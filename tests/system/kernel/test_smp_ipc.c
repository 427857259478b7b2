/* Messages between CPUs: every byte, in order, none lost; servers that come to their callers.
 */
#include "helper.h"

/* The case goes to CPU 0; the number of the last CPU. */
static unsigned int cpu_last(void)
{
	if (cpu_count() == 1)
		case_skip("one CPU");
	thread_place(EP_SELF, PRIORITY_TEST, 0);
	return cpu_count() - 1;
}

static struct test_thread *start_on(unsigned int cpu, struct test_space *space,
				    int (*function)(void *), void *argument)
{
	return thread_start_on(cpu, PRIORITY_TEST, space, function, argument);
}

static void calls_between_cpus(void)
{
	const unsigned int cpu = cpu_last();
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

	(void)cpu_last();
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

	(void)cpu_last();
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
	const unsigned int cpu = cpu_last();
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
	const unsigned int cpu = cpu_last();
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
	const unsigned int cpu = cpu_last();
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
	const unsigned int cpu = cpu_last();
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

static const struct test_case cases[] = {
	CASE("calls between CPUs carry every byte", calls_between_cpus, CASE_SHORT),
	CASE("one server serves callers on all CPUs", one_server_for_all_cpus, 0),
	CASE("a server runs on its caller's CPU", server_comes_to_its_caller, 0),
	CASE("an urgent server preempts on its CPU", urgent_server_elsewhere, 0),
	CASE("notifications between CPUs lose none", notifications_between_cpus, 0),
	CASE("asynchronous messages between CPUs stay in order", async_between_cpus, 0),
	CASE("a call that is pulled back ends once", calls_are_pulled_back, 0),
};

const struct test_suite suite_smp_ipc = SUITE("smp_ipc", cases);
