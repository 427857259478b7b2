/* A page fault and back: the thread stores to a page that is not there; the pager, which is the
 * root thread, gets the fault as a message, maps a frame with its page-table library, answers and
 * waits for the next message; the thread's store is done again and succeeds.
 */
#include "bench.h"

#include <arch/layout.h>

#define PAGES 128u
#define TYPE_RESET TYPE(1) /* unmap the pages */
#define TYPE_DONE TYPE(2)  /* leave pager_serve() */

static struct test_space *space;
static paddr_t frame;

/* --- The pager ---------------------------------------------------------------------------------
 */

static void fault_take(vaddr_t address)
{
	const int error = page_table_map(&space->table, address & -ARCH_PAGE_SIZE, frame,
					 ARCH_PAGE_SIZE, PAGE_USER | PAGE_WRITE);

	CHECK_EQUAL(error, 0);
}

static void pager_serve(void)
{
	struct ipc_received received;
	endpoint_t answer = EP_NONE;

	for (;;) {
		REQUIRE(ipc_reply_receive(answer, EP_ANY, &received) == 0);
		answer = message()->source;
		if (message()->type == MESSAGE_PAGE_FAULT &&
		    (received.status & IPC_STATUS_KERNEL)) {
			fault_take(message()->quad[0]);
			continue;
		}
		if (message()->type == TYPE_DONE)
			break;
		space_unmap(space, PRIVATE_BASE, PAGES);
	}
	CHECK_EQUAL(ipc_send(answer, IPC_NONBLOCK), 0);
}

static struct test_space *prepare(void)
{
	space = space_make();
	frame = space_add(space, PRIVATE_BASE, 1, PAGE_WRITE);
	return space;
}

/* --- The thread that faults --------------------------------------------------------------------
 */

static void pager_call(uint32_t type)
{
	message()->type = type;
	CHECK_EQUAL(ipc_call(supervisor_endpoint()), 0);
}

static struct bench_time run(unsigned int operations)
{
	struct bench_time time = {0};

	while (time.operations < operations) {
		volatile uint32_t *word = (volatile uint32_t *)PRIVATE_BASE;
		nanoseconds_t start;

		pager_call(TYPE_RESET);
		start = clock_now();
		for (unsigned int i = 0; i < PAGES; i++) {
			bench_begin(BENCH_FAULT);
			*word = i;
			bench_end(BENCH_FAULT);
			word += ARCH_PAGE_SIZE / sizeof(*word);
		}
		time.elapsed += clock_now() - start;
		time.operations += PAGES;
	}
	return time;
}

static void end(void)
{
	pager_call(TYPE_DONE);
}

const struct bench bench_fault = {
	.name = "fault.map",
	.id = BENCH_FAULT,
	.prepare = prepare,
	.run = run,
	.serve = pager_serve,
	.end = end,
};
