/* Cases of VM_SAFEMAP and VM_SAFEREVMAP: memory shown under grants, and taken back. */
#include "service_case.h"

#include "service_granter.h"
#include <service.h>
#include <string.h>
#include <vm_call.h>

#define COUNT 8u /* pages */
#define BYTES (COUNT * PAGE)
#define MAP_RW (GRANT_READ | GRANT_WRITE | GRANT_MAP)

/* Nothing but zeroes, and the peer's own: what it writes is not seen at `shared`. */
static bool is_taken_back(struct peer *peer, long theirs, unsigned int pages, long shared)
{
	uint8_t before[COUNT];

	for (unsigned int i = 0; i < pages; i++)
		before[i] = *byte_at(shared + i * PAGE);
	EXPECT(peer_is_zero(peer, (uint64_t)theirs, pages));
	peer_fill(peer, (uint64_t)theirs, pages, 0xF0);
	for (unsigned int i = 0; i < pages; i++)
		EXPECT_EQ(*byte_at(shared + i * PAGE), before[i]);
	return true;
}

bool service_safemap_both(void)
{
	const long mine = map(BYTES, RW, 0);
	struct peer peer;
	grant_t grant;
	long theirs;

	EXPECT(peer_start(&peer));
	own_fill(mine, COUNT / 2, 1);
	grant = granter_give(&peer, mine, BYTES, MAP_RW);
	theirs = peer_safemap(&peer, grant, 0, BYTES, RW);
	EXPECT(theirs > 0);
	EXPECT(peer_holds(&peer, (uint64_t)theirs, COUNT / 2, 1));
	EXPECT_EQ(peer_read(&peer, (uint64_t)theirs + (COUNT - 1) * PAGE), 0);
	peer_fill(&peer, (uint64_t)theirs, COUNT, 30);
	EXPECT(own_holds(mine, COUNT, 30));
	own_fill(mine, COUNT, 60);
	EXPECT(peer_holds(&peer, (uint64_t)theirs, COUNT, 60));
	EXPECT_EQ(peer_unmap(&peer, (uint64_t)theirs, BYTES), 0);
	EXPECT(own_holds(mine, COUNT, 60));
	EXPECT_EQ(grant_revoke(granter(), grant), 0);
	EXPECT_EQ(unmap((uint64_t)mine, BYTES), 0);
	return peer_end(&peer, NULL);
}

bool service_safemap_refused(void)
{
	const long mine = map(BYTES, RW, 0), hidden = map(PAGE, VM_READ, 0);
	const long device = map(PAGE, RW, VM_MAP_CONTIGUOUS);
	const struct vm_statistics before = statistics_get();
	struct peer peer, other = {.thread = PM_ENDPOINT};
	enum { ALL, READ, WRITE, COPY, ODD, OTHERS, HOLE, NONE, ADAPTER, GRANTS };
	grant_t grant[GRANTS];

	EXPECT(peer_start(&peer));
	EXPECT_EQ(unmap((uint64_t)mine + 6 * PAGE, PAGE), 0);
	grant[ALL] = granter_give(&peer, mine, 4 * PAGE, MAP_RW);
	grant[READ] = granter_give(&peer, mine, PAGE, GRANT_READ | GRANT_MAP);
	grant[WRITE] = granter_give(&peer, mine, PAGE, GRANT_WRITE | GRANT_MAP);
	grant[COPY] = granter_give(&peer, mine, PAGE, GRANT_READ | GRANT_WRITE);
	grant[ODD] = granter_give(&peer, mine + 16, 2 * PAGE, MAP_RW);
	grant[OTHERS] = granter_give(&other, mine, PAGE, MAP_RW);
	grant[HOLE] = granter_give(&peer, mine + 5 * PAGE, 2 * PAGE, MAP_RW);
	grant[NONE] = granter_give(&peer, hidden, PAGE, MAP_RW);
	grant[ADAPTER] = granter_give(&peer, device, PAGE, MAP_RW);
	const struct {
		grant_t grant;
		uint64_t offset, bytes;
		uint32_t protection;
		int error;
	} rows[] = {
		{grant[ALL], 1, PAGE, RW, -EINVAL},
		{grant[ALL], 0, 100, RW, -EINVAL},
		{grant[ALL], 0, 0, RW, -EINVAL},
		{grant[ALL], 0, PAGE, 0, -EINVAL},
		{grant[ALL], 0, PAGE, VM_WRITE, -EINVAL},
		{grant[ALL], 0, PAGE, RW | VM_EXECUTE, -EINVAL},
		{grant[ALL], 0, 5 * PAGE, RW, -EPERM},
		{grant[ALL], 4 * PAGE, PAGE, RW, -EPERM},
		{grant[ALL], ~0ull - PAGE + 1, 2 * PAGE, RW, -EPERM},
		{grant[ALL], 0, 0x100000000ull + PAGE, RW, -EPERM},
		{grant[READ], 0, PAGE, RW, -EPERM},
		{grant[WRITE], 0, PAGE, RW, -EPERM},
		{grant[WRITE], 0, PAGE, VM_READ, -EPERM},
		{grant[COPY], 0, PAGE, VM_READ, -EPERM},
		{grant[ODD], 0, PAGE, RW, -EINVAL},
		{grant[OTHERS], 0, PAGE, RW, -EPERM},
		{grant[HOLE], 0, 2 * PAGE, RW, -EFAULT},
		{grant[NONE], 0, PAGE, RW, -EACCES},
		{grant[ADAPTER], 0, PAGE, RW, -EPERM},
		{grant[ALL] + 1, 0, PAGE, RW, -EBADGRANT},
		{grant[ALL] ^ 1u << GRANT_GENERATION_BITS, 0, PAGE, RW, -EBADGRANT},
		{GRANT_INVALID, 0, PAGE, RW, -EBADGRANT},
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const long found = peer_safemap(&peer, rows[i].grant, rows[i].offset, rows[i].bytes,
						rows[i].protection);

		if (found != rows[i].error)
			sys_print("# row %u: %ld\n", i, found);
		EXPECT_EQ(found, rows[i].error);
	}
	EXPECT(peer_safemap(&peer, grant[ODD], PAGE - 16, PAGE, RW) > 0); /* where a page begins */
	for (unsigned int i = 0; i < GRANTS; i++)
		EXPECT_EQ(grant_revoke(granter(), grant[i]), 0);
	EXPECT_EQ(grant_revoke(granter(), grant[ALL]), -EBADGRANT);
	EXPECT_EQ(peer_safemap(&peer, grant[ALL], 0, PAGE, RW), -EBADGRANT);
	EXPECT(peer_end(&peer, NULL));
	EXPECT_EQ(unmap((uint64_t)mine, BYTES), 0);
	EXPECT_EQ(unmap((uint64_t)hidden, PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)device, PAGE), 0);
	EXPECT(statistics_get().regions < before.regions);
	return true;
}

/* Each grant goes alone, twice is once, and what comes back is the mapper's own. */
bool service_safemap_revoked(void)
{
	const long mine = map(BYTES, RW, 0);
	struct peer peer;
	grant_t first, second;
	long a, b, c, seen;

	EXPECT(peer_start(&peer));
	own_fill(mine, COUNT, 1);
	first = granter_give(&peer, mine, BYTES, MAP_RW);
	second = granter_give(&peer, mine, BYTES, MAP_RW);
	a = peer_safemap(&peer, first, 0, BYTES, RW);
	b = peer_safemap(&peer, first, 2 * PAGE, 2 * PAGE, RW);
	c = peer_safemap(&peer, second, 0, BYTES, RW);
	seen = peer_safemap(&peer, second, 0, BYTES, VM_READ);
	EXPECT(a > 0 && b > 0 && c > 0 && seen > 0);
	EXPECT(peer_holds(&peer, (uint64_t)a, COUNT, 1));
	EXPECT_EQ(grant_revoke(granter(), first), 0);
	EXPECT(is_taken_back(&peer, a, COUNT, mine));
	EXPECT(is_taken_back(&peer, b, 2, mine + 2 * PAGE));
	EXPECT(peer_holds(&peer, (uint64_t)c, COUNT, 1));
	EXPECT(peer_holds(&peer, (uint64_t)seen, COUNT, 1));
	EXPECT_EQ(grant_revoke(granter(), first), -EBADGRANT);
	EXPECT_EQ(peer_safemap(&peer, first, 0, BYTES, RW), -EBADGRANT);
	EXPECT_EQ(peer_protect(&peer, (uint64_t)seen, PAGE, RW), -EACCES);
	EXPECT_EQ(grant_revoke(granter(), second), 0);
	EXPECT_EQ(peer_read(&peer, (uint64_t)seen), 0);
	EXPECT_EQ(peer_protect(&peer, (uint64_t)seen, BYTES, RW), 0); /* it is its own now */
	EXPECT(is_taken_back(&peer, seen, COUNT, mine));
	EXPECT(is_taken_back(&peer, c, COUNT, mine));
	EXPECT(own_holds(mine, COUNT, 1));
	EXPECT_EQ(peer_unmap(&peer, (uint64_t)a, BYTES), 0);
	EXPECT_EQ(unmap((uint64_t)mine, BYTES), 0);
	return peer_end(&peer, NULL);
}

/* The mapper cuts, protects and moves what it has: all of it is taken back, wherever it is. */
bool service_safemap_parts(void)
{
	const long mine = map(BYTES, RW, 0);
	struct peer peer;
	grant_t grant;
	long theirs, moved;

	EXPECT(peer_start(&peer));
	own_fill(mine, COUNT, 1);
	grant = granter_give(&peer, mine, BYTES, MAP_RW);
	theirs = peer_safemap(&peer, grant, 0, BYTES, RW);
	EXPECT(theirs > 0);
	EXPECT_EQ(peer_unmap(&peer, (uint64_t)theirs + PAGE, PAGE), 0);
	EXPECT_EQ(peer_protect(&peer, (uint64_t)theirs + 3 * PAGE, PAGE, VM_READ), 0);
	EXPECT_EQ(peer_protect(&peer, (uint64_t)theirs + 4 * PAGE, PAGE, 0), 0);
	EXPECT_EQ(peer_remap(&peer, (uint64_t)theirs + 6 * PAGE, PAGE, 2 * PAGE), -ENOMEM);
	moved = peer_remap(&peer, (uint64_t)theirs + 7 * PAGE, PAGE, PAGE);
	EXPECT(moved > 0);
	EXPECT_EQ(peer_read(&peer, (uint64_t)moved), COUNT);
	EXPECT_EQ(grant_revoke(granter(), grant), 0);
	EXPECT(is_taken_back(&peer, theirs, 1, mine));
	EXPECT(is_taken_back(&peer, theirs + 2 * PAGE, 1, mine + 2 * PAGE));
	EXPECT_EQ(peer_read(&peer, (uint64_t)theirs + 3 * PAGE), 0);
	EXPECT_EQ(peer_peek(&peer, (uint64_t)theirs + 4 * PAGE), -EFAULT);
	EXPECT_EQ(peer_protect(&peer, (uint64_t)theirs + 4 * PAGE, PAGE, VM_READ), 0);
	EXPECT_EQ(peer_read(&peer, (uint64_t)theirs + 4 * PAGE), 0);
	EXPECT(is_taken_back(&peer, moved, 1, mine + 7 * PAGE));
	EXPECT(own_holds(mine, COUNT, 1));
	EXPECT_EQ(unmap((uint64_t)mine, BYTES), 0);
	return peer_end(&peer, NULL);
}

/* A grant is to one process. Its child has a copy of its own. */
bool service_safemap_forked(void)
{
	const long mine = map(BYTES, RW, 0);
	struct peer peer, child;
	grant_t grant;
	long theirs;

	EXPECT(peer_start(&peer));
	own_fill(mine, COUNT - 1, 1);
	grant = granter_give(&peer, mine, BYTES, MAP_RW);
	theirs = peer_safemap(&peer, grant, 0, BYTES, RW);
	EXPECT(theirs > 0);
	EXPECT(peer_fork(&peer, &child));
	peer_fill(&child, (uint64_t)theirs, COUNT, 50);
	EXPECT(own_holds(mine, COUNT - 1, 1));
	own_fill(mine, COUNT, 90);
	EXPECT(peer_holds(&child, (uint64_t)theirs, COUNT, 50));
	EXPECT(peer_holds(&peer, (uint64_t)theirs, COUNT, 90));
	EXPECT_EQ(peer_safemap(&child, grant, 0, PAGE, RW), -EPERM);
	EXPECT_EQ(grant_revoke(granter(), grant), 0);
	EXPECT(peer_holds(&child, (uint64_t)theirs, COUNT, 50));
	EXPECT(is_taken_back(&peer, theirs, COUNT, mine));
	EXPECT(peer_end(&child, &peer));
	EXPECT_EQ(unmap((uint64_t)mine, BYTES), 0);
	return peer_end(&peer, NULL);
}

/* What is mapped under a grant could not be taken back from a third: it is not shown on. */
bool service_safemap_not_on(void)
{
	const long mine = map(BYTES, RW, 0);
	const struct vm_remap_req show = {.protection = VM_READ, .bytes = PAGE};
	struct vm_remap_req request = show;
	struct peer peer;
	grant_t grant, magic;
	struct grant_entry entry;
	long theirs;

	EXPECT(peer_start(&peer));
	own_fill(mine, COUNT, 1);
	grant = granter_give(&peer, mine, BYTES, MAP_RW);
	theirs = peer_safemap(&peer, grant, 0, BYTES, RW);
	EXPECT(theirs > 0);
	request.source = peer.space;
	request.address = (uint64_t)theirs;
	EXPECT_EQ(vm_remap(&request, NULL), -EPERM);
	entry = (struct grant_entry){
		.flags = GRANT_MAGIC | MAP_RW,
		.grantee = peer.thread,
		.owner = peer.thread,
		.address = (uint64_t)theirs,
		.bytes = BYTES,
	};
	magic = grant_make(granter(), &entry);
	EXPECT_EQ(peer_safemap(&peer, magic, 0, PAGE, RW), -EPERM);
	EXPECT_EQ(grant_revoke(granter(), magic), 0);
	EXPECT(peer_holds(&peer, (uint64_t)theirs, COUNT, 1));
	EXPECT_EQ(grant_revoke(granter(), grant), 0);
	request.bytes = BYTES; /* its own now */
	EXPECT_EQ(vm_remap(&request, (struct vm_address_reply *)&entry), 0);
	EXPECT_EQ(unmap(((struct vm_address_reply *)&entry)->address, BYTES), 0);
	EXPECT_EQ(unmap((uint64_t)mine, BYTES), 0);
	return peer_end(&peer, NULL);
}

/* A grant upon a grant upon a grant: what is mapped under the last goes with any of them. */
bool service_safemap_indirect(void)
{
	const endpoint_t self = service_start()->endpoint;
	const long mine = map(BYTES, RW, 0);
	struct grant_entry entry = {.flags = GRANT_INDIRECT | MAP_RW, .owner = self};
	struct peer peer, me = {.thread = self};
	grant_t grant[3];
	long theirs;

	EXPECT(peer_start(&peer));
	for (unsigned int gone = 0; gone < 3; gone++) {
		own_fill(mine, COUNT, 1);
		grant[0] = granter_give(&me, mine, BYTES, MAP_RW);
		entry.grantee = self;
		entry.address = PAGE;
		entry.bytes = BYTES - PAGE;
		entry.other = grant[0];
		grant[1] = grant_make(granter(), &entry);
		entry.grantee = peer.thread;
		entry.bytes = BYTES - 2 * PAGE;
		entry.other = grant[1];
		grant[2] = grant_make(granter(), &entry);
		theirs = peer_safemap(&peer, grant[2], 0, 4 * PAGE, RW);
		EXPECT(theirs > 0);
		EXPECT(peer_holds(&peer, (uint64_t)theirs, 4, 3));
		EXPECT_EQ(grant_revoke(granter(), grant[gone]), 0);
		EXPECT(is_taken_back(&peer, theirs, 4, mine + 2 * PAGE));
		EXPECT_EQ(peer_unmap(&peer, (uint64_t)theirs, 4 * PAGE), 0);
		for (unsigned int i = 0; i < 3; i++)
			EXPECT_EQ(grant_revoke(granter(), grant[i]), i == gone ? -EBADGRANT : 0);
	}
	EXPECT_EQ(unmap((uint64_t)mine, BYTES), 0);
	return peer_end(&peer, NULL);
}

/* The memory is a third's: its end takes it back, and so does the granter. */
bool service_safemap_owner_ends(void)
{
	struct peer owner, mapper;
	struct grant_entry entry = {.flags = GRANT_MAGIC | MAP_RW, .bytes = BYTES};
	grant_t grant[2];
	long start, kept, lost;

	EXPECT(peer_start(&owner));
	EXPECT(peer_start(&mapper));
	start = peer_map(&owner, BYTES, RW, 0);
	peer_fill(&owner, (uint64_t)start, COUNT, 1);
	entry.grantee = mapper.thread;
	entry.owner = owner.thread;
	entry.address = (uint64_t)start;
	grant[0] = grant_make(granter(), &entry);
	grant[1] = grant_make(granter(), &entry);
	kept = peer_safemap(&mapper, grant[0], 0, BYTES, RW);
	lost = peer_safemap(&mapper, grant[1], PAGE, BYTES - PAGE, RW);
	EXPECT(start > 0 && kept > 0 && lost > 0);
	peer_fill(&mapper, (uint64_t)kept, COUNT, 40);
	EXPECT(peer_holds(&owner, (uint64_t)start, COUNT, 40));
	EXPECT_EQ(grant_revoke(granter(), grant[1]), 0);
	EXPECT(peer_holds(&mapper, (uint64_t)kept, COUNT, 40));
	EXPECT(peer_is_zero(&mapper, (uint64_t)lost, COUNT - 1));
	EXPECT(peer_end(&owner, NULL));
	EXPECT(peer_is_zero(&mapper, (uint64_t)kept, COUNT));
	peer_fill(&mapper, (uint64_t)kept, COUNT, 3);
	EXPECT_EQ(peer_safemap(&mapper, grant[0], 0, BYTES, RW), -EDEADSRCDST);
	EXPECT_EQ(grant_revoke(granter(), grant[0]), 0);
	EXPECT(peer_holds(&mapper, (uint64_t)kept, COUNT, 3));
	return peer_end(&mapper, NULL);
}

bool service_safemap_mapper_ends(void)
{
	const long mine = map(BYTES, RW, 0);
	struct peer peer;
	grant_t grant;

	own_fill(mine, COUNT, 1);
	for (unsigned int round = 0; round < 2; round++) {
		EXPECT(peer_start(&peer));
		grant = granter_give(&peer, mine, BYTES, MAP_RW);
		EXPECT(peer_safemap(&peer, grant, 0, BYTES, RW) > 0);
		EXPECT(peer_safemap(&peer, grant, PAGE, PAGE, VM_READ) > 0);
		if (round == 0)
			EXPECT_EQ(unmap((uint64_t)mine + PAGE, PAGE), 0); /* what is shown stays */
		EXPECT(peer_end(&peer, NULL));
		EXPECT_EQ(grant_revoke(granter(), grant), 0);
		EXPECT_EQ(*byte_at(mine), 1);
		EXPECT_EQ(map_at((uint64_t)mine + PAGE, PAGE, RW, VM_MAP_FIXED), mine + PAGE);
	}
	EXPECT_EQ(unmap((uint64_t)mine, BYTES), 0);
	return true;
}

/* VM does not wait for a table that is not in memory; lib/sys has the kernel page it in. */
bool service_safemap_table_absent(void)
{
	const endpoint_t self = service_start()->endpoint;
	struct peer me = {.thread = self};
	const long mine = map(PAGE, RW, 0), table = map(PAGE, RW, 0), there = table - 64 * PAGE;
	struct vm_safemap_req request = {.granter = self, .bytes = PAGE, .protection = VM_READ};
	struct grants moving;
	void *at;

	EXPECT_EQ(grants_init(&moving, (struct grant_entry *)table, 32), 0);
	request.grant = grant_make(&moving, &(const struct grant_entry){
						    .flags = GRANT_DIRECT | GRANT_READ | GRANT_MAP,
						    .grantee = me.thread,
						    .address = (uint64_t)mine,
						    .bytes = PAGE,
					    });
	*byte_at(mine) = 77;
	EXPECT_EQ(remap((uint64_t)table, PAGE, PAGE, VM_MREMAP_MAYMOVE | VM_MREMAP_FIXED,
			(uint64_t)there),
		  there);
	EXPECT_EQ(grants_init(&moving, (struct grant_entry *)there, 32), 0);
	EXPECT_EQ(vm_safemap(&request, NULL), -EFAULT);
	EXPECT_EQ(safemap(self, request.grant, 0, PAGE, VM_READ, &at), 0);
	EXPECT_EQ(*(volatile uint8_t *)at, 77);
	EXPECT_EQ(grant_revoke(&moving, request.grant), 0);
	EXPECT_EQ(*(volatile uint8_t *)at, 0);
	EXPECT_EQ(grants_init(&moving, granter()->table, granter()->count), 0);
	EXPECT_EQ(unmap((uintptr_t)at, PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)there, PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)mine, PAGE), 0);
	return true;
}
