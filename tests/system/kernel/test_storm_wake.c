/* A storm of wake-ups with nothing beside it: one token goes round a ring of threads, one or more a
 * CPU, in every way a message goes. Each CPU but the first is idle but for the token, or spins in
 * user mode with a quantum of seconds: if one wake-up or the interrupt that tells of it is lost,
 * nothing else makes the CPU look, and the ring stands still.
 */
#include "storm.h"
#include "ticker.h"

#define SPINNERS 4u

static struct storm_worker ring[STORM_WORKERS];
static unsigned int ring_count;

static void token_pass(struct storm_worker *worker)
{
	const endpoint_t next = ring[(worker->index + 1) % ring_count].thread->endpoint;
	int error;

	message_set(TYPE(1), worker->done);
	switch (storm_below(&worker->random, 4)) {
	case 0:
		error = ipc_notify(next);
		break;
	case 1:
		error = ipc_send(next, 0);
		break;
	case 2:
		error = ipc_send_async(next, 0);
		break;
	default:
		error = ipc_call(next);
	}
	CHECK_EQUAL(error, 0);
}

static int token_on(void *argument)
{
	struct storm_worker *worker = argument;

	thread_place(EP_SELF, PRIORITY_TEST, worker->index % cpu_count());
	while (worker->done < worker->operations) {
		struct ipc_received received;

		CHECK_EQUAL(ipc_receive(EP_ANY, NULL, 0, &received), 0);
		if (ipc_status_trap(received.status) == TRAP_IPC_CALL)
			CHECK_EQUAL(answer(message()->source, 0, 0), 0);
		worker->done++;
		if (worker->index + 1 < ring_count || worker->done < worker->operations)
			token_pass(worker);
	}
	return 0;
}

static void token_goes_round(void)
{
	struct test_thread *threads[SPINNERS];
	struct spinner spinners[SPINNERS] = {};
	struct ticker ticker;
	unsigned int count = 0;

	/* With the ticker and the supervisor's watchdog, all on one CPU. */
	thread_place(EP_SELF, PRIORITY_TEST, 0);
	for (unsigned int cpu = 1; cpu < cpu_count() && count < SPINNERS; cpu += 2, count++)
		threads[count] = thread_make(&(struct thread_plan){
			.function = spin,
			.argument = &spinners[count],
			.priority = PRIORITY_TEST + 1,
			.quantum = 10000 * MILLISECOND,
			.affinity = 1ull << cpu,
		});
	ticker_start(&ticker);
	ring_count = cpu_count() > 1 && cpu_count() <= STORM_WORKERS ? cpu_count() : 4;
	storm_start(ring, ring_count, token_on, NULL);
	message_set(TYPE(1), 0);
	CHECK_EQUAL(ipc_send(ring[0].thread->endpoint, 0), 0);
	storm_finish(ring, ring_count);
	ticker_stop(&ticker);
	for (unsigned int i = 0; i < count; i++) {
		spinners[i].stop = true;
		CHECK_EQUAL(thread_join(threads[i]), 0);
	}
}

/* --- The moment before the halt -----------------------------------------------------------------
 *
 * The waker watches the sleeper from user mode, so that its notification comes at any moment
 * between the sleeper's trap and its CPU's halt.
 */

#define WAKE_LIMIT (20000 * MILLISECOND)

static struct {
	volatile unsigned int sleeps, wakes; /* numbered from 1 */
	volatile bool lost;		     /* one was: no use to go on */
} nap;

static int nap_on(struct storm_worker *worker)
{
	struct ipc_received received;

	thread_place(EP_SELF, PRIORITY_TEST, 1);
	while (worker->done < worker->operations && !nap.lost) {
		nap.sleeps = worker->done + 1;
		CHECK_EQUAL(ipc_receive(EP_ANY, NULL, 0, &received), 0);
		nap.wakes = ++worker->done;
	}
	return 0;
}

static bool nap_wait(const volatile unsigned int *number, unsigned int wanted)
{
	nanoseconds_t limit = 0;

	/* Reading the clock enters the kernel: seldom. */
	for (unsigned int looks = 1; *number != wanted; looks++) {
		if (looks % (1u << 20) != 0)
			continue;
		if (limit != 0 && clock_now() > limit)
			return false;
		if (limit == 0)
			limit = clock_now() + WAKE_LIMIT;
	}
	return true;
}

static int wake_on(struct storm_worker *worker, endpoint_t sleeper)
{
	thread_place(EP_SELF, PRIORITY_TEST + 1, 0);
	while (worker->done < worker->operations) {
		if (!nap_wait(&nap.sleeps, worker->done + 1))
			return -1;
		for (volatile uint32_t i = storm_below(&worker->random, 2000); i > 0; i--)
			;
		CHECK_EQUAL(ipc_notify(sleeper), 0);
		if (!nap_wait(&nap.wakes, worker->done + 1)) {
			nap.lost = true;
			thread_place(sleeper, PRIORITY_TEST, 1); /* its CPU looks, and it can end */
			return -1;
		}
		worker->done++;
	}
	return 0;
}

static int nap_or_wake(void *argument)
{
	struct storm_worker *worker = argument;

	return worker->index == 0 ? nap_on(worker) : wake_on(worker, worker[-1].thread->endpoint);
}

static void idle_misses_nothing(void)
{
	struct storm_worker workers[STORM_WORKERS];

	if (cpu_count() < 2)
		case_skip("one CPU");
	thread_place(EP_SELF, PRIORITY_TEST, 0);
	nap.sleeps = nap.wakes = 0;
	nap.lost = false;
	storm_start(workers, 2, nap_or_wake, NULL);
	storm_finish(workers, 2);
}

static const struct test_case cases[] = {
	STORM("a CPU that goes idle misses no wake-up", idle_misses_nothing, 20000, 20000),
	STORM("no wake-up is lost", token_goes_round, 1500, 1700),
};

const struct test_suite suite_storm_wake = SUITE("storm_wake", cases);
