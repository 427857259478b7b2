/* Asynchronous sends: bounded, in order, counted when they arrive and when they are lost. */
#include "helper.h"

#define SENT_MAX CONFIG_ASYNC_PER_SENDER

/* Receives while told to, so that the case decides when messages are taken. */
struct taker {
	volatile bool go;
	unsigned int count;
	struct message got[SENT_MAX + 1];
	struct ipc_received received[SENT_MAX + 1];
};

static int take(void *argument)
{
	struct taker *taker = argument;

	while (!taker->go)
		yield();
	for (;;) {
		const unsigned int i = taker->count;
		const int error = receive(EP_ANY, IPC_NONBLOCK, &taker->got[i % (SENT_MAX + 1)],
					  &taker->received[i % (SENT_MAX + 1)]);

		if (error == -ENOTREADY)
			return 0;
		if (error != 0)
			return error;
		taker->count++;
	}
}

static int send_some(endpoint_t to, unsigned int count, uint32_t flags)
{
	for (unsigned int i = 0; i < count; i++) {
		int error;

		message_set(TYPE(i), i * 3);
		error = ipc_send_async(to, flags);
		if (error != 0)
			return error;
	}
	return 0;
}

static void async_waiting(void)
{
	struct job job = {.trap = TRAP_IPC_RECEIVE, .a0 = EP_ANY};

	job_start_until(&job, RTS_RECEIVE_ANY);
	message_set(TYPE(2), 22);
	CHECK_EQUAL(ipc_send_async(job.thread->endpoint, 0), 0);
	CHECK_EQUAL(job_finish(&job), 0);
	CHECK_EQUAL(job.answer.type, TYPE(2));
	CHECK_EQUAL(job.answer.quad[0], 22);
	CHECK_EQUAL(job.answer.source, thread_self());
	CHECK_EQUAL(job.received.status, TRAP_IPC_SEND_ASYNC);
	CHECK_EQUAL(job.received.process, thread_self());
}

static void async_in_order(void)
{
	struct taker taker = {};
	struct test_thread *thread = thread_start(space_make(), take, &taker);

	CHECK_EQUAL(send_some(thread->endpoint, SENT_MAX, 0), 0);
	CHECK_EQUAL(counters_info().async_used, SENT_MAX);
	taker.go = true;
	CHECK_EQUAL(thread_join(thread), 0);
	CHECK_EQUAL(taker.count, SENT_MAX);
	for (unsigned int i = 0; i < SENT_MAX; i++) {
		CHECK_EQUAL(taker.got[i].type, TYPE(i));
		CHECK_EQUAL(taker.got[i].quad[0], i * 3);
		CHECK_EQUAL(taker.received[i].status, TRAP_IPC_SEND_ASYNC);
	}
	CHECK_EQUAL(counters_info().async_used, 0);
}

static void async_bounded(void)
{
	struct taker taker = {};
	struct test_thread *thread = thread_start(NULL, take, &taker);

	CHECK_EQUAL(send_some(thread->endpoint, SENT_MAX, 0), 0);
	message_set(TYPE(1), 0);
	CHECK_EQUAL(ipc_send_async(thread->endpoint, 0), -EAGAIN);
	taker.go = true;
	CHECK_EQUAL(thread_join(thread), 0);
	CHECK_EQUAL(taker.count, SENT_MAX);
}

static void async_completion(void)
{
	struct taker taker = {};
	struct test_thread *thread = thread_start(NULL, take, &taker);
	const struct notify_message *notify;
	struct ipc_received received;
	struct message got;

	CHECK_EQUAL(send_some(thread->endpoint, 3, IPC_ASYNC_COMPLETION), 0);
	CHECK_EQUAL(receive(EP_ASYNC, IPC_NONBLOCK, &got, &received), -ENOTREADY);
	taker.go = true;
	CHECK_EQUAL(thread_join(thread), 0);
	REQUIRE(receive(EP_ASYNC, 0, &got, &received) == 0);
	notify = (const void *)got.payload;
	CHECK_EQUAL(got.type, MESSAGE_NOTIFY);
	CHECK_EQUAL(got.source, EP_ASYNC);
	CHECK(received.status & IPC_STATUS_KERNEL);
	CHECK_EQUAL(notify->delivered, 3);
	CHECK_EQUAL(notify->dropped, 0);
}

static void async_receiver_dies(void)
{
	const u64 dropped = counters_info().async_dropped;
	struct taker taker = {};
	struct test_thread *thread = thread_start(NULL, take, &taker);
	const struct notify_message *notify;
	struct ipc_received received;
	struct message got;

	CHECK_EQUAL(send_some(thread->endpoint, 4, IPC_ASYNC_COMPLETION), 0);
	thread_free(thread);
	REQUIRE(receive(EP_ASYNC, 0, &got, &received) == 0);
	notify = (const void *)got.payload;
	CHECK_EQUAL(notify->delivered, 0);
	CHECK_EQUAL(notify->dropped, 4);
	CHECK_EQUAL(counters_info().async_dropped, dropped + 4);
	CHECK_EQUAL(counters_info().async_used, 0);
}

static int send_three(void *argument)
{
	return send_some(*(endpoint_t *)argument, 3, IPC_ASYNC_COMPLETION);
}

static void async_sender_dies(void)
{
	endpoint_t self = thread_self();
	struct test_thread *sender = thread_start(NULL, send_three, &self);
	const endpoint_t name = sender->endpoint;
	struct ipc_received received;
	struct message got;

	CHECK_EQUAL(thread_join(sender), 0);
	for (unsigned int i = 0; i < 3; i++) {
		REQUIRE(receive(EP_ANY, IPC_NONBLOCK, &got, &received) == 0);
		CHECK_EQUAL(got.source, name);
		CHECK_EQUAL(got.type, TYPE(i));
	}
	CHECK_EQUAL(receive(EP_ANY, IPC_NONBLOCK, &got, &received), -ENOTREADY);
}

static void async_is_no_answer(void)
{
	struct job job = {.trap = TRAP_IPC_CALL, .a0 = thread_self()};
	struct ipc_received received;
	struct message got;

	job_start(&job);
	REQUIRE(receive(EP_ANY, 0, &got, &received) == 0);
	message_set(TYPE(66), 0);
	CHECK_EQUAL(ipc_send_async(got.source, 0), 0);
	sleep_for(MILLISECOND);
	CHECK(!job.done);
	CHECK_EQUAL(answer(got.source, TYPE(67), 0), 0);
	CHECK_EQUAL(job_finish(&job), 0);
	CHECK_EQUAL(job.answer.type, TYPE(67));
}

static void async_from_one(void)
{
	endpoint_t self = thread_self();
	struct test_thread *senders[2];
	struct ipc_received received;
	struct message got;

	for (unsigned int i = 0; i < 2; i++) {
		senders[i] = thread_start(NULL, send_three, &self);
		CHECK_EQUAL(thread_wait(senders[i]), THREAD_EXITED);
	}
	for (unsigned int i = 2; i-- > 0;) {
		for (unsigned int n = 0; n < 3; n++) {
			/* An exited source has nothing more to say to a blocking receive. */
			const struct ipc_filter filter = {
				.count = 1,
				.element = {{senders[i]->endpoint, 0, ~0u, IPC_FILTER_ALLOW}},
			};

			REQUIRE(ipc_receive(EP_ANY, &filter, IPC_NONBLOCK, &received) == 0);
			got = *message();
			CHECK_EQUAL(got.source, senders[i]->endpoint);
			CHECK_EQUAL(got.type, TYPE(n));
		}
	}
}

static void async_to_self(void)
{
	message_set(TYPE(1), 0);
	CHECK_EQUAL(ipc_send_async(thread_self(), 0), -EINVAL);
}

static const struct test_case cases[] = {
	CASE("an asynchronous send reaches a waiting thread at once", async_waiting, CASE_SHORT),
	CASE("asynchronous sends to a busy thread arrive in order", async_in_order, CASE_SHORT),
	CASE("one sender cannot queue without bound", async_bounded, 0),
	CASE("completion is told and counted", async_completion, 0),
	CASE("what a dead receiver had queued is dropped and counted", async_receiver_dies,
	     CASE_SHORT),
	CASE("what a dead sender had queued still arrives", async_sender_dies, 0),
	CASE("an asynchronous send is no answer", async_is_no_answer, 0),
	CASE("asynchronous sends of one source can be picked", async_from_one, 0),
	CASE("a thread cannot send to itself", async_to_self, 0),
};

const struct test_suite suite_ipc_async = SUITE("ipc_async", cases);
