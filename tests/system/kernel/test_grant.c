/* Grants: what an id resolves to, and for whom. The case is the grantee; granters wait in spaces of
 * their own.
 */
#include "granter.h"
#include "helper.h"

#include <arch/layout.h>

#define HERE PRIVATE_BASE
#define DIRECT_BOTH (GRANT_DIRECT | GRANT_READ | GRANT_WRITE)

/* A granter with two pages at HERE. */
static void start(struct granter *granter)
{
	struct test_space *space = space_make();

	space_add(space, HERE, 1, PAGE_WRITE);
	space_add(space, HERE + ARCH_PAGE_SIZE, 1, PAGE_WRITE);
	granter_start(granter, space, NULL);
}

static uint8_t *see(const struct granter *granter, vaddr_t address)
{
	return space_see(granter->space, address);
}

static struct grant_entry direct(uint32_t flags, vaddr_t address, u64 bytes)
{
	return (struct grant_entry){
		.flags = flags,
		.grantee = thread_self(),
		.address = address,
		.bytes = bytes,
	};
}

static struct grant_entry indirect(const struct granter *from, grant_t grant, endpoint_t grantee,
				   u64 offset, u64 bytes)
{
	return (struct grant_entry){
		.flags = GRANT_INDIRECT | GRANT_READ | GRANT_WRITE,
		.grantee = grantee,
		.owner = from->name,
		.address = offset,
		.bytes = bytes,
		.other = grant,
	};
}

/* Reads one byte: the code. */
static int probe(const struct granter *granter, grant_t grant)
{
	uint8_t byte;

	return grant_read(granter, grant, 0, &byte, 1);
}

/* --- Direct -------------------------------------------------------------------------------------
 */

static void direct_both_ways(void)
{
	struct granter granter;
	uint8_t buffer[64];
	grant_t grant;

	start(&granter);
	grant = granter_grant(&granter, 3, direct(DIRECT_BOTH, HERE + ARCH_PAGE_SIZE - 20, 200));
	memset(buffer, 0x77, sizeof(buffer));
	CHECK_EQUAL(grant_write(&granter, grant, 10, buffer, 40), 0);
	CHECK_EQUAL(*see(&granter, HERE + ARCH_PAGE_SIZE - 11), 0);
	CHECK_EQUAL(*see(&granter, HERE + ARCH_PAGE_SIZE - 10), 0x77);
	CHECK_EQUAL(*see(&granter, HERE + ARCH_PAGE_SIZE + 29), 0x77);
	CHECK_EQUAL(*see(&granter, HERE + ARCH_PAGE_SIZE + 30), 0);
	*see(&granter, HERE + ARCH_PAGE_SIZE) = 0x11;
	memset(buffer, 0, sizeof(buffer));
	CHECK_EQUAL(grant_read(&granter, grant, 19, buffer + 1, 2), 0);
	CHECK(buffer[0] == 0 && buffer[1] == 0x77 && buffer[2] == 0x11 && buffer[3] == 0);
}

static void own_grant(void)
{
	struct granter granter;
	char text[] = "to myself", copy[sizeof(text)];
	grant_t grant;

	granter_self(&granter);
	grant = granter_grant(&granter, 0, direct(DIRECT_BOTH, (vaddr_t)text, sizeof(text)));
	CHECK_EQUAL(grant_read(&granter, grant, 0, copy, sizeof(copy)), 0);
	CHECK_EQUAL(memcmp(text, copy, sizeof(copy)), 0);
}

static void access_is_limited(void)
{
	struct granter granter;
	uint8_t byte = 1;
	grant_t grant;

	start(&granter);
	grant = granter_grant(&granter, 0, direct(GRANT_DIRECT | GRANT_READ, HERE, 10));
	CHECK_EQUAL(grant_write(&granter, grant, 0, &byte, 1), -EPERM);
	CHECK_EQUAL(grant_read(&granter, grant, 0, &byte, 1), 0);
	grant = granter_grant(&granter, 0, direct(GRANT_DIRECT | GRANT_WRITE, HERE, 10));
	CHECK_EQUAL(grant_read(&granter, grant, 0, &byte, 1), -EPERM);
	CHECK_EQUAL(grant_write(&granter, grant, 0, &byte, 1), 0);
	grant = granter_grant(&granter, 0, direct(GRANT_DIRECT | GRANT_MAP, HERE, 10));
	CHECK_EQUAL(grant_read(&granter, grant, 0, &byte, 1), -EPERM);
	CHECK_EQUAL(grant_write(&granter, grant, 0, &byte, 1), -EPERM);
}

static void range_ends(void)
{
	static const struct {
		u64 offset, bytes;
		int code;
	} ranges[] = {
		{0, 100, 0},	      {99, 1, 0},
		{100, 0, 0},	      {40, 60, 0},
		{0, 101, -EPERM},     {100, 1, -EPERM},
		{99, 2, -EPERM},      {101, 0, -EPERM},
		{~0ull, 1, -EPERM},   {~0ull, 2, -EPERM},
		{1, ~0ull, -EPERM},   {0, ~0ull, -EPERM},
		{50, ~49ull, -EPERM}, {1ull << 32, 1, -EPERM},
	};
	struct granter granter;
	uint8_t buffer[128];
	grant_t grant;

	start(&granter);
	grant = granter_grant(&granter, 0, direct(DIRECT_BOTH, HERE, 100));
	for (unsigned int i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		CHECK_EQUAL(grant_read(&granter, grant, ranges[i].offset, buffer, ranges[i].bytes),
			    ranges[i].code);
		CHECK_EQUAL(grant_write(&granter, grant, ranges[i].offset, buffer, ranges[i].bytes),
			    ranges[i].code);
	}
}

/* Entries are the granter's to fill: nonsense in them is refused, or hurts nobody. */
static void entries_of_nonsense(void)
{
	static const struct {
		u64 address, bytes, offset;
		int code;
	} entries[] = {
		{~0ull - 10, 100, 0, -EBADGRANT},
		{HERE, ~0ull, 0, -EBADGRANT},
		{1, ~0ull, 0, -EBADGRANT},
		{ARCH_USER_LIMIT, 100, 0, -EFAULT},
		{ARCH_USER_LIMIT - 4, 8, 0, -EFAULT},
		{0, ARCH_USER_LIMIT + 8ull, ARCH_USER_LIMIT - 4, -EFAULT},
		{HERE + (1ull << 32), 8, 0, -EFAULT},
		{~0ull - 8, 8, 0, -EFAULT},
	};
	struct granter granter;
	uint8_t buffer[8];

	start(&granter);
	for (unsigned int i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		struct grant_entry entry = direct(DIRECT_BOTH, 0, entries[i].bytes);
		grant_t grant;

		entry.address = entries[i].address;
		grant = granter_grant(&granter, 0, entry);
		CHECK_EQUAL(grant_read(&granter, grant, entries[i].offset, buffer, 8),
			    entries[i].code);
		CHECK_EQUAL(grant_write(&granter, grant, entries[i].offset, buffer, 8),
			    entries[i].code);
	}
}

/* --- Whose --------------------------------------------------------------------------------------
 */

struct probe_job {
	const struct granter *granter;
	grant_t grant;
	int code;
};

static int probe_run(void *argument)
{
	struct probe_job *job = argument;

	job->code = probe(job->granter, job->grant);
	return 0;
}

/* Another thread probes; of a process of its own, or of `process`. */
static int probe_by_other(const struct granter *granter, grant_t grant, endpoint_t process)
{
	struct probe_job job = {granter, grant, 1};
	const struct thread_plan plan = {
		.function = probe_run, .argument = &job, .process = process};

	CHECK_EQUAL(thread_join(thread_make(&plan)), 0);
	return job.code;
}

static void grantee_only(void)
{
	struct test_thread *process = thread_start(NULL, wait_for_ever, NULL);
	struct granter granter;
	struct grant_entry entry = direct(DIRECT_BOTH, HERE, 100);
	grant_t grant;

	start(&granter);
	grant = granter_grant(&granter, 0, entry);
	CHECK_EQUAL(probe(&granter, grant), 0);
	CHECK_EQUAL(probe_by_other(&granter, grant, 0), -EPERM);
	entry.grantee = process->endpoint;
	grant = granter_grant(&granter, 0, entry);
	CHECK_EQUAL(probe(&granter, grant), -EPERM);
	CHECK_EQUAL(probe_by_other(&granter, grant, process->endpoint), 0);
	entry.grantee = EP_ANY;
	grant = granter_grant(&granter, 0, entry);
	CHECK_EQUAL(probe(&granter, grant), 0);
	CHECK_EQUAL(probe_by_other(&granter, grant, 0), 0);
	entry.grantee = EP_NONE;
	grant = granter_grant(&granter, 0, entry);
	CHECK_EQUAL(probe(&granter, grant), -EPERM);
	entry.grantee = EP_SELF;
	grant = granter_grant(&granter, 0, entry);
	CHECK_EQUAL(probe(&granter, grant), -EPERM);
}

static void stale_ids(void)
{
	struct granter granter;
	grant_t grant, old;

	start(&granter);
	grant = granter_grant(&granter, 2, direct(DIRECT_BOTH, HERE, 100));
	CHECK_EQUAL(probe(&granter, grant), 0);
	CHECK_EQUAL(probe(&granter, GRANT_INVALID), -EBADGRANT);
	CHECK_EQUAL(probe(&granter, grant + 1), -EBADGRANT); /* another generation */
	CHECK_EQUAL(probe(&granter, GRANT_ID(2, granter.epoch + 1, 1)), -EBADGRANT);
	CHECK_EQUAL(probe(&granter, GRANT_ID(2, granter.epoch, 0)), -EBADGRANT);
	CHECK_EQUAL(probe(&granter, GRANT_ID(1, granter.epoch, 1)), -EBADGRANT);
	CHECK_EQUAL(probe(&granter, GRANT_ID(GRANTER_ENTRIES, granter.epoch, 1)), -EBADGRANT);
	CHECK_EQUAL(probe(&granter, GRANT_ID(GRANT_ENTRIES_MAX - 1, granter.epoch, 1)), -EBADGRANT);
	CHECK_EQUAL(probe(&granter, ~0u), -EBADGRANT);
	old = grant;
	grant = granter_grant(&granter, 2, direct(DIRECT_BOTH, HERE, 100));
	CHECK_EQUAL(probe(&granter, old), -EBADGRANT);
	CHECK_EQUAL(probe(&granter, grant), 0);
	granter.table[2].flags = 0; /* revoked */
	CHECK_EQUAL(probe(&granter, grant), -EBADGRANT);
}

static void kinds_refused(void)
{
	static const uint32_t flags[] = {
		GRANT_READ,
		GRANT_DIRECT | GRANT_INDIRECT | GRANT_READ,
		GRANT_DIRECT | GRANT_MAGIC | GRANT_READ,
		GRANT_KIND_MASK | GRANT_READ,
		GRANT_DIRECT | GRANT_READ | 0x8,
		GRANT_DIRECT | GRANT_READ | 0x100,
		~0u,
	};
	struct granter granter;

	start(&granter);
	for (unsigned int i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		CHECK_EQUAL(
			probe(&granter, granter_grant(&granter, 0, direct(flags[i], HERE, 100))),
			-EBADGRANT);
}

/* --- Tables -------------------------------------------------------------------------------------
 */

static int table_set(u64 address, uint32_t entries)
{
	return sys_grant_table(&(struct sys_grant_table_req){address, entries}, NULL);
}

static int table_as_program(void *argument)
{
	return table_set((vaddr_t)argument, 1);
}

static void tables_refused(void)
{
	static struct grant_entry table[1];
	const struct thread_plan program = {
		.role = &role_program, .function = table_as_program, .argument = table};

	CHECK_EQUAL(table_set((vaddr_t)table, GRANT_ENTRIES_MAX + 1), -EINVAL);
	CHECK_EQUAL(table_set((vaddr_t)table, ~0u), -EINVAL);
	CHECK_EQUAL(table_set(ARCH_USER_LIMIT - 40, 1), -EINVAL);
	CHECK_EQUAL(table_set(~0ull - 40, 1), -EINVAL);
	CHECK_EQUAL(table_set((vaddr_t)table + (1ull << 32), 1), -EINVAL);
	CHECK_EQUAL(table_set(0x1000, GRANT_ENTRIES_MAX), 0);
	CHECK_EQUAL(table_set(0, 0), 0);
	CHECK_EQUAL(thread_join(thread_make(&program)), -EINVAL);
}

static void without_table(void)
{
	struct granter granter;
	grant_t grant;

	start(&granter);
	grant = granter_grant(&granter, 0, direct(DIRECT_BOTH, HERE, 100));
	granter.name = thread_self(); /* has announced none */
	CHECK_EQUAL(probe(&granter, grant), -EBADGRANT);
	granter_self(&granter);
	grant = granter_grant(&granter, 7, direct(DIRECT_BOTH, (vaddr_t)&granter, 100));
	CHECK_EQUAL(probe(&granter, grant), 0);
	CHECK_EQUAL(table_set((vaddr_t)granter.table, 7), 0);
	CHECK_EQUAL(probe(&granter, grant), -EBADGRANT);
	CHECK_EQUAL(table_set(0, 0), 0);
	CHECK_EQUAL(probe(&granter, grant), -EBADGRANT);
	CHECK_EQUAL(table_set(0x1000, 8), 0); /* nothing is there, and nobody to ask */
	CHECK_EQUAL(probe(&granter, grant), -EFAULT);
}

static void granters_that_are_gone(void)
{
	struct test_thread *ended = thread_start(NULL, return_at_once, NULL);
	struct granter granter;
	grant_t grant;

	start(&granter);
	grant = granter_grant(&granter, 0, direct(DIRECT_BOTH, HERE, 100));
	thread_free(granter.thread);
	CHECK_EQUAL(probe(&granter, grant), -EDEADSRCDST);
	CHECK_EQUAL(thread_wait(ended), THREAD_EXITED);
	granter.name = ended->endpoint;
	CHECK_EQUAL(probe(&granter, grant), -EDEADSRCDST);
	granter.name = EP_ANY;
	CHECK_EQUAL(probe(&granter, grant), -EDEADSRCDST);
	granter.name = EP_PHYSICAL;
	CHECK_EQUAL(probe(&granter, grant), -EDEADSRCDST);
}

/* The next one with this privilege grants the same, but old ids stay refused. */
static void epoch_after_death(void)
{
	struct granter first, second;
	grant_t old, grant;

	start(&first);
	old = granter_grant(&first, 0, direct(DIRECT_BOTH, HERE, 100));
	CHECK_EQUAL(probe(&first, old), 0);
	thread_free(first.thread);
	granter_start(&second, first.space, NULL);
	CHECK_EQUAL(second.thread->privilege, first.thread->privilege);
	CHECK(second.epoch != first.epoch);
	grant = granter_grant(&second, 0, direct(DIRECT_BOTH, HERE, 100));
	CHECK_EQUAL(probe(&second, old), -EBADGRANT);
	CHECK_EQUAL(probe(&second, grant), 0);
}

/* --- Indirect -----------------------------------------------------------------------------------
 */

static void indirect_grant(void)
{
	struct granter owner, middle;
	uint8_t buffer[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	struct grant_entry entry = direct(DIRECT_BOTH, HERE + 100, 100);
	grant_t inner, grant;

	start(&owner);
	start(&middle);
	entry.grantee = middle.name;
	inner = granter_grant(&owner, 0, entry);
	CHECK_EQUAL(probe(&owner, inner), -EPERM);
	grant = granter_grant(&middle, 0, indirect(&owner, inner, thread_self(), 30, 50));
	CHECK_EQUAL(grant_write(&middle, grant, 5, buffer, 8), 0);
	CHECK_EQUAL(*see(&owner, HERE + 135), 1);
	CHECK_EQUAL(*see(&owner, HERE + 142), 8);
	CHECK_EQUAL(*see(&middle, HERE + 135), 0);
	CHECK_EQUAL(grant_read(&middle, grant, 45, buffer, 5), 0);
	CHECK_EQUAL(grant_read(&middle, grant, 45, buffer, 6), -EPERM);
	CHECK_EQUAL(probe_by_other(&middle, grant, 0), -EPERM);
	/* The middle may promise more than it has: the inner grant decides. */
	grant = granter_grant(&middle, 0, indirect(&owner, inner, thread_self(), 95, 50));
	CHECK_EQUAL(grant_read(&middle, grant, 0, buffer, 5), 0);
	CHECK_EQUAL(grant_read(&middle, grant, 0, buffer, 6), -EPERM);
	grant = granter_grant(&middle, 0, indirect(&owner, inner, thread_self(), ~0ull - 8, 8));
	CHECK_EQUAL(grant_read(&middle, grant, 0, buffer, 8), -EPERM);
	owner.table[0].flags &= ~GRANT_WRITE;
	grant = granter_grant(&middle, 0, indirect(&owner, inner, thread_self(), 0, 50));
	CHECK_EQUAL(grant_write(&middle, grant, 0, buffer, 1), -EPERM);
	CHECK_EQUAL(grant_read(&middle, grant, 0, buffer, 1), 0);
	owner.table[0].generation++;
	CHECK_EQUAL(grant_read(&middle, grant, 0, buffer, 1), -EBADGRANT);
	thread_free(owner.thread);
	CHECK_EQUAL(grant_read(&middle, grant, 0, buffer, 1), -EDEADSRCDST);
}

#define CHAIN (GRANT_INDIRECT_DEPTH + 1)

static struct granter chain[CHAIN];

/* chain[0] is asked; each grants what the next granted it; the last `length` owns the memory. */
static grant_t chain_make(unsigned int length)
{
	struct grant_entry entry = direct(DIRECT_BOTH, HERE, 100);
	grant_t grant;

	entry.grantee = length > 1 ? chain[length - 2].name : thread_self();
	grant = granter_grant(&chain[length - 1], 0, entry);
	for (unsigned int i = length - 1; i-- > 0;)
		grant = granter_grant(&chain[i], 0,
				      indirect(&chain[i + 1], grant,
					       i > 0 ? chain[i - 1].name : thread_self(), 1, 90));
	return grant;
}

static void chain_start(void)
{
	start(&chain[0]);
	for (unsigned int i = 1; i < CHAIN; i++)
		granter_start(&chain[i], chain[0].space, NULL);
}

static void depth_limit(void)
{
	uint8_t byte;

	chain_start();
	for (vaddr_t i = 0; i < 100; i++)
		*see(&chain[0], HERE + i) = (uint8_t)i;
	for (unsigned int length = 1; length <= GRANT_INDIRECT_DEPTH; length++) {
		CHECK_EQUAL(grant_read(&chain[0], chain_make(length), 7, &byte, 1), 0);
		CHECK_EQUAL(byte, 7 + length - 1);
	}
	CHECK_EQUAL(probe(&chain[0], chain_make(CHAIN)), -EBADGRANT);
}

static void circles(void)
{
	grant_t grant;

	chain_start();
	/* To itself. */
	grant = granter_grant(&chain[0], 0, indirect(&chain[0], 0, EP_ANY, 0, 100));
	chain[0].table[0].other = grant;
	CHECK_EQUAL(probe(&chain[0], grant), -EBADGRANT);
	/* To each other. */
	grant = granter_grant(&chain[1], 0, indirect(&chain[0], grant, EP_ANY, 0, 100));
	grant = granter_grant(&chain[0], 0, indirect(&chain[1], grant, EP_ANY, 0, 100));
	chain[1].table[0].other = grant;
	CHECK_EQUAL(probe(&chain[0], grant), -EBADGRANT);
}

/* --- Magic --------------------------------------------------------------------------------------
 */

static void magic_grant(void)
{
	struct grant_entry entry = direct(GRANT_MAGIC | GRANT_READ | GRANT_WRITE, HERE + 7, 10);
	struct role role = role_service;
	struct granter owner, magician, plain;
	uint8_t bytes[2] = {0x21, 0x22};
	grant_t grant;

	start(&owner);
	start(&plain);
	role.flags |= PRIV_MAGIC_GRANTS;
	granter_start(&magician, space_make(), &role);
	entry.owner = owner.name;
	CHECK_EQUAL(probe(&plain, granter_grant(&plain, 0, entry)), -EPERM);
	grant = granter_grant(&magician, 0, entry);
	CHECK_EQUAL(grant_write(&magician, grant, 1, bytes, 2), 0);
	CHECK_EQUAL(*see(&owner, HERE + 8), 0x21);
	CHECK_EQUAL(*see(&owner, HERE + 9), 0x22);
	/* What somebody else's indirect grant makes of it. */
	entry.grantee = plain.name;
	grant = granter_grant(&magician, 1, entry);
	grant = granter_grant(&plain, 0, indirect(&magician, grant, thread_self(), 2, 4));
	bytes[0] = 0;
	CHECK_EQUAL(grant_read(&plain, grant, 0, bytes, 1), 0);
	CHECK_EQUAL(bytes[0], 0x22);
	entry.grantee = thread_self();
	grant = granter_grant(&magician, 2, entry);
	thread_free(owner.thread);
	CHECK_EQUAL(probe(&magician, grant), -EDEADSRCDST);
	entry.owner = EP_PHYSICAL;
	CHECK_EQUAL(probe(&magician, granter_grant(&magician, 2, entry)), -EDEADSRCDST);
	entry.owner = EP_SELF;
	CHECK_EQUAL(probe(&magician, granter_grant(&magician, 2, entry)), -EDEADSRCDST);
}

/* --- SYS_GRANT_CHECK ----------------------------------------------------------------------------
 */

static int check(const struct granter *granter, endpoint_t grantee, grant_t grant, uint32_t access,
		 u64 offset, u64 bytes, struct sys_grant_check_reply *reply)
{
	const struct sys_grant_check_req request = {granter->name, grantee, grant,
						    access,	   offset,  bytes};

	return sys_grant_check(&request, reply);
}

static void grants_are_resolved(void)
{
	struct grant_entry entry = direct(GRANT_DIRECT | GRANT_READ | GRANT_MAP, HERE + 64, 4000);
	struct sys_grant_check_reply reply;
	struct granter owner, middle;
	grant_t grant, outer;

	start(&owner);
	start(&middle);
	grant = granter_grant(&owner, 0, entry);
	CHECK_EQUAL(check(&owner, EP_SELF, grant, GRANT_READ | GRANT_MAP, 36, 100, &reply), 0);
	CHECK_EQUAL(reply.address, HERE + 100);
	CHECK_EQUAL(reply.owner, owner.name);
	entry.grantee = middle.name;
	grant = granter_grant(&owner, 1, entry);
	CHECK_EQUAL(check(&owner, middle.name, grant, GRANT_MAP, 0, 4000, &reply), 0);
	outer = granter_grant(&middle, 0, indirect(&owner, grant, thread_self(), 1000, 50));
	CHECK_EQUAL(check(&middle, thread_self(), outer, GRANT_READ, 10, 40, &reply), 0);
	CHECK_EQUAL(reply.address, HERE + 64 + 1010);
	CHECK_EQUAL(reply.owner, owner.name);
	CHECK_EQUAL(check(&middle, EP_SELF, outer, GRANT_MAP, 10, 40, &reply), -EPERM);
	CHECK_EQUAL(check(&middle, EP_SELF, outer, GRANT_READ, 10, 41, &reply), -EPERM);
	CHECK_EQUAL(check(&owner, EP_SELF, grant, GRANT_READ, 0, 1, &reply), -EPERM);
	CHECK_EQUAL(check(&owner, middle.name, grant, GRANT_WRITE, 0, 1, &reply), -EPERM);
	CHECK_EQUAL(check(&owner, middle.name, grant + 1, GRANT_READ, 0, 1, &reply), -EBADGRANT);
	CHECK_EQUAL(check(&owner, middle.name, grant, GRANT_TRY, 0, 1, &reply), -EINVAL);
	CHECK_EQUAL(check(&owner, middle.name, grant, ~0u, 0, 1, &reply), -EINVAL);
	CHECK_EQUAL(check(&owner, endpoint_stale(), grant, GRANT_READ, 0, 1, &reply), -EDEADSRCDST);
	thread_free(owner.thread);
	CHECK_EQUAL(check(&owner, EP_SELF, grant, GRANT_READ, 0, 1, &reply), -EDEADSRCDST);
	CHECK_EQUAL(check(&middle, EP_SELF, outer, GRANT_READ, 10, 40, &reply), -EDEADSRCDST);
}

static const struct test_case cases[] = {
	CASE("a direct grant is read and written", direct_both_ways, CASE_SHORT),
	CASE("a granter uses its own grant", own_grant, 0),
	CASE("only the access granted is given", access_is_limited, 0),
	CASE("a grant has ends", range_ends, 0),
	CASE("entries of nonsense hurt nobody", entries_of_nonsense, 0),
	CASE("only the grantee may use a grant", grantee_only, 0),
	CASE("stale and revoked ids are refused", stale_ids, 0),
	CASE("unknown kinds are refused", kinds_refused, 0),
	CASE("bad tables are refused", tables_refused, 0),
	CASE("without its table a grant is nothing", without_table, 0),
	CASE("granters that are gone are told", granters_that_are_gone, 0),
	CASE("old ids do not serve the next service", epoch_after_death, 0),
	CASE("an indirect grant is part of another", indirect_grant, 0),
	CASE("indirect grants go so deep and no deeper", depth_limit, 0),
	CASE("circles of grants are refused", circles, 0),
	CASE("a magic grant needs the right to magic", magic_grant, 0),
	CASE("grants are resolved for the pager", grants_are_resolved, 0),
};

const struct test_suite suite_grant = SUITE("grant", cases);
