/* Kernel calls that do nothing, and the round trip of a call: both sides touch the type word of the
 * message and no other; the kernel moves all 64 bytes each way.
 */
#include "bench.h"

#define TYPE_REQUEST TYPE(1)
#define TYPE_ANSWER TYPE(2)

static endpoint_t server;

/* --- Kernel calls ------------------------------------------------------------------------------
 */

static struct test_space *prepare_nothing(void)
{
	return NULL;
}

static struct bench_time run_kcall_null(unsigned int operations)
{
	const struct sys_null_req request;
	const nanoseconds_t start = clock_now();

	for (unsigned int i = 0; i < operations; i++) {
		int error;

		bench_begin(BENCH_KCALL_NULL);
		error = sys_null(&request, NULL);
		bench_end(BENCH_KCALL_NULL);
		CHECK_EQUAL(error, 0);
	}
	return (struct bench_time){operations, clock_now() - start};
}

static struct bench_time run_kcall_trap(unsigned int operations)
{
	const nanoseconds_t start = clock_now();

	for (unsigned int i = 0; i < operations; i++) {
		int error;

		bench_begin(BENCH_KCALL_TRAP);
		error = sys_trap1(TRAP_KERNEL_CALL, SYS_NULL);
		bench_end(BENCH_KCALL_TRAP);
		CHECK_EQUAL(error, 0);
	}
	return (struct bench_time){operations, clock_now() - start};
}

/* --- Call and answer ---------------------------------------------------------------------------
 */

static int serve(void *unused)
{
	struct ipc_received received;
	endpoint_t caller = EP_NONE;

	(void)unused;
	while (ipc_reply_receive(caller, EP_ANY, &received) == 0) {
		caller = message()->source;
		message()->type = message()->type == TYPE_REQUEST ? TYPE_ANSWER : 0;
	}
	return -1;
}

ALWAYS_INLINE struct bench_time run_call(enum bench_id id, unsigned int operations)
{
	const nanoseconds_t start = clock_now();

	for (unsigned int i = 0; i < operations; i++) {
		uint32_t type;
		int error;

		bench_begin(id);
		message()->type = TYPE_REQUEST;
		error = ipc_call(server);
		type = message()->type;
		bench_end(id);
		CHECK_EQUAL(error, 0);
		CHECK_EQUAL(type, TYPE_ANSWER);
	}
	return (struct bench_time){operations, clock_now() - start};
}

static struct test_space *prepare_call_same(void)
{
	server = bench_thread(NULL, PRIORITY_CLIENT, serve, NULL)->endpoint;
	return NULL;
}

static struct bench_time run_call_same(unsigned int operations)
{
	return run_call(BENCH_CALL_SAME, operations);
}

static struct test_space *prepare_call_cross(void)
{
	server = bench_thread(space_make(), PRIORITY_CLIENT, serve, NULL)->endpoint;
	return space_make();
}

static struct bench_time run_call_cross(unsigned int operations)
{
	return run_call(BENCH_CALL_CROSS, operations);
}

const struct bench bench_kcall_null = {
	.name = "kcall.null",
	.id = BENCH_KCALL_NULL,
	.prepare = prepare_nothing,
	.run = run_kcall_null,
};

const struct bench bench_kcall_trap = {
	.name = "kcall.trap",
	.id = BENCH_KCALL_TRAP,
	.prepare = prepare_nothing,
	.run = run_kcall_trap,
};

const struct bench bench_call_same = {
	.name = "ipc.call.same",
	.id = BENCH_CALL_SAME,
	.prepare = prepare_call_same,
	.run = run_call_same,
};

const struct bench bench_call_cross = {
	.name = "ipc.call.cross",
	.id = BENCH_CALL_CROSS,
	.prepare = prepare_call_cross,
	.run = run_call_cross,
};
