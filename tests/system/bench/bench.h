/* Benchmarks: one operation each, done many times between two marks that the counting plugin of
 * tests/bench sees. Without the plugin the marks are one instruction that does nothing, and the
 * elapsed time is what counts.
 *
 * A benchmark prepares in the root thread, then runs in a client thread of its own; threads and
 * spaces that it leaves are freed after it.
 */
#pragma once

#include "tests/system/kernel/helper.h"
#include <arch/bench.h>

/* The marks' ids; each benchmark has one. 0 is none. */
enum bench_id {
	BENCH_KCALL_NULL = 1,
	BENCH_KCALL_TRAP,
	BENCH_CALL_SAME,
	BENCH_CALL_CROSS,
	BENCH_SEND,
	BENCH_NOTIFY,
	BENCH_SWITCH_SAME,
	BENCH_SWITCH_CROSS,
	BENCH_FAULT,
	BENCH_COPY_64,
	BENCH_COPY_4K,
	BENCH_COPY_64K,
};

struct bench_time {
	unsigned int operations; /* done, at least as many as asked for */
	nanoseconds_t elapsed;	 /* in them; what lies between groups of operations is not in it */
};

struct bench {
	const char *name;
	enum bench_id id;
	/* In the root thread: make what the client needs. The client's space; NULL: the root's. */
	struct test_space *(*prepare)(void);
	/* In the client. */
	struct bench_time (*run)(unsigned int operations);
	/* In the root thread while the client runs, until it sends what `end` sends; NULL: nothing.
	 */
	void (*serve)(void);
	void (*end)(void); /* in the client, last */
};

extern const struct bench bench_kcall_null, bench_kcall_trap, bench_call_same, bench_call_cross,
	bench_send, bench_notify, bench_switch_same, bench_switch_cross, bench_fault, bench_copy_64,
	bench_copy_4k, bench_copy_64k;

/* PRIORITY_SUPERVISOR is above all of these. */
#define PRIORITY_CLIENT 12u
#define PRIORITY_CHAIN 11u /* the first of a chain of notifications; the next ones count down */

#define ROLE_BEGIN 1u
#define ROLE_END 2u

#define ALWAYS_INLINE __attribute__((always_inline)) static inline

/* The id must be a constant. The end may be in another thread than the beginning. */
ALWAYS_INLINE void bench_begin(enum bench_id id)
{
	arch_bench_mark(ROLE_BEGIN, id);
}

ALWAYS_INLINE void bench_end(enum bench_id id)
{
	arch_bench_mark(ROLE_END, id);
}

/* A helper thread in the root's space or another, with every right and a quantum that does not end.
 */
struct test_thread *bench_thread(struct test_space *space, uint32_t priority,
				 int (*function)(void *argument), void *argument);
/* The same, on these CPUs; 0: all. */
struct test_thread *bench_thread_on(u64 affinity, struct test_space *space, uint32_t priority,
				    int (*function)(void *argument), void *argument);

/* `count` independent pairs, one a CPU: `rounds` calls each, `work` units of user work on either
 * side of each call. Prints the figures. */
void pairs_run(unsigned int count, unsigned int rounds, unsigned int work);
