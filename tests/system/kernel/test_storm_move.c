/* Storms of moving threads: affinity and priority change from other CPUs while threads run, wait
 * and are queued. Whoever moves looks itself where it runs.
 */
#include "storm.h"

#define WANDERERS 8u
#define CPUS_MOST 16u /* bits of a random affinity */

static struct wanderer {
	volatile unsigned int count;
	volatile unsigned int wrong;
	volatile bool stop;
	volatile bool taken;	     /* by a worker, which alone changes what follows */
	volatile unsigned int epoch; /* odd while the affinity changes */
	volatile uint32_t allowed;
	struct test_thread *thread;
} wanderers[WANDERERS];

static unsigned int cpu_here(void)
{
	struct sys_times_reply reply;

	return sys_times(&(struct sys_times_req){EP_SELF}, &reply) == 0 ? reply.cpu : CPUS_MOST;
}

/* A change takes effect on the way out of the kernel: after a trap made behind it, this must be an
 * allowed CPU. */
static void look(struct wanderer *wanderer)
{
	const unsigned int epoch = wanderer->epoch;
	const uint32_t allowed = wanderer->allowed;
	unsigned int cpu;

	(void)sys_null(&(struct sys_null_req){}, NULL);
	cpu = cpu_here();
	if (epoch % 2 == 0 && wanderer->epoch == epoch && !(allowed >> cpu & 1))
		wanderer->wrong++;
	wanderer->count++;
}

static int wander_trapping(void *argument)
{
	struct wanderer *wanderer = argument;

	while (!wanderer->stop)
		look(wanderer);
	return 0;
}

static int wander_running(void *argument)
{
	struct wanderer *wanderer = argument;

	while (!wanderer->stop) {
		for (volatile unsigned int i = 0; i < 20000; i++)
			;
		look(wanderer);
	}
	return 0;
}

static int wander_waiting(void *argument)
{
	struct wanderer *wanderer = argument;
	struct ipc_received received;

	while (!wanderer->stop) {
		if (ipc_receive(EP_ANY, NULL, 0, &received) != 0)
			return -1;
		look(wanderer);
	}
	return 0;
}

static int wander_yielding(void *argument)
{
	struct wanderer *wanderer = argument;

	while (!wanderer->stop) {
		yield();
		look(wanderer);
	}
	return 0;
}

static int (*const wander_kinds[])(void *) = {
	wander_trapping,
	wander_running,
	wander_waiting,
	wander_yielding,
};

static uint32_t random_cpus(uint64_t *random)
{
	const unsigned int count = cpu_count() < CPUS_MOST ? cpu_count() : CPUS_MOST;

	return 1 + storm_below(random, (1u << count) - 1);
}

static int place(endpoint_t thread, uint32_t priority, uint32_t cpus, uint64_t *random)
{
	const struct sys_schedctl_req request = {
		.thread = thread,
		.scheduler = SCHEDULER_KERNEL,
		.priority = priority,
		.quantum = (1 + storm_below(random, 3)) * MILLISECOND,
		.affinity = cpus,
	};

	return sys_schedctl(&request, NULL);
}

/* A wanderer nobody else moves just now. */
static struct wanderer *take_any(uint64_t *random)
{
	for (;;) {
		struct wanderer *wanderer = &wanderers[storm_below(random, WANDERERS)];

		if (!__atomic_exchange_n(&wanderer->taken, true, __ATOMIC_ACQUIRE))
			return wanderer;
		yield();
	}
}

static void release(struct wanderer *wanderer)
{
	__atomic_store_n(&wanderer->taken, false, __ATOMIC_RELEASE);
}

static void move(struct storm_worker *worker, struct wanderer *wanderer, uint32_t priority)
{
	const uint32_t cpus = random_cpus(&worker->random);

	wanderer->epoch++;
	worker->wrong += place(wanderer->thread->endpoint, priority, cpus, &worker->random) != 0;
	wanderer->allowed = cpus;
	wanderer->epoch++;
	worker->wrong += ipc_notify(wanderer->thread->endpoint) != 0;
}

/* Wherever it is now, it gets on. */
static void progress_check(struct storm_worker *worker, struct wanderer *wanderer)
{
	const unsigned int count = wanderer->count;
	nanoseconds_t limit = 0;
	bool patient = true;

	move(worker, wanderer, PRIORITY_TEST);
	while (wanderer->count == count && patient)
		patient = wait_a_moment(&limit);
	worker->wrong += !patient;
}

static void move_self(struct storm_worker *worker)
{
	const uint32_t cpus = random_cpus(&worker->random);

	worker->wrong += place(EP_SELF, PRIORITY_TEST, cpus, &worker->random) != 0;
	worker->wrong += !(cpus >> cpu_here() & 1);
}

static int move_all(void *argument)
{
	struct storm_worker *worker = argument;

	for (; worker->done < worker->operations && worker->wrong == 0; worker->done++) {
		struct wanderer *wanderer = take_any(&worker->random);
		const uint32_t what = storm_below(&worker->random, 32);

		if (what == 0)
			progress_check(worker, wanderer);
		else
			move(worker, wanderer, PRIORITY_TEST + (what < 4));
		release(wanderer);
		if (what % 8 == 1)
			move_self(worker);
		if (what % 8 == 2)
			yield();
	}
	return 0;
}

static void wanderers_start(void)
{
	memset(wanderers, 0, sizeof(wanderers));
	for (unsigned int i = 0; i < WANDERERS; i++) {
		wanderers[i].allowed = ~0u;
		wanderers[i].thread = thread_make(&(struct thread_plan){
			.space = i % 3 == 0 ? NULL : space_make(),
			.function = wander_kinds[i % 4],
			.argument = &wanderers[i],
			.quantum = MILLISECOND,
		});
	}
}

static void wanderers_end(void)
{
	/* All, before any is waited for: less urgent ones cannot end beside one that goes on. */
	for (unsigned int i = 0; i < WANDERERS; i++)
		wanderers[i].stop = true;
	for (unsigned int i = 0; i < WANDERERS; i++) {
		(void)ipc_notify(wanderers[i].thread->endpoint); /* it may have ended */
		CHECK_EQUAL(thread_join(wanderers[i].thread), 0);
		CHECK_EQUAL(wanderers[i].wrong, 0);
		CHECK(wanderers[i].count != 0);
	}
}

/* All have ended: nobody may be left in a queue. */
static void queues_check(void)
{
	nanoseconds_t limit = 0;
	unsigned int ready;

	do {
		ready = 0;
		for (unsigned int i = 0; i < cpu_count(); i++)
			ready += cpu_info(i).ready;
	} while (ready != 0 && wait_a_moment(&limit));
	CHECK_EQUAL(ready, 0);
}

static void threads_are_moved(void)
{
	const u64 before = counters_info().migrations;
	struct storm_worker workers[STORM_WORKERS];

	wanderers_start();
	storm_start(workers, 0, move_all, NULL);
	storm_finish(workers, 0);
	wanderers_end();
	queues_check();
	CHECK(cpu_count() == 1 || counters_info().migrations - before > storm_budget() / 4);
}

static const struct test_case cases[] = {
	STORM("threads run where they may, wherever they are moved", threads_are_moved, 4000,
	      10000),
};

const struct test_suite suite_storm_move = SUITE("storm_move", cases);
