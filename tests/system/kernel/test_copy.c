/* Copies by the kernel: between spaces, physical memory, fills, address look-ups, and what happens
 * when memory is missing, forbidden, or nonsense.
 */
#include "helper.h"

#include "frames.h"
#include <arch/layout.h>

#define HERE PRIVATE_BASE
#define PAGES 8u

/* Two spaces with PAGES pages each at HERE, and a thread that names each. */
struct pair {
	struct test_space *space[2];
	endpoint_t thread[2];
};

static void pair_make(struct pair *pair)
{
	for (unsigned int i = 0; i < 2; i++) {
		pair->space[i] = space_make();
		for (unsigned int page = 0; page < PAGES; page++)
			space_add(pair->space[i], HERE + page * ARCH_PAGE_SIZE, 1, PAGE_WRITE);
		pair->thread[i] = thread_start(pair->space[i], wait_for_ever, NULL)->endpoint;
	}
}

static uint8_t *byte_at(const struct pair *pair, unsigned int side, vaddr_t address)
{
	return space_see(pair->space[side], address);
}

static uint8_t pattern(vaddr_t offset)
{
	return (uint8_t)(offset * 7 + (offset >> 8) + 3);
}

static void pattern_fill(const struct pair *pair, unsigned int side)
{
	for (vaddr_t offset = 0; offset < PAGES * ARCH_PAGE_SIZE; offset++)
		*byte_at(pair, side, HERE + offset) = pattern(offset);
}

static int vircopy(endpoint_t from, u64 source, endpoint_t to, u64 destination, u64 bytes,
		   uint32_t flags)
{
	const struct sys_copy_req request = {from, to, source, destination, bytes, flags};

	return sys_vircopy(&request, NULL);
}

static int physcopy(endpoint_t from, u64 source, endpoint_t to, u64 destination, u64 bytes,
		    uint32_t flags)
{
	const struct sys_copy_req request = {from, to, source, destination, bytes, flags};

	return sys_physcopy(&request, NULL);
}

/* --- What arrives
 * --------------------------------------------------------------------------------- */

static void copy_check(const struct pair *pair, vaddr_t source, vaddr_t destination, size_t bytes)
{
	for (vaddr_t page = 0; page < PAGES; page++)
		memset(byte_at(pair, 1, HERE + page * ARCH_PAGE_SIZE), 0xEE, ARCH_PAGE_SIZE);
	CHECK_EQUAL(vircopy(pair->thread[0], HERE + source, pair->thread[1], HERE + destination,
			    bytes, 0),
		    0);
	for (size_t i = 0; i < bytes; i++) {
		if (*byte_at(pair, 1, HERE + destination + i) != pattern(source + i)) {
			CHECK_EQUAL(i, bytes);
			return;
		}
	}
	CHECK(destination == 0 || *byte_at(pair, 1, HERE + destination - 1) == 0xEE);
	if (destination + bytes < PAGES * ARCH_PAGE_SIZE)
		CHECK_EQUAL(*byte_at(pair, 1, HERE + destination + bytes), 0xEE);
}

static void copies_of_every_shape(void)
{
	static const struct {
		vaddr_t source, destination;
		size_t bytes;
	} shapes[] = {
		{0, 0, 1},	  {1, 2, 3},	     {4095, 0, 2},	 {0, 4095, 2},
		{100, 4000, 200}, {0, 0, 4096},	     {1, 1, 4096},	 {4090, 4091, 4100},
		{7, 13, 12000},	  {0, 0, 8 * 4096u}, {4095, 4095, 8193}, {3, 8191, 20000},
	};
	struct pair pair;

	pair_make(&pair);
	pattern_fill(&pair, 0);
	for (unsigned int i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		copy_check(&pair, shapes[i].source, shapes[i].destination, shapes[i].bytes);
}

static void copy_within_self(void)
{
	char from[100], to[100];

	memset(from, 'a', sizeof(from));
	memset(to, 'b', sizeof(to));
	CHECK_EQUAL(vircopy(EP_SELF, (vaddr_t)from, EP_SELF, (vaddr_t)to + 10, 50, 0), 0);
	CHECK(to[9] == 'b' && to[10] == 'a' && to[59] == 'a' && to[60] == 'b');
	CHECK_EQUAL(vircopy(thread_self(), (vaddr_t)from, EP_SELF, (vaddr_t)to, 100, CPF_TRY), 0);
	CHECK_EQUAL(memcmp(from, to, 100), 0);
}

static void copy_nothing(void)
{
	struct pair pair;

	pair_make(&pair);
	CHECK_EQUAL(vircopy(pair.thread[0], 0, pair.thread[1], 0, 0, 0), 0);
	CHECK_EQUAL(vircopy(EP_SELF, 0x1000, EP_SELF, 0x1000, 0, CPF_TRY), 0);
}

/* --- Missing memory
 * ------------------------------------------------------------------------------- */

static struct {
	unsigned int count;
	struct memory_event last;
	struct test_space *space;
	int result;
	bool map;
} asked;

static int memory_hook(const struct memory_event *event)
{
	asked.last = *event;
	asked.count++;
	if (asked.map) {
		const vaddr_t page = event->request.address & ~(u64)(ARCH_PAGE_SIZE - 1);

		if (space_add(asked.space, page, 1, PAGE_WRITE) == 0)
			return -ENOMEM;
	}
	return asked.result;
}

static void ask_start(struct test_space *space, bool map, int result)
{
	memset(&asked, 0, sizeof(asked));
	asked.space = space;
	asked.map = map;
	asked.result = result;
	supervisor_hooks.memory = memory_hook;
}

#define MISSING (HERE + PAGES * ARCH_PAGE_SIZE)

static void missing_source(void)
{
	struct pair pair;
	char to[8] = {1, 2, 3};

	pair_make(&pair);
	ask_start(pair.space[0], true, 0);
	CHECK_EQUAL(vircopy(pair.thread[0], MISSING + 20, EP_SELF, (vaddr_t)to, 8, 0), 0);
	CHECK_EQUAL(asked.count, 1);
	CHECK_EQUAL(asked.last.thread, thread_self());
	CHECK(asked.last.status & IPC_STATUS_KERNEL);
	CHECK_EQUAL(asked.last.request.target, pair.thread[0]);
	CHECK_EQUAL(asked.last.request.space, pair.space[0]->id);
	CHECK_EQUAL(asked.last.request.address, MISSING + 20);
	CHECK_EQUAL(asked.last.request.bytes, 8);
	CHECK_EQUAL(asked.last.request.access, 0);
	CHECK_EQUAL(to[0] | to[7], 0);
}

static void missing_destination(void)
{
	struct pair pair;
	const char from[] = "from here";

	pair_make(&pair);
	ask_start(pair.space[1], true, 0);
	CHECK_EQUAL(vircopy(EP_SELF, (vaddr_t)from, pair.thread[1], MISSING - 4, sizeof(from), 0),
		    0);
	CHECK_EQUAL(asked.count, 1);
	CHECK_EQUAL(asked.last.request.target, pair.thread[1]);
	CHECK_EQUAL(asked.last.request.access, FAULT_WRITE);
	CHECK_EQUAL(asked.last.request.address, MISSING);
	CHECK_EQUAL(memcmp(byte_at(&pair, 1, MISSING - 4), from, 4), 0);
	CHECK_EQUAL(memcmp(byte_at(&pair, 1, MISSING), from + 4, sizeof(from) - 4), 0);
}

static void missing_everywhere(void)
{
	struct pair pair;

	pair_make(&pair);
	pattern_fill(&pair, 0);
	ask_start(pair.space[1], true, 0);
	CHECK_EQUAL(
		vircopy(pair.thread[0], HERE, pair.thread[1], MISSING, PAGES * ARCH_PAGE_SIZE, 0),
		0);
	CHECK_EQUAL(asked.count, PAGES);
	for (vaddr_t i = 0; i < PAGES * ARCH_PAGE_SIZE; i += 509)
		CHECK_EQUAL(*byte_at(&pair, 1, MISSING + i), pattern(i));
}

static void missing_refused(void)
{
	struct pair pair;
	char to[8];

	pair_make(&pair);
	ask_start(pair.space[0], false, -EFAULT);
	CHECK_EQUAL(vircopy(pair.thread[0], MISSING, EP_SELF, (vaddr_t)to, 8, 0), -EFAULT);
	ask_start(pair.space[0], false, -ENOMEM);
	CHECK_EQUAL(vircopy(pair.thread[0], MISSING, EP_SELF, (vaddr_t)to, 8, 0), -EFAULT);
	CHECK_EQUAL(asked.count, 1);
	/* The refusal is used up: the next copy asks again. */
	ask_start(pair.space[0], true, 0);
	CHECK_EQUAL(vircopy(pair.thread[0], MISSING, EP_SELF, (vaddr_t)to, 8, 0), 0);
	CHECK_EQUAL(asked.count, 1);
}

static void missing_answered(void)
{
	supervisor_hooks.answers = true;
	missing_everywhere();
	missing_refused();
}

static void try_never_waits(void)
{
	struct pair pair;
	char buffer[8];

	pair_make(&pair);
	ask_start(pair.space[0], true, 0);
	CHECK_EQUAL(vircopy(pair.thread[0], MISSING, EP_SELF, (vaddr_t)buffer, 8, CPF_TRY),
		    -EFAULT);
	CHECK_EQUAL(vircopy(EP_SELF, (vaddr_t)buffer, pair.thread[0], MISSING, 8, CPF_TRY),
		    -EFAULT);
	CHECK_EQUAL(physcopy(pair.thread[0], MISSING, EP_SELF, (vaddr_t)buffer, 8, CPF_TRY),
		    -EFAULT);
	CHECK_EQUAL(sys_memset(&(struct sys_memset_req){.target = pair.thread[0],
							.address = MISSING,
							.bytes = 8,
							.flags = CPF_TRY},
			       NULL),
		    -EFAULT);
	CHECK_EQUAL(asked.count, 0);
}

static void own_missing_memory(void)
{
	struct pair pair;

	pair_make(&pair);
	ask_start(NULL, false, 0);
	/* The pager's own space: there is nobody to ask. */
	CHECK_EQUAL(vircopy(pair.thread[0], HERE, EP_SELF, MISSING, 8, 0), -EFAULT);
	CHECK_EQUAL(asked.count, 0);
}

static void read_only_destination(void)
{
	struct pair pair;
	const char from[] = "x";

	pair_make(&pair);
	space_protect(pair.space[1], HERE, 1, 0);
	CHECK_EQUAL(vircopy(EP_SELF, (vaddr_t)from, pair.thread[1], HERE, 1, CPF_TRY), -EFAULT);
	CHECK_EQUAL(*byte_at(&pair, 1, HERE), 0);
	ask_start(pair.space[1], false, -EFAULT);
	CHECK_EQUAL(vircopy(EP_SELF, (vaddr_t)from, pair.thread[1], HERE, 1, 0), -EFAULT);
	CHECK_EQUAL(asked.last.request.access, FAULT_WRITE);
	CHECK_EQUAL(vircopy(pair.thread[1], HERE, pair.thread[1], HERE + ARCH_PAGE_SIZE, 1, 0), 0);
}

struct copy_job {
	struct sys_copy_req request;
	volatile bool done;
	int code;
};

static int copy_run(void *argument)
{
	struct copy_job *job = argument;

	job->code = sys_vircopy(&job->request, NULL);
	job->done = true;
	return 0;
}

static void target_dies_meanwhile(void)
{
	struct pair pair;
	char to[8];
	struct copy_job job = {.request = {.destination = EP_SELF,
					   .source_address = MISSING,
					   .destination_address = (vaddr_t)to,
					   .bytes = 8}};
	struct test_thread *thread;

	pair_make(&pair);
	ask_start(pair.space[0], false, MEMORY_HOLD);
	job.request.source = pair.thread[0];
	thread = thread_start(NULL, copy_run, &job);
	wait_rts(thread->endpoint, RTS_VMREQUEST);
	thread_free(thread_by_endpoint(pair.thread[0]));
	CHECK_EQUAL(thread_join(thread), 0);
	CHECK(job.code == -EFAULT || job.code == -EDEADSRCDST);
}

static int memreq_reply(endpoint_t thread, int result)
{
	return sys_vmctl_memreq_reply(&(struct sys_memreq_reply_req){thread, result}, NULL);
}

static void reply_refused(void)
{
	struct pair pair;
	char to[8];
	struct copy_job job = {.request = {.destination = EP_SELF,
					   .source_address = MISSING,
					   .destination_address = (vaddr_t)to,
					   .bytes = 8}};
	struct test_thread *thread;

	pair_make(&pair);
	CHECK_EQUAL(memreq_reply(pair.thread[0], 0), -EINVAL);
	CHECK_EQUAL(memreq_reply(endpoint_stale(), 0), -EDEADSRCDST);
	ask_start(pair.space[0], false, MEMORY_HOLD);
	job.request.source = pair.thread[0];
	thread = thread_start(NULL, copy_run, &job);
	while (*(volatile unsigned int *)&asked.count == 0)
		yield();
	CHECK_EQUAL(memreq_reply(thread->endpoint, 1), -EINVAL);
	CHECK_EQUAL(memreq_reply(thread->endpoint, -EPERM), -EINVAL);
	CHECK(!job.done);
	space_add(pair.space[0], MISSING, 1, 0);
	CHECK_EQUAL(memreq_reply(thread->endpoint, 0), 0);
	CHECK_EQUAL(thread_join(thread), 0);
	CHECK_EQUAL(job.code, 0);
}

static void copy_waits_for_edit(void)
{
	struct pair pair;
	struct copy_job job = {.request = {.source_address = HERE,
					   .destination_address = HERE,
					   .bytes = 3 * ARCH_PAGE_SIZE}};
	struct sys_space_req request;
	struct test_thread *thread;

	pair_make(&pair);
	pattern_fill(&pair, 0);
	for (unsigned int side = 0; side < 2; side++) {
		request.space = pair.space[side]->id;
		CHECK_EQUAL(sys_vmctl_inhibit_set(&request, NULL), 0);
		job.request.source = pair.thread[0];
		job.request.destination = pair.thread[1];
		job.done = false;
		thread = thread_start(NULL, copy_run, &job);
		wait_rts(thread->endpoint, RTS_COPY_WAIT);
		sleep_for(MILLISECOND);
		CHECK(!job.done);
		CHECK_EQUAL(sys_vmctl_inhibit_clear(&request, NULL), 0);
		CHECK_EQUAL(thread_join(thread), 0);
		CHECK_EQUAL(job.code, 0);
	}
	CHECK_EQUAL(*byte_at(&pair, 1, HERE + 5000), pattern(5000));
}

/* --- Nonsense
 * ------------------------------------------------------------------------------------- */

static void bad_ranges(void)
{
	static const struct {
		u64 address, bytes;
	} ranges[] = {
		{HERE, ARCH_USER_LIMIT},
		{HERE, ~0ull},
		{HERE, ~0ull - HERE + 2},
		{HERE, 1ull << 32},
		{ARCH_USER_LIMIT, 1},
		{ARCH_USER_LIMIT - 4, 8},
		{~0ull, 1},
		{~0ull - 3, 8},
		{HERE + (1ull << 32), 4},
		{ARCH_USER_LIMIT + 0x100000ull, 4},
	};
	struct pair pair;

	pair_make(&pair);
	for (unsigned int i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		const u64 address = ranges[i].address, bytes = ranges[i].bytes;

		for (uint32_t flags = 0; flags <= CPF_TRY; flags++) {
			CHECK_EQUAL(vircopy(pair.thread[0], address, pair.thread[1], HERE, bytes,
					    flags),
				    -EFAULT);
			CHECK_EQUAL(vircopy(pair.thread[0], HERE, pair.thread[1], address, bytes,
					    flags),
				    -EFAULT);
		}
		CHECK_EQUAL(sys_memset(&(struct sys_memset_req){.target = pair.thread[0],
								.address = address,
								.bytes = bytes},
				       NULL),
			    -EFAULT);
	}
}

static void bad_names_and_flags(void)
{
	const endpoint_t stale = endpoint_stale();
	char buffer[16];
	const vaddr_t at = (vaddr_t)buffer;

	CHECK_EQUAL(vircopy(stale, at, EP_SELF, at, 8, 0), -EDEADSRCDST);
	CHECK_EQUAL(vircopy(EP_SELF, at, stale, at, 8, 0), -EDEADSRCDST);
	CHECK_EQUAL(vircopy(EP_PHYSICAL, 0x1000, EP_SELF, at, 8, 0), -EDEADSRCDST);
	CHECK_EQUAL(vircopy(EP_SELF, at, EP_ANY, at, 8, 0), -EDEADSRCDST);
	CHECK_EQUAL(physcopy(EP_NONE, at, EP_SELF, at, 8, 0), -EDEADSRCDST);
	CHECK_EQUAL(vircopy(EP_SELF, at, EP_SELF, at, 8, 2), -EINVAL);
	CHECK_EQUAL(physcopy(EP_SELF, at, EP_SELF, at, 8, ~CPF_TRY), -EINVAL);
}

/* --- Physical memory
 * ------------------------------------------------------------------------------ */

static void physical_both_ways(void)
{
	const paddr_t frame = space_add(NULL, HERE, 1, PAGE_WRITE);
	char text[] = "physical", back[sizeof(text)];

	CHECK_EQUAL(physcopy(EP_SELF, (vaddr_t)text, EP_PHYSICAL, frame + 50, sizeof(text), 0), 0);
	CHECK_EQUAL(memcmp((char *)HERE + 50, text, sizeof(text)), 0);
	CHECK_EQUAL(physcopy(EP_PHYSICAL, frame + 50, EP_PHYSICAL, frame + 500, sizeof(text), 0),
		    0);
	CHECK_EQUAL(physcopy(EP_PHYSICAL, frame + 500, EP_SELF, (vaddr_t)back, sizeof(text), 0), 0);
	CHECK_EQUAL(memcmp(text, back, sizeof(text)), 0);
}

static void physical_out_of_bounds(void)
{
	char buffer[64];
	const vaddr_t at = (vaddr_t)buffer;

	CHECK_EQUAL(physcopy(EP_PHYSICAL, memory_limit(), EP_SELF, at, 8, 0), -EFAULT);
	CHECK_EQUAL(physcopy(EP_PHYSICAL, memory_limit() - 4, EP_SELF, at, 8, 0), -EFAULT);
	CHECK_EQUAL(physcopy(EP_PHYSICAL, ~0ull - 3, EP_SELF, at, 8, 0), -EFAULT);
	CHECK_EQUAL(physcopy(EP_PHYSICAL, 1ull << 32, EP_SELF, at, 8, 0), -EFAULT);
	CHECK_EQUAL(physcopy(EP_SELF, at, EP_PHYSICAL, ~0ull << 12, 8, 0), -EFAULT);
	for (unsigned int i = 0; i < boot.map_count; i++) {
		if (boot.map[i].flags & KERNEL_MAP_EXECUTE)
			CHECK_EQUAL(physcopy(EP_SELF, at, EP_PHYSICAL, boot.map[i].physical, 8, 0),
				    -EFAULT);
		if (boot.map[i].flags & KERNEL_MAP_DEVICE)
			CHECK_EQUAL(physcopy(EP_PHYSICAL, boot.map[i].physical, EP_SELF, at, 8, 0),
				    -EFAULT);
	}
}

static void fills(void)
{
	struct sys_memset_req request = {.value = 0x1AB, .address = HERE + 100, .bytes = 9000};
	struct pair pair;

	pair_make(&pair);
	request.target = pair.thread[0];
	CHECK_EQUAL(sys_memset(&request, NULL), 0);
	CHECK_EQUAL(*byte_at(&pair, 0, HERE + 99), 0);
	CHECK_EQUAL(*byte_at(&pair, 0, HERE + 100), 0xAB);
	CHECK_EQUAL(*byte_at(&pair, 0, HERE + 4096), 0xAB);
	CHECK_EQUAL(*byte_at(&pair, 0, HERE + 9099), 0xAB);
	CHECK_EQUAL(*byte_at(&pair, 0, HERE + 9100), 0);
	request = (struct sys_memset_req){.target = EP_PHYSICAL,
					  .value = 0x11,
					  .address = space_physical(pair.space[0], HERE) + 1,
					  .bytes = 2};
	CHECK_EQUAL(sys_memset(&request, NULL), 0);
	CHECK_EQUAL(*byte_at(&pair, 0, HERE), 0);
	CHECK_EQUAL(*byte_at(&pair, 0, HERE + 2), 0x11);
	request.target = endpoint_stale();
	CHECK_EQUAL(sys_memset(&request, NULL), -EDEADSRCDST);
	request.target = EP_SELF;
	request.flags = 8;
	CHECK_EQUAL(sys_memset(&request, NULL), -EINVAL);
}

/* --- Long copies
 * ---------------------------------------------------------------------------------- */

#define LONG_PAGES 96u

static void long_copy(void)
{
	struct test_space *spaces[2];
	endpoint_t threads[2];
	volatile uint32_t *words;

	for (unsigned int i = 0; i < 2; i++) {
		spaces[i] = space_make();
		space_add(spaces[i], HERE, LONG_PAGES, PAGE_WRITE);
		threads[i] = thread_start(spaces[i], wait_for_ever, NULL)->endpoint;
	}
	words = space_see(spaces[0], HERE);
	for (uint32_t i = 0; i < LONG_PAGES * ARCH_PAGE_SIZE / 4; i++)
		words[i] = i * 2654435761u;
	CHECK_EQUAL(vircopy(threads[0], HERE + 2, threads[1], HERE + 2,
			    LONG_PAGES * ARCH_PAGE_SIZE - 4, 0),
		    0);
	words = space_see(spaces[1], HERE);
	for (uint32_t i = 1; i < LONG_PAGES * ARCH_PAGE_SIZE / 4 - 1; i++) {
		if (words[i] != i * 2654435761u) {
			CHECK_EQUAL(words[i], i * 2654435761u);
			break;
		}
	}
}

static int copy_on(void *argument)
{
	struct copy_job *job = argument;

	while (!job->done && job->code == 0)
		job->code = sys_vircopy(&job->request, NULL);
	return job->code;
}

static void long_copies_die(void)
{
	struct test_space *space = space_make();
	struct copy_job job = {.request = {.source = EP_SELF,
					   .destination = EP_SELF,
					   .source_address = HERE,
					   .destination_address = HERE + LONG_PAGES * 2048,
					   .bytes = LONG_PAGES * 2048}};

	space_add(space, HERE, LONG_PAGES, PAGE_WRITE);
	for (unsigned int i = 0; i < 20; i++) {
		struct test_thread *thread = thread_start(space, copy_on, &job);

		if (i & 1)
			sleep_for(MILLISECOND / 4);
		else
			yield();
		thread_free(thread);
	}
	CHECK_EQUAL(job.code, 0);
}

/* --- Look-ups
 * ------------------------------------------------------------------------------------- */

static int umap(endpoint_t target, u64 address, u64 bytes, u64 *physical)
{
	const struct sys_umap_req request = {.target = target, .address = address, .bytes = bytes};
	struct sys_umap_reply reply;
	const int error = sys_umap(&request, &reply);

	*physical = reply.physical;
	return error;
}

static void look_up_one(void)
{
	const paddr_t frame = space_add(NULL, HERE, 2, PAGE_WRITE);
	u64 physical;

	CHECK_EQUAL(umap(EP_SELF, HERE + 12, 100, &physical), 0);
	CHECK_EQUAL(physical, frame + 12);
	CHECK_EQUAL(umap(EP_SELF, HERE, 2 * ARCH_PAGE_SIZE, &physical), 0);
	CHECK_EQUAL(umap(EP_SELF, HERE, 0, &physical), -EINVAL);
	CHECK_EQUAL(umap(EP_SELF, HERE, 3 * ARCH_PAGE_SIZE, &physical), -EFAULT);
	CHECK_EQUAL(umap(EP_SELF, ~0ull, 8, &physical), -EFAULT);
	CHECK_EQUAL(umap(EP_SELF, HERE, ~0ull, &physical), -EFAULT);
	CHECK_EQUAL(umap(EP_SELF, ARCH_USER_LIMIT, 8, &physical), -EFAULT);
	CHECK_EQUAL(umap(endpoint_stale(), HERE, 8, &physical), -EDEADSRCDST);
	REQUIRE(space_map(NULL, HERE + 2 * ARCH_PAGE_SIZE, frame, 1, 0) == 0);
	CHECK_EQUAL(umap(EP_SELF, HERE, 3 * ARCH_PAGE_SIZE, &physical), -EFAULT);
}

static int vumap(const struct vumap_element *input, uint32_t count, struct vumap_element *output,
		 uint32_t max, uint32_t write, uint32_t *done)
{
	const struct sys_vumap_req request = {
		.input = (vaddr_t)input,
		.output = (vaddr_t)output,
		.count = count,
		.output_max = max,
		.write = write,
	};
	struct sys_vector_reply reply;
	const int error = sys_vumap(&request, &reply);

	*done = reply.done;
	return error;
}

static void look_up_vector(void)
{
	const paddr_t first = space_add(NULL, HERE, 2, PAGE_WRITE);
	const paddr_t second = space_add(NULL, HERE + 3 * ARCH_PAGE_SIZE, 1, 0);
	struct vumap_element input[VUMAP_MAX] = {{HERE + 16, 5000}, {HERE + 3 * ARCH_PAGE_SIZE, 1}};
	struct vumap_element output[VUMAP_MAX];
	uint32_t done;

	CHECK_EQUAL(vumap(input, 2, output, VUMAP_MAX, 0, &done), 0);
	CHECK_EQUAL(done, 2);
	CHECK_EQUAL(output[0].address, first + 16);
	CHECK_EQUAL(output[0].bytes, 5000);
	CHECK_EQUAL(output[1].address, second);
	CHECK_EQUAL(vumap(input, 2, output, VUMAP_MAX, 1, &done), -EFAULT);
	CHECK_EQUAL(vumap(input, 2, output, 1, 0, &done), 0);
	CHECK_EQUAL(done, 1);
	CHECK_EQUAL(vumap(input, 0, output, 1, 0, &done), -EINVAL);
	CHECK_EQUAL(vumap(input, VUMAP_MAX + 1, output, 1, 0, &done), -EINVAL);
	CHECK_EQUAL(vumap(input, ~0u, output, 1, 0, &done), -EINVAL);
	CHECK_EQUAL(vumap(input, 1, output, 0, 0, &done), -EINVAL);
	CHECK_EQUAL(vumap(input, 1, output, VUMAP_MAX + 1, 0, &done), -EINVAL);
	CHECK_EQUAL(vumap((void *)ARCH_USER_LIMIT, 1, output, 1, 0, &done), -EFAULT);
	CHECK_EQUAL(vumap(input, 1, (void *)ARCH_USER_LIMIT, 1, 0, &done), -EFAULT);
	input[0].bytes = ~0ull;
	CHECK_EQUAL(vumap(input, 1, output, 1, 0, &done), -EFAULT);
}

static const struct test_case cases[] = {
	CASE("copies of every shape arrive whole", copies_of_every_shape, CASE_SHORT),
	CASE("a thread copies within its own space", copy_within_self, 0),
	CASE("a copy of nothing succeeds", copy_nothing, 0),
	CASE("a missing source is asked of the pager", missing_source, CASE_SHORT),
	CASE("a missing destination is asked of the pager", missing_destination, 0),
	CASE("each missing page is asked once", missing_everywhere, 0),
	CASE("what the pager refuses is a fault", missing_refused, 0),
	CASE("the pager may answer a request as it does a call", missing_answered, 0),
	CASE("a copy in try mode never waits", try_never_waits, CASE_SHORT),
	CASE("the pager's own missing memory is a fault", own_missing_memory, 0),
	CASE("a read-only page is not written", read_only_destination, CASE_SHORT),
	CASE("a copy ends when its target dies", target_dies_meanwhile, 0),
	CASE("bad answers to memory requests are refused", reply_refused, 0),
	CASE("a copy waits for the end of an edit", copy_waits_for_edit, 0),
	CASE("ranges that wrap or reach the kernel are refused", bad_ranges, CASE_SHORT),
	CASE("bad names and flags are refused", bad_names_and_flags, 0),
	CASE("physical memory is copied both ways", physical_both_ways, 0),
	CASE("physical ranges outside of RAM are refused", physical_out_of_bounds, 0),
	CASE("fills stop where they should", fills, 0),
	CASE("a long copy arrives whole", long_copy, 0),
	CASE("threads can be cleared in a long copy", long_copies_die, 0),
	CASE("a contiguous range has a physical address", look_up_one, 0),
	CASE("a vector of buffers has physical extents", look_up_vector, 0),
};

const struct test_suite suite_copy = SUITE("copy", cases);
