/* Scheduling: priorities, quanta and what their end tells the scheduler, affinity, yielding, and
 * the scheduler's death. Threads under test are less urgent than the case and share one CPU with
 * it.
 */
#include "helper.h"

#define QUANTUM (2 * MILLISECOND)

static int schedctl(endpoint_t thread, endpoint_t scheduler, uint32_t priority,
		    nanoseconds_t quantum, u64 affinity)
{
	const struct sys_schedctl_req request = {thread, scheduler, priority, 0, quantum, affinity};

	return sys_schedctl(&request, NULL);
}

static int schedule(endpoint_t thread, uint32_t priority, nanoseconds_t quantum, u64 affinity)
{
	const struct sys_schedule_req request = {thread, priority, quantum, affinity};

	return sys_schedule(&request, NULL);
}

/* On CPU 0; quantum 0: long. */
static struct test_thread *place(int (*function)(void *), void *argument, uint32_t priority,
				 nanoseconds_t quantum)
{
	const struct thread_plan plan = {
		.function = function,
		.argument = argument,
		.priority = priority,
		.quantum = quantum != 0 ? quantum : 1000 * MILLISECOND,
		.affinity = 1,
	};

	return thread_make(&plan);
}

/* --- Priorities ---------------------------------------------------------------------------------
 */

static void urgent_preempts(void)
{
	struct spinner low = {}, high = {.stop = true};
	struct test_thread *thread = place(spin, &low, 9, 0);

	spin_wait(&low);
	CHECK_EQUAL(thread_join(place(spin, &high, 8, 0)), 0);
	CHECK_EQUAL(thread->end, THREAD_RUNS);
	low.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
}

static void urgent_starves_others(void)
{
	struct spinner high = {}, low = {};
	struct test_thread *threads[2] = {place(spin, &high, 8, 0)};

	spin_wait(&high);
	threads[1] = place(spin, &low, 9, 0);
	sleep_for(20 * MILLISECOND);
	CHECK_EQUAL(low.count, 0);
	high.stop = true;
	spin_wait(&low);
	low.stop = true;
	CHECK_EQUAL(thread_join(threads[0]), 0);
	CHECK_EQUAL(thread_join(threads[1]), 0);
}

static void every_priority(void)
{
	struct spinner spinners[PRIORITY_COUNT] = {};
	struct test_thread *threads[PRIORITY_COUNT];

	/* The least urgent first: each new one takes the CPU from all before. */
	for (unsigned int i = PRIORITY_COUNT - 1; i > PRIORITY_TEST; i--) {
		threads[i] = place(spin, &spinners[i], i, 0);
		spin_wait(&spinners[i]);
		if (i + 1 < PRIORITY_COUNT)
			CHECK(spin_stands(&spinners[i + 1]));
	}
	for (unsigned int i = PRIORITY_TEST + 1; i < PRIORITY_COUNT; i++) {
		spinners[i].stop = true;
		CHECK_EQUAL(thread_join(threads[i]), 0);
	}
}

static void priority_of_running_thread(void)
{
	struct spinner first = {}, second = {};
	struct test_thread *threads[2] = {place(spin, &first, 8, 0), place(spin, &second, 9, 0)};

	spin_wait(&first);
	CHECK_EQUAL(schedctl(threads[0]->endpoint, SCHEDULER_KERNEL, 10, 0, 1), 0);
	spin_wait(&second);
	CHECK(spin_stands(&first));
	/* And of a ready one. */
	CHECK_EQUAL(schedctl(threads[0]->endpoint, SCHEDULER_KERNEL, 7, 0, 1), 0);
	spin_wait(&first);
	CHECK(spin_stands(&second));
	CHECK_EQUAL(thread_info(threads[0]->endpoint).priority, 7);
}

static int note_run(void *argument)
{
	*(volatile bool *)argument = true;
	return 0;
}

static void allow(const struct test_thread *thread)
{
	CHECK_EQUAL(
		sys_priv_allow(&(struct sys_priv_allow_req){thread->endpoint, PRIV_ALLOW}, NULL),
		0);
}

static void own_priority(void)
{
	volatile bool ran = false;
	const struct thread_plan plan = {
		.function = note_run,
		.argument = (void *)&ran,
		.priority = 8,
		.affinity = 1,
		.flags = THREAD_HELD,
	};
	struct test_thread *thread = thread_make(&plan);

	thread_place(thread_self(), PRIORITY_TEST, 0);
	allow(thread);
	CHECK(!ran);
	CHECK_EQUAL(schedctl(EP_SELF, SCHEDULER_KERNEL, 7, 0, 1), 0);
	CHECK(!ran);
	/* This call ends behind the thread that is now more urgent. */
	CHECK_EQUAL(schedctl(EP_SELF, SCHEDULER_KERNEL, 9, 0, 1), 0);
	CHECK(ran);
	CHECK_EQUAL(thread_info(thread_self()).priority, 9);
	CHECK_EQUAL(thread_join(thread), 0);
}

/* --- Sharing a priority -------------------------------------------------------------------------
 */

static void equals_share(void)
{
	struct spinner spinners[3] = {};
	struct test_thread *threads[3];
	unsigned int from;

	for (unsigned int i = 0; i < 3; i++)
		threads[i] = place(spin, &spinners[i], 8, MILLISECOND);
	for (unsigned int round = 0; round < 2; round++) {
		for (unsigned int i = 0; i < 3; i++)
			spin_wait(&spinners[i]);
	}
	from = spinners[0].count;
	sleep_for(20 * MILLISECOND);
	CHECK(spinners[0].count != from);
	for (unsigned int i = 0; i < 3; i++) {
		spinners[i].stop = true;
		CHECK_EQUAL(thread_join(threads[i]), 0);
	}
}

#define TURNS 100u

static struct {
	volatile unsigned int count;
	volatile unsigned int present;
	unsigned int who[TURNS + 2];
} turns;

static int take_turns(void *argument)
{
	turns.present++;
	while (turns.present < 2)
		yield();
	while (turns.count < TURNS) {
		turns.who[turns.count] = (unsigned int)(vaddr_t)argument;
		turns.count++;
		yield();
	}
	return 0;
}

static void yield_takes_turns(void)
{
	struct test_thread *threads[2];
	unsigned int changes = 0;

	turns.count = turns.present = 0;
	threads[0] = place(take_turns, (void *)0, 8, 0);
	threads[1] = place(take_turns, (void *)1, 8, 0);
	CHECK_EQUAL(thread_join(threads[0]), 0);
	CHECK_EQUAL(thread_join(threads[1]), 0);
	for (unsigned int i = 1; i < TURNS; i++)
		changes += turns.who[i] != turns.who[i - 1];
	CHECK(changes >= TURNS / 2); /* all of them, but for interrupts */
}

static int yield_on(void *argument)
{
	struct spinner *spinner = argument;

	while (!spinner->stop) {
		yield();
		spinner->count++;
	}
	return 0;
}

static void yield_stays_urgent(void)
{
	struct spinner yielder = {}, low = {};
	struct test_thread *threads[2] = {place(yield_on, &yielder, 8, 0)};

	spin_wait(&yielder);
	threads[1] = place(spin, &low, 9, 0);
	sleep_for(5 * MILLISECOND);
	CHECK_EQUAL(low.count, 0);
	yielder.stop = true;
	spin_wait(&low);
	low.stop = true;
	CHECK_EQUAL(thread_join(threads[1]), 0);
}

/* --- The end of a quantum -----------------------------------------------------------------------
 */

static struct test_thread *scheduled(int (*function)(void *), void *argument)
{
	const struct thread_plan plan = {
		.space = space_make(),
		.function = function,
		.argument = argument,
		.priority = 8,
		.quantum = QUANTUM,
		.scheduler = thread_self(),
		.affinity = 1,
	};

	return thread_make(&plan);
}

static struct quantum_end_message quantum_end(const struct test_thread *thread)
{
	struct quantum_end_message quantum;
	struct ipc_received received;
	struct message got;

	REQUIRE(receive(thread->endpoint, 0, &got, &received) == 0);
	CHECK_EQUAL(got.source, thread->endpoint);
	CHECK_EQUAL(got.type, MESSAGE_QUANTUM_END);
	CHECK(received.status & IPC_STATUS_KERNEL);
	CHECK_EQUAL(received.process, thread->endpoint);
	memcpy(&quantum, got.payload, sizeof(quantum));
	return quantum;
}

static void quantum_ends(void)
{
	const nanoseconds_t before = clock_now();
	struct spinner spinner = {};
	struct test_thread *thread = scheduled(spin, &spinner);
	struct quantum_end_message quantum = quantum_end(thread);
	unsigned int count;

	CHECK(clock_now() - before >= QUANTUM / 20); /* DEBUG_RACE shortens quanta */
	CHECK_EQUAL(quantum.cpu, 0);
	CHECK_EQUAL(quantum.priority, 8);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_NO_QUANTUM);
	CHECK(spin_stands(&spinner));
	count = spinner.count;
	CHECK_EQUAL(schedule(thread->endpoint, 9, 3 * MILLISECOND, 0), 0);
	spin_wait_past(&spinner, count);
	quantum = quantum_end(thread);
	CHECK_EQUAL(quantum.priority, 9);
	CHECK_EQUAL(thread_info(thread->endpoint).priority, 9);
	CHECK_EQUAL(thread_info(thread->endpoint).affinity, 1);
	spinner.stop = true;
	CHECK_EQUAL(schedule(thread->endpoint, 9, 0, 0), 0);
	CHECK_EQUAL(thread_join(thread), 0);
}

struct busy {
	endpoint_t server;
	unsigned int calls;
	volatile bool done;
};

static int call_then_spin(void *argument)
{
	struct busy *busy = argument;

	for (unsigned int i = 0; i < busy->calls; i++) {
		message_set(TYPE(1), i);
		if (ipc_call(busy->server) != 0)
			return -1;
	}
	busy->done = true;
	for (;;)
		;
}

static void quantum_accounts(void)
{
	const u64 cycles = machine_info().cycles_per_second;
	struct test_thread *server = thread_start(NULL, echo_server, NULL);
	struct busy busy = {.server = server->endpoint, .calls = 7};
	struct test_thread *thread = scheduled(call_then_spin, &busy);
	struct quantum_end_message quantum;
	u64 calls = 0, used = 0, total;

	do {
		quantum = quantum_end(thread);
		calls += quantum.ipc_count;
		used += quantum.user_cycles;
		total = thread_info(thread->endpoint).user_cycles;
		CHECK_EQUAL(schedule(thread->endpoint, 8, 0, 0), 0);
	} while (!busy.done || calls < 7);
	CHECK_EQUAL(calls, 7);
	/* What was told is not told again, and nothing is left out. */
	CHECK(total >= used);
	quantum = quantum_end(thread);
	CHECK_EQUAL(quantum.ipc_count, 0);
	CHECK(used + quantum.user_cycles >= total);
	if (cycles != 0)
		CHECK(quantum.user_cycles > cycles >> 17);
	thread_free(thread);
	echo_stop(server);
}

static void quantum_counts_preemptions(void)
{
	struct spinner spinner = {};
	struct test_thread *thread = scheduled(spin, &spinner);
	struct ipc_received received;
	struct message got;
	nanoseconds_t limit = 0;
	unsigned int preempted = 0;

	do {
		CHECK_EQUAL(thread_join(place(return_at_once, NULL, 7, 0)), 0);
		if (receive(thread->endpoint, IPC_NONBLOCK, &got, &received) == 0) {
			preempted += ((struct quantum_end_message *)got.payload)->preempted;
			CHECK_EQUAL(schedule(thread->endpoint, 8, 0, 0), 0);
		}
	} while (preempted < 5 && wait_a_moment(&limit));
	CHECK(preempted >= 5);
}

static void quantum_of_running_thread(void)
{
	struct spinner spinner = {};
	struct test_thread *thread = scheduled(spin, &spinner);
	nanoseconds_t limit = 0;

	(void)quantum_end(thread);
	CHECK_EQUAL(schedule(thread->endpoint, 8, 10000 * MILLISECOND, 0), 0);
	spin_wait(&spinner);
	CHECK_EQUAL(schedule(thread->endpoint, 8, MILLISECOND, 0), 0);
	while (thread_rts(thread->endpoint) != RTS_NO_QUANTUM && wait_a_moment(&limit))
		;
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_NO_QUANTUM);
}

static void quantum_message_waits(void)
{
	struct spinner spinner = {};
	struct test_thread *thread = scheduled(spin, &spinner);
	struct ipc_received received;
	nanoseconds_t limit = 0;

	while (thread_rts(thread->endpoint) != RTS_NO_QUANTUM && wait_a_moment(&limit))
		;
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_NO_QUANTUM);
	/* Another scheduler: the message is withdrawn. */
	CHECK_EQUAL(schedctl(thread->endpoint, SCHEDULER_KERNEL, 8, QUANTUM, 1), 0);
	CHECK_EQUAL(ipc_receive(thread->endpoint, NULL, IPC_NONBLOCK, &received), -ENOTREADY);
	spin_wait(&spinner);
	CHECK_EQUAL(schedule(thread->endpoint, 8, 0, 0), -EPERM);
	spinner.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
}

static void quantum_and_stop(void)
{
	struct spinner spinner = {};
	struct test_thread *thread = scheduled(spin, &spinner);
	struct sys_runctl_req request = {thread->endpoint, RUNCTL_STOP};
	unsigned int count;

	(void)quantum_end(thread);
	CHECK_EQUAL(sys_runctl(&request, NULL), 0);
	CHECK_EQUAL(schedule(thread->endpoint, 8, 0, 0), 0);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_STOPPED);
	CHECK(spin_stands(&spinner));
	count = spinner.count;
	request.operation = RUNCTL_RESUME;
	CHECK_EQUAL(sys_runctl(&request, NULL), 0);
	spin_wait_past(&spinner, count);
}

/* --- Schedulers that go -------------------------------------------------------------------------
 */

/* A spinner, held, whose scheduler is a thread that never answers. */
static struct test_thread *orphan_make(struct spinner *spinner, const struct test_thread *scheduler)
{
	const struct thread_plan plan = {
		.function = spin,
		.argument = spinner,
		.priority = 8,
		.quantum = QUANTUM,
		.scheduler = scheduler->endpoint,
		.flags = THREAD_HELD,
	};

	return thread_make(&plan);
}

static void orphan_goes_on(const struct spinner *spinner)
{
	for (unsigned int i = 0; i < 3; i++) {
		sleep_for(3 * QUANTUM);
		spin_wait(spinner);
	}
}

static void scheduler_is_cleared(void)
{
	struct spinner spinner = {};
	struct test_thread *scheduler = thread_start(NULL, wait_for_ever, NULL);
	struct test_thread *thread = orphan_make(&spinner, scheduler);

	thread_free(scheduler);
	allow(thread);
	orphan_goes_on(&spinner);
	CHECK_EQUAL(schedctl(thread->endpoint, thread_self(), 8, QUANTUM, 0), 0);
	(void)quantum_end(thread);
}

static void scheduler_has_ended(void)
{
	struct spinner spinner = {}, end = {};
	struct test_thread *scheduler = thread_start(NULL, spin, &end);
	struct test_thread *thread = orphan_make(&spinner, scheduler);

	/* It has not been cleared, but will not answer any more. */
	end.stop = true;
	CHECK_EQUAL(thread_wait(scheduler), THREAD_EXITED);
	allow(thread);
	orphan_goes_on(&spinner);
	CHECK_EQUAL(schedctl(thread->endpoint, scheduler->endpoint, 8, QUANTUM, 0), -EDEADSRCDST);
}

static void scheduler_dies_in_debt(void)
{
	struct spinner spinner = {};
	struct test_thread *scheduler = thread_start(NULL, wait_for_ever, NULL);
	struct test_thread *thread = orphan_make(&spinner, scheduler);
	nanoseconds_t limit = 0;
	unsigned int count;

	allow(thread);
	while (thread_rts(thread->endpoint) != RTS_NO_QUANTUM && wait_a_moment(&limit))
		;
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_NO_QUANTUM);
	count = spinner.count;
	thread_free(scheduler);
	/* Whoever replaces it takes its threads over. */
	CHECK_EQUAL(schedctl(thread->endpoint, thread_self(), 8, QUANTUM, 0), 0);
	spin_wait_past(&spinner, count);
	(void)quantum_end(thread);
}

/* --- Refusals -----------------------------------------------------------------------------------
 */

static void parameters_refused(void)
{
	static const struct {
		uint32_t priority;
		nanoseconds_t quantum;
		u64 affinity;
	} bad[] = {
		{PRIORITY_COUNT, 0, 0},	 {~0u, 0, 0},	     {8, 1, 0},
		{8, MILLISECOND - 1, 0}, {8, ~0ull, 0},	     {8, 10001 * MILLISECOND, 0},
		{8, 0, 1ull << 63},	 {8, 0, 1ull << 32}, {8, 0, 0x80000000u},
	};
	struct test_thread *thread = thread_start(NULL, wait_for_ever, NULL);
	const endpoint_t name = thread->endpoint, self = thread_self();

	CHECK_EQUAL(schedule(name, 8, 0, 0), -EPERM);
	CHECK_EQUAL(schedctl(name, self, 8, 0, 0), 0);
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_EQUAL(schedctl(name, self, bad[i].priority, bad[i].quantum, bad[i].affinity),
			    -EINVAL);
		CHECK_EQUAL(schedule(name, bad[i].priority, bad[i].quantum, bad[i].affinity),
			    -EINVAL);
	}
	CHECK_EQUAL(schedule(name, 15, 10000 * MILLISECOND, ~0ull), 0);
	CHECK_EQUAL(thread_info(name).affinity, (1ull << cpu_count()) - 1);
	CHECK_EQUAL(schedctl(name, name, 8, 0, 0), -EINVAL);
	CHECK_EQUAL(schedctl(EP_SELF, EP_SELF, 8, 0, 0), -EINVAL);
	CHECK_EQUAL(schedctl(name, endpoint_stale(), 8, 0, 0), -EDEADSRCDST);
	CHECK_EQUAL(schedctl(name, EP_ANY, 8, 0, 0), -EDEADSRCDST);
	CHECK_EQUAL(schedctl(endpoint_stale(), self, 8, 0, 0), -EDEADSRCDST);
	CHECK_EQUAL(schedule(endpoint_stale(), 8, 0, 0), -EDEADSRCDST);
	CHECK_EQUAL(schedule(EP_NONE, 8, 0, 0), -EDEADSRCDST);
	CHECK_EQUAL(schedule(self, 8, 0, 0), -EPERM);
}

static const struct test_case cases[] = {
	CASE("a more urgent thread preempts", urgent_preempts, CASE_SHORT),
	CASE("a less urgent thread waits", urgent_starves_others, 0),
	CASE("each priority beats the next", every_priority, 0),
	CASE("a new priority takes effect at once", priority_of_running_thread, 0),
	CASE("a thread makes itself less urgent", own_priority, 0),
	CASE("threads of one priority share their CPU", equals_share, 0),
	CASE("yielding threads take turns", yield_takes_turns, 0),
	CASE("yielding gives nothing to less urgent threads", yield_stays_urgent, 0),
	CASE("the end of a quantum is told and answered", quantum_ends, CASE_SHORT),
	CASE("a quantum's account is complete and told once", quantum_accounts, 0),
	CASE("preemptions are counted", quantum_counts_preemptions, 0),
	CASE("a new quantum holds for a running thread too", quantum_of_running_thread, 0),
	CASE("a new scheduler withdraws the message to the old", quantum_message_waits, 0),
	CASE("a stop outlives the end of a quantum", quantum_and_stop, 0),
	CASE("threads go on when their scheduler is cleared", scheduler_is_cleared, 0),
	CASE("threads go on when their scheduler has ended", scheduler_has_ended, 0),
	CASE("a scheduler that dies owing an answer is replaced", scheduler_dies_in_debt, 0),
	CASE("bad parameters and names are refused", parameters_refused, 0),
};

const struct test_suite suite_sched = SUITE("sched", cases);
