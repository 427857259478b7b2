/* Storms about threads: they come and go, fork, and move among CPUs while others run. A thread that
 * was cleared or killed must not take one more step, and its name must be stale at once. Threads
 * that move look themselves where they run.
 */
#include "storm.h"

#include <arch/layout.h>
#include <arch/provoke.h>

#define HERE PRIVATE_BASE
#define QUANTUM_SHORT MILLISECOND

/* Let some time pass, in one of several ways. */
static void pause_somehow(uint64_t *random)
{
	const uint32_t way = storm_below(random, 4);

	if (way == 1)
		yield();
	for (uint32_t i = way == 2 ? storm_below(random, 20) : 0; i > 0; i--)
		(void)sys_null(&(struct sys_null_req){}, NULL);
	for (volatile uint32_t i = way == 3 ? storm_below(random, 20000) : 0; i > 0; i--)
		;
}

/* --- Come and go --------------------------------------------------------------------------------
 */

struct victim {
	volatile unsigned int count;
	volatile unsigned int wrong;
	endpoint_t maker;
};

static int victim_ends(void *argument)
{
	((struct victim *)argument)->count++;
	return 0;
}

/* The others run until they are taken away. */

static int victim_spins(void *argument)
{
	struct victim *victim = argument;

	while (victim->wrong == 0)
		victim->count++;
	return 1;
}

static int victim_traps(void *argument)
{
	struct victim *victim = argument;
	struct sys_times_reply reply;

	for (; victim->wrong == 0; victim->count++)
		victim->wrong += sys_times(&(struct sys_times_req){EP_SELF}, &reply) != 0;
	return 1;
}

static int victim_yields(void *argument)
{
	struct victim *victim = argument;

	for (; victim->wrong == 0; victim->count++)
		yield();
	return 1;
}

static int victim_waits(void *argument)
{
	struct victim *victim = argument;
	struct ipc_received received;

	for (; victim->wrong == 0; victim->count++)
		(void)ipc_receive(EP_ANY, NULL, 0, &received);
	return 1;
}

/* Its maker never receives it. */
static int victim_calls(void *argument)
{
	struct victim *victim = argument;

	victim->count++;
	victim->wrong += ipc_call(victim->maker) != 0;
	return 1;
}

static int (*const victim_kinds[])(void *) = {
	victim_ends, victim_spins, victim_traps, victim_yields, victim_waits, victim_calls,
};

#define VICTIM_KINDS (sizeof(victim_kinds) / sizeof(victim_kinds[0]))

#define HOMES 4u

static struct test_space *homes[HOMES]; /* the first is the root's */

static bool stands(const struct victim *victim, uint64_t *random)
{
	const unsigned int count = victim->count;

	pause_somehow(random);
	return victim->count == count;
}

static bool is_stale(endpoint_t name, uint32_t way)
{
	switch (way) {
	case 0:
		return runctl(name, RUNCTL_RESUME) == -EDEADSRCDST;
	case 1:
		return signal_kill(name, 9) == -EDEADSRCDST;
	case 2:
		return ipc_notify(name) == -EDEADSRCDST;
	case 3:
		return ipc_send(name, IPC_NONBLOCK) == -EDEADSRCDST;
	default:
		return sys_clear(&(struct sys_clear_req){name}, NULL) == -EDEADSRCDST;
	}
}

static long forget(void *thread)
{
	((struct test_thread *)thread)->used = false;
	return 0;
}

/* From the worker's CPU, not the supervisor's. */
static void clear_directly(struct test_thread *thread)
{
	CHECK_EQUAL(sys_clear(&(struct sys_clear_req){thread->endpoint}, NULL), 0);
	(void)supervisor_run(forget, thread);
}

static void victim_end(struct storm_worker *worker, struct test_thread *thread,
		       const struct victim *victim)
{
	const endpoint_t name = thread->endpoint;

	switch (storm_below(&worker->random, 3)) {
	case 0:
		CHECK_EQUAL(sys_clear(&(struct sys_clear_req){name}, NULL), 0);
		worker->wrong += !stands(victim, &worker->random);
		(void)supervisor_run(forget, thread);
		break;
	case 1:
		CHECK_EQUAL(signal_kill(name, 1 + storm_below(&worker->random, 60)), 0);
		worker->wrong += !stands(victim, &worker->random);
		worker->wrong += thread_wait(thread) != THREAD_SIGNALED;
		clear_directly(thread);
		break;
	default:
		thread_free(thread);
		worker->wrong += !stands(victim, &worker->random);
	}
	worker->wrong += !is_stale(name, storm_below(&worker->random, 5));
}

static int make_and_end(void *argument)
{
	struct storm_worker *worker = argument;

	for (; worker->done < worker->operations; worker->done++) {
		const uint32_t kind = storm_below(&worker->random, VICTIM_KINDS);
		struct victim victim = {.maker = thread_self()};
		const struct thread_plan plan = {
			.space = homes[storm_below(&worker->random, HOMES)],
			.function = victim_kinds[kind],
			.argument = &victim,
			.quantum = QUANTUM_SHORT,
		};
		struct test_thread *thread = thread_make(&plan);
		const endpoint_t name = thread->endpoint;

		pause_somehow(&worker->random);
		if (kind == 0) {
			worker->wrong += thread_join(thread) != 0 || victim.count != 1;
			worker->wrong += !is_stale(name, storm_below(&worker->random, 5));
		} else {
			victim_end(worker, thread, &victim);
		}
		worker->wrong += victim.wrong;
	}
	return 0;
}

static void threads_come_and_go(void)
{
	struct storm_worker workers[STORM_WORKERS];

	for (unsigned int i = 1; i < HOMES; i++)
		homes[i] = space_make();
	storm_start(workers, 0, make_and_end, NULL);
	storm_finish(workers, 0);
}

/* --- Forks --------------------------------------------------------------------------------------
 *
 * A parent computes in registers, FPU and stack; it is stopped anywhere and forked. The child finds
 * in private memory that it is one, and everything else as its parent left it.
 */

#define CHILD_STATUS 4711

struct parent {
	uint32_t seed;
	volatile unsigned int count;
	volatile bool stop;
};

static int compute(void *argument)
{
	struct parent *parent = argument;
	const bool fpu = arch_fpu_present();
	uint64_t first = parent->seed, second = parent->seed;
	bool child;

	if (fpu)
		arch_fpu_fill(parent->seed);
	while (!parent->stop) {
		child = *(volatile uint32_t *)HERE != 0;
		if (random_next(&first) != random_next(&second))
			return -1;
		if (fpu && arch_fpu_check(parent->seed) != 0)
			return -2;
		if (first % 8 == 0 && sys_null(&(struct sys_null_req){}, NULL) != 0)
			return -3;
		if (child)
			return CHILD_STATUS;
		parent->count++;
	}
	return 0;
}

/* Stack and message page of the thread are the space's own. */
static struct test_space *space_for_child(const struct test_thread *parent)
{
	struct test_space *space = space_make();
	const vaddr_t from = (vaddr_t)parent->page - STACK_PAGES * ARCH_PAGE_SIZE;

	space_unmap(space, from, STACK_PAGES + 1);
	for (unsigned int i = 0; i <= STACK_PAGES; i++)
		(void)space_add(space, from + i * ARCH_PAGE_SIZE, 1, PAGE_WRITE);
	(void)space_add(space, HERE, 1, PAGE_WRITE);
	*(uint32_t *)space_see(space, HERE) = 1;
	return space;
}

static void stack_copy(const struct test_thread *parent, struct test_space *space)
{
	const vaddr_t end = (vaddr_t)parent->page + ARCH_PAGE_SIZE;

	for (vaddr_t at = end - (STACK_PAGES + 1) * ARCH_PAGE_SIZE; at < end; at += ARCH_PAGE_SIZE)
		memcpy(space_see(space, at), (void *)at, ARCH_PAGE_SIZE);
}

static endpoint_t fork_stopped(const struct test_thread *parent, struct test_space *space)
{
	const struct sys_fork_req request = {
		.parent = parent->endpoint,
		.space = space->id,
		.message_frame = space_physical(space, (vaddr_t)parent->page),
	};
	struct sys_thread_create_reply reply;

	REQUIRE(sys_fork(&request, &reply) == 0);
	stack_copy(parent, space);
	return reply.thread;
}

static void child_end(struct storm_worker *worker, endpoint_t child)
{
	struct sys_signal_get_reply taken;

	worker->wrong += signal_wait(&taken) != child;
	worker->wrong += taken.signals != SIGNAL_BIT(SIGNAL_EXITED);
	worker->wrong += taken.exit_status != CHILD_STATUS;
	REQUIRE(sys_clear(&(struct sys_clear_req){child}, NULL) == 0);
	worker->wrong += !is_stale(child, storm_below(&worker->random, 5));
}

static int fork_again(void *argument)
{
	struct storm_worker *worker = argument;
	struct parent parent = {.seed = 1000 + worker->index};
	const struct thread_plan plan = {
		.space = space_make(),
		.function = compute,
		.argument = &parent,
		.quantum = QUANTUM_SHORT,
	};
	struct test_thread *thread;
	struct test_space *space;

	(void)space_add(plan.space, HERE, 1, PAGE_WRITE);
	thread = thread_make(&plan);
	space = space_for_child(thread);
	for (; worker->done < worker->operations; worker->done++) {
		const bool clear = storm_below(&worker->random, 4) == 0;
		unsigned int count;
		endpoint_t child;

		worker->wrong += runctl(thread->endpoint, RUNCTL_STOP) != 0;
		count = parent.count;
		child = fork_stopped(thread, space);
		worker->wrong += parent.count != count;
		worker->wrong += runctl(thread->endpoint, RUNCTL_RESUME) != 0;
		REQUIRE(managed_allow(child) == 0);
		pause_somehow(&worker->random);
		if (clear)
			worker->wrong += sys_clear(&(struct sys_clear_req){child}, NULL) != 0;
		else
			child_end(worker, child);
	}
	parent.stop = true;
	worker->wrong += thread_join(thread) != 0;
	return 0;
}

static void stopped_threads_fork(void)
{
	struct storm_worker workers[STORM_WORKERS];

	storm_start(workers, 4, fork_again, NULL);
	storm_finish(workers, 4);
}

static const struct test_case cases[] = {
	STORM("threads come and go in several spaces", threads_come_and_go, 2000, 30000),
	STORM("threads fork where they are stopped", stopped_threads_fork, 500, 10000),
};

const struct test_suite suite_storm_thread = SUITE("storm_thread", cases);
