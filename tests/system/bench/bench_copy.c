/* SYS_SAFECOPY_FROM out of a grant of another space; both buffers are page aligned and mapped. */
#include "bench.h"

#include <arch/layout.h>
#include <skerry/grant.h>

#define BUFFER PRIVATE_BASE
#define BUFFER_BYTES 65536u
#define GENERATION 1u

static struct grant_entry table[1]; /* the granter's; every space shows it */
static struct test_thread *granter;
static grant_t grant;

static int granter_run(void *unused)
{
	const struct sys_grant_table_req request = {.address = (vaddr_t)table, .entries = 1};
	struct sys_grant_table_reply reply;

	REQUIRE(sys_grant_table(&request, &reply) == 0);
	grant = GRANT_ID(0, reply.epoch, GENERATION);
	return wait_for_ever(unused);
}

static struct test_space *prepare(void)
{
	struct test_space *from = space_make(), *to = space_make();

	space_add(from, BUFFER, BUFFER_BYTES / ARCH_PAGE_SIZE, PAGE_WRITE);
	space_add(to, BUFFER, BUFFER_BYTES / ARCH_PAGE_SIZE, PAGE_WRITE);
	table[0] = (struct grant_entry){
		.flags = GRANT_DIRECT | GRANT_READ,
		.generation = GENERATION,
		.grantee = EP_ANY,
		.address = BUFFER,
		.bytes = BUFFER_BYTES,
	};
	granter = bench_thread(from, PRIORITY_CHAIN, granter_run, NULL);
	return to;
}

ALWAYS_INLINE struct bench_time run_copy(enum bench_id id, u64 bytes, unsigned int operations)
{
	const struct sys_safecopy_req request = {
		.granter = granter->endpoint,
		.grant = grant,
		.address = BUFFER,
		.bytes = bytes,
	};
	const nanoseconds_t start = clock_now();

	for (unsigned int i = 0; i < operations; i++) {
		int error;

		bench_begin(id);
		error = sys_safecopy_from(&request, NULL);
		bench_end(id);
		CHECK_EQUAL(error, 0);
	}
	return (struct bench_time){operations, clock_now() - start};
}

static struct bench_time run_64(unsigned int operations)
{
	return run_copy(BENCH_COPY_64, 64, operations);
}

static struct bench_time run_4k(unsigned int operations)
{
	return run_copy(BENCH_COPY_4K, 4096, operations);
}

static struct bench_time run_64k(unsigned int operations)
{
	return run_copy(BENCH_COPY_64K, 65536, operations);
}

const struct bench bench_copy_64 = {
	.name = "safecopy.64",
	.id = BENCH_COPY_64,
	.prepare = prepare,
	.run = run_64,
};

const struct bench bench_copy_4k = {
	.name = "safecopy.4k",
	.id = BENCH_COPY_4K,
	.prepare = prepare,
	.run = run_4k,
};

const struct bench bench_copy_64k = {
	.name = "safecopy.64k",
	.id = BENCH_COPY_64K,
	.prepare = prepare,
	.run = run_64k,
};
