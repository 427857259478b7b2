/* Cases of VM_SAFECOPY: whole pages under grants, shared copy on write where they can be. */
#include "service_case.h"

#include "service_granter.h"
#include <arch/provoke.h>
#include <service.h>
#include <string.h>
#include <sys_call.h>
#include <vm_call.h>

#define COUNT 16u /* pages */
#define BYTES (COUNT * PAGE)
#define COPY_RW (GRANT_READ | GRANT_WRITE)

static struct vm_safecopy_req request_of(grant_t grant, uint64_t offset, long address,
					 uint64_t bytes, uint32_t write)
{
	return (struct vm_safecopy_req){
		.granter = service_start()->endpoint,
		.grant = grant,
		.offset = offset,
		.address = (uint64_t)address,
		.bytes = bytes,
		.write = write,
	};
}

static int peer_copy(struct peer *peer, grant_t grant, long address, uint64_t bytes, uint32_t write)
{
	const struct vm_safecopy_req request = request_of(grant, 0, address, bytes, write);

	return peer_call(peer, VM_SAFECOPY, &request, sizeof(request), NULL, 0);
}

/* The service to itself. */
static int own_copy(long from, long to, uint64_t bytes)
{
	const struct peer me = {.thread = service_start()->endpoint};
	const grant_t grant = granter_give(&me, from, bytes, COPY_RW);
	const struct vm_safecopy_req request = request_of(grant, 0, to, bytes, 0);
	const int error = vm_safecopy(&request, NULL);

	return grant_revoke(granter(), grant) != 0 ? -EBADGRANT : error;
}

/* Both directions: no frame is used, and then each side writes its own. */
bool service_pages_shared(void)
{
	const long mine = map(BYTES, RW, 0);
	struct peer peer;
	uint64_t used;
	grant_t grant;
	long theirs;

	EXPECT(peer_start(&peer));
	theirs = peer_map(&peer, BYTES, RW, VM_MAP_POPULATE);
	grant = granter_give(&peer, mine, BYTES, COPY_RW);
	own_fill(mine, COUNT / 2, 1); /* the rest is not there */
	peer_fill(&peer, (uint64_t)theirs, COUNT, 100);
	used = statistics_get().frames_user;
	EXPECT_EQ(peer_copy(&peer, grant, theirs, BYTES, 0), 0);
	EXPECT_EQ(statistics_get().frames_user, used - COUNT);
	EXPECT(peer_holds(&peer, (uint64_t)theirs, COUNT / 2, 1));
	EXPECT_EQ(peer_read(&peer, (uint64_t)theirs + (COUNT - 1) * PAGE), 0);
	own_fill(mine, COUNT, 30);
	EXPECT(peer_holds(&peer, (uint64_t)theirs, COUNT / 2, 1));
	peer_fill(&peer, (uint64_t)theirs, COUNT, 60);
	EXPECT(own_holds(mine, COUNT, 30));
	/* And back. */
	EXPECT_EQ(peer_copy(&peer, grant, theirs, BYTES, 1), 0);
	EXPECT(own_holds(mine, COUNT, 60));
	peer_fill(&peer, (uint64_t)theirs, COUNT / 2, 90);
	EXPECT(own_holds(mine, COUNT, 60));
	own_fill(mine, COUNT, 10);
	EXPECT(peer_holds(&peer, (uint64_t)theirs, COUNT / 2, 90));
	EXPECT(peer_holds(&peer, (uint64_t)theirs + BYTES / 2, COUNT / 2, 60 + COUNT / 2));
	EXPECT_EQ(grant_revoke(granter(), grant), 0);
	EXPECT_EQ(unmap((uint64_t)mine, BYTES), 0);
	return peer_end(&peer, NULL);
}

bool service_pages_refused(void)
{
	const struct peer me = {.thread = service_start()->endpoint}, pm = {.thread = PM_ENDPOINT};
	const long from = map(BYTES, RW, 0), to = map(BYTES, RW, 0), sealed = map(PAGE, VM_READ, 0);
	enum { ALL, READ, WRITE, ODD, OTHERS, HOLE, SEALED, GRANTS };
	const grant_t grant[GRANTS] = {
		[ALL] = granter_give(&me, from, BYTES, COPY_RW),
		[READ] = granter_give(&me, from, BYTES, GRANT_READ),
		[WRITE] = granter_give(&me, from, BYTES, GRANT_WRITE),
		[ODD] = granter_give(&me, from + 8, BYTES - PAGE, COPY_RW),
		[OTHERS] = granter_give(&pm, from, BYTES, COPY_RW),
		[HOLE] = granter_give(&me, from + 14 * PAGE, 2 * PAGE, COPY_RW),
		[SEALED] = granter_give(&me, sealed, PAGE, COPY_RW),
	};
	const struct {
		grant_t grant;
		uint64_t offset;
		long address;
		uint64_t bytes;
		uint32_t write;
		int error;
	} rows[] = {
		{grant[ALL], 0, to, PAGE, 2, -EINVAL},
		{grant[ALL], 1, to, PAGE, 0, -EINVAL},
		{grant[ALL], 0, to + 1, PAGE, 0, -EINVAL},
		{grant[ALL], 0, to, PAGE + 1, 0, -EINVAL},
		{grant[ALL], 0, to, 0, 0, -EINVAL},
		{grant[ALL], 0, to, VM_SAFECOPY_MAX + PAGE, 0, -EINVAL},
		{grant[ALL], 0, (long)PROGRAM_END, PAGE, 0, -EINVAL},
		{grant[ALL], 0, from + PAGE, 2 * PAGE, 0, -EINVAL},
		{grant[ALL], PAGE, from, 2 * PAGE, 1, -EINVAL},
		{grant[ALL], 0, from, PAGE, 0, -EINVAL},
		{grant[ODD], 0, to, PAGE, 0, -EINVAL},
		{grant[ALL], BYTES, to, PAGE, 0, -EPERM},
		{grant[ALL], ~0ull - PAGE + 1, to, 2 * PAGE, 0, -EPERM},
		{grant[READ], 0, to, PAGE, 1, -EPERM},
		{grant[WRITE], 0, to, PAGE, 0, -EPERM},
		{grant[OTHERS], 0, to, PAGE, 0, -EPERM},
		{grant[HOLE], 0, to, 2 * PAGE, 0, -EFAULT},
		{grant[HOLE], 0, to, 2 * PAGE, 1, -EFAULT},
		{grant[ALL], 0, sealed, PAGE, 0, -EFAULT},
		{grant[SEALED], 0, to, PAGE, 1, -EFAULT},
		{grant[ALL] + 1, 0, to, PAGE, 0, -EBADGRANT},
	};

	EXPECT_EQ(unmap((uint64_t)from + 15 * PAGE, PAGE), 0);
	own_fill(from, COUNT - 1, 1);
	own_fill(to, COUNT, 40);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct vm_safecopy_req request =
			request_of(rows[i].grant, rows[i].offset, rows[i].address, rows[i].bytes,
				   rows[i].write);
		const int found = vm_safecopy(&request, NULL);

		if (found != rows[i].error)
			sys_print("# row %u: %d\n", i, found);
		EXPECT_EQ(found, rows[i].error);
	}
	EXPECT(own_holds(from, COUNT - 1, 1) && own_holds(to, COUNT, 40));
	for (unsigned int i = 0; i < GRANTS; i++)
		EXPECT_EQ(grant_revoke(granter(), grant[i]), 0);
	EXPECT_EQ(unmap((uint64_t)from, BYTES), 0);
	EXPECT_EQ(unmap((uint64_t)to, BYTES), 0);
	EXPECT_EQ(unmap((uint64_t)sealed, PAGE), 0);
	return true;
}

/* From and to every kind of memory that can be read and written, each against each. */
bool service_pages_kinds(void)
{
	const long kinds[] = {
		map(4 * PAGE, RW, 0),
		map(4 * PAGE, RW, VM_MAP_SHARED),
		map(4 * PAGE, RW, VM_MAP_CONTIGUOUS),
		ARCH_PLAY_MEMORY != 0 ? map_physical(ARCH_PLAY_MEMORY + 0x18000, 4 * PAGE, RW)
				      : map(4 * PAGE, RW, 0),
		map(4 * PAGE, RW, 0),
		map(4 * PAGE, RW, VM_MAP_SHARED | VM_MAP_POPULATE),
	};
	const unsigned int count = sizeof(kinds) / sizeof(kinds[0]);

	for (unsigned int from = 0; from < count; from++) {
		for (unsigned int to = 0; to < count; to++) {
			const uint8_t seed = (uint8_t)(from * 16 + to * 3 + 1);

			if (from == to)
				continue;
			own_fill(kinds[from], 4, seed);
			own_fill(kinds[to], 4, (uint8_t)~seed);
			EXPECT_EQ(own_copy(kinds[from], kinds[to], 4 * PAGE), 0);
			EXPECT(own_holds(kinds[to], 4, seed));
			own_fill(kinds[from], 4, (uint8_t)(seed + 1));
			EXPECT(own_holds(kinds[to], 4, seed));
			own_fill(kinds[to], 4, (uint8_t)(seed + 2));
			EXPECT(own_holds(kinds[from], 4, (uint8_t)(seed + 1)));
		}
	}
	for (unsigned int i = 0; i < count; i++)
		EXPECT_EQ(unmap((uint64_t)kinds[i], 4 * PAGE), 0);
	return true;
}

/* One copy over several kinds on both sides, whose bounds are not the same. */
bool service_pages_pieces(void)
{
	const long from = map(BYTES, RW, 0), to = map(BYTES, RW, 0);

	EXPECT_EQ(map_at((uint64_t)from + 3 * PAGE, 4 * PAGE, RW, VM_MAP_FIXED | VM_MAP_SHARED),
		  from + 3 * PAGE);
	EXPECT_EQ(map_at((uint64_t)to + 5 * PAGE, 5 * PAGE, RW, VM_MAP_FIXED | VM_MAP_SHARED),
		  to + 5 * PAGE);
	for (unsigned int round = 0; round < 2; round++) {
		own_fill(from, COUNT, (uint8_t)(20 + round));
		EXPECT_EQ(protect((uint64_t)from + 11 * PAGE, 2 * PAGE, VM_READ), 0);
		EXPECT_EQ(own_copy(from, to, BYTES), 0);
		EXPECT_EQ(protect((uint64_t)from + 11 * PAGE, 2 * PAGE, RW), 0);
		own_fill(from, COUNT, 90);
		EXPECT(own_holds(to, COUNT, (uint8_t)(20 + round)));
		own_fill(to, COUNT, 60);
		EXPECT(own_holds(from, COUNT, 90));
	}
	EXPECT_EQ(unmap((uint64_t)from, BYTES), 0);
	EXPECT_EQ(unmap((uint64_t)to, BYTES), 0);
	return true;
}

/* Copies, forks and shown memory together: who writes, writes his own. */
bool service_pages_forked(void)
{
	const long mine = map(BYTES, RW, 0);
	struct peer peer, child;
	struct vm_remap_req show = {.protection = RW, .bytes = BYTES};
	struct vm_address_reply shown;
	grant_t grant;
	long theirs;

	EXPECT(peer_start(&peer));
	theirs = peer_map(&peer, BYTES, RW, 0);
	grant = granter_give(&peer, mine, BYTES, COPY_RW);
	own_fill(mine, COUNT, 1);
	EXPECT_EQ(peer_copy(&peer, grant, theirs, BYTES, 0), 0);
	EXPECT(peer_fork(&peer, &child));
	/* The frames have three users; the peer's are shown, so it gets its own. */
	show.source = peer.space;
	show.address = (uint64_t)theirs;
	EXPECT_EQ(vm_remap(&show, &shown), 0);
	own_fill((long)shown.address, COUNT, 40);
	EXPECT(own_holds(mine, COUNT, 1));
	EXPECT(peer_holds(&child, (uint64_t)theirs, COUNT, 1));
	EXPECT(peer_holds(&peer, (uint64_t)theirs, COUNT, 40));
	/* Into what is shown: a copy for all who see it. */
	EXPECT_EQ(peer_copy(&peer, grant, theirs, BYTES, 0), 0);
	EXPECT(own_holds((long)shown.address, COUNT, 1));
	peer_fill(&child, (uint64_t)theirs, COUNT, 70);
	own_fill(mine, COUNT, 100);
	EXPECT(own_holds((long)shown.address, COUNT, 1));
	EXPECT(peer_end(&child, &peer));
	EXPECT(peer_end(&peer, NULL));
	EXPECT(own_holds((long)shown.address, COUNT, 1));
	EXPECT(own_holds(mine, COUNT, 100));
	EXPECT_EQ(grant_revoke(granter(), grant), 0);
	EXPECT_EQ(unmap(shown.address, BYTES), 0);
	EXPECT_EQ(unmap((uint64_t)mine, BYTES), 0);
	return true;
}

/* Pages that must be there to be copied, and no memory for them: the destination is as it was. */
bool service_pages_no_memory(void)
{
	const long mine = map(64 * PAGE, RW, VM_MAP_SHARED);
	struct peer peer;
	grant_t grant;
	long theirs, eaten;

	EXPECT(peer_start(&peer));
	theirs = peer_map(&peer, 64 * PAGE, RW, 0);
	grant = granter_give(&peer, mine, 64 * PAGE, COPY_RW);
	own_fill(mine, 64, 1);
	peer_fill(&peer, (uint64_t)theirs, 8, 100);
	for (uint64_t bytes = 32ull << 20; bytes >= PAGE; bytes /= 2) {
		do
			eaten = peer_map(&peer, bytes, RW, VM_MAP_POPULATE);
		while (eaten > 0);
		EXPECT_EQ(eaten, -ENOMEM);
	}
	EXPECT_EQ(peer_copy(&peer, grant, theirs, 64 * PAGE, 0), -ENOMEM);
	EXPECT(peer_holds(&peer, (uint64_t)theirs, 8, 100));
	EXPECT_EQ(peer_copy(&peer, grant, theirs, 8 * PAGE, 0), 0); /* what is there */
	EXPECT(peer_holds(&peer, (uint64_t)theirs, 8, 1));
	EXPECT(own_holds(mine, 64, 1));
	EXPECT_EQ(grant_revoke(granter(), grant), 0);
	EXPECT_EQ(unmap((uint64_t)mine, 64 * PAGE), 0);
	return peer_end(&peer, NULL);
}

/* The wrappers: all sizes and places, VM's and the kernel's alike. */
bool service_pages_wrapped(void)
{
	static const size_t sizes[] = {
		0, 1, 100, PAGE, BYTES - 1, BYTES, BYTES + 1, BYTES + PAGE, BYTES + PAGE + 8};
	const struct peer me = {.thread = service_start()->endpoint};
	const long from = map(2 * BYTES, RW, 0), to = map(2 * BYTES, RW, 0);
	const grant_t grant = granter_give(&me, from, 2 * BYTES, COPY_RW);
	uint8_t *source = (uint8_t *)from, *target = (uint8_t *)to;

	for (unsigned int i = 0; i < 2 * BYTES; i++)
		source[i] = (uint8_t)(i / 251 + i);
	for (unsigned int i = 0; i < 4 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		const size_t bytes = sizes[i / 4], at = i & 1 ? 24 : PAGE, off = i & 2 ? 9 : PAGE;

		memset(target, 0xEE, 2 * BYTES);
		EXPECT_EQ(safecopy_from(me.thread, grant, off, target + at, bytes, CPF_TRY), 0);
		EXPECT_EQ(memcmp(target + at, source + off, bytes), 0);
		EXPECT(target[at - 1] == 0xEE && target[at + bytes] == 0xEE);
		EXPECT_EQ(safecopy_to(me.thread, grant, off, target + at, bytes, 0), 0);
		EXPECT_EQ(memcmp(target + at, source + off, bytes), 0);
		EXPECT_EQ(source[off + bytes], (uint8_t)((off + bytes) / 251 + off + bytes));
	}
	EXPECT_EQ(safecopy_from(me.thread, grant, BYTES, target, 2 * BYTES, 0), -EPERM);
	EXPECT_EQ(unmap((uint64_t)to, 2 * BYTES), 0);
	EXPECT_EQ(safecopy_from(me.thread, grant, 0, target, BYTES, 0), -EFAULT);
	EXPECT_EQ(grant_revoke(granter(), grant), 0);
	EXPECT_EQ(safecopy_to(me.thread, grant, 0, target, BYTES, 0), -EBADGRANT);
	EXPECT_EQ(unmap((uint64_t)from, 2 * BYTES), 0);
	return true;
}
