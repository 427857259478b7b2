/* Storms on FPU state: every thread, the workers included, holds a pattern of its own while it is
 * pre-empted, moved, stopped, edited, calls and answers. Any foreign value anywhere is a failure.
 */
#include "storm.h"

#include <arch/provoke.h>

#define KEEPERS 8u

static struct keeper {
	uint32_t seed;
	volatile unsigned int count, wrong;
	volatile bool stop;
	volatile bool taken; /* by a worker */
	endpoint_t server;
	struct test_thread *thread;
} keepers[KEEPERS];

/* --- Keepers ------------------------------------------------------------------------------------
 */

/* Another pattern each time, which no other thread has: a state that was saved too early differs.
 */
static void look(struct keeper *keeper)
{
	keeper->wrong += arch_fpu_check(keeper->seed) != 0;
	keeper->seed += 64;
	arch_fpu_fill(keeper->seed);
	keeper->count++;
}

static int keep_computing(void *argument)
{
	struct keeper *keeper = argument;

	arch_fpu_fill(keeper->seed);
	while (!keeper->stop)
		look(keeper);
	return 0;
}

static int keep_trapping(void *argument)
{
	struct keeper *keeper = argument;

	arch_fpu_fill(keeper->seed);
	while (!keeper->stop) {
		keeper->wrong += sys_null(&(struct sys_null_req){}, NULL) != 0;
		look(keeper);
	}
	return 0;
}

/* Live for a long time without a look, so that others find it in the CPU. */
static int keep_waiting(void *argument)
{
	struct keeper *keeper = argument;

	arch_fpu_fill(keeper->seed);
	while (!keeper->stop) {
		for (volatile unsigned int i = 0; i < 3000; i++)
			;
		yield();
		look(keeper);
	}
	return 0;
}

static int keep_calling(void *argument)
{
	struct keeper *keeper = argument;

	arch_fpu_fill(keeper->seed);
	while (!keeper->stop) {
		message_set(TYPE(1), keeper->seed);
		keeper->wrong += ipc_call(keeper->server) != 0;
		look(keeper);
	}
	return 0;
}

static int serve(void *argument)
{
	struct keeper *keeper = argument;
	struct ipc_received received;
	endpoint_t caller = EP_NONE;

	arch_fpu_fill(keeper->seed);
	for (;;) {
		if (ipc_reply_receive(caller, EP_ANY, &received) != 0)
			return -1;
		if (message()->type == TYPE(0))
			return 0;
		caller = message()->source;
		look(keeper);
	}
}

static int (*const keeper_kinds[])(void *) = {
	keep_computing,
	keep_trapping,
	keep_waiting,
	keep_calling,
};

/* --- Workers ------------------------------------------------------------------------------------
 */

static int place(endpoint_t thread, uint64_t *random)
{
	const struct sys_schedctl_req request = {
		.thread = thread,
		.scheduler = SCHEDULER_KERNEL,
		.priority = PRIORITY_TEST,
		.quantum = MILLISECOND,
		.affinity = 1ull << storm_below(random, cpu_count()),
	};

	return sys_schedctl(&request, NULL);
}

static int edit(struct test_space *space)
{
	const struct sys_space_req request = {space->id};
	int error = sys_vmctl_inhibit_set(&request, NULL);

	if (error == 0)
		error = sys_vmctl_inhibit_clear(&request, NULL);
	return error;
}

/* The thread is stopped: what is read of its FPU state is the same, now and later. */
static int context_read(struct storm_worker *worker, const struct sys_context_req *request)
{
	static struct arch_user_context first[STORM_WORKERS];
	struct arch_user_context *context = (struct arch_user_context *)(vaddr_t)request->address;
	int error = sys_context_get(request, NULL);

	if (error != 0 || storm_below(&worker->random, 2) == 0)
		return error;
	first[worker->index] = *context;
	sleep_for((20 + storm_below(&worker->random, 100)) * 1000ull);
	error = sys_context_get(request, NULL);
	worker->wrong += error == 0 && !arch_context_fpu_same(&first[worker->index], context);
	return error;
}

/* Stop, moved or not, its context read and written or not; resume. */
static int hold(struct storm_worker *worker, const struct keeper *keeper)
{
	static struct arch_user_context contexts[STORM_WORKERS];
	const endpoint_t name = keeper->thread->endpoint;
	const struct sys_context_req request = {.thread = name,
						.address = (vaddr_t)&contexts[worker->index]};
	const uint32_t what = storm_below(&worker->random, 8);
	int error = runctl(name, RUNCTL_STOP);

	if (error == 0 && what < 4)
		error = context_read(worker, &request);
	/* What it waits for in IPC would end. */
	if (error == 0 && what < 2 && keeper->server == EP_NONE)
		error = sys_context_set(&request, NULL);
	if (error == 0 && what % 2 == 0)
		error = place(name, &worker->random);
	return error != 0 ? error : runctl(name, RUNCTL_RESUME);
}

static int look_fresh(void *argument)
{
	(void)argument;
	return arch_fpu_fresh();
}

/* A thread that never used it, where somebody else's may be live. */
static bool fresh_is_fresh(struct storm_worker *worker)
{
	const struct thread_plan plan = {
		.space = keepers[storm_below(&worker->random, KEEPERS)].thread->space,
		.function = look_fresh,
		.affinity = 1ull << storm_below(&worker->random, cpu_count()),
	};

	return thread_join(thread_make(&plan)) == 1;
}

static void disturb_one(struct storm_worker *worker, struct keeper *keeper)
{
	int error = 0;

	switch (storm_below(&worker->random, 8)) {
	case 0:
	case 1:
	case 2:
		error = place(keeper->thread->endpoint, &worker->random);
		break;
	case 3:
		error = edit(keeper->thread->space);
		break;
	case 4:
		error = place(EP_SELF, &worker->random);
		break;
	default:
		error = hold(worker, keeper);
		break;
	}
	worker->wrong += error != 0;
}

static int disturb(void *argument)
{
	struct storm_worker *worker = argument;
	const uint32_t seed = 200 + worker->index;

	arch_fpu_fill(seed);
	for (; worker->done < worker->operations; worker->done++) {
		struct keeper *keeper = &keepers[storm_below(&worker->random, KEEPERS)];

		if (!__atomic_exchange_n(&keeper->taken, true, __ATOMIC_ACQUIRE)) {
			disturb_one(worker, keeper);
			__atomic_store_n(&keeper->taken, false, __ATOMIC_RELEASE);
		}
		if (storm_below(&worker->random, 64) == 0)
			worker->wrong += !fresh_is_fresh(worker);
		if (storm_below(&worker->random, 8) == 0)
			sleep_for((20 + storm_below(&worker->random, 100)) * 1000ull);
		worker->wrong += arch_fpu_check(seed) != 0;
	}
	return 0;
}

/* --- The case -----------------------------------------------------------------------------------
 */

static void keepers_start(endpoint_t server)
{
	memset(keepers, 0, sizeof(keepers));
	for (unsigned int i = 0; i < KEEPERS; i++) {
		int (*const kind)(void *) = keeper_kinds[i % 4];

		keepers[i].seed = 100 + i;
		keepers[i].server = kind == keep_calling ? server : EP_NONE;
		keepers[i].thread = thread_make(&(struct thread_plan){
			.space = space_make(),
			.function = kind,
			.argument = &keepers[i],
			.quantum = MILLISECOND,
		});
	}
}

static void keepers_end(void)
{
	for (unsigned int i = 0; i < KEEPERS; i++) {
		const unsigned int count = keepers[i].count;
		nanoseconds_t limit = 0;

		while (keepers[i].count == count && wait_a_moment(&limit))
			;
		CHECK(keepers[i].count != count);
	}
	for (unsigned int i = 0; i < KEEPERS; i++)
		keepers[i].stop = true;
	for (unsigned int i = 0; i < KEEPERS; i++) {
		CHECK_EQUAL(thread_join(keepers[i].thread), 0);
		CHECK_EQUAL(keepers[i].wrong, 0);
	}
}

static void patterns_are_kept(void)
{
	const struct thread_plan plan = {.priority = PRIORITY_TEST - 1};
	struct storm_worker workers[STORM_WORKERS];
	struct keeper server = {.seed = 99};
	struct test_thread *thread;
	unsigned int count;

	if (!arch_fpu_present())
		case_skip("no FPU");
	count = cpu_count() < 2 ? 2 : cpu_count();
	thread = thread_start(space_make(), serve, &server);
	keepers_start(thread->endpoint);
	storm_start(workers, count, disturb, &plan);
	storm_finish(workers, count);
	keepers_end();
	message_set(TYPE(0), 0);
	CHECK_EQUAL(ipc_send(thread->endpoint, 0), 0);
	CHECK_EQUAL(thread_join(thread), 0);
	CHECK_EQUAL(server.wrong, 0);
	CHECK(server.count != 0);
}

static const struct test_case cases[] = {
	STORM("FPU state is kept whatever is done to threads", patterns_are_kept, 8000, 100000),
};

const struct test_suite suite_storm_fpu = SUITE("storm_fpu", cases);
