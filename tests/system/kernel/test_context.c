/* Register contexts: read, replaced, stepped, copied by SYS_FORK, replaced by SYS_EXEC. What a stop
 * may interrupt, and who may not be touched.
 */
#include "helper.h"

#include <arch/layout.h>
#include <arch/provoke.h>

static int trace(endpoint_t thread, uint32_t operation, u64 index, u64 *value)
{
	const struct sys_trace_req request = {thread, operation, index, *value};
	struct sys_trace_reply reply;
	const int error = sys_trace(&request, &reply);

	*value = reply.value;
	return error;
}

static int trace_set(endpoint_t thread, u64 index, u64 value)
{
	return trace(thread, TRACE_REGISTER_SET, index, &value);
}

static int trace_step(endpoint_t thread, bool on)
{
	u64 value = on;

	return trace(thread, TRACE_STEP, 0, &value);
}

static int context_get(endpoint_t thread, struct arch_user_context *context)
{
	const struct sys_context_req request = {.thread = thread, .address = (vaddr_t)context};

	return sys_context_get(&request, NULL);
}

static int context_set(endpoint_t thread, const struct arch_user_context *context)
{
	const struct sys_context_req request = {.thread = thread, .address = (vaddr_t)context};

	return sys_context_set(&request, NULL);
}

/* --- A thread that waits for a register --------------------------------------------------------
 *
 * It notes what it found and goes on to the next round, until a number above ROUNDS_LAST comes.
 */

#define ROUNDS_LAST 100u

static struct {
	volatile unsigned int count;
	volatile uint32_t last;
} rounds;

static __attribute__((noinline)) int rounds_run(void *unused)
{
	(void)unused;
	do {
		rounds.last = arch_spin_register();
		rounds.count++;
	} while (rounds.last <= ROUNDS_LAST);
	return (int)rounds.last;
}

static bool in_spin(endpoint_t thread)
{
	u64 pc = 0;

	CHECK_EQUAL(trace(thread, TRACE_REGISTER_GET, ARCH_CONTEXT_INDEX_PC, &pc), 0);
	return pc - (vaddr_t)rounds_run < 256;
}

/* Stopped while it waits for the register. */
static struct test_thread *rounds_begin(struct test_space *space, int (*function)(void *),
					void *argument)
{
	struct test_thread *thread;
	nanoseconds_t limit = 0;

	memset(&rounds, 0, sizeof(rounds));
	thread = thread_start(space, function, argument);
	do {
		CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_RESUME), 0);
		sleep_for(MILLISECOND);
		CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_STOP), 0);
	} while (!in_spin(thread->endpoint) && wait_a_moment(&limit));
	REQUIRE(in_spin(thread->endpoint));
	return thread;
}

static struct test_thread *rounds_start(struct test_space *space)
{
	return rounds_begin(space, rounds_run, NULL);
}

static void rounds_wait(unsigned int count)
{
	nanoseconds_t limit = 0;

	while (rounds.count < count && wait_a_moment(&limit))
		;
	CHECK_EQUAL(rounds.count, count);
}

/* Let a stopped thread leave its round with `value`. */
static void round_end(struct test_thread *thread, uint32_t value)
{
	CHECK_EQUAL(trace_set(thread->endpoint, ARCH_CONTEXT_INDEX_SPIN, value), 0);
	CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_RESUME), 0);
}

/* --- Single registers --------------------------------------------------------------------------
 */

static void register_is_set(void)
{
	struct test_thread *thread = rounds_start(space_make());
	u64 value = 1;

	CHECK_EQUAL(trace(thread->endpoint, TRACE_REGISTER_GET, ARCH_CONTEXT_INDEX_SPIN, &value),
		    0);
	CHECK_EQUAL(value, 0);
	CHECK_EQUAL(trace(thread->endpoint, TRACE_REGISTER_GET, ARCH_CONTEXT_INDEX_SP, &value), 0);
	CHECK(value < thread->self->stack_top && value > thread->self->stack_top - 4096);
	round_end(thread, 1234);
	CHECK_EQUAL(thread_join(thread), 1234);
}

static void registers_refused(void)
{
	struct test_thread *thread = rounds_start(NULL);
	const endpoint_t name = thread->endpoint;
	u64 value = 0;

	CHECK_EQUAL(trace(name, TRACE_REGISTER_GET, ARCH_CONTEXT_WORDS, &value), -EINVAL);
	CHECK_EQUAL(trace(name, TRACE_REGISTER_GET, 1ull << 32, &value), -EINVAL);
	CHECK_EQUAL(trace(name, TRACE_REGISTER_SET, ~0ull, &value), -EINVAL);
	CHECK_EQUAL(trace(name, 0, 0, &value), -EINVAL);
	CHECK_EQUAL(trace(name, TRACE_STEP + 1, 0, &value), -EINVAL);
	CHECK_EQUAL(trace(endpoint_stale(), TRACE_REGISTER_GET, 0, &value), -EDEADSRCDST);
	CHECK_EQUAL(trace(EP_NONE, TRACE_REGISTER_GET, 0, &value), -EDEADSRCDST);
	CHECK_EQUAL(trace(thread_self(), TRACE_REGISTER_GET, 0, &value), -EBUSY);
	CHECK_EQUAL(runctl(name, RUNCTL_RESUME), 0);
	CHECK_EQUAL(trace(name, TRACE_REGISTER_GET, 0, &value), -EBUSY);
	CHECK_EQUAL(trace_step(name, true), -EBUSY);
	CHECK_EQUAL(runctl(name, RUNCTL_STOP), 0);
	round_end(thread, 500);
	CHECK_EQUAL(thread_wait(thread), THREAD_EXITED);
	CHECK_EQUAL(trace(name, TRACE_REGISTER_GET, 0, &value), -EDEADSRCDST);
}

/* --- Steps -------------------------------------------------------------------------------------
 */

static volatile unsigned int laps;

/* Every lap is some instructions and a trap. */
static int laps_run(void *unused)
{
	(void)unused;
	for (laps = 0; laps < 2000; laps++)
		yield();
	return 0;
}

static struct test_thread *steps_start(int (*function)(void *))
{
	const struct thread_plan plan = {
		.space = space_make(),
		.function = function,
		.manager = thread_self(),
		.flags = THREAD_HELD,
	};
	struct test_thread *thread = thread_make(&plan);
	const int error = trace_step(thread->endpoint, true);

	if (error == -ENODEV && !ARCH_STEPS)
		case_skip("this machine cannot step");
	CHECK_EQUAL(error, 0);
	CHECK_EQUAL(
		sys_priv_allow(&(struct sys_priv_allow_req){thread->endpoint, PRIV_ALLOW}, NULL),
		0);
	return thread;
}

/* Make one step, which ended with a signal, and the next. False: the thread ran away. */
static bool step(endpoint_t thread, u64 *pc)
{
	struct sys_signal_get_reply taken;

	if (signal_wait(&taken) != thread)
		return false;
	CHECK_EQUAL(taken.signals, SIGNAL_BIT(SIGNAL_TRAP));
	CHECK_EQUAL(trace(thread, TRACE_REGISTER_GET, ARCH_CONTEXT_INDEX_PC, pc), 0);
	CHECK_EQUAL(trace_step(thread, true), 0);
	return signal_end(thread) == 0;
}

static void steps_are_single(void)
{
	struct test_thread *thread = steps_start(rounds_run);
	u64 pc = 0, before;

	/* Up to its first trap, SYS_TLS_SET, there are at least that many instructions. */
	for (unsigned int i = 0; i < 8; i++) {
		before = pc;
		REQUIRE(step(thread->endpoint, &pc));
		CHECK(pc != before);
	}
}

static void steps_over_traps(void)
{
	struct test_thread *thread = steps_start(laps_run);
	u64 pc;

	laps = 0;
	for (unsigned int i = 0; i < 4000 && laps < 2; i++)
		REQUIRE(step(thread->endpoint, &pc));
	CHECK_EQUAL(laps, 2);
}

static void steps_end(void)
{
	struct test_thread *thread = steps_start(rounds_run);
	nanoseconds_t limit = 0;
	u64 pc;

	for (unsigned int i = 0; i < 3; i++)
		REQUIRE(step(thread->endpoint, &pc));
	signal_expect(thread->endpoint, SIGNAL_BIT(SIGNAL_TRAP));
	CHECK_EQUAL(trace_step(thread->endpoint, false), 0);
	CHECK_EQUAL(signal_end(thread->endpoint), 0);
	do {
		CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_RESUME), 0);
		sleep_for(MILLISECOND);
		CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_STOP), 0);
	} while (!in_spin(thread->endpoint) && wait_a_moment(&limit));
	CHECK(in_spin(thread->endpoint));
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_STOPPED);
}

/* --- Whole contexts ----------------------------------------------------------------------------
 */

static void context_goes_back(void)
{
	static struct arch_user_context saved;
	struct test_thread *thread = rounds_start(space_make());

	CHECK_EQUAL(context_get(thread->endpoint, &saved), 0);
	for (uint32_t i = 1; i <= 5; i++) {
		((uint32_t *)&saved)[ARCH_CONTEXT_INDEX_SPIN] = i;
		CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_STOP), 0);
		CHECK_EQUAL(context_set(thread->endpoint, &saved), 0);
		CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_RESUME), 0);
		rounds_wait(i);
		CHECK_EQUAL(rounds.last, i);
	}
	CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_STOP), 0);
	round_end(thread, 101);
	CHECK_EQUAL(thread_join(thread), 101);
}

static void context_of_running_thread(void)
{
	static struct arch_user_context context;
	struct spinner spinner = {};
	struct test_thread *thread = thread_start(space_make(), spin, &spinner);

	for (unsigned int i = 0; i < 50; i++) {
		CHECK_EQUAL(context_get(thread->endpoint, &context), 0);
		if (i % 10 == 0)
			spin_wait(&spinner);
	}
	spinner.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
}

static void context_refused(void)
{
	static struct arch_user_context context;
	struct test_thread *thread = rounds_start(NULL);
	struct sys_context_req request = {.thread = thread->endpoint};
	static const u64 addresses[] = {ARCH_USER_LIMIT, ARCH_USER_LIMIT - 8, ~0ull - 8, 0x10};

	for (unsigned int i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		request.address = addresses[i];
		CHECK_EQUAL(sys_context_get(&request, NULL), -EFAULT);
		CHECK_EQUAL(sys_context_set(&request, NULL), -EFAULT);
	}
	request.address = (vaddr_t)&context + (1ull << 32);
	CHECK_EQUAL(sys_context_set(&request, NULL), -EFAULT);
	CHECK_EQUAL(sys_context_get(&request, NULL), -EFAULT);
	CHECK_EQUAL(context_get(thread_self(), &context), -EINVAL);
	CHECK_EQUAL(context_get(endpoint_stale(), &context), -EDEADSRCDST);
	CHECK_EQUAL(context_get(thread->endpoint, &context), 0);
	CHECK_EQUAL(context_set(thread_self(), &context), -EINVAL);
	CHECK_EQUAL(context_set(endpoint_stale(), &context), -EDEADSRCDST);
	CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_RESUME), 0);
	CHECK_EQUAL(context_set(thread->endpoint, &context), -EINVAL);
}

/* A context that asks for more than user mode may have is refused, or made harmless: then the
 * thread goes on, or ends where it jumped to. */
static void context_gives_no_rights(void)
{
	static struct arch_user_context good, bad, now;
	struct test_space *space = space_make();

	for (unsigned int way = 0;; way++) {
		struct test_thread *thread = rounds_start(space);
		int error;

		CHECK_EQUAL(context_get(thread->endpoint, &good), 0);
		bad = good;
		if (!arch_context_spoil(&bad, way))
			break;
		error = context_set(thread->endpoint, &bad);
		CHECK(error == 0 || error == -EINVAL);
		CHECK_EQUAL(context_get(thread->endpoint, &now), 0);
		CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_RESUME), 0);
		if (error != 0) {
			CHECK_EQUAL(memcmp(&now, &good, sizeof(now)), 0);
		} else if (memcmp(&now, &bad, sizeof(now)) == 0) {
			CHECK_EQUAL(thread_wait(thread), THREAD_FAULTED);
			CHECK(thread->fault_address >= ARCH_USER_LIMIT);
		}
		thread_free(thread);
	}
}

/* --- A context ends what the thread was in -----------------------------------------------------
 */

/* A thread that was stopped in its first round, then left it for a trap or a fault. */
struct gone {
	uint32_t trap;
	endpoint_t peer;
	uint32_t rts;
};

static int gone_run(void *argument)
{
	const struct gone *gone = argument;
	struct ipc_received received;

	if (rounds_run(NULL) != (int)ROUNDS_LAST + 1)
		return rounds.last;
	/* The frame of rounds_run() stays whole below: the thread is sent back into it. */
	__asm__ volatile("" : : "r"(__builtin_alloca(256)));
	if (gone->trap != 0)
		(void)sys_trap2(gone->trap, gone->peer, 0, &received);
	else
		*(volatile uint8_t *)PRIVATE_BASE = 1;
	return -1;
}

static enum fault_answer fault_hold(const struct fault_event *event)
{
	(void)event;
	return FAULT_HOLD;
}

/* A call that a server holds ends by the server alone: its answer might meet the next call. */
static void others_may_not(endpoint_t thread, const struct arch_user_context *context)
{
	struct job other = {.trap = TRAP_KERNEL_CALL, .a0 = SYS_CONTEXT_SET};
	const struct sys_context_req request = {.thread = thread, .address = (vaddr_t)context};

	memcpy(other.message.payload, &request, sizeof(request));
	job_start(&other);
	CHECK_EQUAL(job_finish(&other), -EBUSY);
	CHECK_EQUAL(thread_rts(thread), RTS_STOPPED | RTS_REPLY_WAIT);
}

static void context_set_ends(const struct gone *gone)
{
	static struct arch_user_context saved;
	struct test_thread *thread;
	struct ipc_received received;
	nanoseconds_t limit = 0;

	thread = rounds_begin(space_make(), gone_run, (void *)gone);
	CHECK_EQUAL(context_get(thread->endpoint, &saved), 0);
	round_end(thread, ROUNDS_LAST + 1);
	if (gone->rts == RTS_REPLY_WAIT)
		CHECK_EQUAL(ipc_receive(thread->endpoint, NULL, 0, &received), 0);
	while (!(thread_rts(thread->endpoint) & gone->rts) && wait_a_moment(&limit))
		;
	CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_STOP), 0);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_STOPPED | gone->rts);
	((uint32_t *)&saved)[ARCH_CONTEXT_INDEX_SPIN] = 777;
	if (gone->rts == RTS_REPLY_WAIT)
		others_may_not(thread->endpoint, &saved);
	CHECK_EQUAL(context_set(thread->endpoint, &saved), 0);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_STOPPED);
	CHECK_EQUAL(ipc_receive(thread->endpoint, NULL, IPC_NONBLOCK, &received), -ENOTREADY);
	CHECK_EQUAL(ipc_send(thread->endpoint, IPC_NONBLOCK), -ENOTREADY);
	CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_RESUME), 0);
	CHECK_EQUAL(thread_join(thread), 777);
}

static void context_set_ends_ipc(void)
{
	const endpoint_t self = thread_self();
	const struct gone ways[] = {
		{TRAP_IPC_SEND, self, RTS_SENDING},
		{TRAP_IPC_CALL, self, RTS_SENDING},
		{TRAP_IPC_CALL, self, RTS_REPLY_WAIT},
		{TRAP_IPC_RECEIVE, EP_CLOCK, RTS_RECEIVE_FROM},
	};

	for (unsigned int i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		context_set_ends(&ways[i]);
}

static void context_set_ends_fault(void)
{
	const struct gone fault = {.rts = RTS_PAGEFAULT};

	supervisor_hooks.fault = fault_hold;
	context_set_ends(&fault);
}

/* --- Stops -------------------------------------------------------------------------------------
 */

static void stop_self(void)
{
	struct spinner spinner = {.stop = true};
	struct job job = {.trap = TRAP_KERNEL_CALL, .a0 = SYS_RUNCTL};
	struct sys_runctl_req *request = (struct sys_runctl_req *)job.message.payload;

	*request = (struct sys_runctl_req){EP_SELF, RUNCTL_STOP};
	job_start_until(&job, RTS_STOPPED);
	CHECK(!job.done && spin_stands(&spinner));
	CHECK_EQUAL(runctl(job.thread->endpoint, RUNCTL_RESUME), 0);
	CHECK_EQUAL(job_finish(&job), 0);
}

static void stop_with_delay(void)
{
	struct spinner spinner = {};
	struct test_thread *thread = thread_start(NULL, spin, &spinner);
	struct job receiver = {.trap = TRAP_IPC_RECEIVE, .a0 = EP_ANY};
	struct job caller = {.trap = TRAP_IPC_CALL, .a0 = thread_self()};
	struct ipc_received received;

	spin_wait(&spinner);
	CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_STOP | RUNCTL_DELAY), 0);
	CHECK(spin_stands(&spinner));
	spinner.stop = true;
	CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_RESUME), 0);
	CHECK_EQUAL(thread_join(thread), 0);
	job_start_until(&receiver, RTS_RECEIVE_ANY);
	CHECK_EQUAL(runctl(receiver.thread->endpoint, RUNCTL_STOP | RUNCTL_DELAY), 0);
	CHECK_EQUAL(ipc_send(receiver.thread->endpoint, IPC_NONBLOCK), 0);
	sleep_for(MILLISECOND);
	CHECK_EQUAL(thread_rts(receiver.thread->endpoint), RTS_STOPPED);
	CHECK(!receiver.done);
	job_start_until(&caller, RTS_SENDING);
	CHECK_EQUAL(runctl(caller.thread->endpoint, RUNCTL_STOP | RUNCTL_DELAY), -EBUSY);
	CHECK_EQUAL(ipc_receive(caller.thread->endpoint, NULL, 0, &received), 0);
	CHECK_EQUAL(runctl(caller.thread->endpoint, RUNCTL_STOP | RUNCTL_DELAY), 0);
	CHECK_EQUAL(answer(caller.thread->endpoint, 5, 0), 0);
	CHECK_EQUAL(runctl(caller.thread->endpoint, RUNCTL_RESUME), 0);
	CHECK_EQUAL(runctl(receiver.thread->endpoint, RUNCTL_RESUME), 0);
	CHECK_EQUAL(job_finish(&receiver), 0);
	CHECK_EQUAL(job_finish(&caller), 0);
	CHECK_EQUAL(caller.answer.type, 5);
}

static const struct test_case cases[] = {
	CASE("a stopped thread's registers are read and set", register_is_set, CASE_SHORT),
	CASE("registers of who runs, and none at all, are refused", registers_refused, 0),
	CASE("a step is one instruction", steps_are_single, CASE_SHORT),
	CASE("a step over a trap ends behind it", steps_over_traps, 0),
	CASE("without a step a thread runs on", steps_end, 0),
	CASE("an old context can be entered again and again", context_goes_back, 0),
	CASE("the context of a running thread can be read", context_of_running_thread, 0),
	CASE("contexts of nobody, and at bad addresses, are refused", context_refused, 0),
	CASE("a context gives no rights", context_gives_no_rights, CASE_SHORT),
	CASE("a new context ends the message passing of the old", context_set_ends_ipc, 0),
	CASE("a new context ends the fault of the old", context_set_ends_fault, 0),
	CASE("a thread stops itself", stop_self, 0),
	CASE("a stop with delay waits for no receiver", stop_with_delay, 0),
};

const struct test_suite suite_context = SUITE("context", cases);
