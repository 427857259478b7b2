/* Safecopies and fills under grants: vectors, missing memory, long copies that stop in between.
 */
#include "granter.h"
#include "helper.h"

#include "frames.h"
#include <arch/layout.h>

#define HERE PRIVATE_BASE
#define LONG_PAGES 96u
#define LONG_BYTES (LONG_PAGES * ARCH_PAGE_SIZE)
#define DIRECT_BOTH (GRANT_DIRECT | GRANT_READ | GRANT_WRITE)

static void start(struct granter *granter, unsigned int pages)
{
	struct test_space *space = space_make();

	for (unsigned int page = 0; page < pages; page++)
		space_add(space, HERE + page * ARCH_PAGE_SIZE, 1, PAGE_WRITE);
	granter_start(granter, space, NULL);
}

static grant_t grant_add(struct granter *granter, unsigned int index, uint32_t flags,
			 vaddr_t address, u64 bytes)
{
	const struct grant_entry entry = {
		.flags = flags, .grantee = EP_ANY, .address = address, .bytes = bytes};

	return granter_grant(granter, index, entry);
}

static uint8_t *see(const struct granter *granter, vaddr_t address)
{
	return space_see(granter->space, address);
}

/* --- Vectors ------------------------------------------------------------------------------------
 */

static int vector_copy(u64 address, uint32_t count, uint32_t flags, uint32_t *done)
{
	const struct sys_safecopy_vector_req request = {address, count, flags};
	struct sys_vector_reply reply;
	const int error = sys_safecopy_vector(&request, &reply);

	*done = reply.done;
	return error;
}

static struct safecopy_element element(const struct granter *granter, grant_t grant, u64 offset,
				       const void *address, u64 bytes, uint32_t write)
{
	return (struct safecopy_element){
		.granter = granter->name,
		.grant = grant,
		.offset = offset,
		.address = (vaddr_t)address,
		.bytes = bytes,
		.write = write,
	};
}

static void vector_both_ways(void)
{
	struct safecopy_element elements[4];
	uint8_t out[16], in[16] = {};
	struct granter granters[2];
	grant_t grants[2];
	uint32_t done;

	for (unsigned int i = 0; i < 2; i++) {
		start(&granters[i], 1);
		grants[i] = grant_add(&granters[i], i, DIRECT_BOTH, HERE, 100);
	}
	for (unsigned int i = 0; i < 16; i++)
		out[i] = (uint8_t)(i + 1);
	elements[0] = element(&granters[0], grants[0], 10, out, 16, 1);
	elements[1] = element(&granters[1], grants[1], 20, out + 8, 8, 1);
	elements[2] = element(&granters[0], grants[0], 18, in + 4, 4, 0);
	elements[3] = element(&granters[1], grants[1], 20, in, 4, 0);
	CHECK_EQUAL(vector_copy((vaddr_t)elements, 4, 0, &done), 0);
	CHECK_EQUAL(done, 4);
	CHECK_EQUAL(*see(&granters[0], HERE + 25), 16);
	CHECK_EQUAL(*see(&granters[1], HERE + 27), 16);
	CHECK(in[0] == 9 && in[3] == 12 && in[4] == 9 && in[7] == 12 && in[8] == 0);
}

static struct safecopy_element many[SAFECOPY_VECTOR_MAX + 1];

static void vector_full(void)
{
	static uint8_t bytes[SAFECOPY_VECTOR_MAX + 1];
	struct granter granter;
	grant_t grant;
	uint32_t done;

	start(&granter, 1);
	grant = grant_add(&granter, 0, DIRECT_BOTH, HERE, 1000);
	for (unsigned int i = 0; i <= SAFECOPY_VECTOR_MAX; i++) {
		bytes[i] = (uint8_t)(i + 3);
		many[i] = element(&granter, grant, i * 2, &bytes[i], 1, 1);
	}
	CHECK_EQUAL(vector_copy((vaddr_t)many, SAFECOPY_VECTOR_MAX + 1, 0, &done), -EINVAL);
	CHECK_EQUAL(*see(&granter, HERE), 0);
	CHECK_EQUAL(vector_copy((vaddr_t)many, SAFECOPY_VECTOR_MAX, 0, &done), 0);
	CHECK_EQUAL(done, SAFECOPY_VECTOR_MAX);
	for (unsigned int i = 0; i < SAFECOPY_VECTOR_MAX; i++)
		CHECK_EQUAL(*see(&granter, HERE + i * 2), bytes[i]);
}

static void vector_partial(void)
{
	struct granter granter;
	grant_t grant, bad;
	uint8_t bytes[4] = {1, 2, 3, 4};
	uint32_t done;

	start(&granter, 1);
	grant = grant_add(&granter, 0, DIRECT_BOTH, HERE, 10);
	bad = grant_add(&granter, 1, GRANT_DIRECT | GRANT_READ, HERE, 10);
	for (unsigned int i = 0; i < 4; i++)
		many[i] = element(&granter, grant, i, &bytes[i], 1, 1);
	many[2].grant = bad;
	CHECK_EQUAL(vector_copy((vaddr_t)many, 4, 0, &done), -EPERM);
	CHECK_EQUAL(done, 2);
	CHECK(*see(&granter, HERE + 1) == 2 && *see(&granter, HERE + 2) == 0);
	CHECK_EQUAL(*see(&granter, HERE + 3), 0);
	many[2].grant = grant;
	many[2].write = 2;
	CHECK_EQUAL(vector_copy((vaddr_t)many, 4, CPF_TRY, &done), -EINVAL);
	CHECK_EQUAL(done, 2);
	many[2].write = 1;
	many[3].granter = endpoint_stale();
	CHECK_EQUAL(vector_copy((vaddr_t)many, 4, 0, &done), -EDEADSRCDST);
	CHECK_EQUAL(done, 3);
	many[0].offset = 10;
	CHECK_EQUAL(vector_copy((vaddr_t)many, 4, 0, &done), -EPERM);
	CHECK_EQUAL(done, 0);
}

static void vector_refused(void)
{
	static const u64 addresses[] = {ARCH_USER_LIMIT, ARCH_USER_LIMIT - 16, ~0ull - 16, 0x10};
	struct granter granter;
	grant_t grant;
	uint8_t byte = 0;
	uint32_t done;

	start(&granter, 1);
	grant = grant_add(&granter, 0, DIRECT_BOTH, HERE, 10);
	many[0] = element(&granter, grant, 0, &byte, 1, 1);
	CHECK_EQUAL(vector_copy((vaddr_t)many, 0, 0, &done), -EINVAL);
	CHECK_EQUAL(vector_copy((vaddr_t)many, ~0u, 0, &done), -EINVAL);
	CHECK_EQUAL(vector_copy((vaddr_t)many, 1, 2, &done), -EINVAL);
	for (unsigned int i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		CHECK_EQUAL(vector_copy(addresses[i], 1, 0, &done), -EFAULT);
	CHECK_EQUAL(vector_copy((vaddr_t)many + (1ull << 32), 1, 0, &done), -EFAULT);
	many[0].address = (vaddr_t)&byte + (1ull << 32);
	CHECK_EQUAL(vector_copy((vaddr_t)many, 1, 0, &done), -EFAULT);
	many[0].address = ARCH_USER_LIMIT;
	CHECK_EQUAL(vector_copy((vaddr_t)many, 1, 0, &done), -EFAULT);
}

/* --- Missing memory -----------------------------------------------------------------------------
 */

static struct {
	unsigned int count;
	struct memory_event last;
	struct test_space *space; /* gets the page; NULL: it is refused */
} asked;

static int memory_hook(const struct memory_event *event)
{
	const vaddr_t page = event->request.address & ~(u64)(ARCH_PAGE_SIZE - 1);

	asked.last = *event;
	asked.count++;
	if (asked.space == NULL)
		return -EFAULT;
	return space_add(asked.space, page, 1, PAGE_WRITE) != 0 ? 0 : -ENOMEM;
}

static void ask_start(struct test_space *space)
{
	memset(&asked, 0, sizeof(asked));
	asked.space = space;
	supervisor_hooks.memory = memory_hook;
}

static void missing_memory_is_asked(void)
{
	struct granter granter;
	char text[] = "a page or two", back[sizeof(text)];
	grant_t grant;

	start(&granter, 1);
	grant = grant_add(&granter, 0, DIRECT_BOTH, HERE, 3 * ARCH_PAGE_SIZE);
	ask_start(granter.space);
	CHECK_EQUAL(grant_write(&granter, grant, ARCH_PAGE_SIZE - 4, text, sizeof(text)), 0);
	CHECK_EQUAL(asked.count, 1);
	CHECK_EQUAL(asked.last.thread, thread_self());
	CHECK_EQUAL(asked.last.request.target, granter.name);
	CHECK_EQUAL(asked.last.request.address, HERE + ARCH_PAGE_SIZE);
	CHECK_EQUAL(asked.last.request.access, FAULT_WRITE);
	CHECK_EQUAL(grant_read(&granter, grant, ARCH_PAGE_SIZE - 4, back, sizeof(back)), 0);
	CHECK_EQUAL(memcmp(text, back, sizeof(text)), 0);
	ask_start(NULL);
	CHECK_EQUAL(grant_read(&granter, grant, 2 * ARCH_PAGE_SIZE, back, 1), -EFAULT);
	CHECK_EQUAL(asked.count, 1);
	CHECK_EQUAL(grant_read(&granter, grant, 0, back, 1), 0);
}

static void try_asks_nobody(void)
{
	struct sys_safecopy_req request;
	struct granter granter;
	uint8_t byte;
	grant_t grant;
	uint32_t done;

	start(&granter, 1);
	grant = grant_add(&granter, 0, DIRECT_BOTH, HERE, 3 * ARCH_PAGE_SIZE);
	ask_start(granter.space);
	request = (struct sys_safecopy_req){granter.name,   grant, ARCH_PAGE_SIZE,
					    (vaddr_t)&byte, 1,	   CPF_TRY};
	CHECK_EQUAL(sys_safecopy_from(&request, NULL), -EFAULT);
	CHECK_EQUAL(sys_safecopy_to(&request, NULL), -EFAULT);
	many[0] = element(&granter, grant, ARCH_PAGE_SIZE, &byte, 1, 0);
	CHECK_EQUAL(vector_copy((vaddr_t)many, 1, CPF_TRY, &done), -EFAULT);
	grant = grant_add(&granter, 0, DIRECT_BOTH | GRANT_TRY, HERE, 3 * ARCH_PAGE_SIZE);
	CHECK_EQUAL(grant_read(&granter, grant, ARCH_PAGE_SIZE, &byte, 1), -EFAULT);
	CHECK_EQUAL(grant_write(&granter, grant, ARCH_PAGE_SIZE, &byte, 1), -EFAULT);
	CHECK_EQUAL(grant_read(&granter, grant, 0, &byte, 1), 0);
	CHECK_EQUAL(asked.count, 0);
	request.flags = ~CPF_TRY;
	CHECK_EQUAL(sys_safecopy_from(&request, NULL), -EINVAL);
	CHECK_EQUAL(sys_safecopy_to(&request, NULL), -EINVAL);
}

/* The table itself may be out of memory. */
static int announce_missing(void *argument)
{
	struct granter *granter = argument;
	const struct sys_grant_table_req request = {HERE + 8 * ARCH_PAGE_SIZE, 8};
	struct sys_grant_table_reply reply;

	granter->error = sys_grant_table(&request, &reply);
	granter->epoch = reply.epoch;
	granter->ready = true;
	return wait_for_ever(NULL);
}

static int table_hook(const struct memory_event *event)
{
	struct grant_entry *table;

	asked.last = *event;
	asked.count++;
	if (space_add(asked.space, HERE + 8 * ARCH_PAGE_SIZE, 1, 0) == 0)
		return -ENOMEM;
	table = space_see(asked.space, HERE + 8 * ARCH_PAGE_SIZE);
	table[5] = (struct grant_entry){
		.flags = DIRECT_BOTH,
		.generation = 9,
		.grantee = EP_ANY,
		.address = HERE,
		.bytes = 16,
	};
	return event->request.access == 0 ? 0 : -EFAULT;
}

static void missing_table_is_asked(void)
{
	struct granter granter = {.space = space_make()};
	nanoseconds_t limit = 0;
	uint8_t byte = 0;

	space_add(granter.space, HERE, 1, PAGE_WRITE);
	*see(&granter, HERE + 3) = 0x3C;
	granter.thread = thread_start(granter.space, announce_missing, &granter);
	granter.name = granter.thread->endpoint;
	while (!granter.ready && wait_a_moment(&limit))
		;
	ask_start(granter.space);
	supervisor_hooks.memory = table_hook;
	CHECK_EQUAL(grant_read(&granter, GRANT_ID(5, granter.epoch, 9), 3, &byte, 1), 0);
	CHECK_EQUAL(byte, 0x3C);
	CHECK_EQUAL(asked.count, 1);
	CHECK_EQUAL(asked.last.request.target, granter.name);
	CHECK_EQUAL(asked.last.request.address,
		    HERE + 8 * ARCH_PAGE_SIZE + 5 * sizeof(struct grant_entry));
}

static void read_only_memory(void)
{
	struct granter granter;
	uint8_t byte = 5;
	grant_t grant;

	start(&granter, 2);
	space_protect(granter.space, HERE, 1, 0);
	grant = grant_add(&granter, 0, DIRECT_BOTH, HERE, ARCH_PAGE_SIZE);
	ask_start(NULL);
	CHECK_EQUAL(grant_write(&granter, grant, 0, &byte, 1), -EFAULT);
	CHECK_EQUAL(asked.last.request.access, FAULT_WRITE);
	CHECK_EQUAL(*see(&granter, HERE), 0);
	CHECK_EQUAL(grant_read(&granter, grant, 0, &byte, 1), 0);
}

/* --- Long copies --------------------------------------------------------------------------------
 */

static uint32_t word_of(uint32_t index)
{
	return index * 2654435761u + 12345;
}

static void long_copies(void)
{
	struct granter granter;
	volatile uint32_t *words;
	grant_t grant;

	start(&granter, LONG_PAGES);
	space_add(NULL, HERE, LONG_PAGES, PAGE_WRITE);
	words = (volatile uint32_t *)HERE;
	for (uint32_t i = 0; i < LONG_BYTES / 4; i++)
		words[i] = word_of(i);
	grant = grant_add(&granter, 0, DIRECT_BOTH, HERE, LONG_BYTES);
	CHECK_EQUAL(grant_write(&granter, grant, 2, (void *)HERE, LONG_BYTES - 2), 0);
	memset((void *)HERE, 0, LONG_BYTES);
	CHECK_EQUAL(grant_read(&granter, grant, 2, (void *)HERE, LONG_BYTES - 2), 0);
	for (uint32_t i = 0; i < LONG_BYTES / 4 - 1; i++) {
		if (words[i] != word_of(i)) {
			CHECK_EQUAL(words[i], word_of(i));
			break;
		}
	}
}

/* Each element is longer than a copy goes without giving way, and meets missing pages. */
static void long_vector(void)
{
	const u64 part = 30 * ARCH_PAGE_SIZE;
	struct granter granter;
	volatile uint32_t *words = (volatile uint32_t *)HERE;
	grant_t grant;
	uint32_t done, wrong = 0;

	start(&granter, 0);
	for (unsigned int page = 0; page < 90; page++) {
		if (page % 7 != 6)
			space_add(granter.space, HERE + page * ARCH_PAGE_SIZE, 1, PAGE_WRITE);
	}
	space_add(NULL, HERE, 90, PAGE_WRITE);
	for (uint32_t i = 0; i < 3 * part / 4; i++)
		words[i] = word_of(i);
	grant = grant_add(&granter, 0, DIRECT_BOTH, HERE, 3 * part);
	for (unsigned int i = 0; i < 3; i++)
		many[i] = element(&granter, grant, i * part, (void *)(vaddr_t)(HERE + i * part),
				  part, 1);
	ask_start(granter.space);
	CHECK_EQUAL(vector_copy((vaddr_t)many, 3, 0, &done), 0);
	CHECK_EQUAL(done, 3);
	CHECK_EQUAL(asked.count, 90 / 7);
	for (unsigned int page = 0; page < 90; page++) {
		words = (volatile uint32_t *)see(&granter, HERE + page * ARCH_PAGE_SIZE);
		for (uint32_t i = 0; i < ARCH_PAGE_SIZE / 4; i++)
			wrong += words[i] != word_of(page * ARCH_PAGE_SIZE / 4 + i);
	}
	CHECK_EQUAL(wrong, 0);
}

struct long_job {
	const struct granter *granter;
	grant_t grant;
	volatile unsigned int rounds;
	int code;
};

static int read_on(void *argument)
{
	struct long_job *job = argument;

	do {
		job->code = grant_read(job->granter, job->grant, 0, (void *)(HERE + LONG_BYTES),
				       LONG_BYTES / 2);
		job->rounds++;
	} while (job->code == 0);
	return 0;
}

/* A grant can be revoked, and its owner die, in the middle. */
static void long_copies_end(void)
{
	struct granter granter;
	struct long_job job = {.granter = &granter};
	struct test_space *space = space_make();
	struct test_thread *reader;
	nanoseconds_t limit = 0;

	for (vaddr_t at = HERE + LONG_BYTES; at < HERE + LONG_BYTES * 3 / 2; at += ARCH_PAGE_SIZE)
		space_add(space, at, 1, PAGE_WRITE);
	start(&granter, LONG_PAGES / 2);
	for (unsigned int way = 0; way < 2; way++) {
		job.grant = grant_add(&granter, 0, DIRECT_BOTH, HERE, LONG_BYTES);
		job.rounds = 0;
		reader = thread_start(space, read_on, &job);
		while (job.rounds < 2 && wait_a_moment(&limit))
			;
		if (way == 0)
			granter.table[0].generation++;
		else
			thread_free(granter.thread);
		CHECK_EQUAL(thread_join(reader), 0);
		CHECK_EQUAL(job.code, way == 0 ? -EBADGRANT : -EDEADSRCDST);
	}
}

static int memory_hold(const struct memory_event *event)
{
	asked.last = *event;
	asked.count++;
	return MEMORY_HOLD;
}

static void granter_dies_while_asked(void)
{
	struct granter granter;
	struct long_job job = {.granter = &granter};
	struct test_thread *reader;
	struct test_space *space = space_make();

	space_add(space, HERE + LONG_BYTES, 1, PAGE_WRITE);
	start(&granter, 0);
	job.grant = grant_add(&granter, 0, DIRECT_BOTH, HERE, LONG_BYTES);
	ask_start(NULL);
	supervisor_hooks.memory = memory_hold;
	reader = thread_start(space, read_on, &job);
	wait_rts(reader->endpoint, RTS_VMREQUEST);
	thread_free(granter.thread);
	CHECK_EQUAL(thread_join(reader), 0);
	CHECK(job.code == -EDEADSRCDST || job.code == -EFAULT);
}

/* --- Fills --------------------------------------------------------------------------------------
 */

static int fill(const struct granter *granter, grant_t grant, u64 offset, u64 bytes, uint32_t value,
		uint32_t flags)
{
	const struct sys_safememset_req request = {granter->name, grant, offset,
						   bytes,	  value, flags};

	return sys_safememset(&request, NULL);
}

static void fills(void)
{
	struct granter granter;
	grant_t grant;

	start(&granter, 2);
	grant = grant_add(&granter, 0, DIRECT_BOTH, HERE + 10, 6000);
	CHECK_EQUAL(fill(&granter, grant, 5, 5000, 0x5AB, 0), 0);
	CHECK_EQUAL(*see(&granter, HERE + 14), 0);
	CHECK_EQUAL(*see(&granter, HERE + 15), 0xAB);
	CHECK_EQUAL(*see(&granter, HERE + 5014), 0xAB);
	CHECK_EQUAL(*see(&granter, HERE + 5015), 0);
	CHECK_EQUAL(fill(&granter, grant, 0, 6001, 1, 0), -EPERM);
	CHECK_EQUAL(fill(&granter, grant, ~0ull, 1, 1, 0), -EPERM);
	CHECK_EQUAL(fill(&granter, grant, 0, 1, 1, 2), -EINVAL);
	CHECK_EQUAL(fill(&granter, grant + 1, 0, 1, 1, 0), -EBADGRANT);
	grant = grant_add(&granter, 0, GRANT_DIRECT | GRANT_READ, HERE, 100);
	CHECK_EQUAL(fill(&granter, grant, 0, 1, 1, 0), -EPERM);
	grant = grant_add(&granter, 0, DIRECT_BOTH, HERE, 3 * ARCH_PAGE_SIZE);
	ask_start(granter.space);
	CHECK_EQUAL(fill(&granter, grant, 2 * ARCH_PAGE_SIZE, 1, 1, CPF_TRY), -EFAULT);
	CHECK_EQUAL(asked.count, 0);
	CHECK_EQUAL(fill(&granter, grant, 2 * ARCH_PAGE_SIZE, 1, 1, 0), 0);
	CHECK_EQUAL(asked.count, 1);
	thread_free(granter.thread);
	CHECK_EQUAL(fill(&granter, grant, 0, 1, 1, 0), -EDEADSRCDST);
}

static const struct test_case cases[] = {
	CASE("a vector copies both ways in one call", vector_both_ways, CASE_SHORT),
	CASE("a vector may be full but not larger", vector_full, 0),
	CASE("a vector tells how far it came", vector_partial, 0),
	CASE("bad vectors are refused", vector_refused, 0),
	CASE("a granter's missing memory is asked of the pager", missing_memory_is_asked, 0),
	CASE("copies in try mode ask nobody", try_asks_nobody, 0),
	CASE("a missing grant table is asked of the pager", missing_table_is_asked, 0),
	CASE("a grant does not make memory writable", read_only_memory, 0),
	CASE("long safecopies arrive whole", long_copies, 0),
	CASE("a long vector goes on where it stopped", long_vector, 0),
	CASE("a grant can end in the middle of a copy", long_copies_end, 0),
	CASE("a granter can die while its memory is asked for", granter_dies_while_asked, 0),
	CASE("fills stay within the grant", fills, 0),
};

const struct test_suite suite_safecopy = SUITE("safecopy", cases);
