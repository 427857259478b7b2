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

static const struct test_case cases[] = {
	STORM("no wake-up is lost", token_goes_round, 1500, 1700),
};

const struct test_suite suite_storm_wake = SUITE("storm_wake", cases);
