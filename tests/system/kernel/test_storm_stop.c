/* Storms of stops: several workers hold the same threads for several reasons at once. While a
 * thread is held for whatever reason, what it counts in memory must not move and its registers
 * stay; when the last reason goes it runs on, and every trap has the result it should have.
 */
#include "storm.h"

#include <arch/provoke.h>

#define TARGETS 6u
#define QUANTUM_LONG (10000 * MILLISECOND)

/* Why a thread is held. Each has a lock of its own, so that one worker's end of a hold does not end
 * another's; different reasons overlap freely. */
enum reason { REASON_STOP, REASON_PRIVILEGE, REASON_SPACE, REASONS };

static struct target {
	uint32_t seed;
	volatile unsigned int count;
	volatile unsigned int wrong;
	volatile bool stop;
	volatile bool taken[REASONS];
	bool in_ipc; /* its registers may change while it is held: results of IPC */
	endpoint_t server;
	struct test_thread *thread;
} targets[TARGETS];

/* --- Targets ------------------------------------------------------------------------------------
 */

static int run_computing(void *argument)
{
	struct target *target = argument;
	const bool fpu = arch_fpu_present();
	uint64_t first = target->seed, second = target->seed;

	if (fpu)
		arch_fpu_fill(target->seed);
	for (; !target->stop; target->count++) {
		target->wrong += random_next(&first) != random_next(&second);
		if (fpu && target->count % 16 == 0)
			target->wrong += arch_fpu_check(target->seed) != 0;
	}
	return 0;
}

static int run_trapping(void *argument)
{
	struct target *target = argument;
	struct sys_times_reply reply;

	for (; !target->stop; target->count++) {
		reply.priority = 99;
		target->wrong += sys_times(&(struct sys_times_req){EP_SELF}, &reply) != 0;
		target->wrong += reply.priority >= PRIORITY_COUNT;
	}
	return 0;
}

static int run_calling(void *argument)
{
	struct target *target = argument;

	for (; !target->stop; target->count++) {
		const u64 number = target->seed + target->count;

		message_set(TYPE(1), number);
		target->wrong += ipc_call(target->server) != 0;
		target->wrong += message()->quad[0] != number + 1;
	}
	return 0;
}

static int (*const target_kinds[])(void *) = {run_computing, run_trapping, run_calling};

/* --- Holding ------------------------------------------------------------------------------------
 */

static int hold(const struct target *target, enum reason reason, bool on)
{
	const endpoint_t name = target->thread->endpoint;
	const struct sys_space_req space = {target->thread->space->id};

	switch (reason) {
	case REASON_STOP:
		return sys_runctl(&(struct sys_runctl_req){name, on ? RUNCTL_STOP : RUNCTL_RESUME},
				  NULL);
	case REASON_PRIVILEGE:
		return sys_priv_allow(
			&(struct sys_priv_allow_req){name, on ? PRIV_HOLD : PRIV_ALLOW}, NULL);
	default:
		return on ? sys_vmctl_inhibit_set(&space, NULL)
			  : sys_vmctl_inhibit_clear(&space, NULL);
	}
}

/* Workers are more urgent than their targets, which run while the workers sleep. */
static const struct thread_plan urgent = {.priority = PRIORITY_TEST - 1};

static unsigned int urgent_count(void)
{
	return cpu_count() < 2 ? 2 : storm_worker_count(cpu_count());
}

static void sleep_a_bit(uint64_t *random)
{
	sleep_for((20 + storm_below(random, 200)) * 1000ull); /* microseconds */
}

static void linger(struct storm_worker *worker)
{
	const uint32_t way = storm_below(&worker->random, 8);

	if (way == 0)
		sleep_a_bit(&worker->random);
	for (uint32_t i = way == 1 ? storm_below(&worker->random, 10) : 0; i > 0; i--)
		(void)sys_null(&(struct sys_null_req){}, NULL);
	for (volatile uint32_t i = way == 2 ? storm_below(&worker->random, 10000) : 0; i > 0; i--)
		;
}

/* Two looks at the registers of one that is held see the same, and what is read can be set. */
static void context_use(struct storm_worker *worker, const struct target *target)
{
	static struct arch_user_context contexts[STORM_WORKERS][2];
	struct arch_user_context *first = &contexts[worker->index][0];
	struct sys_context_req request = {.thread = target->thread->endpoint,
					  .address = (vaddr_t)first};

	worker->wrong += sys_context_get(&request, NULL) != 0;
	if (target->in_ipc)
		return;
	if (storm_below(&worker->random, 2) == 0)
		worker->wrong += sys_context_set(&request, NULL) != 0;
	linger(worker);
	request.address = (vaddr_t)(first + 1);
	worker->wrong += sys_context_get(&request, NULL) != 0;
	worker->wrong += memcmp(first, first + 1, sizeof(*first)) != 0;
}

/* Hold for one reason, or for more and more of them; check; let go in the same order. */
static void hold_once(struct storm_worker *worker, struct target *target, enum reason reason)
{
	unsigned int count;

	if (__atomic_exchange_n(&target->taken[reason], true, __ATOMIC_ACQUIRE))
		return;
	worker->wrong += hold(target, reason, true) != 0;
	count = target->count;
	linger(worker);
	worker->wrong += target->count != count;
	if (storm_below(&worker->random, 8) == 0)
		context_use(worker, target);
	if (storm_below(&worker->random, 8) == 0)
		hold_once(worker, target, storm_below(&worker->random, REASONS));
	worker->wrong += target->count != count;
	worker->wrong += hold(target, reason, false) != 0;
	__atomic_store_n(&target->taken[reason], false, __ATOMIC_RELEASE);
}

static int hold_and_let_go(void *argument)
{
	struct storm_worker *worker = argument;

	for (; worker->done < worker->operations; worker->done++) {
		struct target *target = &targets[storm_below(&worker->random, TARGETS)];

		hold_once(worker, target, storm_below(&worker->random, REASONS));
		if (storm_below(&worker->random, 4) == 0)
			sleep_a_bit(&worker->random);
	}
	return 0;
}

static void targets_start(endpoint_t server, endpoint_t scheduler)
{
	memset(targets, 0, sizeof(targets));
	for (unsigned int i = 0; i < TARGETS; i++) {
		targets[i].seed = 500 + i;
		targets[i].server = server;
		targets[i].in_ipc = target_kinds[i % 3] == run_calling;
		targets[i].thread = thread_make(&(struct thread_plan){
			.space = space_make(),
			.function = target_kinds[i % 3],
			.argument = &targets[i],
			.quantum = MILLISECOND,
			.scheduler = scheduler,
		});
	}
}

/* Nobody is held any more, so all get on. */
static void targets_end(void)
{
	for (unsigned int i = 0; i < TARGETS; i++) {
		const unsigned int count = targets[i].count;
		nanoseconds_t limit = 0;

		while (targets[i].count == count && wait_a_moment(&limit))
			;
		CHECK(targets[i].count != count);
	}
	for (unsigned int i = 0; i < TARGETS; i++)
		targets[i].stop = true;
	for (unsigned int i = 0; i < TARGETS; i++) {
		CHECK_EQUAL(thread_join(targets[i].thread), 0);
		CHECK_EQUAL(targets[i].wrong, 0);
	}
}

static void holds_overlap(void)
{
	struct test_thread *server = thread_start(space_make(), echo_server, NULL);
	struct storm_worker workers[STORM_WORKERS];

	targets_start(server->endpoint, 0);
	storm_start(workers, urgent_count(), hold_and_let_go, &urgent);
	storm_finish(workers, urgent_count());
	targets_end();
	echo_stop(server);
}

/* --- Beside a scheduler -------------------------------------------------------------------------
 */

static volatile unsigned int quanta;

/* Gives every thread whose quantum ended another one. */
static int schedule(void *unused)
{
	struct ipc_received received;

	(void)unused;
	for (;;) {
		struct sys_schedule_req request = {.quantum = MILLISECOND};

		if (ipc_receive(EP_ANY, NULL, 0, &received) != 0)
			return -1;
		if (message()->type == TYPE(0))
			return 0;
		if (message()->type != MESSAGE_QUANTUM_END)
			return -2;
		request.thread = message()->source;
		request.priority = PRIORITY_TEST;
		if (sys_schedule(&request, NULL) != 0)
			return -3;
		quanta++;
	}
}

static void holds_and_quanta(void)
{
	const struct thread_plan plan = {.function = schedule, .priority = PRIORITY_TEST - 2};
	struct test_thread *server = thread_start(space_make(), echo_server, NULL);
	struct storm_worker workers[STORM_WORKERS];
	struct test_thread *scheduler = thread_make(&plan);

	quanta = 0;
	targets_start(server->endpoint, scheduler->endpoint);
	storm_start(workers, urgent_count(), hold_and_let_go, &urgent);
	storm_finish(workers, urgent_count());
	targets_end();
	echo_stop(server);
	message_set(TYPE(0), 0);
	CHECK_EQUAL(ipc_send(scheduler->endpoint, 0), 0);
	CHECK_EQUAL(thread_join(scheduler), 0);
	CHECK(quanta > 0);
}

/* --- Steps --------------------------------------------------------------------------------------
 *
 * Every worker steps through a loop of its own. A disturber stops and moves whom it can; a step
 * that is lost lets the thread run away.
 */

static struct stepped {
	struct spinner spinner;
	volatile endpoint_t name;
} stepped[STORM_WORKERS];

static int step_on(void *argument)
{
	struct storm_worker *worker = argument;
	struct stepped *own = &stepped[worker->index];
	const struct thread_plan plan = {
		.space = worker->index % 2 ? space_make() : NULL,
		.function = spin,
		.argument = &own->spinner,
		.manager = thread_self(),
		.flags = THREAD_HELD,
	};
	struct test_thread *thread = thread_make(&plan);
	struct sys_trace_req step = {.thread = thread->endpoint, .operation = TRACE_STEP, 0, 1};
	struct sys_signal_get_reply taken;
	struct sys_trace_reply reply;
	unsigned int count;

	REQUIRE(sys_trace(&step, &reply) == 0);
	REQUIRE(sys_priv_allow(&(struct sys_priv_allow_req){thread->endpoint, PRIV_ALLOW}, NULL) ==
		0);
	own->name = thread->endpoint;
	for (; worker->done < worker->operations; worker->done++) {
		count = own->spinner.count;
		REQUIRE(signal_wait(&taken) == thread->endpoint);
		worker->wrong += taken.signals != SIGNAL_BIT(SIGNAL_TRAP);
		worker->wrong += own->spinner.count - count > 1;
		REQUIRE(sys_trace(&step, &reply) == 0);
		REQUIRE(signal_end(thread->endpoint) == 0);
	}
	own->name = EP_NONE;
	thread_free(thread);
	worker->wrong += own->spinner.count == 0;
	return 0;
}

static struct spinner disturber;

static int disturb(void *unused)
{
	uint64_t random = storm_seed(100);

	(void)unused;
	for (; !disturber.stop; disturber.count++) {
		const endpoint_t name = stepped[storm_below(&random, STORM_WORKERS)].name;
		const struct sys_schedctl_req move = {
			.thread = name,
			.scheduler = SCHEDULER_KERNEL,
			.priority = PRIORITY_TEST,
			.affinity = 1ull << storm_below(&random, cpu_count()),
		};

		/* It may be gone by now. */
		(void)sys_runctl(&(struct sys_runctl_req){name, RUNCTL_STOP}, NULL);
		if (storm_below(&random, 2) == 0)
			(void)sys_schedctl(&move, NULL);
		(void)sys_runctl(&(struct sys_runctl_req){name, RUNCTL_RESUME}, NULL);
		yield();
	}
	return 0;
}

static void steps_are_disturbed(void)
{
	struct storm_worker workers[STORM_WORKERS];
	struct test_thread *thread;

	if (!ARCH_STEPS)
		case_skip("this machine cannot step");
	memset(stepped, 0, sizeof(stepped));
	for (unsigned int i = 0; i < STORM_WORKERS; i++)
		stepped[i].name = EP_NONE;
	disturber = (struct spinner){};
	thread = thread_start(NULL, disturb, NULL);
	storm_start(workers, 4, step_on, NULL);
	storm_finish(workers, 4);
	disturber.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
	CHECK(disturber.count != 0);
}

/* --- Nothing but the stop itself interrupts -----------------------------------------------------
 *
 * One thread with a quantum that does not end is alone on a CPU: only an interrupt from another
 * CPU gets it out of user mode, or the CPU it is moved to out of idleness. A single-threaded
 * emulator gives its loop 100 ms each time, hence the small budget.
 */

#define TOO_LONG (6000 * MILLISECOND)

static struct spinner alone;
static endpoint_t alone_name;

static int place_alone(unsigned int cpu)
{
	const struct sys_schedctl_req request = {
		.thread = alone_name,
		.scheduler = SCHEDULER_KERNEL,
		.priority = PRIORITY_TEST,
		.quantum = QUANTUM_LONG,
		.affinity = 1ull << cpu,
	};

	return sys_schedctl(&request, NULL);
}

static int runctl_alone(uint32_t operation)
{
	return sys_runctl(&(struct sys_runctl_req){alone_name, operation}, NULL);
}

static int interrupt_alone(void *argument)
{
	struct storm_worker *worker = argument;

	for (; worker->done < worker->operations && worker->wrong == 0; worker->done++) {
		const unsigned int cpu = 1 + storm_below(&worker->random, cpu_count() - 1);
		const nanoseconds_t before = clock_now();
		unsigned int ran;

		worker->wrong += runctl_alone(RUNCTL_STOP) != 0;
		ran = alone.count;
		linger(worker);
		worker->wrong += place_alone(cpu) != 0;
		worker->wrong += alone.count != ran;
		worker->wrong += runctl_alone(RUNCTL_RESUME) != 0;
		spin_wait_past(&alone, ran);
		worker->wrong += alone.count == ran;
		/* Only the end of the quantum came: an interrupt was lost. */
		worker->wrong += clock_now() - before > TOO_LONG;
	}
	return 0;
}

static void stops_interrupt(void)
{
	const struct thread_plan plan = {.affinity = 1};
	struct storm_worker workers[STORM_WORKERS];
	struct test_thread *thread;

	if (cpu_count() == 1)
		case_skip("one CPU");
	thread_place(EP_SELF, PRIORITY_TEST, 0);
	alone = (struct spinner){};
	thread = thread_make(&(struct thread_plan){
		.space = space_make(),
		.function = spin,
		.argument = &alone,
		.quantum = QUANTUM_LONG,
		.affinity = 2,
	});
	alone_name = thread->endpoint;
	/* One worker: nobody else resumes what it stops. */
	storm_start(workers, 1, interrupt_alone, &plan);
	storm_finish(workers, 1);
	alone.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
}

static const struct test_case cases[] = {
	STORM("holds for several reasons overlap", holds_overlap, 4000, 50000),
	STORM("holds overlap with ends of quanta", holds_and_quanta, 2000, 40000),
	STORM("steps are single whoever disturbs them", steps_are_disturbed, 4000, 30000),
	STORM("a stop interrupts a CPU that nothing else does", stops_interrupt, 40, 300),
};

const struct test_suite suite_storm_stop = SUITE("storm_stop", cases);
