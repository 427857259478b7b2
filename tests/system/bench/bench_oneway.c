/* Messages that need no answer.
 *
 * ipc.send: to a thread of the sender's priority that waits; it becomes ready and the sender goes
 * on. ipc.notify: to a thread of higher priority that waits; it runs. Links of a chain notify each
 * the next, so that many such switches lie between two readings of the clock:
 *
 *   client 12 -> link 11 -> link 10 -> ... -> link 4      then all wait again, in the other order
 */
#include "bench.h"

#define RECEIVERS 32u
#define LINKS 8u

/* --- Send --------------------------------------------------------------------------------------
 */

static endpoint_t receivers[RECEIVERS];
static unsigned int received_count;

static int receive_on(void *unused)
{
	struct ipc_received received;

	(void)unused;
	while (ipc_receive(EP_ANY, NULL, 0, &received) == 0)
		received_count++;
	return -1;
}

static struct test_space *prepare_send(void)
{
	struct test_space *space = space_make();

	for (unsigned int i = 0; i < RECEIVERS; i++)
		receivers[i] = bench_thread(space, PRIORITY_CLIENT, receive_on, NULL)->endpoint;
	return NULL;
}

static struct bench_time run_send(unsigned int operations)
{
	struct bench_time time = {0};

	yield(); /* the receivers run until they wait */
	while (time.operations < operations) {
		nanoseconds_t start;

		received_count = 0;
		start = clock_now();
		for (unsigned int i = 0; i < RECEIVERS; i++) {
			int error;

			bench_begin(BENCH_SEND);
			message()->type = TYPE(1);
			error = ipc_send(receivers[i], 0);
			bench_end(BENCH_SEND);
			CHECK_EQUAL(error, 0);
		}
		time.elapsed += clock_now() - start;
		time.operations += RECEIVERS;
		yield();
		CHECK_EQUAL(*(volatile unsigned int *)&received_count, RECEIVERS);
	}
	return time;
}

/* --- Notify ------------------------------------------------------------------------------------
 */

static struct link {
	endpoint_t endpoint;
	struct link *next; /* NULL: the last */
} links[LINKS];
static nanoseconds_t chain_end;

static int link_run(void *argument)
{
	const struct link *link = argument;
	struct ipc_received received;

	while (ipc_receive(EP_ANY, NULL, 0, &received) == 0) {
		bench_end(BENCH_NOTIFY);
		if (link->next == NULL) {
			chain_end = clock_now();
			continue;
		}
		bench_begin(BENCH_NOTIFY);
		CHECK_EQUAL(ipc_notify(link->next->endpoint), 0);
	}
	return -1;
}

static struct test_space *prepare_notify(void)
{
	struct test_space *spaces[2] = {space_make(), space_make()};

	for (unsigned int i = 0; i < LINKS; i++) {
		links[i].next = i + 1 < LINKS ? &links[i + 1] : NULL;
		links[i].endpoint =
			bench_thread(spaces[i & 1], PRIORITY_CHAIN - i, link_run, &links[i])
				->endpoint;
	}
	return NULL;
}

static struct bench_time run_notify(unsigned int operations)
{
	struct bench_time time = {0};

	while (time.operations < operations) {
		const nanoseconds_t start = clock_now();

		chain_end = 0;
		bench_begin(BENCH_NOTIFY);
		CHECK_EQUAL(ipc_notify(links[0].endpoint), 0);
		REQUIRE(*(volatile nanoseconds_t *)&chain_end != 0);
		time.elapsed += chain_end - start;
		time.operations += LINKS;
	}
	return time;
}

const struct bench bench_send = {
	.name = "ipc.send",
	.id = BENCH_SEND,
	.prepare = prepare_send,
	.run = run_send,
};

const struct bench bench_notify = {
	.name = "ipc.notify",
	.id = BENCH_NOTIFY,
	.prepare = prepare_notify,
	.run = run_notify,
};
