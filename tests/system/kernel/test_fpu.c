/* FPU state: kept over whatever happens to its thread, never seen by another. The machine decides
 * whether it is saved by FXSAVE or FSAVE; the full suite runs on CPUs of both kinds.
 */
#include "helper.h"

#include <arch/provoke.h>
#include <sys.h>

static void need_fpu(void)
{
	static bool told;

	if (!arch_fpu_present())
		case_skip("no FPU");
	if (!told)
		sys_print("# fpu: %s\n", arch_fpu_way());
	told = true;
}

/* Keeps a state of its own and looks at it again and again. */
struct keeper {
	uint32_t seed;
	volatile unsigned int rounds;
	volatile bool stop;
	bool traps; /* between two looks */
	unsigned int wrong;
};

static int keep(void *argument)
{
	struct keeper *keeper = argument;

	arch_fpu_fill(keeper->seed);
	while (!keeper->stop) {
		if (keeper->traps)
			yield();
		keeper->wrong += arch_fpu_check(keeper->seed);
		keeper->rounds++;
	}
	return 0;
}

static struct test_thread *keeper_start(struct keeper *keeper, u64 affinity)
{
	const struct thread_plan plan = {
		.space = keeper->seed & 1 ? space_make() : NULL,
		.function = keep,
		.argument = keeper,
		.priority = PRIORITY_TEST + 1,
		.quantum = MILLISECOND,
		.affinity = affinity,
	};

	return thread_make(&plan);
}

static void keeper_wait(const struct keeper *keeper)
{
	const unsigned int from = keeper->rounds;
	nanoseconds_t limit = 0;

	while (keeper->rounds < from + 2 && wait_a_moment(&limit))
		;
	CHECK(keeper->rounds >= from + 2);
}

static void keeper_end(struct keeper *keeper, struct test_thread *thread)
{
	keeper->stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
	CHECK_EQUAL(keeper->wrong, 0);
}

/* --- Kept ---------------------------------------------------------------------------------------
 */

#define KEEPERS 5u

static void keepers_run(u64 affinity, bool traps)
{
	struct keeper keepers[KEEPERS];
	struct test_thread *threads[KEEPERS];

	need_fpu();
	for (unsigned int i = 0; i < KEEPERS; i++) {
		keepers[i] = (struct keeper){.seed = 100 + i, .traps = traps};
		threads[i] = keeper_start(&keepers[i], affinity);
	}
	for (unsigned int round = 0; round < 5; round++) {
		for (unsigned int i = 0; i < KEEPERS; i++)
			keeper_wait(&keepers[i]);
	}
	for (unsigned int i = 0; i < KEEPERS; i++)
		keeper_end(&keepers[i], threads[i]);
}

static void kept_over_preemption(void)
{
	keepers_run(1, false);
}

static void kept_over_traps(void)
{
	keepers_run(1, true);
}

static void kept_on_all_cpus(void)
{
	keepers_run(0, true);
}

static void kept_over_migration(void)
{
	struct keeper keeper = {.seed = 77};
	struct test_thread *thread;

	need_fpu();
	if (cpu_count() == 1)
		case_skip("one CPU");
	thread = keeper_start(&keeper, 1);
	for (unsigned int i = 0; i < 60; i++) {
		thread_place(thread->endpoint, PRIORITY_TEST + 1, i % cpu_count());
		if (i % 4 == 0)
			keeper_wait(&keeper);
	}
	keeper_end(&keeper, thread);
}

static void kept_over_stops(void)
{
	struct keeper keeper = {.seed = 78};
	struct test_thread *thread;

	need_fpu();
	thread = keeper_start(&keeper, 0);
	for (unsigned int i = 0; i < 40; i++) {
		struct sys_runctl_req request = {thread->endpoint, RUNCTL_STOP};

		CHECK_EQUAL(sys_runctl(&request, NULL), 0);
		request.operation = RUNCTL_RESUME;
		CHECK_EQUAL(sys_runctl(&request, NULL), 0);
		keeper_wait(&keeper);
	}
	keeper_end(&keeper, thread);
}

static int keep_over_calls(void *argument)
{
	struct keeper *keeper = argument;
	endpoint_t server;

	server = (endpoint_t)keeper->rounds;
	arch_fpu_fill(keeper->seed);
	for (unsigned int i = 0; i < 300; i++) {
		message_set(TYPE(1), i);
		if (ipc_call(server) != 0)
			return -1;
		keeper->wrong += arch_fpu_check(keeper->seed);
	}
	return (int)keeper->wrong;
}

/* Both sides of the fast path use it. */
static int echo_with_fpu(void *argument)
{
	struct keeper *keeper = argument;
	struct ipc_received received;
	endpoint_t caller = EP_NONE;

	arch_fpu_fill(keeper->seed);
	while (ipc_reply_receive(caller, EP_ANY, &received) == 0 && message()->type != TYPE(0)) {
		caller = message()->source;
		keeper->wrong += arch_fpu_check(keeper->seed);
	}
	return (int)keeper->wrong;
}

static void kept_over_messages(void)
{
	struct keeper server = {.seed = 3}, callers[2] = {{.seed = 4}, {.seed = 5}};
	struct test_thread *server_thread, *threads[2];

	need_fpu();
	server_thread = thread_start(space_make(), echo_with_fpu, &server);
	for (unsigned int i = 0; i < 2; i++) {
		callers[i].rounds = server_thread->endpoint;
		threads[i] = thread_start(i ? space_make() : NULL, keep_over_calls, &callers[i]);
	}
	for (unsigned int i = 0; i < 2; i++)
		CHECK_EQUAL(thread_join(threads[i]), 0);
	message_set(TYPE(0), 0);
	CHECK_EQUAL(ipc_send(server_thread->endpoint, 0), 0);
	CHECK_EQUAL(thread_join(server_thread), 0);
}

static void kept_over_memory_edits(void)
{
	struct keeper keeper = {.seed = 79};
	struct test_thread *thread;
	struct sys_space_req request;

	need_fpu();
	thread = keeper_start(&keeper, 0);
	request.space = thread->space->id;
	for (unsigned int i = 0; i < 30; i++) {
		CHECK_EQUAL(sys_vmctl_inhibit_set(&request, NULL), 0);
		CHECK_EQUAL(sys_vmctl_inhibit_clear(&request, NULL), 0);
		keeper_wait(&keeper);
	}
	keeper_end(&keeper, thread);
}

/* --- Moved by hand ------------------------------------------------------------------------------
 */

static void context_holds_it(void)
{
	static struct arch_user_context saved;
	struct keeper keeper = {.seed = 80};
	struct test_thread *thread;
	struct sys_runctl_req runctl;
	struct sys_context_req request = {.address = (vaddr_t)&saved};

	need_fpu();
	thread = keeper_start(&keeper, 0);
	runctl.thread = request.thread = thread->endpoint;
	for (unsigned int i = 0; i < 20; i++) {
		keeper_wait(&keeper);
		runctl.operation = RUNCTL_STOP;
		CHECK_EQUAL(sys_runctl(&runctl, NULL), 0);
		CHECK_EQUAL(sys_context_get(&request, NULL), 0);
		CHECK_EQUAL(sys_context_set(&request, NULL), 0);
		runctl.operation = RUNCTL_RESUME;
		CHECK_EQUAL(sys_runctl(&runctl, NULL), 0);
	}
	keeper_end(&keeper, thread);
}

/* --- Not seen by others -------------------------------------------------------------------------
 */

static int look_fresh(void *argument)
{
	(void)argument;
	return arch_fpu_fresh();
}

static void fresh_threads_see_nothing(void)
{
	struct keeper keeper = {.seed = 81};
	struct test_thread *thread;

	need_fpu();
	thread = keeper_start(&keeper, 1);
	for (unsigned int i = 0; i < 40; i++) {
		const struct thread_plan plan = {
			.space = thread->space,
			.function = look_fresh,
			.affinity = 1,
		};

		keeper_wait(&keeper);
		CHECK_EQUAL(thread_join(thread_make(&plan)), 1);
	}
	keeper_end(&keeper, thread);
}

static int fill_and_end(void *argument)
{
	arch_fpu_fill((uint32_t)(vaddr_t)argument);
	return 0;
}

/* The next thread in a slot must not find what the last one left there. */
static void slots_are_clean(void)
{
	need_fpu();
	for (unsigned int i = 0; i < 300; i++) {
		CHECK_EQUAL(thread_join(thread_start(NULL, fill_and_end, (void *)(vaddr_t)i)), 0);
		if (i % 8 == 0)
			CHECK_EQUAL(thread_join(thread_start(NULL, look_fresh, NULL)), 1);
	}
}

/* Cleared while its state is live in a CPU. */
static void live_state_goes_with_its_thread(void)
{
	need_fpu();
	for (unsigned int i = 0; i < 30; i++) {
		struct keeper keeper = {.seed = 82 + i};
		struct test_thread *thread = keeper_start(&keeper, 0);

		keeper_wait(&keeper);
		thread_free(thread);
		CHECK_EQUAL(thread_join(thread_start(NULL, look_fresh, NULL)), 1);
		CHECK_EQUAL(keeper.wrong, 0);
	}
}

/* Who never uses it has none: what SYS_CONTEXT_GET shows is no leftover. */
static void unused_state_is_not_told(void)
{
	static struct arch_user_context context;
	struct keeper keeper = {.seed = 83};
	struct test_thread *user, *plain;
	const struct thread_plan plan = {.function = wait_for_ever, .affinity = 1};
	struct sys_context_req request = {.address = (vaddr_t)&context};

	need_fpu();
	user = keeper_start(&keeper, 1);
	keeper_wait(&keeper);
	plain = thread_make(&plan);
	wait_rts(plain->endpoint, RTS_RECEIVE_ANY);
	request.thread = plain->endpoint;
	CHECK_EQUAL(sys_context_get(&request, NULL), 0);
	CHECK(arch_context_fpu_empty(&context));
	keeper_end(&keeper, user);
}

static const struct test_case cases[] = {
	CASE("FPU state is kept over preemption", kept_over_preemption, CASE_SHORT),
	CASE("FPU state is kept over traps", kept_over_traps, 0),
	CASE("FPU state is kept by many threads on all CPUs", kept_on_all_cpus, 0),
	CASE("FPU state moves with its thread", kept_over_migration, 0),
	CASE("FPU state is kept over stops", kept_over_stops, 0),
	CASE("FPU state is kept on both sides of a call", kept_over_messages, 0),
	CASE("FPU state is kept over edits of the space", kept_over_memory_edits, 0),
	CASE("FPU state is part of the context", context_holds_it, 0),
	CASE("a fresh thread sees nobody's FPU state", fresh_threads_see_nothing, CASE_SHORT),
	CASE("FPU state does not stay in a slot", slots_are_clean, 0),
	CASE("live FPU state goes with its thread", live_state_goes_with_its_thread, 0),
	CASE("FPU state that was never used is not told", unused_state_is_not_told, 0),
};

const struct test_suite suite_fpu = SUITE("fpu", cases);
