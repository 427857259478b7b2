/* Independent pairs: a client and a server on each of the first CPUs, each in a space of its
 * own. Nothing is shared but the kernel and its lock, so whatever the pairs lose to each other is
 * the kernel's (or the emulator's).
 *
 *   client, each: warm up | barrier | `rounds` calls | end
 *                                  first end: the window closes, in which all pairs were busy
 *                                                         last end: the workload is done
 *
 * Prints `pairs NAME=VALUE ...`. Throughput is what was done in the window; the lock's figures are
 * of the whole workload.
 */
#include "bench.h"

#include <sys.h>

#define CPUS_MAX 32u
#define ROUNDS_WARM_UP 200u
#define TYPE_REQUEST TYPE(1)
#define TYPE_ANSWER TYPE(2)
#define WORK_WORDS 64u

/* Cache lines of their own: each pair writes its `done` all the time. */
static struct pair {
	endpoint_t server;
	volatile unsigned int done;
} __attribute__((aligned(64))) pairs[CPUS_MAX];

static unsigned int pair_count, rounds, work;
static unsigned int arrived, ended;
static volatile bool started;

/* What the last to arrive, the first to end and the last to end noted. */
static struct moment {
	nanoseconds_t time;
	uint32_t lock_taken; /* wraps, as the kernel's counter does */
	u64 lock_contended, lock_wait_cycles;
	unsigned int done;
} start, window, end;

static void moment_note(struct moment *moment)
{
	*moment = (struct moment){.time = clock_now()};
	for (unsigned int i = 0; i < pair_count; i++) {
		const struct info_cpu info = cpu_info(i);

		moment->done += pairs[i].done;
		moment->lock_taken += info.lock_taken;
		moment->lock_contended += info.lock_contended;
		moment->lock_wait_cycles += info.lock_wait_cycles;
	}
}

/* --- Client and server -------------------------------------------------------------------------
 */

/* About 9 instructions a unit. */
static void work_do(volatile uint32_t *words)
{
	for (unsigned int i = 0; i < work; i++)
		words[i % WORK_WORDS] += i;
}

static int serve(void *unused)
{
	uint32_t words[WORK_WORDS] = {0};
	struct ipc_received received;
	endpoint_t caller = EP_NONE;

	(void)unused;
	while (ipc_reply_receive(caller, EP_ANY, &received) == 0) {
		caller = message()->source;
		work_do(words);
		message()->type = message()->type == TYPE_REQUEST ? TYPE_ANSWER : 0;
	}
	return -1;
}

static void call(const struct pair *pair, uint32_t *words)
{
	work_do(words);
	message()->type = TYPE_REQUEST;
	CHECK_EQUAL(ipc_call(pair->server), 0);
	CHECK_EQUAL(message()->type, TYPE_ANSWER);
}

/* Every client is on a CPU of its own, so spinning keeps nobody else from running. */
static void barrier(void)
{
	if (__atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST) == pair_count) {
		moment_note(&start);
		started = true;
	}
	while (!started)
		;
}

static int client_run(void *argument)
{
	struct pair *pair = argument;
	uint32_t words[WORK_WORDS] = {0};
	unsigned int order;

	for (unsigned int i = 0; i < ROUNDS_WARM_UP; i++)
		call(pair, words);
	barrier();
	for (unsigned int i = 0; i < rounds; i++) {
		call(pair, words);
		pair->done = i + 1;
	}
	order = __atomic_add_fetch(&ended, 1, __ATOMIC_SEQ_CST);
	if (order == 1)
		moment_note(&window);
	if (order == pair_count)
		moment_note(&end);
	return 0;
}

/* --- The run -----------------------------------------------------------------------------------
 */

static struct test_thread *start_on(unsigned int cpu, int (*function)(void *), void *argument)
{
	return bench_thread_on(1ull << cpu, space_make(), PRIORITY_CLIENT, function, argument);
}

static bool all_ended(void *clients)
{
	for (unsigned int i = 0; i < pair_count; i++) {
		if (((struct test_thread **)clients)[i]->end == THREAD_RUNS)
			return false;
	}
	return true;
}

static void print(void)
{
	sys_print("pairs count=%u rounds=%u window_done=%u window_ns=%llu elapsed_ns=%llu "
		  "taken=%u contended=%llu wait_cycles=%llu cycles_per_second=%llu\n",
		  pair_count, rounds, window.done, window.time - start.time, end.time - start.time,
		  end.lock_taken - start.lock_taken, end.lock_contended - start.lock_contended,
		  end.lock_wait_cycles - start.lock_wait_cycles, machine_info().cycles_per_second);
}

void pairs_run(unsigned int count, unsigned int rounds_each, unsigned int work_each)
{
	struct test_thread *clients[CPUS_MAX];

	pair_count = count;
	rounds = rounds_each;
	work = work_each;
	REQUIRE(count > 0 && count <= cpu_count() && count <= CPUS_MAX && rounds > 0);
	for (unsigned int i = 0; i < pair_count; i++)
		pairs[i].server = start_on(i, serve, NULL)->endpoint;
	for (unsigned int i = 0; i < pair_count; i++)
		clients[i] = start_on(i, client_run, &pairs[i]);
	supervisor_serve(all_ended, clients, NULL);
	for (unsigned int i = 0; i < pair_count; i++)
		REQUIRE(clients[i]->end == THREAD_EXITED && clients[i]->status == 0);
	CHECK_EQUAL(end.done, pair_count * rounds);
	print();
	threads_free_all();
	spaces_free_all();
}
