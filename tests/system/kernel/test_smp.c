/* Several CPUs: threads placed, moved, stopped and ended from another CPU; spaces that change while
 * somebody else runs; the lock.
 */
#include "helper.h"

#include <arch/layout.h>

#define HERE PRIVATE_BASE

/* The case goes to CPU 0; the number of the last CPU. */
static unsigned int cpu_last(void)
{
	if (cpu_count() == 1)
		case_skip("one CPU");
	thread_place(EP_SELF, PRIORITY_TEST, 0);
	return cpu_count() - 1;
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

static struct test_thread *start_on(unsigned int cpu, struct test_space *space,
				    int (*function)(void *), void *argument)
{
	return thread_start_on(cpu, PRIORITY_TEST, space, function, argument);
}

/* For what would take the CPU from the case. */
static struct test_thread *start_low(unsigned int cpu, struct test_space *space,
				     int (*function)(void *), void *argument)
{
	return thread_start_on(cpu, PRIORITY_TEST + 1, space, function, argument);
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

	(void)cpu_last();
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
	(void)cpu_last();
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

	(void)cpu_last();
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
	(void)cpu_last();
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
	const unsigned int cpu = cpu_last();
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
	const unsigned int cpu = cpu_last();
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
	const unsigned int cpu = cpu_last();
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
	const unsigned int cpu = cpu_last();
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
	const unsigned int cpu = cpu_last();
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

/* --- Spaces -------------------------------------------------------------------------------------
 */

static void spaces_come_and_go(void)
{
	struct spinner spinners[4] = {};
	struct test_thread *threads[4];
	struct trapper trapper = {};

	(void)cpu_last();
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
	const unsigned int cpu = cpu_last();
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

	(void)cpu_last();
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

#define COPY_PAGES 96u

static int copy_on(void *argument)
{
	struct spinner *copies = argument;
	const struct sys_copy_req request = {
		.source = EP_SELF,
		.destination = EP_SELF,
		.source_address = HERE,
		.destination_address = HERE + COPY_PAGES / 2 * ARCH_PAGE_SIZE,
		.bytes = COPY_PAGES / 2 * ARCH_PAGE_SIZE,
	};

	while (!copies->stop) {
		if (sys_vircopy(&request, NULL) != 0)
			return -1;
		copies->count++;
	}
	return 0;
}

/* Who copies much holds the lock nearly all the time, but not from piece to piece. */
static void long_copies_let_others_in(void)
{
	const unsigned int cpu = cpu_last();
	struct test_space *space = space_make();
	struct spinner copies = {};
	struct test_thread *thread;
	nanoseconds_t before;

	for (unsigned int page = 0; page < COPY_PAGES; page++)
		space_add(space, HERE + page * ARCH_PAGE_SIZE, 1, PAGE_WRITE);
	thread = start_low(cpu, space, copy_on, &copies);
	spin_wait(&copies);
	before = clock_now();
	for (unsigned int i = 0; i < 300; i++)
		(void)sys_null(&(struct sys_null_req){}, NULL);
	CHECK(clock_now() - before < 5000 * MILLISECOND);
	copies.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
}

static const struct test_case cases[] = {
	CASE("every CPU runs threads", every_cpu_runs, CASE_SHORT),
	CASE("a running thread moves to another CPU", running_thread_moves, CASE_SHORT),
	CASE("a waiting thread wakes where it was moved to", waiting_thread_moves, 0),
	CASE("work spreads over all CPUs", work_spreads, 0),
	CASE("an alarm rings where its thread is now", alarm_rings_elsewhere, 0),
	CASE("a stop from another CPU holds at once", stops_hold_at_once, 0),
	CASE("stops lose no trap", stops_lose_no_trap, 0),
	CASE("contexts are read and set between traps", contexts_are_read_between_traps, 0),
	CASE("trapping threads are cleared from another CPU", trapping_threads_are_cleared, 0),
	CASE("handlers lose no trap", handlers_lose_no_trap, 0),
	CASE("spaces come and go beside running ones", spaces_come_and_go, 0),
	CASE("an edit holds at once on another CPU", edits_hold_at_once, 0),
	CASE("everybody gets the lock", everybody_gets_the_lock, 0),
	CASE("long copies let other CPUs in", long_copies_let_others_in, 0),
};

const struct test_suite suite_smp = SUITE("smp", cases);
