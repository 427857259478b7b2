/* Masks: which traps, whom, and which kernel calls a privilege allows. */
#include "helper.h"

/* One trap in a thread of that role, towards `target`: the code. */
static int trap_as(const struct role *role, uint32_t trap, uint32_t a0, uint32_t a1)
{
	struct job job = {.trap = trap, .a0 = a0, .a1 = a1, .role = role};

	job.message.type = TYPE(1);
	job_start(&job);
	return job_finish(&job);
}

/* A job ends with SYS_EXIT and begins with SYS_TLS_SET, so every role here may make kernel calls.
 */
#define TRAPS_LEAST (1u << TRAP_KERNEL_CALL)

static void trap_mask(void)
{
	static const uint32_t traps[] = {TRAP_IPC_CALL,	  TRAP_IPC_REPLY_RECEIVE,
					 TRAP_IPC_SEND,	  TRAP_IPC_RECEIVE,
					 TRAP_IPC_NOTIFY, TRAP_IPC_SEND_ASYNC};
	struct role role = role_service;
	const endpoint_t self = thread_self();

	for (unsigned int i = 0; i < sizeof(traps) / sizeof(traps[0]); i++) {
		role.traps = TRAPS_LEAST;
		CHECK_EQUAL(trap_as(&role, traps[i], self, EP_ANY), -ENOTALLOWED);
		role.traps = TRAP_MASK_ALL & ~(1u << traps[i]);
		CHECK_EQUAL(trap_as(&role, traps[i] | IPC_NONBLOCK, self, EP_ANY), -ENOTALLOWED);
	}
}

static void trap_mask_lets_pass(void)
{
	struct role role = role_service;
	const endpoint_t self = thread_self();
	struct ipc_received received;

	role.traps = TRAPS_LEAST | 1u << TRAP_IPC_NOTIFY;
	CHECK_EQUAL(trap_as(&role, TRAP_IPC_NOTIFY, self, 0), 0);
	role.traps = TRAPS_LEAST | 1u << TRAP_IPC_SEND_ASYNC;
	CHECK_EQUAL(trap_as(&role, TRAP_IPC_SEND_ASYNC, self, 0), 0);
	CHECK_EQUAL(ipc_receive(EP_ANY, NULL, IPC_NONBLOCK, &received), 0);
	role.traps = TRAPS_LEAST | 1u << TRAP_IPC_RECEIVE;
	CHECK_EQUAL(trap_as(&role, TRAP_IPC_RECEIVE | IPC_NONBLOCK, EP_ANY, 0), -ENOTREADY);
	role.traps = TRAPS_LEAST | 1u << TRAP_IPC_SEND;
	CHECK_EQUAL(trap_as(&role, TRAP_IPC_SEND | IPC_NONBLOCK, self, 0), -ENOTREADY);
}

static void target_set(struct role *role, unsigned int privilege, bool on)
{
	const u64 bit = 1ull << privilege % 64;

	role->targets[privilege / 64] &= ~bit;
	role->targets[privilege / 64] |= on ? bit : 0;
}

static void target_mask(void)
{
	struct sys_root_get_reply own;
	struct role role = role_service;
	const endpoint_t self = thread_self();

	REQUIRE(sys_vmctl_root_get(&(struct sys_root_get_req){EP_SELF}, &own) == 0);
	target_set(&role, own.privilege, false);
	CHECK_EQUAL(trap_as(&role, TRAP_IPC_CALL, self, 0), -ENOTALLOWED);
	CHECK_EQUAL(trap_as(&role, TRAP_IPC_SEND, self, 0), -ENOTALLOWED);
	CHECK_EQUAL(trap_as(&role, TRAP_IPC_SEND | IPC_NONBLOCK, self, 0), -ENOTALLOWED);
	CHECK_EQUAL(trap_as(&role, TRAP_IPC_NOTIFY, self, 0), -ENOTALLOWED);
	CHECK_EQUAL(trap_as(&role, TRAP_IPC_SEND_ASYNC, self, 0), -ENOTALLOWED);
	memset(role.targets, 0, sizeof(role.targets));
	target_set(&role, own.privilege, true);
	CHECK_EQUAL(trap_as(&role, TRAP_IPC_NOTIFY, self, 0), 0);
}

/* A server with no target at all still answers: the waiting caller is the right. */
static void answer_needs_no_target(void)
{
	struct role role = role_service;
	struct thread_plan plan = {.function = echo_server, .role = &role};
	struct test_thread *server;

	memset(role.targets, 0, sizeof(role.targets));
	server = thread_make(&plan);
	for (unsigned int i = 0; i < 5; i++) {
		message_set(TYPE(1), i);
		CHECK_EQUAL(ipc_call(server->endpoint), 0);
		CHECK_EQUAL(message()->quad[0], i + 1);
	}
	echo_stop(server);
}

static int every_call(void *argument)
{
	const u64 calls = *(u64 *)argument;

	for (uint32_t nr = 0; nr < SYS_CALL_COUNT; nr++) {
		memset(message(), 0xFF, sizeof(struct message));
		if (!(calls >> nr & 1))
			CHECK_EQUAL(sys_trap1(TRAP_KERNEL_CALL, nr), -ENOTALLOWED);
	}
	return 0;
}

static void call_mask(void)
{
	struct role role = role_service;
	const struct thread_plan plan = {
		.function = every_call, .argument = &role.calls, .role = &role};

	role.calls = CALL_BIT(SYS_TLS_SET) | CALL_BIT(SYS_EXIT);
	CHECK_EQUAL(thread_join(thread_make(&plan)), 0);
	role.calls |= CALL_BIT(SYS_NULL) | CALL_BIT(SYS_YIELD);
	CHECK_EQUAL(thread_join(thread_make(&plan)), 0);
}

static void kernel_call_trap_mask(void)
{
	struct role role = role_full;
	const struct thread_plan plan = {.function = return_at_once, .role = &role};
	struct test_thread *thread;

	/* Not even its thread pointer can be set, so it ends by an illegal instruction. */
	role.traps = TRAP_MASK_ALL & ~(1u << TRAP_KERNEL_CALL);
	thread = thread_make(&plan);
	CHECK_EQUAL(thread_wait(thread), THREAD_SIGNALED);
}

static int program_tries(void *argument)
{
	const endpoint_t server = *(endpoint_t *)argument;
	struct ipc_received received;

	message_set(TYPE(1), 5);
	CHECK_EQUAL(ipc_call(server), 0);
	CHECK_EQUAL(message()->quad[0], 6);
	message_set(TYPE(1), 5);
	CHECK_EQUAL(ipc_send(server, 0), -ENOTALLOWED);
	CHECK_EQUAL(ipc_notify(server), -ENOTALLOWED);
	CHECK_EQUAL(ipc_send_async(server, 0), -ENOTALLOWED);
	CHECK_EQUAL(ipc_receive(EP_ANY, NULL, IPC_NONBLOCK, &received), -ENOTALLOWED);
	CHECK_EQUAL(ipc_reply_receive(server, EP_ANY, &received), -ENOTALLOWED);
	return 0;
}

static void programs_only_call(void)
{
	struct test_thread *server = thread_start(NULL, echo_server, NULL);
	struct thread_plan plan = {
		.space = space_make(),
		.function = program_tries,
		.argument = &server->endpoint,
		.role = &role_program,
	};
	struct test_thread *first = thread_make(&plan), *second = thread_make(&plan);

	CHECK_EQUAL(first->privilege, PRIV_ID_PROGRAMS);
	CHECK_EQUAL(second->privilege, PRIV_ID_PROGRAMS);
	CHECK_EQUAL(thread_join(first), 0);
	CHECK_EQUAL(thread_join(second), 0);
	echo_stop(server);
}

static void programs_get_no_notification(void)
{
	struct role role = role_program;
	struct job job = {.trap = TRAP_IPC_CALL, .a0 = thread_self(), .role = &role};

	/* A bit per privilege cannot tell programs apart, so they neither send nor receive any,
	 * even with the trap in their mask. */
	role.traps |= 1u << TRAP_IPC_RECEIVE | 1u << TRAP_IPC_NOTIFY;
	CHECK_EQUAL(trap_as(&role, TRAP_IPC_RECEIVE, EP_ANY, 0), -ENOTALLOWED);
	CHECK_EQUAL(trap_as(&role, TRAP_IPC_NOTIFY, thread_self(), 0), -ENOTALLOWED);
	job_start_until(&job, RTS_SENDING);
	CHECK_EQUAL(ipc_notify(job.thread->endpoint), -ENOTALLOWED);
	CHECK_EQUAL(
		sys_ipc_cancel(&(struct sys_ipc_cancel_req){.thread = job.thread->endpoint}, NULL),
		0);
	CHECK_EQUAL(job_finish(&job), -EINTR);
}

static const struct test_case cases[] = {
	CASE("each trap needs its bit", trap_mask, CASE_SHORT),
	CASE("one bit allows one trap", trap_mask_lets_pass, 0),
	CASE("a target needs its bit in every primitive", target_mask, CASE_SHORT),
	CASE("an answer needs no right but the waiting caller", answer_needs_no_target, 0),
	CASE("each kernel call needs its bit", call_mask, CASE_SHORT),
	CASE("kernel calls need their trap", kernel_call_trap_mask, 0),
	CASE("programs can only call", programs_only_call, CASE_SHORT),
	CASE("programs take no part in notifications", programs_get_no_notification, 0),
};

const struct test_suite suite_ipc_rights = SUITE("ipc_rights", cases);
