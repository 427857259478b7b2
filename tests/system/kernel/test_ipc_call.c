/* Calls, sends, receives, answers: what arrives, who waits, and what is refused. */
#include "helper.h"

#include <sys.h>

/* --- Delivery ----------------------------------------------------------------------------------
 */

static void call_in(struct test_space *space)
{
	struct test_thread *server = thread_start(space, echo_server, NULL);

	for (unsigned int round = 0; round < 10; round++) {
		message_set(TYPE(7), 0);
		for (unsigned int i = 0; i < MESSAGE_PAYLOAD_SIZE / 8; i++)
			message()->quad[i] = 0x1122334455667700ull * (i + 1) + round;
		REQUIRE(ipc_call(server->endpoint) == 0);
		CHECK_EQUAL(message()->source, server->endpoint);
		CHECK_EQUAL(message()->type, TYPE(7));
		for (unsigned int i = 0; i < MESSAGE_PAYLOAD_SIZE / 8; i++)
			CHECK_EQUAL(message()->quad[i],
				    0x1122334455667700ull * (i + 1) + round + 1);
	}
	echo_stop(server);
}

static void call_same_space(void)
{
	call_in(NULL);
}

static void call_other_space(void)
{
	call_in(space_make());
}

static void source_is_stamped(void)
{
	struct job job = {.trap = TRAP_IPC_CALL, .a0 = thread_self()};
	struct ipc_received received;
	struct message got;

	job.message.source = EP_HARDWARE;
	job.message.type = TYPE(1);
	job_start(&job);
	REQUIRE(receive(EP_ANY, 0, &got, &received) == 0);
	CHECK_EQUAL(got.source, job.thread->endpoint);
	CHECK_EQUAL(answer(got.source, 5, 6), 0);
	CHECK_EQUAL(job_finish(&job), 0);
	CHECK_EQUAL(job.answer.source, thread_self());
	CHECK_EQUAL(job.answer.type, 5);
	CHECK_EQUAL(job.answer.quad[0], 6);
}

static void status_names_trap(void)
{
	static const uint32_t traps[] = {TRAP_IPC_CALL, TRAP_IPC_SEND, TRAP_IPC_SEND_ASYNC};
	struct ipc_received received;
	struct message got;

	for (unsigned int waiting = 0; waiting < 2; waiting++) {
		for (unsigned int i = 0; i < sizeof(traps) / sizeof(traps[0]); i++) {
			struct job job = {.trap = traps[i], .a0 = thread_self()};

			job.message.type = TYPE(i);
			job_start(&job);
			if (waiting)
				sleep_for(MILLISECOND);
			REQUIRE(receive(EP_ANY, 0, &got, &received) == 0);
			CHECK_EQUAL(received.status, traps[i]);
			CHECK_EQUAL(got.type, TYPE(i));
			if (traps[i] == TRAP_IPC_CALL)
				CHECK_EQUAL(answer(got.source, 0, 0), 0);
			CHECK_EQUAL(job_finish(&job), 0);
		}
	}
}

static int call_parent(void *argument)
{
	message_set(TYPE(3), 0);
	return ipc_call(*(endpoint_t *)argument);
}

static void process_is_told(void)
{
	const endpoint_t self = thread_self();
	struct test_thread *first = thread_start(NULL, wait_for_ever, NULL);
	const struct thread_plan plan = {
		.function = call_parent,
		.argument = (void *)&self,
		.process = first->endpoint,
	};
	struct test_thread *second = thread_make(&plan);
	struct ipc_received received;
	struct message got;

	REQUIRE(receive(EP_ANY, 0, &got, &received) == 0);
	CHECK_EQUAL(got.source, second->endpoint);
	CHECK_EQUAL(received.process, first->endpoint);
	CHECK_EQUAL(answer(got.source, 0, 0), 0);
	CHECK_EQUAL(thread_join(second), 0);
}

static void answer_after_answer(void)
{
	struct job job = {.trap = TRAP_IPC_CALL, .a0 = thread_self()};
	struct ipc_received received;

	job.message.type = TYPE(1);
	job_start(&job);
	REQUIRE(ipc_reply_receive(EP_NONE, EP_ANY, &received) == 0);
	CHECK_EQUAL(message()->type, TYPE(1));
	message_set(11, 12);
	CHECK_EQUAL(ipc_send(job.thread->endpoint, 0), 0);
	CHECK_EQUAL(job_finish(&job), 0);
	CHECK_EQUAL(job.answer.type, 11);
}

/* --- Queues ------------------------------------------------------------------------------------
 */

static void callers_in_order(void)
{
	struct job jobs[4];
	struct ipc_received received;
	struct message got;

	for (unsigned int i = 0; i < 4; i++) {
		jobs[i] = (struct job){.trap = TRAP_IPC_SEND, .a0 = thread_self()};
		jobs[i].message.type = TYPE(i);
		job_start_until(&jobs[i], RTS_SENDING);
	}
	for (unsigned int i = 0; i < 4; i++) {
		REQUIRE(receive(EP_ANY, 0, &got, &received) == 0);
		CHECK_EQUAL(got.type, TYPE(i));
		CHECK_EQUAL(job_finish(&jobs[i]), 0);
	}
}

static void receive_from_one(void)
{
	struct job jobs[3];
	struct ipc_received received;
	struct message got;

	for (unsigned int i = 0; i < 3; i++) {
		jobs[i] = (struct job){.trap = TRAP_IPC_SEND, .a0 = thread_self()};
		jobs[i].message.type = TYPE(i);
		job_start_until(&jobs[i], RTS_SENDING);
	}
	for (unsigned int n = 0; n < 3; n++) {
		const unsigned int i = (n + 1) % 3;

		REQUIRE(receive(jobs[i].thread->endpoint, 0, &got, &received) == 0);
		CHECK_EQUAL(got.type, TYPE(i));
		CHECK_EQUAL(job_finish(&jobs[i]), 0);
	}
}

static void receive_from_waits(void)
{
	struct test_thread *other = thread_start(NULL, wait_for_ever, NULL);
	struct job job = {.trap = TRAP_IPC_RECEIVE, .a0 = other->endpoint};

	job_start_until(&job, RTS_RECEIVE_FROM);
	message_set(TYPE(1), 0);
	CHECK_EQUAL(ipc_send(job.thread->endpoint, IPC_NONBLOCK), -ENOTREADY);
	thread_free(other);
	CHECK_EQUAL(job_finish(&job), -EDEADSRCDST);
}

static void send_nonblock(void)
{
	struct test_thread *busy = thread_start(NULL, wait_for_ever, NULL);
	struct job job = {.trap = TRAP_IPC_RECEIVE, .a0 = EP_ANY};

	job_start_until(&job, RTS_RECEIVE_ANY);
	message_set(TYPE(9), 1);
	CHECK_EQUAL(ipc_send(job.thread->endpoint, IPC_NONBLOCK), 0);
	CHECK_EQUAL(job_finish(&job), 0);
	CHECK_EQUAL(job.answer.type, TYPE(9));

	wait_rts(busy->endpoint, RTS_RECEIVE_ANY);
	REQUIRE(sys_runctl(&(struct sys_runctl_req){busy->endpoint, RUNCTL_STOP}, NULL) == 0);
	message_set(TYPE(9), 1);
	CHECK_EQUAL(ipc_send(busy->endpoint, IPC_NONBLOCK), 0);
	CHECK_EQUAL(ipc_send(busy->endpoint, IPC_NONBLOCK), -ENOTREADY);
}

static void receive_nonblock(void)
{
	struct job job = {.trap = TRAP_IPC_SEND, .a0 = thread_self()};
	struct ipc_received received;
	struct message got;

	CHECK_EQUAL(receive(EP_ANY, IPC_NONBLOCK, &got, &received), -ENOTREADY);
	job.message.type = TYPE(4);
	job_start_until(&job, RTS_SENDING);
	CHECK_EQUAL(receive(supervisor_endpoint(), IPC_NONBLOCK, &got, &received), -ENOTREADY);
	CHECK_EQUAL(receive(EP_ANY, IPC_NONBLOCK, &got, &received), 0);
	CHECK_EQUAL(got.type, TYPE(4));
	CHECK_EQUAL(job_finish(&job), 0);
	CHECK_EQUAL(receive(EP_ANY, IPC_NONBLOCK, &got, &received), -ENOTREADY);
}

static void call_nonblock(void)
{
	struct job job = {.trap = TRAP_IPC_CALL | IPC_NONBLOCK, .a0 = thread_self()};
	struct test_thread *server;

	job.message.type = TYPE(1);
	job_start(&job);
	CHECK_EQUAL(job_finish(&job), -ENOTREADY);

	server = thread_start(NULL, echo_server, NULL);
	wait_rts(server->endpoint, RTS_RECEIVE_ANY);
	message_set(TYPE(1), 41);
	CHECK_EQUAL(sys_trap1(TRAP_IPC_CALL | IPC_NONBLOCK, server->endpoint), 0);
	CHECK_EQUAL(message()->quad[0], 42);
	echo_stop(server);
}

/* --- Death -------------------------------------------------------------------------------------
 */

static void stale_endpoint(void)
{
	const endpoint_t stale = endpoint_stale();
	struct ipc_received received;

	message_set(TYPE(1), 0);
	CHECK_EQUAL(ipc_call(stale), -EDEADSRCDST);
	CHECK_EQUAL(ipc_send(stale, 0), -EDEADSRCDST);
	CHECK_EQUAL(ipc_send(stale, IPC_NONBLOCK), -EDEADSRCDST);
	CHECK_EQUAL(ipc_notify(stale), -EDEADSRCDST);
	CHECK_EQUAL(ipc_send_async(stale, 0), -EDEADSRCDST);
	CHECK_EQUAL(ipc_receive(stale, NULL, 0, &received), -EDEADSRCDST);
	CHECK_EQUAL(ipc_receive(stale, NULL, IPC_NONBLOCK, &received), -EDEADSRCDST);
}

static void stale_is_never_another(void)
{
	const endpoint_t stale = endpoint_stale();
	struct test_thread *threads[8];

	for (unsigned int i = 0; i < 8; i++) {
		threads[i] = thread_start(NULL, wait_for_ever, NULL);
		CHECK(threads[i]->endpoint != stale);
	}
	CHECK_EQUAL(ipc_notify(stale), -EDEADSRCDST);
}

static void server_dies_unreceived(void)
{
	const struct thread_plan plan = {.function = return_at_once, .flags = THREAD_HELD};
	struct test_thread *server = thread_make(&plan);
	struct job jobs[2];

	for (unsigned int i = 0; i < 2; i++) {
		jobs[i] = (struct job){.trap = i == 0 ? TRAP_IPC_CALL : TRAP_IPC_SEND,
				       .a0 = server->endpoint};
		job_start_until(&jobs[i], RTS_SENDING);
	}
	thread_free(server);
	CHECK_EQUAL(job_finish(&jobs[0]), -EDEADSRCDST);
	CHECK_EQUAL(job_finish(&jobs[1]), -EDEADSRCDST);
}

static void server_exits_queued(void)
{
	const struct thread_plan plan = {.function = return_at_once, .flags = THREAD_HELD};
	struct test_thread *server = thread_make(&plan);
	struct job job = {.trap = TRAP_IPC_CALL, .a0 = server->endpoint};

	job_start_until(&job, RTS_SENDING);
	REQUIRE(sys_priv_allow(&(struct sys_priv_allow_req){server->endpoint, PRIV_ALLOW}, NULL) ==
		0);
	CHECK_EQUAL(job_finish(&job), -EDEADSRCDST);
	CHECK_EQUAL(thread_wait(server), THREAD_EXITED);
	message_set(TYPE(1), 0);
	CHECK_EQUAL(ipc_call(server->endpoint), -EDEADSRCDST);
}

static int receive_then_end(void *argument)
{
	volatile bool *end = argument;
	struct ipc_received received;
	const int error = ipc_receive(EP_ANY, NULL, 0, &received);

	while (!*end)
		yield();
	return error;
}

static void server_dies_received(void)
{
	volatile bool end = false;
	struct test_thread *server = thread_start(NULL, receive_then_end, (void *)&end);
	struct job job = {.trap = TRAP_IPC_CALL, .a0 = server->endpoint};

	job_start_until(&job, RTS_REPLY_WAIT);
	end = true;
	CHECK_EQUAL(thread_join(server), 0);
	CHECK_EQUAL(job_finish(&job), -EDEADSRCDST);
}

static void caller_dies_queued(void)
{
	struct job job = {.trap = TRAP_IPC_CALL, .a0 = thread_self()};
	struct ipc_received received;
	struct message got;

	job_start_until(&job, RTS_SENDING);
	thread_free(job.thread);
	CHECK_EQUAL(receive(EP_ANY, IPC_NONBLOCK, &got, &received), -ENOTREADY);
}

static void answer_to_dead(void)
{
	const u64 dropped = counters_info().replies_dropped;
	struct job job = {.trap = TRAP_IPC_CALL, .a0 = thread_self()};
	struct job next = {.trap = TRAP_IPC_SEND, .a0 = thread_self()};
	struct ipc_received received;
	struct message got;
	endpoint_t caller;

	job_start(&job);
	REQUIRE(receive(EP_ANY, 0, &got, &received) == 0);
	caller = got.source;
	thread_free(job.thread);
	next.message.type = TYPE(2);
	job_start_until(&next, RTS_SENDING);
	message_set(0, 0);
	CHECK_EQUAL(ipc_reply_receive(caller, EP_ANY, &received), 0);
	CHECK_EQUAL(message()->type, TYPE(2));
	CHECK_EQUAL(message()->source, next.thread->endpoint);
	CHECK_EQUAL(job_finish(&next), 0);
	CHECK_EQUAL(counters_info().replies_dropped, dropped + 1);
}

/* --- Late answers ------------------------------------------------------------------------------
 */

static int call_twice(void *argument)
{
	const endpoint_t server = *(endpoint_t *)argument;

	for (u64 i = 1; i <= 2; i++) {
		message_set(TYPE(i), 0);
		if (ipc_call(server) != 0 || message()->quad[0] != i)
			return -1;
	}
	return 0;
}

static void late_answer_is_lost(void)
{
	endpoint_t self = thread_self();
	const u64 dropped = counters_info().replies_dropped;
	struct test_thread *caller = thread_start(NULL, call_twice, &self);
	struct ipc_received received;
	struct message got;

	REQUIRE(receive(EP_ANY, 0, &got, &received) == 0);
	CHECK_EQUAL(answer(caller->endpoint, 0, 1), 0);
	wait_rts(caller->endpoint, RTS_SENDING);
	/* The second call is queued: another answer to the first must not end it. */
	CHECK_EQUAL(answer(caller->endpoint, 0, 99), -ENOTREADY);
	message_set(0, 98);
	CHECK_EQUAL(ipc_reply_receive(caller->endpoint, EP_ANY, &received), 0);
	CHECK_EQUAL(message()->type, TYPE(2));
	CHECK_EQUAL(counters_info().replies_dropped, dropped + 1);
	CHECK_EQUAL(answer(caller->endpoint, 0, 2), 0);
	CHECK_EQUAL(thread_join(caller), 0);
}

static int answer_other(void *argument)
{
	return answer(*(endpoint_t *)argument, 0, 77);
}

static void only_the_server_answers(void)
{
	struct job job = {.trap = TRAP_IPC_CALL, .a0 = thread_self()};
	struct ipc_received received;
	struct message got;

	job_start(&job);
	REQUIRE(receive(EP_ANY, 0, &got, &received) == 0);
	CHECK_EQUAL(thread_join(thread_start(NULL, answer_other, &got.source)), -ENOTREADY);
	CHECK(!job.done);
	CHECK_EQUAL(answer(got.source, 0, 1), 0);
	CHECK_EQUAL(job_finish(&job), 0);
	CHECK_EQUAL(job.answer.quad[0], 1);
}

static void cancel_queued_call(void)
{
	struct job job = {.trap = TRAP_IPC_CALL, .a0 = thread_self()};
	struct ipc_received received;
	struct message got;

	job_start_until(&job, RTS_SENDING);
	CHECK_EQUAL(sys_ipc_cancel(&(struct sys_ipc_cancel_req){job.thread->endpoint}, NULL), 0);
	CHECK_EQUAL(job_finish(&job), -EINTR);
	CHECK_EQUAL(receive(EP_ANY, IPC_NONBLOCK, &got, &received), -ENOTREADY);
}

static void cancel_received_call(void)
{
	struct job job = {.trap = TRAP_IPC_CALL, .a0 = thread_self()};
	struct sys_ipc_cancel_req request;
	struct ipc_received received;
	struct message got;

	job_start(&job);
	REQUIRE(receive(EP_ANY, 0, &got, &received) == 0);
	request.thread = got.source;
	CHECK_EQUAL(sys_ipc_cancel(&request, NULL), -EBUSY);
	CHECK_EQUAL(answer(got.source, 0, 0), 0);
	CHECK_EQUAL(job_finish(&job), 0);
}

static void cancel_receive(void)
{
	struct job job = {.trap = TRAP_IPC_RECEIVE, .a0 = EP_ANY};

	job_start_until(&job, RTS_RECEIVE_ANY);
	CHECK_EQUAL(sys_ipc_cancel(&(struct sys_ipc_cancel_req){job.thread->endpoint}, NULL), 0);
	CHECK_EQUAL(job_finish(&job), -EINTR);
}

static void cancel_refused(void)
{
	const struct thread_plan plan = {.function = return_at_once, .flags = THREAD_HELD};
	struct sys_ipc_cancel_req request = {.thread = endpoint_stale()};

	CHECK_EQUAL(sys_ipc_cancel(&request, NULL), -EDEADSRCDST);
	request.thread = thread_make(&plan)->endpoint;
	CHECK_EQUAL(sys_ipc_cancel(&request, NULL), -EINVAL);
}

/* --- Cycles ------------------------------------------------------------------------------------
 */

static void call_self(void)
{
	message_set(TYPE(1), 0);
	CHECK_EQUAL(ipc_call(thread_self()), -ELOCKED);
	CHECK_EQUAL(ipc_send(thread_self(), 0), -ELOCKED);
}

static void cycle_of_two(void)
{
	struct job job = {.trap = TRAP_IPC_SEND, .a0 = thread_self()};
	struct ipc_received received;

	job_start_until(&job, RTS_SENDING);
	message_set(TYPE(1), 0);
	CHECK_EQUAL(ipc_call(job.thread->endpoint), -ELOCKED);
	CHECK_EQUAL(ipc_send(job.thread->endpoint, 0), -ELOCKED);
	CHECK_EQUAL(ipc_send(job.thread->endpoint, IPC_NONBLOCK), -ENOTREADY);
	CHECK_EQUAL(ipc_receive(EP_ANY, NULL, 0, &received), 0);
	CHECK_EQUAL(job_finish(&job), 0);
}

static void cycle_of_many(void)
{
	struct job jobs[5];
	endpoint_t next = thread_self();
	struct ipc_received received;

	for (unsigned int i = 0; i < 5; i++) {
		jobs[i] = (struct job){.trap = i & 1 ? TRAP_IPC_SEND : TRAP_IPC_CALL, .a0 = next};
		job_start_until(&jobs[i], RTS_SENDING);
		next = jobs[i].thread->endpoint;
	}
	message_set(TYPE(1), 0);
	CHECK_EQUAL(ipc_call(next), -ELOCKED);
	CHECK_EQUAL(ipc_receive(EP_ANY, NULL, 0, &received), 0);
}

static void cycle_through_answer(void)
{
	struct job job = {.trap = TRAP_IPC_CALL, .a0 = thread_self()};
	struct ipc_received received;
	struct message got;

	job_start(&job);
	REQUIRE(receive(EP_ANY, 0, &got, &received) == 0);
	/* It waits for our answer: calling it could never end. */
	message_set(TYPE(1), 0);
	CHECK_EQUAL(ipc_call(got.source), -ELOCKED);
	CHECK_EQUAL(answer(got.source, 0, 0), 0);
	CHECK_EQUAL(job_finish(&job), 0);
}

/* --- Refusals ----------------------------------------------------------------------------------
 */

static void special_names(void)
{
	static const endpoint_t names[] = {EP_NONE,	EP_ANY,	  EP_SELF,   EP_PHYSICAL,
					   EP_HARDWARE, EP_CLOCK, EP_SYSTEM, EP_ASYNC};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		message_set(TYPE(1), 0);
		CHECK_EQUAL(ipc_call(names[i]), -EINVAL);
		CHECK_EQUAL(ipc_send(names[i], 0), -EINVAL);
		CHECK_EQUAL(ipc_notify(names[i]), -EINVAL);
		CHECK_EQUAL(ipc_send_async(names[i], 0), -EINVAL);
	}
}

static void unknown_traps(void)
{
	struct ipc_received received;

	for (uint32_t trap = TRAP_COUNT; trap < 0x100; trap++)
		CHECK_EQUAL(sys_trap2(trap, EP_ANY, 0, &received), -EBADCALL);
	for (uint32_t bit = IPC_FLAGS_ALL + 0x100; bit != 0; bit <<= 1) {
		CHECK_EQUAL(sys_trap2(TRAP_IPC_RECEIVE | IPC_NONBLOCK | bit, EP_ANY, 0, &received),
			    -EBADCALL);
		CHECK_EQUAL(sys_trap2(TRAP_KERNEL_CALL | bit, SYS_NULL, 0, &received), -EBADCALL);
	}
	CHECK_EQUAL(sys_trap2(~0u, ~0u, ~0u, &received), -EBADCALL);
}

static void unknown_kernel_calls(void)
{
	for (uint32_t nr = SYS_CALL_COUNT; nr < SYS_CALL_COUNT + 80; nr++)
		CHECK_EQUAL(sys_trap1(TRAP_KERNEL_CALL, nr), -EBADCALL);
	CHECK_EQUAL(sys_trap1(TRAP_KERNEL_CALL, 0x80000000u), -EBADCALL);
	CHECK_EQUAL(sys_trap1(TRAP_KERNEL_CALL, ~0u), -EBADCALL);
}

static void every_trap_kind(void)
{
	struct test_thread *server = thread_start(space_make(), echo_server, NULL);

	for (unsigned int kind = 0; kind < ARCH_TRAP_KINDS_MAX; kind++) {
		const struct sys_trap_stubs *stubs = arch_trap_stubs(kind);
		struct ipc_received received;

		if (stubs == NULL)
			continue;
		sys_print("# %s\n", stubs->name);
		for (unsigned int i = 0; i < 20; i++) {
			message_set(TYPE(kind + 1), i);
			CHECK_EQUAL(stubs->trap1(TRAP_IPC_CALL, server->endpoint), 0);
			CHECK_EQUAL(message()->quad[0], i + 1);
			CHECK_EQUAL(stubs->trap1(TRAP_KERNEL_CALL, SYS_NULL), 0);
			CHECK_EQUAL(
				stubs->trap2(TRAP_IPC_RECEIVE | IPC_NONBLOCK, EP_ANY, 0, &received),
				-ENOTREADY);
		}
	}
	echo_stop(server);
}

static const struct test_case cases[] = {
	CASE("a call and its answer carry every byte within a space", call_same_space, CASE_SHORT),
	CASE("a call and its answer carry every byte across spaces", call_other_space, CASE_SHORT),
	CASE("the kernel stamps the source", source_is_stamped, 0),
	CASE("the status word names the sender's trap", status_names_trap, 0),
	CASE("the process of a second thread is its first thread", process_is_told, 0),
	CASE("a plain send answers a caller", answer_after_answer, 0),
	CASE("queued senders are received in order", callers_in_order, 0),
	CASE("a receive from one source passes over others", receive_from_one, CASE_SHORT),
	CASE("a receive from one source ends when that source dies", receive_from_waits, 0),
	CASE("a non-blocking send needs a waiting receiver", send_nonblock, 0),
	CASE("a non-blocking receive takes what waits", receive_nonblock, 0),
	CASE("a non-blocking call needs a waiting server", call_nonblock, 0),
	CASE("a stale endpoint is refused by every primitive", stale_endpoint, CASE_SHORT),
	CASE("a stale endpoint never names another thread", stale_is_never_another, 0),
	CASE("queued callers hear of the server's death", server_dies_unreceived, 0),
	CASE("callers hear when the server exits by itself", server_exits_queued, 0),
	CASE("a received caller hears of the server's death", server_dies_received, CASE_SHORT),
	CASE("a dead caller's message is never received", caller_dies_queued, 0),
	CASE("an answer to a dead caller is dropped and counted", answer_to_dead, 0),
	CASE("a late answer does not satisfy a new call", late_answer_is_lost, CASE_SHORT),
	CASE("only the server answers a call", only_the_server_answers, 0),
	CASE("a queued call can be pulled back", cancel_queued_call, 0),
	CASE("a received call cannot be pulled back", cancel_received_call, 0),
	CASE("a receive can be cut short", cancel_receive, 0),
	CASE("pulling back is refused where nothing is queued", cancel_refused, 0),
	CASE("a thread cannot wait for itself", call_self, 0),
	CASE("a cycle of two is refused", cycle_of_two, CASE_SHORT),
	CASE("a cycle of six is refused", cycle_of_many, 0),
	CASE("a call to a thread that waits for our answer is refused", cycle_through_answer, 0),
	CASE("names of nobody cannot be sent to", special_names, 0),
	CASE("unknown traps and flags are refused", unknown_traps, 0),
	CASE("unknown kernel calls are refused", unknown_kernel_calls, 0),
	CASE("every way into the kernel this machine has works", every_trap_kind, CASE_SHORT),
};

const struct test_suite suite_ipc_call = SUITE("ipc_call", cases);
