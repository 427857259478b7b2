/* Cases of VM_REMAP: memory of one space in another. */
#include "service_case.h"

#include "peer.h"
#include <service.h>
#include <string.h>
#include <vm_call.h>

#define COUNT 8u /* pages */
#define BYTES (COUNT * PAGE)

static long show(space_t from, space_t to, uint64_t address, uint64_t bytes, uint32_t protection)
{
	const struct vm_remap_req request = {
		.source = from,
		.destination = to,
		.protection = protection,
		.address = address,
		.bytes = bytes,
	};
	struct vm_address_reply reply = {0};
	const int error = vm_remap(&request, &reply);

	return error != 0 ? error : (long)reply.address;
}

bool service_show_both(void)
{
	struct peer peer;
	long theirs, mine;

	EXPECT(peer_start(&peer));
	theirs = peer_map(&peer, BYTES, RW, 0);
	EXPECT(theirs > 0);
	peer_fill(&peer, (uint64_t)theirs, COUNT / 2, 1); /* the rest is not there yet */
	mine = show(peer.space, 0, (uint64_t)theirs, BYTES, RW);
	EXPECT(mine > 0);
	EXPECT(own_holds(mine, COUNT / 2, 1));
	EXPECT_EQ(*byte_at(mine + (COUNT - 1) * PAGE), 0);
	own_fill(mine, COUNT, 40);
	EXPECT(peer_holds(&peer, (uint64_t)theirs, COUNT, 40));
	peer_fill(&peer, (uint64_t)theirs, COUNT, 80);
	EXPECT(own_holds(mine, COUNT, 80));
	EXPECT_EQ(unmap((uint64_t)mine, BYTES), 0);
	EXPECT(peer_holds(&peer, (uint64_t)theirs, COUNT, 80));
	return peer_end(&peer, NULL);
}

/* Regions of the caller that nobody may show, each a page. */
static bool kinds_refused(void)
{
	const struct {
		long address;
		const char *what;
	} rows[] = {
		{map(PAGE, RW, VM_MAP_CONTIGUOUS), "contiguous"},
		{map(PAGE, 0, VM_MAP_GUARD), "guard"},
		{map_physical(PHYSICAL_NO_RAM, PAGE, RW), "physical"},
		{(long)service_start()->message_page, "message page"},
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const long found = show(0, 0, (uint64_t)rows[i].address, PAGE, 0);

		if (found != -EPERM)
			sys_print("# %s: %ld\n", rows[i].what, found);
		EXPECT_EQ(found, -EPERM);
		if (i < 3)
			EXPECT_EQ(unmap((uint64_t)rows[i].address, PAGE), 0);
	}
	return true;
}

bool service_show_refused(void)
{
	const long start = map(40 * PAGE, RW, 0);
	const struct vm_statistics before = statistics_get();
	const struct {
		space_t from, to;
		uint64_t address, bytes;
		uint32_t protection;
		int error;
	} rows[] = {
		{0, 0, (uint64_t)start + 1, PAGE, RW, -EINVAL},
		{0, 0, (uint64_t)start, 100, RW, -EINVAL},
		{0, 0, (uint64_t)start, 0, RW, -EINVAL},
		{0, 0, (uint64_t)start, PAGE, 8, -EINVAL},
		{0, 0, PROGRAM_END, PAGE, RW, -EINVAL},
		{0, 0, ~0ull - PAGE + 1, 2 * PAGE, RW, -EINVAL},
		{0, 0, (uint64_t)start, 0x100000000ull + PAGE, RW, -EINVAL},
		{0, 0, (uint64_t)start - PAGE, 2 * PAGE, RW, -EFAULT},
		{0, 0, (uint64_t)start + 36 * PAGE, 2 * PAGE, RW, -EFAULT},
		{0, 0, (uint64_t)start + 38 * PAGE, PAGE, RW, -EACCES},
		{0, 0, (uint64_t)start + 38 * PAGE, 2 * PAGE, VM_WRITE, -EACCES},
		{0, 0, (uint64_t)start + 39 * PAGE, PAGE, VM_READ | VM_EXECUTE, -EACCES},
		{0, 0, (uint64_t)start, 34 * PAGE, VM_READ, -E2BIG},
		{0x7FFFFFF, 0, (uint64_t)start, PAGE, RW, -ESRCH},
		{0, 0x7FFFFFF, (uint64_t)start, PAGE, RW, -ESRCH},
	};

	for (unsigned int i = 0; i < 34; i += 2) /* many regions */
		EXPECT_EQ(protect((uint64_t)start + i * PAGE, PAGE, VM_READ), 0);
	EXPECT_EQ(unmap((uint64_t)start + 37 * PAGE, PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)start - PAGE, PAGE), 0);
	EXPECT_EQ(protect((uint64_t)start + 38 * PAGE, PAGE, VM_READ), 0);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const long found = show(rows[i].from, rows[i].to, rows[i].address, rows[i].bytes,
					rows[i].protection);

		if (found != rows[i].error)
			sys_print("# row %u: %ld\n", i, found);
		EXPECT_EQ(found, rows[i].error);
	}
	EXPECT_EQ(statistics_get().frames_user, before.frames_user);
	EXPECT_EQ(unmap((uint64_t)start, 40 * PAGE), 0);
	return kinds_refused();
}

bool service_show_limits(void)
{
	const long start = map(BYTES, RW, 0);
	const long seen = show(0, 0, (uint64_t)start, 4 * PAGE, VM_READ),
		   before = start - 64 * PAGE;
	const struct vm_remap_req wish = {
		.protection = RW,
		.address = (uint64_t)start,
		.bytes = 2 * PAGE,
		.wish = (uint64_t)before,
	};
	struct vm_address_reply reply;

	EXPECT(start > 0 && seen > 0);
	EXPECT_EQ(protect((uint64_t)seen, PAGE, RW), -EACCES);
	EXPECT_EQ(protect((uint64_t)seen, 4 * PAGE, VM_READ | VM_EXECUTE), -EACCES);
	EXPECT_EQ(protect((uint64_t)seen, PAGE, 0), 0);
	EXPECT_EQ(protect((uint64_t)seen, PAGE, VM_READ), 0);
	EXPECT_EQ(remap((uint64_t)seen, 4 * PAGE, 5 * PAGE, VM_MREMAP_MAYMOVE, 0), -ENOMEM);
	EXPECT_EQ(remap((uint64_t)seen, 4 * PAGE, 3 * PAGE, 0, 0), seen);
	EXPECT_EQ(remap((uint64_t)seen, 3 * PAGE, 4 * PAGE, VM_MREMAP_MAYMOVE, 0), -ENOMEM);
	EXPECT_EQ(show(0, 0, (uint64_t)seen, PAGE, RW), -EACCES);
	/* Its owner's is as before. */
	EXPECT_EQ(protect((uint64_t)start, PAGE, VM_READ), 0);
	EXPECT_EQ(protect((uint64_t)start, PAGE, RW), 0);
	own_fill(start, 3, 9);
	EXPECT(own_holds(seen, 3, 9));
	/* A wish that can be, and one that cannot. */
	EXPECT_EQ(vm_remap(&wish, &reply), 0);
	EXPECT_EQ(reply.address, before);
	EXPECT_EQ(vm_remap(&wish, &reply), 0);
	EXPECT(reply.address != (uint64_t)before);
	EXPECT_EQ(unmap(reply.address, 2 * PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)before, 2 * PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)seen, 3 * PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)start, BYTES), 0);
	return true;
}

/* The owner forks before and after it was shown: every child has what was there then, alone. */
bool service_show_forked(void)
{
	struct peer peer, before, after, last;
	long theirs, mine;

	EXPECT(peer_start(&peer));
	theirs = peer_map(&peer, BYTES, RW, 0);
	peer_fill(&peer, (uint64_t)theirs, COUNT - 2, 1);
	EXPECT(peer_fork(&peer, &before));
	mine = show(peer.space, 0, (uint64_t)theirs, BYTES, RW);
	EXPECT(mine > 0);
	EXPECT(own_holds(mine, COUNT - 2, 1));
	own_fill(mine, COUNT, 30);
	EXPECT(peer_fork(&peer, &after));
	EXPECT(peer_holds(&before, (uint64_t)theirs, COUNT - 2, 1));
	EXPECT(peer_holds(&after, (uint64_t)theirs, COUNT, 30));
	peer_fill(&after, (uint64_t)theirs, COUNT, 60);
	peer_fill(&before, (uint64_t)theirs, COUNT, 90);
	EXPECT(peer_fork(&after, &last));
	EXPECT(own_holds(mine, COUNT, 30));
	EXPECT(peer_holds(&peer, (uint64_t)theirs, COUNT, 30));
	peer_fill(&peer, (uint64_t)theirs, COUNT, 120);
	EXPECT(own_holds(mine, COUNT, 120));
	EXPECT(peer_holds(&last, (uint64_t)theirs, COUNT, 60));
	EXPECT(peer_holds(&before, (uint64_t)theirs, COUNT, 90));
	/* A child's copy is memory like any other: one region, which grows. */
	EXPECT(peer_remap(&last, (uint64_t)theirs, BYTES, 2 * BYTES) > 0);
	EXPECT(peer_end(&last, &after));
	EXPECT(peer_end(&before, &peer));
	EXPECT(peer_end(&after, &peer));
	EXPECT(peer_end(&peer, NULL));
	EXPECT(own_holds(mine, COUNT, 120));
	EXPECT_EQ(unmap((uint64_t)mine, BYTES), 0);
	return true;
}

/* Who was shown it forks: the child sees the same. */
bool service_show_forked_on(void)
{
	const long mine = map(BYTES, RW, 0);
	struct peer peer, child;
	long theirs;

	own_fill(mine, COUNT, 5);
	EXPECT(peer_start(&peer));
	theirs = show(0, peer.space, (uint64_t)mine, BYTES, RW);
	EXPECT(theirs > 0);
	EXPECT(peer_fork(&peer, &child));
	EXPECT(peer_holds(&child, (uint64_t)theirs, COUNT, 5));
	peer_fill(&child, (uint64_t)theirs, COUNT, 50);
	EXPECT(peer_holds(&peer, (uint64_t)theirs, COUNT, 50));
	EXPECT(own_holds(mine, COUNT, 50));
	EXPECT_EQ(peer_protect(&child, (uint64_t)theirs, BYTES, VM_READ), 0);
	EXPECT_EQ(unmap((uint64_t)mine, BYTES), 0);
	peer_fill(&peer, (uint64_t)theirs, COUNT, 70);
	EXPECT(peer_holds(&child, (uint64_t)theirs, COUNT, 70));
	EXPECT(peer_end(&child, &peer));
	EXPECT(peer_holds(&peer, (uint64_t)theirs, COUNT, 70));
	return peer_end(&peer, NULL);
}

bool service_show_ends(void)
{
	struct peer maker, user;
	long made, used, mine;

	for (unsigned int round = 0; round < 2; round++) {
		EXPECT(peer_start(&maker));
		EXPECT(peer_start(&user));
		made = peer_map(&maker, BYTES, RW, 0);
		peer_fill(&maker, (uint64_t)made, COUNT, 7);
		used = show(maker.space, user.space, (uint64_t)made, BYTES, RW);
		EXPECT(made > 0 && used > 0);
		EXPECT(peer_holds(&user, (uint64_t)used, COUNT, 7));
		EXPECT(peer_end(round == 0 ? &maker : &user, NULL));
		if (round == 0) {
			EXPECT(peer_holds(&user, (uint64_t)used, COUNT, 7));
			mine = show(user.space, 0, (uint64_t)used, BYTES, RW);
			own_fill(mine, COUNT, 17);
			EXPECT(peer_holds(&user, (uint64_t)used, COUNT, 17));
			EXPECT_EQ(unmap((uint64_t)mine, BYTES), 0);
		} else {
			EXPECT(peer_holds(&maker, (uint64_t)made, COUNT, 7));
		}
		EXPECT(peer_end(round == 0 ? &user : &maker, NULL));
	}
	return true;
}

/* Both sides cut, protect and move parts of what they share. */
bool service_show_parts(void)
{
	struct peer peer;
	long theirs, mine, moved;

	EXPECT(peer_start(&peer));
	theirs = peer_map(&peer, BYTES, RW, 0);
	peer_fill(&peer, (uint64_t)theirs, COUNT, 1);
	mine = show(peer.space, 0, (uint64_t)theirs + PAGE, 6 * PAGE, RW);
	EXPECT(theirs > 0 && mine > 0);
	EXPECT_EQ(unmap((uint64_t)mine + 2 * PAGE, PAGE), 0);
	EXPECT_EQ(protect((uint64_t)mine + 4 * PAGE, PAGE, VM_READ), 0);
	moved = remap((uint64_t)mine + 3 * PAGE, PAGE, PAGE, VM_MREMAP_MAYMOVE | VM_MREMAP_FIXED,
		      (uint64_t)mine - 64 * PAGE);
	EXPECT_EQ(moved, mine - 64 * PAGE);
	EXPECT(peer_holds(&peer, (uint64_t)theirs, COUNT, 1));
	peer_write(&peer, (uint64_t)theirs + 4 * PAGE, 99);
	EXPECT_EQ(*byte_at(moved), 99);
	EXPECT(own_holds(mine, 2, 2) && own_holds(mine + 4 * PAGE, 2, 6));
	/* Now the owner. */
	EXPECT_EQ(peer_protect(&peer, (uint64_t)theirs + 5 * PAGE, PAGE, 0), 0);
	EXPECT_EQ(peer_peek(&peer, (uint64_t)theirs + 5 * PAGE), -EFAULT);
	EXPECT_EQ(*byte_at(mine + 4 * PAGE), 6);
	EXPECT_EQ(peer_unmap(&peer, (uint64_t)theirs, 2 * PAGE), 0);
	EXPECT(own_holds(mine, 2, 2));
	*byte_at(mine) = 33;
	EXPECT_EQ(show(peer.space, 0, (uint64_t)theirs + PAGE, PAGE, RW), -EFAULT);
	theirs = peer_remap(&peer, (uint64_t)theirs + 2 * PAGE, PAGE, PAGE);
	EXPECT(theirs > 0);
	peer_write(&peer, (uint64_t)theirs, 44);
	EXPECT_EQ(*byte_at(mine + PAGE), 44);
	EXPECT_EQ(unmap((uint64_t)moved, PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)mine, 6 * PAGE), 0);
	return peer_end(&peer, NULL);
}

/* One range over private memory of two protections, memory shown before, and shared memory. */
bool service_show_pieces(void)
{
	struct peer peer;
	struct vm_mmap_req request = {
		.protection = RW,
		.flags = VM_MAP_SHARED | VM_MAP_FIXED,
		.bytes = 2 * PAGE,
	};
	long theirs, early, mine, again;

	EXPECT(peer_start(&peer));
	theirs = peer_map(&peer, BYTES, RW, 0);
	request.address = (uint64_t)theirs + 5 * PAGE;
	EXPECT_EQ(peer_call(&peer, VM_MMAP, &request, sizeof(request), NULL, 0), 0);
	early = show(peer.space, 0, (uint64_t)theirs + 2 * PAGE, 2 * PAGE, RW);
	peer_fill(&peer, (uint64_t)theirs, COUNT, 1);
	EXPECT_EQ(peer_protect(&peer, (uint64_t)theirs + PAGE, PAGE, VM_READ), 0);
	mine = show(peer.space, 0, (uint64_t)theirs, BYTES, VM_READ);
	again = show(peer.space, 0, (uint64_t)theirs, BYTES, VM_READ);
	EXPECT(early > 0 && mine > 0 && again > 0 && mine != again);
	EXPECT(own_holds(mine, COUNT, 1) && own_holds(again, COUNT, 1));
	own_fill(early, 2, 70);
	EXPECT(own_holds(mine + 2 * PAGE, 2, 70) && own_holds(again + 2 * PAGE, 2, 70));
	peer_write(&peer, (uint64_t)theirs + 6 * PAGE, 90);
	EXPECT_EQ(*byte_at(mine + 6 * PAGE), 90);
	EXPECT_EQ(unmap((uint64_t)mine, BYTES), 0);
	EXPECT(peer_end(&peer, NULL));
	EXPECT(own_holds(again + 2 * PAGE, 2, 70));
	EXPECT_EQ(unmap((uint64_t)again, BYTES), 0);
	EXPECT_EQ(unmap((uint64_t)early, 2 * PAGE), 0);
	return true;
}

/* The lowest page of a stack is shown, and the stack grows on below it. */
bool service_show_stack(void)
{
	const long size = 64 * PAGE;
	struct peer peer;
	struct vm_region_info region;
	long stack, lowest, mine;

	EXPECT(peer_start(&peer));
	stack = peer_map(&peer, (uint64_t)size, RW, VM_MAP_GROWS_DOWN);
	lowest = stack + size - PAGE;
	peer_write(&peer, (uint64_t)lowest, 11);
	mine = show(peer.space, 0, (uint64_t)lowest, PAGE, RW);
	EXPECT(stack > 0 && mine > 0);
	EXPECT_EQ(*byte_at(mine), 11);
	for (long page = lowest - PAGE; page >= stack; page -= PAGE)
		peer_write(&peer, (uint64_t)page, 12);
	*byte_at(mine) = 13;
	EXPECT_EQ(peer_read(&peer, (uint64_t)lowest), 13);
	EXPECT_EQ(peer_peek(&peer, (uint64_t)stack - PAGE), -EFAULT);
	EXPECT(region_get(peer.space, (uint64_t)stack, &region));
	EXPECT_EQ(region.address, stack);
	EXPECT_EQ(unmap((uint64_t)mine, PAGE), 0);
	return peer_end(&peer, NULL);
}

/* Frames that a child has, too, are copied when they are shown: without memory that is refused, and
 * nothing has changed. */
bool service_show_no_memory(void)
{
	struct peer peer, child;
	struct vm_usage before, now;
	long theirs, eaten, mine;

	EXPECT(peer_start(&peer));
	theirs = peer_map(&peer, 64 * PAGE, RW, 0);
	peer_fill(&peer, (uint64_t)theirs, 64, 1);
	EXPECT(peer_fork(&peer, &child));
	for (uint64_t bytes = 32ull << 20; bytes >= PAGE; bytes /= 2) {
		do
			eaten = peer_map(&child, bytes, RW, VM_MAP_POPULATE);
		while (eaten > 0);
		EXPECT_EQ(eaten, -ENOMEM);
	}
	before = usage_get(peer.space);
	EXPECT_EQ(show(peer.space, 0, (uint64_t)theirs, 64 * PAGE, RW), -ENOMEM);
	now = usage_get(peer.space);
	EXPECT_EQ(now.resident, before.resident);
	EXPECT_EQ(now.shared, before.shared);
	EXPECT_EQ(now.total, before.total);
	EXPECT(peer_holds(&peer, (uint64_t)theirs, 64, 1));
	EXPECT(peer_end(&child, &peer));
	mine = show(peer.space, 0, (uint64_t)theirs, 64 * PAGE, RW);
	EXPECT(mine > 0);
	EXPECT(own_holds(mine, 64, 1));
	EXPECT_EQ(unmap((uint64_t)mine, 64 * PAGE), 0);
	return peer_end(&peer, NULL);
}
