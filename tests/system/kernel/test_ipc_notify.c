/* Notifications: a bit a sender, never blocking, never lost, never in the place of an answer. */
#include "helper.h"

static void notify_waiting(void)
{
	struct job job = {.trap = TRAP_IPC_RECEIVE, .a0 = EP_ANY};
	const struct notify_message *notify = (const void *)job.answer.payload;

	job_start_until(&job, RTS_RECEIVE_ANY);
	CHECK_EQUAL(ipc_notify(job.thread->endpoint), 0);
	CHECK_EQUAL(job_finish(&job), 0);
	CHECK_EQUAL(job.answer.type, MESSAGE_NOTIFY);
	CHECK_EQUAL(job.answer.source, thread_self());
	CHECK_EQUAL(ipc_status_trap(job.received.status), TRAP_IPC_NOTIFY);
	CHECK_EQUAL(job.received.status & IPC_STATUS_KERNEL, 0);
	CHECK_EQUAL(notify->interrupts, 0);
}

static int notify_once(void *argument)
{
	return ipc_notify(*(endpoint_t *)argument);
}

static void notify_busy(void)
{
	endpoint_t self = thread_self();
	struct test_thread *sender = thread_start(space_make(), notify_once, &self);
	struct ipc_received received;
	struct message got;

	CHECK_EQUAL(thread_wait(sender), THREAD_EXITED);
	CHECK_EQUAL(sender->status, 0);
	/* The sender's slot is still its own: the notification keeps its name. */
	REQUIRE(receive(EP_ANY, IPC_NONBLOCK, &got, &received) == 0);
	CHECK_EQUAL(got.type, MESSAGE_NOTIFY);
	CHECK_EQUAL(got.source, sender->endpoint);
	CHECK_EQUAL(receive(EP_ANY, IPC_NONBLOCK, &got, &received), -ENOTREADY);
}

static void notify_sender_gone(void)
{
	endpoint_t self = thread_self();
	struct ipc_received received;
	struct message got;

	CHECK_EQUAL(thread_join(thread_start(NULL, notify_once, &self)), 0);
	CHECK_EQUAL(receive(EP_ANY, IPC_NONBLOCK, &got, &received), -ENOTREADY);
}

static int notify_thrice(void *argument)
{
	for (unsigned int i = 0; i < 3; i++) {
		if (ipc_notify(*(endpoint_t *)argument) != 0)
			return -1;
	}
	return 0;
}

static void notify_coalesces(void)
{
	endpoint_t self = thread_self();
	struct test_thread *senders[3];
	struct ipc_received received;
	struct message got;
	unsigned int seen = 0;

	for (unsigned int i = 0; i < 3; i++) {
		senders[i] = thread_start(NULL, notify_thrice, &self);
		CHECK_EQUAL(thread_wait(senders[i]), THREAD_EXITED);
	}
	for (unsigned int n = 0; n < 3; n++) {
		REQUIRE(receive(EP_ANY, IPC_NONBLOCK, &got, &received) == 0);
		for (unsigned int i = 0; i < 3; i++)
			seen |= (got.source == senders[i]->endpoint) << i;
	}
	CHECK_EQUAL(seen, 7);
	CHECK_EQUAL(receive(EP_ANY, IPC_NONBLOCK, &got, &received), -ENOTREADY);
}

static void notify_from_one(void)
{
	endpoint_t self = thread_self();
	struct test_thread *first = thread_start(NULL, notify_once, &self);
	struct test_thread *second;
	struct ipc_received received;
	struct message got;

	CHECK_EQUAL(thread_wait(first), THREAD_EXITED);
	second = thread_start(NULL, wait_for_ever, NULL);
	CHECK_EQUAL(receive(second->endpoint, IPC_NONBLOCK, &got, &received), -ENOTREADY);
	CHECK_EQUAL(receive(EP_CLOCK, IPC_NONBLOCK, &got, &received), -ENOTREADY);
	CHECK_EQUAL(receive(EP_ANY, IPC_NONBLOCK, &got, &received), 0);
	CHECK_EQUAL(got.source, first->endpoint);
}

static int notify_then_answer(void *argument)
{
	struct ipc_received received;
	endpoint_t caller;

	(void)argument;
	if (ipc_receive(EP_ANY, NULL, 0, &received) != 0)
		return -1;
	caller = message()->source;
	if (ipc_notify(caller) != 0)
		return -2;
	sleep_for(2 * MILLISECOND);
	return answer(caller, TYPE(5), 55);
}

static void notify_is_no_answer(void)
{
	struct test_thread *server = thread_start(NULL, notify_then_answer, NULL);
	struct ipc_received received;
	struct message got;

	message_set(TYPE(1), 0);
	REQUIRE(ipc_call(server->endpoint) == 0);
	CHECK_EQUAL(message()->type, TYPE(5));
	CHECK_EQUAL(message()->quad[0], 55);
	REQUIRE(receive(EP_ANY, IPC_NONBLOCK, &got, &received) == 0);
	CHECK_EQUAL(got.type, MESSAGE_NOTIFY);
	CHECK_EQUAL(got.source, server->endpoint);
	CHECK_EQUAL(thread_join(server), 0);
}

static void notify_self(void)
{
	struct ipc_received received;
	struct message got;

	CHECK_EQUAL(ipc_notify(thread_self()), 0);
	REQUIRE(receive(EP_ANY, IPC_NONBLOCK, &got, &received) == 0);
	CHECK_EQUAL(got.source, thread_self());
}

static void notify_stopped(void)
{
	struct job job = {.trap = TRAP_IPC_RECEIVE, .a0 = EP_ANY};
	struct sys_runctl_req request;

	job_start_until(&job, RTS_RECEIVE_ANY);
	request = (struct sys_runctl_req){job.thread->endpoint, RUNCTL_STOP};
	CHECK_EQUAL(sys_runctl(&request, NULL), 0);
	CHECK_EQUAL(ipc_notify(job.thread->endpoint), 0);
	CHECK(!job.done);
	request.operation = RUNCTL_RESUME;
	CHECK_EQUAL(sys_runctl(&request, NULL), 0);
	CHECK_EQUAL(job_finish(&job), 0);
	CHECK_EQUAL(job.answer.type, MESSAGE_NOTIFY);
}

#define PING_ROUNDS 500

static int ping(void *argument)
{
	const endpoint_t other = *(endpoint_t *)argument;
	struct ipc_received received;

	for (unsigned int i = 0; i < PING_ROUNDS; i++) {
		if (ipc_notify(other) != 0 || ipc_receive(other, NULL, 0, &received) != 0)
			return -1;
	}
	return 0;
}

static void notify_ping_pong(void)
{
	endpoint_t self = thread_self(), other;
	struct test_thread *thread = thread_start(space_make(), ping, &self);
	struct ipc_received received;

	other = thread->endpoint;
	for (unsigned int i = 0; i < PING_ROUNDS; i++) {
		REQUIRE(ipc_receive(other, NULL, 0, &received) == 0);
		REQUIRE(ipc_notify(other) == 0);
	}
	CHECK_EQUAL(thread_join(thread), 0);
}

static const struct test_case cases[] = {
	CASE("a notification wakes a waiting thread", notify_waiting, CASE_SHORT),
	CASE("a notification waits for a busy thread", notify_busy, 0),
	CASE("a notification goes with its sender", notify_sender_gone, 0),
	CASE("notifications of one sender merge, of several do not", notify_coalesces, CASE_SHORT),
	CASE("a receive from one source leaves others' notifications", notify_from_one, 0),
	CASE("a notification never satisfies a call", notify_is_no_answer, 0),
	CASE("a thread can notify itself", notify_self, 0),
	CASE("a stopped receiver gets its notification", notify_stopped, 0),
	CASE("five hundred rounds of notifications lose none", notify_ping_pong, 0),
};

const struct test_suite suite_ipc_notify = SUITE("ipc_notify", cases);
