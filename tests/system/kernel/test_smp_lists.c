/* What other kernels' lists of SMP tests ask for and no other suite shows; docs/smp-tests.md says
 * which case stands for which of theirs.
 */
#include "helper.h"

#include <arch/layout.h>
#include <arch/provoke.h>

#define HERE PRIVATE_BASE
#define CPUS_MAX 16u
/* Several of them are more than the watchdog waits for. */
#define QUANTUM_LONG (10000 * MILLISECOND)
#define LOW (PRIORITY_TEST + 1)

static struct test_thread *threads[CPUS_MAX];
static unsigned int cpus;

/* The case goes to CPU 0; the number of the last CPU it uses. */
static unsigned int cpu_last(void)
{
	if (cpu_count() == 1)
		case_skip("one CPU");
	thread_place(EP_SELF, PRIORITY_TEST, 0);
	cpus = cpu_count() < CPUS_MAX ? cpu_count() : CPUS_MAX;
	return cpus - 1;
}

static struct test_thread *start_low(unsigned int cpu, int (*function)(void *), void *argument)
{
	return thread_start_on(cpu, LOW, NULL, function, argument);
}

static void join_all(void)
{
	for (unsigned int i = 0; i < cpus; i++)
		CHECK_EQUAL(thread_join(threads[i]), 0);
}

/* --- Suspended, resumed, deleted from elsewhere -------------------------------------------------
 */

static void stopped_thread_moves(void)
{
	struct spinner spinner = {};
	struct test_thread *thread;

	(void)cpu_last();
	thread = start_low(0, spin, &spinner);
	for (unsigned int i = 1; i <= 2 * cpus; i++) {
		spin_wait(&spinner);
		CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_STOP), 0);
		thread_place(thread->endpoint, LOW, i % cpus);
		CHECK(spin_stands(&spinner));
		CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_RESUME), 0);
		spin_wait(&spinner);
		CHECK_EQUAL(thread_info(thread->endpoint).cpu, i % cpus);
	}
	spinner.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
}

static void computing_threads_are_cleared(void)
{
	const unsigned int cpu = cpu_last();

	for (unsigned int i = 0; i < 40; i++) {
		struct spinner spinner = {};
		struct test_thread *thread = start_low(cpu, spin, &spinner);
		unsigned int count;

		spin_wait(&spinner);
		thread_free(thread);
		count = spinner.count;
		(void)sys_null(&(struct sys_null_req){}, NULL);
		CHECK_EQUAL(spinner.count, count);
	}
}

/* Whoever computes leaves user mode for nothing else. */
static void stops_interrupt(void)
{
	const unsigned int cpu = cpu_last();
	struct spinner spinner = {};
	struct test_thread *thread = start_low(cpu, spin, &spinner);
	const u64 before = cpu_info(cpu).ipi_received;

	for (unsigned int i = 0; i < 20; i++) {
		spin_wait(&spinner);
		CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_STOP), 0);
		CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_RESUME), 0);
	}
	CHECK(cpu_info(cpu).ipi_received > before);
	spinner.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
}

/* Threads that stop one another: a circle, and a chain. */
static struct {
	volatile endpoint_t thread[CPUS_MAX];
	volatile unsigned int count[CPUS_MAX];
	volatile bool finished[CPUS_MAX];
	volatile bool stop;
} ring;

static int stop_next(void *argument)
{
	const unsigned int self = (unsigned int)(vaddr_t)argument, next = (self + 1) % cpus;

	for (unsigned int i = 0; i < 50; i++) {
		(void)runctl(ring.thread[next], RUNCTL_STOP);
		(void)runctl(ring.thread[next], RUNCTL_RESUME);
	}
	ring.finished[self] = true;
	return 0;
}

static int resume_next(void *argument)
{
	const unsigned int self = (unsigned int)(vaddr_t)argument;

	while (!ring.stop) {
		if (self + 1 < cpus)
			(void)runctl(ring.thread[self + 1], RUNCTL_RESUME);
		ring.count[self]++;
		if (self != 0)
			(void)runctl(EP_SELF, RUNCTL_STOP);
	}
	ring.finished[self] = true;
	return 0;
}

/* One a CPU; they begin when all have names. */
static void ring_start(int (*function)(void *))
{
	memset((void *)&ring, 0, sizeof(ring));
	for (unsigned int i = 0; i < cpus; i++) {
		const struct thread_plan plan = {
			.function = function,
			.argument = (void *)(vaddr_t)i,
			.priority = LOW,
			.affinity = 1ull << i,
			.flags = THREAD_LATE,
		};

		threads[i] = thread_make(&plan);
		ring.thread[i] = threads[i]->endpoint;
	}
	for (unsigned int i = 0; i < cpus; i++)
		CHECK_EQUAL(sys_thread_release(
				    &(struct sys_thread_release_req){threads[i]->endpoint}, NULL),
			    0);
}

/* Who would resume a thread may itself be stopped: let all go on until they have ended. */
static void ring_end(void)
{
	nanoseconds_t limit = 0;
	unsigned int finished;

	do {
		finished = 0;
		for (unsigned int i = 0; i < cpus; i++) {
			if (ring.finished[i])
				finished++;
			else
				(void)runctl(ring.thread[i], RUNCTL_RESUME);
		}
	} while (finished < cpus && wait_a_moment(&limit));
	CHECK_EQUAL(finished, cpus);
	join_all();
}

static void circle_of_stops(void)
{
	(void)cpu_last();
	for (unsigned int i = 0; i < 5; i++) {
		ring_start(stop_next);
		ring_end();
	}
}

static void chain_of_stops(void)
{
	(void)cpu_last();
	ring_start(resume_next);
	for (unsigned int i = 0; i < cpus; i++) {
		nanoseconds_t limit = 0;

		while (ring.count[i] < 5 && wait_a_moment(&limit))
			;
		CHECK(ring.count[i] >= 5);
	}
	ring.stop = true;
	ring_end();
}

/* --- Memory -------------------------------------------------------------------------------------
 */

static volatile unsigned int touched[CPUS_MAX];

static int touch_on(void *argument)
{
	const unsigned int self = (unsigned int)(vaddr_t)argument;

	while (++touched[self] != 0)
		((volatile unsigned int *)HERE)[self] = self;
	return 0;
}

static void unmapping_reaches_all(void)
{
	(void)cpu_last();
	for (unsigned int round = 0; round < 5; round++) {
		struct test_space *space = space_make();

		space_add(space, HERE, 1, PAGE_WRITE);
		for (unsigned int i = 0; i < cpus; i++) {
			nanoseconds_t limit = 0;

			touched[i] = 0;
			threads[i] = thread_start_on(i, LOW, space, touch_on, (void *)(vaddr_t)i);
			while (touched[i] == 0 && wait_a_moment(&limit))
				;
		}
		space_unmap(space, HERE, 1);
		for (unsigned int i = 0; i < cpus; i++) {
			CHECK_EQUAL(thread_wait(threads[i]), THREAD_FAULTED);
			CHECK_EQUAL(threads[i]->fault_address, HERE + 4 * i);
			thread_free(threads[i]);
		}
		space_free(space);
	}
}

/* --- Scheduling ---------------------------------------------------------------------------------
 */

/* A busy host may let a whole quantum pass before an instruction is executed, but not all of them.
 */
static void quanta_elsewhere(void)
{
	const unsigned int cpu = cpu_last();
	struct spinner spinner = {};
	const struct thread_plan plan = {
		.function = spin,
		.argument = &spinner,
		.priority = LOW,
		.quantum = MILLISECOND,
		.scheduler = thread_self(),
		.affinity = 1ull << cpu,
	};
	struct test_thread *thread = thread_make(&plan);
	const struct sys_schedule_req request = {
		.thread = thread->endpoint, .priority = LOW, .quantum = MILLISECOND};
	struct ipc_received received;
	unsigned int first = 0, count = 0;
	struct message got;

	for (unsigned int i = 0; i < 20 || count == first; i++) {
		REQUIRE(receive(thread->endpoint, 0, &got, &received) == 0);
		CHECK_EQUAL(got.type, MESSAGE_QUANTUM_END);
		count = spinner.count;
		(void)sys_null(&(struct sys_null_req){}, NULL);
		CHECK_EQUAL(spinner.count, count);
		CHECK_EQUAL(sys_schedule(&request, NULL), 0);
		if (i == 0)
			first = count;
	}
}

/* Spinners keep all CPUs. */
static void spinners_start(struct spinner *spinners, uint32_t priority)
{
	for (unsigned int i = 0; i < cpus; i++) {
		const struct thread_plan plan = {
			.function = spin,
			.argument = &spinners[i],
			.priority = priority,
			.quantum = QUANTUM_LONG,
			.affinity = 1ull << i,
		};

		threads[i] = thread_make(&plan);
		spin_wait(&spinners[i]);
	}
}

static void spinners_end(struct spinner *spinners)
{
	for (unsigned int i = 0; i < cpus; i++)
		spinners[i].stop = true;
	join_all();
}

static void less_urgent_waits(void)
{
	const unsigned int cpu = cpu_last();
	struct spinner spinners[CPUS_MAX] = {}, low = {};
	const struct thread_plan plan = {.function = spin, .argument = &low, .priority = LOW + 1};
	struct test_thread *thread;

	spinners_start(spinners, LOW);
	thread = thread_make(&plan);
	CHECK(spin_stands(&low));
	CHECK_EQUAL(low.count, 0);
	spinners[cpu].stop = true;
	spin_wait(&low);
	CHECK_EQUAL(thread_info(thread->endpoint).cpu, cpu);
	spinners_end(spinners);
	low.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
}

static void urgent_threads_preempt(void)
{
	struct spinner spinners[CPUS_MAX] = {};

	(void)cpu_last();
	spinners_start(spinners, LOW + 1);
	for (unsigned int i = 0; i < 3 * cpus; i++)
		CHECK_EQUAL(thread_join(start_low(i % cpus, return_at_once, NULL)), 0);
	spinners_end(spinners);
}

static int yield_often(void *unused)
{
	(void)unused;
	for (unsigned int i = 0; i < 100; i++)
		yield();
	return 0;
}

static void yielding_threads_all_run(void)
{
	struct test_thread *others[2 * CPUS_MAX];

	(void)cpu_last();
	for (unsigned int i = 0; i < 2 * cpus; i++)
		others[i] = thread_start(NULL, yield_often, NULL);
	for (unsigned int i = 0; i < 2 * cpus; i++)
		CHECK_EQUAL(thread_join(others[i]), 0);
}

static int sleep_often(void *unused)
{
	(void)unused;
	for (unsigned int i = 0; i < 10; i++)
		sleep_for(MILLISECOND);
	return 0;
}

static void sleepers_wake(void)
{
	(void)cpu_last();
	for (unsigned int i = 0; i < cpus; i++)
		threads[i] = start_low(i, sleep_often, NULL);
	join_all();
}

/* --- Messages -----------------------------------------------------------------------------------
 */

#define TYPE_STOP TYPE(0)
#define TYPE_LOCK TYPE(1)
#define TYPE_UNLOCK TYPE(2)

/* A lock: who has it is the only one listened to. */
static int lock_server(void *unused)
{
	endpoint_t caller = EP_NONE, from = EP_ANY;
	struct ipc_received received;

	(void)unused;
	for (;;) {
		if (ipc_reply_receive(caller, from, &received) != 0)
			return -1;
		caller = message()->source;
		if (message()->type == TYPE_STOP)
			return answer(caller, 0, 0);
		from = message()->type == TYPE_LOCK ? caller : EP_ANY;
	}
}

static struct {
	endpoint_t server;
	volatile unsigned int count;
} locked;

static int lock_call(uint32_t type)
{
	message_set(type, 0);
	return ipc_call(locked.server);
}

static int count_locked(void *unused)
{
	(void)unused;
	for (unsigned int i = 0; i < 30; i++) {
		unsigned int count;

		if (lock_call(TYPE_LOCK) != 0)
			return -1;
		count = locked.count;
		yield();
		locked.count = count + 1;
		if (lock_call(TYPE_UNLOCK) != 0)
			return -1;
	}
	return 0;
}

static void counts_under_a_lock(void)
{
	struct test_thread *server;

	(void)cpu_last();
	server = thread_start(space_make(), lock_server, NULL);
	locked.server = server->endpoint;
	locked.count = 0;
	for (unsigned int i = 0; i < cpus; i++)
		threads[i] = start_low(i, count_locked, NULL);
	join_all();
	CHECK_EQUAL(locked.count, 30 * cpus);
	CHECK_EQUAL(lock_call(TYPE_STOP), 0);
	CHECK_EQUAL(thread_join(server), 0);
}

static struct {
	endpoint_t raiser;
	volatile unsigned int woken[CPUS_MAX];
	volatile bool stop;
} alert;

static int wake_on(void *argument)
{
	const unsigned int self = (unsigned int)(vaddr_t)argument;
	struct ipc_received received;

	do {
		if (ipc_receive(alert.raiser, NULL, 0, &received) != 0)
			return -1;
		alert.woken[self]++;
	} while (!alert.stop);
	return 0;
}

/* Notifications merge, but the last one wakes. */
static void notifications_to_all(void)
{
	(void)cpu_last();
	alert.raiser = thread_self();
	alert.stop = false;
	for (unsigned int i = 0; i < cpus; i++) {
		alert.woken[i] = 0;
		threads[i] = start_low(i, wake_on, (void *)(vaddr_t)i);
	}
	for (unsigned int round = 0; round < 300; round++) {
		for (unsigned int i = 0; i < cpus; i++)
			CHECK_EQUAL(ipc_notify(threads[i]->endpoint), 0);
	}
	alert.stop = true;
	for (unsigned int i = 0; i < cpus; i++) {
		const int error = ipc_notify(threads[i]->endpoint);

		CHECK(error == 0 || error == -EDEADSRCDST);
	}
	join_all();
	for (unsigned int i = 0; i < cpus; i++)
		CHECK(alert.woken[i] != 0);
}

/* --- Exceptions and interrupts ------------------------------------------------------------------
 */

static int raise_exception(void *unused)
{
	(void)unused;
	arch_provoke_illegal();
	return 0;
}

static void exceptions_on_all(void)
{
	(void)cpu_last();
	for (unsigned int round = 0; round < 5; round++) {
		for (unsigned int i = 0; i < cpus; i++)
			threads[i] = start_low(i, raise_exception, NULL);
		for (unsigned int i = 0; i < cpus; i++) {
			CHECK_EQUAL(thread_wait(threads[i]), THREAD_SIGNALED);
			CHECK_EQUAL(threads[i]->signals, SIGNAL_BIT(SIGNAL_ILLEGAL));
			thread_free(threads[i]);
		}
	}
}

static uint32_t port_access(uint32_t port, uint32_t width, bool write, uint32_t value)
{
	const struct sys_io_port_req request = {port, width, write ? IO_WRITE : IO_READ, value};
	struct sys_io_port_reply reply;

	return sys_io_port(&request, &reply) == 0 ? reply.value : value;
}

static void driver_on_every_cpu(void)
{
	const struct sys_priv_resource_req line = {thread_self(), RESOURCE_IRQ, ARCH_IRQ_SOURCE, 1};
	const struct sys_irq_set_req request = {.irq = ARCH_IRQ_SOURCE};
	struct ipc_received received;
	struct sys_irq_set_reply reply;

	(void)cpu_last();
	if (!arch_irq_source_start(port_access))
		case_skip("no device to interrupt");
	CHECK_EQUAL(sys_priv_add(&line, NULL), 0);
	REQUIRE(sys_irq_set(&request, &reply) == 0);
	for (unsigned int i = 0; i < 3 * cpus; i++) {
		thread_place(EP_SELF, PRIORITY_TEST, i % cpus);
		CHECK_EQUAL(sys_irq_control(&(struct sys_irq_control_req){reply.hook, IRQ_ENABLE},
					    NULL),
			    0);
		REQUIRE(ipc_receive(EP_HARDWARE, NULL, 0, &received) == 0);
		CHECK_EQUAL(thread_info(thread_self()).cpu, i % cpus);
		arch_irq_source_acknowledge(port_access);
	}
	arch_irq_source_stop(port_access);
}

static const struct test_case cases[] = {
	CASE("a stopped thread goes on where it was moved to", stopped_thread_moves, 0),
	CASE("a computing thread is cleared at once", computing_threads_are_cleared, 0),
	CASE("a stop interrupts who computes", stops_interrupt, 0),
	CASE("threads stop each other in a circle", circle_of_stops, 0),
	CASE("threads that stop themselves are resumed along a chain", chain_of_stops, 0),
	CASE("an unmapped page faults on every CPU", unmapping_reaches_all, 0),
	CASE("a quantum ends and begins on another CPU", quanta_elsewhere, 0),
	CASE("a less urgent thread waits for the first free CPU", less_urgent_waits, 0),
	CASE("urgent threads preempt when all CPUs are busy", urgent_threads_preempt, 0),
	CASE("more yielding threads than CPUs all run", yielding_threads_all_run, 0),
	CASE("sleepers wake on every CPU", sleepers_wake, 0),
	CASE("a count under a lock is exact", counts_under_a_lock, 0),
	CASE("notifications wake threads on all CPUs", notifications_to_all, 0),
	CASE("exceptions on all CPUs are told", exceptions_on_all, 0),
	CASE("interrupts reach a driver on every CPU", driver_on_every_cpu, 0),
};

const struct test_suite suite_smp_lists = SUITE("smp_lists", cases);
