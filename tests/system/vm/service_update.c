/* Cases of what RS and VFS ask for: updates, pinned memory, restarts in place, ranges paged in. */
#include "service_case.h"

#include "service_granter.h"
#include "tests/system/user/runner.h"
#include <service.h>
#include <string.h>
#include <vm_call.h>

static space_t own_space(void)
{
	struct info_thread self;

	if (!thread_named("vmsuite", &self))
		panic("no vmsuite");
	return self.space;
}

static int update(space_t old_space, space_t new_space)
{
	const struct vm_update_req request = {.old_space = old_space, .new_space = new_space};

	return vm_update(&request, NULL);
}

static int prepare(space_t space)
{
	const struct vm_space_req request = {.space = space};

	return vm_prepare(&request, NULL);
}

static int pin(space_t space, uint32_t what)
{
	const struct vm_memctl_req request = {.space = space, .what = what};

	return vm_memctl(&request, NULL);
}

static int clear(space_t space)
{
	const struct vm_space_req request = {.space = space};

	return vm_space_clear(&request, NULL);
}

static int page_in(space_t space, uint64_t address, uint64_t bytes, uint32_t access)
{
	const struct vm_page_in_req request = {
		.space = space,
		.access = access,
		.address = address,
		.bytes = bytes,
	};

	return vm_page_in(&request, NULL);
}

/* --- Update ----------------------------------------------------------------------------------- */

bool service_update_rights(void)
{
	const space_t own = own_space();
	struct vm_set_rights_req rights = {.rights = VM_RIGHT_MEMORY | VM_RIGHT_OTHERS};
	struct vm_usage usage;
	long start;

	EXPECT_EQ(space_make(&rights.space), 0);
	EXPECT_EQ(vm_set_rights(&rights, NULL), 0);
	EXPECT_EQ(update(own, own), -EINVAL);
	EXPECT_EQ(update(own, own + 4096), -ESRCH);
	EXPECT_EQ(update(own, rights.space), 0);
	EXPECT_EQ(map(PAGE, RW, VM_MAP_CONTIGUOUS), -ENOTALLOWED);
	EXPECT_EQ(info_get(rights.space, VM_INFO_USAGE, &usage, sizeof(usage), 0, NULL), 0);
	EXPECT_EQ(update(rights.space, own), 0);
	start = map(PAGE, RW, VM_MAP_CONTIGUOUS);
	EXPECT(start > 0);
	EXPECT_EQ(unmap((uint64_t)start, PAGE), 0);
	EXPECT_EQ(space_end(rights.space), 0);
	return true;
}

bool service_update_holds(void)
{
	const struct vm_space_create_req create = {.thread = service_start()->endpoint};
	const struct vm_space_req none = {.space = 0};
	const struct vm_empty_req ask = {};
	const struct vm_dma_get_req first = {.next = 0};
	const long start = map(PAGE, RW, VM_MAP_CONTIGUOUS);
	struct vm_dma_req dma = {.bytes = PAGE};
	struct vm_dma_get_reply entry;
	struct vm_query_exit_reply news;
	struct vm_space_req watched;
	struct vm_space_reply instance;
	const space_t own = own_space();

	EXPECT_EQ(vm_space_create(&create, &instance), 0);
	EXPECT_EQ(physical_of(start, PAGE, &dma.physical), 0);
	EXPECT_EQ(space_make(&watched.space), 0);
	EXPECT_EQ(vm_dma_add(&dma, NULL), 0);
	EXPECT_EQ(vm_watch_exit(&watched, NULL), 0);
	EXPECT_EQ(update(own, instance.space), 0);
	EXPECT_EQ(vm_dma_delete(&dma, NULL), -ENOENT); /* the new instance has it */
	EXPECT_EQ(space_end(watched.space), 0);
	EXPECT_EQ(vm_query_exit(&ask, &news), -ENOENT);
	/* Back: an update that was rolled back. */
	EXPECT_EQ(update(instance.space, own), 0);
	EXPECT_EQ(vm_query_exit(&ask, &news), 0);
	EXPECT_EQ(news.space, watched.space);
	EXPECT_EQ(vm_dma_delete(&dma, NULL), 0);
	/* Who watches a service watches its name: the old instance's end is no news. */
	EXPECT_EQ(space_make(&watched.space), 0);
	EXPECT_EQ(vm_watch_exit(&watched, NULL), 0);
	EXPECT_EQ(update(watched.space, instance.space), 0);
	EXPECT_EQ(vm_dma_add(&dma, NULL), 0);
	EXPECT_EQ(space_end(watched.space), 0);
	EXPECT_EQ(vm_query_exit(&ask, &news), -ENOENT);
	EXPECT_EQ(vm_dma_get(&first, &entry), -ENOENT);
	EXPECT_EQ(space_end(instance.space), 0);
	EXPECT_EQ(vm_query_exit(&ask, &news), 0);
	EXPECT_EQ(news.space, watched.space); /* as we knew it */
	EXPECT_EQ(news.reasons, VM_EXIT_ENDED);
	EXPECT_EQ(vm_dma_delete(&dma, NULL), 0);
	EXPECT_EQ(vm_notify_signal(&none, NULL), -ENOENT);
	EXPECT_EQ(unmap((uint64_t)start, PAGE), 0);
	return true;
}

/* --- Prepare, pin ----------------------------------------------------------------------------- */

/* Bytes of the space that programs may see without a frame. */
static uint64_t absent_in(space_t space)
{
	struct vm_region_info region;
	uint64_t absent = 0;

	for (uint64_t at = 0; region_get(space, at, &region); at = region.address + region.bytes)
		absent += region.protection != 0 ? region.bytes - region.resident : 0;
	return absent;
}

/* Resident bytes that programs may not write: these stay shared. */
static uint64_t read_only_in(space_t space)
{
	struct vm_region_info region;
	uint64_t found = 0;

	for (uint64_t at = 0; region_get(space, at, &region); at = region.address + region.bytes)
		found += region.protection & VM_WRITE ? 0 : region.resident;
	return found;
}

bool service_prepare(void)
{
	struct vm_usage before;
	space_t fork;
	long start;

	EXPECT_EQ(prepare(0), 0); /* but for what is mapped now, all is there already */
	start = map(64 * PAGE, RW, 0);
	memset((void *)start, 1, 32 * PAGE);
	EXPECT_EQ(fork_of(0, service_start()->endpoint, &fork), 0);
	EXPECT(usage_get(0).shared >= 32 * PAGE);
	EXPECT_EQ(prepare(0), 0);
	before = usage_get(0);
	EXPECT_EQ(absent_in(0), 0);
	memset((void *)start, 2, 64 * PAGE);
	EXPECT_EQ(usage_get(0).faults, before.faults);
	EXPECT_EQ(usage_get(fork).resident, before.resident - 32 * PAGE);
	EXPECT_EQ(prepare(fork), 0);
	EXPECT_EQ(absent_in(fork), 0);
	EXPECT(usage_get(0).shared <= read_only_in(0));
	EXPECT_EQ(space_end(fork), 0);
	EXPECT_EQ(prepare(fork), -ESRCH);
	EXPECT_EQ(unmap((uint64_t)start, 64 * PAGE), 0);
	return true;
}

static bool pinned_maps(void)
{
	const long heap = heap_set(0), end = heap + 20 * (long)PAGE;
	const uint64_t faults = usage_get(0).faults;
	long start, moved, low;

	EXPECT_EQ(heap_set((uint64_t)end), end);
	memset((void *)heap, 1, 20 * PAGE);
	start = map(30 * PAGE, RW, 0);
	EXPECT(start > 0);
	memset((void *)start, 1, 30 * PAGE);
	EXPECT_EQ(map_at((uint64_t)start, 4 * PAGE, RW, VM_MAP_FIXED), start);
	EXPECT_EQ(map_at((uint64_t)start + 4 * PAGE, 4 * PAGE, RW, VM_MAP_FIXED | VM_MAP_SHARED),
		  start + 4 * (long)PAGE);
	memset((void *)start, 2, 30 * PAGE);
	EXPECT_EQ(protect((uint64_t)start + 10 * PAGE, 4 * PAGE, 0), 0);
	EXPECT_EQ(map_at((uint64_t)start + 20 * PAGE, 4 * PAGE, 0, VM_MAP_FIXED),
		  start + 20 * (long)PAGE);
	EXPECT_EQ(protect((uint64_t)start + 10 * PAGE, 14 * PAGE, RW), 0);
	memset((void *)start, 3, 30 * PAGE);
	moved = remap((uint64_t)start + 25 * PAGE, 5 * PAGE, 40 * PAGE, VM_MREMAP_MAYMOVE, 0);
	EXPECT(moved > 0);
	memset((void *)moved, 4, 40 * PAGE);
	low = map(16 * PAGE, RW, VM_MAP_GROWS_DOWN);
	EXPECT(low > 0);
	memset((void *)low, 5, 16 * PAGE);
	EXPECT_EQ(usage_get(0).faults, faults);
	EXPECT_EQ(absent_in(0), 0);
	EXPECT_EQ(heap_set((uint64_t)heap), heap);
	EXPECT_EQ(unmap((uint64_t)start, 25 * PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)moved, 40 * PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)low, 16 * PAGE), 0);
	return true;
}

bool service_pin(void)
{
	const long start = map(8 * PAGE, RW, 0), stack = map(16 * PAGE, RW, VM_MAP_GROWS_DOWN);
	struct vm_usage before;
	space_t fork;
	bool mapped;
	long lazy;

	EXPECT_EQ(pin(0, VM_MEMCTL_PIN), 0);
	before = usage_get(0);
	memset((void *)start, 1, 8 * PAGE);
	memset((void *)stack, 1, 16 * PAGE);
	EXPECT_EQ(usage_get(0).faults, before.faults);
	mapped = pinned_maps();
	/* A fork takes nothing away. */
	before = usage_get(0);
	EXPECT_EQ(fork_of(0, service_start()->endpoint, &fork), 0);
	memset((void *)start, 2, 8 * PAGE);
	EXPECT_EQ(usage_get(0).faults, before.faults);
	EXPECT_EQ(usage_get(0).shared, before.shared);
	EXPECT(usage_get(fork).resident >= before.resident - before.shared);
	EXPECT_EQ(space_end(fork), 0);
	EXPECT_EQ(pin(0, VM_MEMCTL_UNPIN), 0);
	EXPECT_EQ(absent_in(0), 0);
	lazy = map(8 * PAGE, RW, 0);
	EXPECT_EQ(absent_in(0), 8 * PAGE);
	EXPECT_EQ(unmap((uint64_t)lazy, 8 * PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)start, 8 * PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)stack, 16 * PAGE), 0);
	return mapped;
}

bool service_pin_refused(void)
{
	const uint64_t free = statistics_get().frames_free;
	struct vm_usage before;
	space_t space;

	EXPECT_EQ(space_make(&space), 0);
	EXPECT_EQ(pin(space, 0), -EINVAL);
	EXPECT_EQ(pin(space, 3), -EINVAL);
	EXPECT_EQ(pin(space + 4096, VM_MEMCTL_PIN), -ESRCH);
	EXPECT(map_in(space, 0x10000000, (free + 1) * PAGE, RW, VM_MAP_FIXED) > 0);
	EXPECT_EQ(map_in(space, 0x10000000, 4 * PAGE, RW, VM_MAP_FIXED | VM_MAP_POPULATE),
		  0x10000000);
	before = usage_get(space);
	EXPECT_EQ(pin(space, VM_MEMCTL_PIN), -ENOMEM);
	EXPECT_EQ(prepare(space), -ENOMEM);
	EXPECT_EQ(usage_get(space).resident, before.resident);
	EXPECT_EQ(unmap_in(space, 0x10004000, (free - 3) * PAGE), 0);
	EXPECT_EQ(pin(space, VM_MEMCTL_PIN), 0);
	before = usage_get(space);
	EXPECT_EQ(map_in(space, 0x10000000, (free + 1) * PAGE, RW, VM_MAP_FIXED), -ENOMEM);
	EXPECT_EQ(map_in(space, 0, (free + 1) * PAGE, RW, VM_MAP_SHARED), -ENOMEM);
	EXPECT_EQ(map_in(space, 0, (free + 1) * PAGE, RW, VM_MAP_GROWS_DOWN), -ENOMEM);
	EXPECT_EQ(remap_in(space, 0x10000000, 4 * PAGE, (free + 1) * PAGE, VM_MREMAP_MAYMOVE, 0),
		  -ENOMEM);
	EXPECT_EQ(usage_get(space).total, before.total);
	EXPECT_EQ(usage_get(space).resident, before.resident);
	EXPECT(map_in(space, 0, 4 * PAGE, RW, 0) > 0);
	EXPECT_EQ(usage_get(space).resident, before.resident + 4 * PAGE);
	EXPECT_EQ(space_end(space), 0);
	return true;
}

bool service_pin_grants(void)
{
	const long mine = map(16 * PAGE, RW, 0), from = map(16 * PAGE, RW, VM_MAP_POPULATE);
	struct vm_safecopy_req copy = {.granter = service_start()->endpoint, .bytes = 16 * PAGE};
	struct vm_remap_req shown = {.bytes = 4 * PAGE, .protection = RW};
	struct vm_address_reply reply;
	struct vm_usage before;
	struct peer peer;
	grant_t map_grant;
	long theirs;

	EXPECT(peer_start(&peer));
	EXPECT_EQ(pin(peer.space, VM_MEMCTL_PIN), 0);
	theirs = peer_map(&peer, 16 * PAGE, RW, 0);
	copy.grant = granter_give(&peer, from, 16 * PAGE, GRANT_READ);
	copy.address = (uint64_t)theirs;
	memset((void *)from, 7, 16 * PAGE);
	EXPECT_EQ(peer_call(&peer, VM_SAFECOPY, &copy, sizeof(copy), NULL, 0), 0);
	before = usage_get(peer.space);
	peer_fill(&peer, (uint64_t)theirs, 16, 1);
	EXPECT_EQ(usage_get(peer.space).faults, before.faults);
	EXPECT_EQ(*byte_at(from), 7);
	/* Mapped under a grant, and taken back. */
	map_grant = granter_give(&peer, mine, 16 * PAGE, GRANT_READ | GRANT_WRITE | GRANT_MAP);
	theirs = peer_safemap(&peer, map_grant, 0, 16 * PAGE, RW);
	EXPECT(theirs > 0);
	peer_fill(&peer, (uint64_t)theirs, 16, 3);
	EXPECT_EQ(grant_revoke(granter(), map_grant), 0);
	peer_fill(&peer, (uint64_t)theirs, 16, 4);
	shown.source = own_space();
	shown.destination = peer.space;
	shown.address = (uint64_t)mine;
	EXPECT_EQ(vm_remap(&shown, &reply), 0);
	peer_fill(&peer, reply.address, 4, 5);
	EXPECT_EQ(usage_get(peer.space).faults, before.faults);
	EXPECT_EQ(absent_in(peer.space), 0);
	EXPECT_EQ(*byte_at(mine), 5);
	EXPECT_EQ(grant_revoke(granter(), copy.grant), 0);
	EXPECT(peer_end(&peer, NULL));
	EXPECT_EQ(unmap((uint64_t)mine, 16 * PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)from, 16 * PAGE), 0);
	return true;
}

bool service_pin_rs(void)
{
	struct info_thread rs;
	struct vm_usage before;
	space_t fork;

	EXPECT(thread_named("rs", &rs));
	EXPECT_EQ(rs.thread, RS_ENDPOINT);
	EXPECT_EQ(absent_in(rs.space), 0);
	before = usage_get(rs.space);
	EXPECT_EQ(fork_of(rs.space, RS_ENDPOINT, &fork), 0);
	EXPECT_EQ(usage_get(rs.space).shared, before.shared);
	EXPECT_EQ(space_end(fork), 0);
	/* A map made for it is there. */
	EXPECT_EQ(map_in(rs.space, 0x10000000, 4 * PAGE, RW, VM_MAP_FIXED_NOREPLACE), 0x10000000);
	EXPECT_EQ(usage_get(rs.space).resident, before.resident + 4 * PAGE);
	EXPECT_EQ(unmap_in(rs.space, 0x10000000, 4 * PAGE), 0);
	return true;
}

/* --- Restart in place, ranges ----------------------------------------------------------------- */

bool service_clear(void)
{
	const struct vm_brk_req heap = {.address = 0x500000, .space = 0};
	struct vm_brk_req its_heap = heap;
	struct vm_usage before;
	space_t space;

	EXPECT_EQ(space_make(&space), 0);
	before = usage_get(space);
	its_heap.space = space;
	EXPECT_EQ(vm_brk(&its_heap, NULL), 0);
	EXPECT(map_in(space, 0, 16 * PAGE, RW, VM_MAP_POPULATE) > 0);
	EXPECT(map_in(space, 0, 16 * PAGE, RW, VM_MAP_SHARED | VM_MAP_POPULATE) > 0);
	EXPECT(map_in(space, 0, 16 * PAGE, RW, VM_MAP_CONTIGUOUS) > 0);
	EXPECT(map_in(space, 0, 16 * PAGE, RW, VM_MAP_GROWS_DOWN) > 0);
	EXPECT_EQ(clear(space), 0);
	EXPECT_EQ(usage_get(space).total, before.total);
	EXPECT_EQ(usage_get(space).resident, before.resident);
	EXPECT_EQ(usage_get(space).heap_end, 0);
	EXPECT_EQ(clear(space), 0);
	EXPECT_EQ(clear(0), -EBUSY);
	EXPECT_EQ(clear(own_space()), -EBUSY);
	EXPECT_EQ(clear(space + 4096), -ESRCH);
	EXPECT(map_in(space, 0, 16 * PAGE, RW, VM_MAP_POPULATE) > 0);
	EXPECT_EQ(space_end(space), 0);
	return true;
}

bool service_page_in(void)
{
	const long start = map(64 * PAGE, RW, 0);
	const uint64_t at = (uint64_t)start, resident = usage_get(0).resident;
	space_t fork;

	EXPECT_EQ(page_in(0, at + PAGE - 1, 2, VM_READ), 0);
	EXPECT_EQ(usage_get(0).resident, resident + 2 * PAGE);
	EXPECT_EQ(page_in(0, at + 2 * PAGE, PAGE, VM_WRITE), 0);
	EXPECT_EQ(usage_get(0).resident, resident + 3 * PAGE);
	byte_at(start)[5] = 1;
	EXPECT_EQ(fork_of(0, service_start()->endpoint, &fork), 0);
	EXPECT_EQ(usage_get(fork).shared, usage_get(0).shared);
	EXPECT_EQ(page_in(fork, at, 3 * PAGE, VM_WRITE), 0);
	EXPECT_EQ(usage_get(fork).shared, usage_get(0).shared);
	EXPECT_EQ(byte_at(start)[5], 1);
	EXPECT_EQ(space_end(fork), 0);
	EXPECT_EQ(protect(at, 4 * PAGE, VM_READ), 0);
	EXPECT_EQ(page_in(0, at, 4 * PAGE, VM_READ), 0);
	EXPECT_EQ(page_in(0, at + 3 * PAGE, PAGE + 1, VM_WRITE), -EFAULT);
	EXPECT_EQ(unmap(at + 8 * PAGE, PAGE), 0);
	EXPECT_EQ(page_in(0, at, 9 * PAGE, VM_READ), -EFAULT);
	EXPECT_EQ(page_in(0, at, 8 * PAGE, VM_READ), 0);
	EXPECT_EQ(page_in(0, 0, 1, VM_READ), -EFAULT);
	EXPECT_EQ(page_in(0, PROGRAM_END, 1, VM_READ), -EFAULT);
	EXPECT_EQ(page_in(0, PROGRAM_END - 1, 2, VM_READ), -EFAULT);
	EXPECT_EQ(page_in(0, 0x100000000ull + at, 1, VM_READ), -EFAULT);
	EXPECT_EQ(page_in(0, ~0ull, 1, VM_READ), -EFAULT);
	EXPECT_EQ(page_in(0, at, 0, VM_READ), -EINVAL);
	EXPECT_EQ(page_in(0, at, PAGE, 0), -EINVAL);
	EXPECT_EQ(page_in(0, at, PAGE, 8), -EINVAL);
	EXPECT_EQ(page_in(0, at, (1u << 20) + 1, VM_READ), -EINVAL);
	EXPECT_EQ(page_in(0, at, ~0ull, VM_READ), -EINVAL);
	EXPECT_EQ(unmap(at, 64 * PAGE), 0);
	return true;
}

/* --- Mended ----------------------------------------------------------------------------------- */

bool service_contiguous_fixed(void)
{
	const uint64_t pages = statistics_get().largest_free + 1;
	const long start = map_at(0x10000000, PAGE, RW, VM_MAP_FIXED_NOREPLACE);
	long found;

	EXPECT_EQ(start, 0x10000000);
	*byte_at(start) = 5;
	EXPECT_EQ(map_at((uint64_t)start, pages * PAGE, RW, VM_MAP_CONTIGUOUS | VM_MAP_FIXED),
		  -ENOMEM);
	EXPECT_EQ(page_in(0, (uint64_t)start, PAGE, VM_READ), 0);
	EXPECT_EQ(*byte_at(start), 5);
	found = map_at((uint64_t)start, 4 * PAGE, RW, VM_MAP_CONTIGUOUS | VM_MAP_FIXED);
	EXPECT_EQ(found, start);
	EXPECT_EQ(*byte_at(start), 0);
	EXPECT_EQ(unmap((uint64_t)start, 4 * PAGE), 0);
	return true;
}

bool service_heap_own(void)
{
	const long heap = heap_set(0);
	struct vm_brk_req request = {.space = own_space(), .address = (uint64_t)heap + PAGE};
	struct vm_address_reply reply;

	EXPECT_EQ(vm_brk(&request, &reply), 0);
	EXPECT_EQ(reply.address, heap + PAGE);
	EXPECT_EQ(usage_get(0).heap_end, heap + PAGE);
	EXPECT_EQ(page_in(0, (uint64_t)heap, PAGE, VM_WRITE), 0); /* it grew */
	request.address = 0;
	EXPECT_EQ(vm_brk(&request, &reply), 0);
	EXPECT_EQ(reply.address, heap + PAGE);
	EXPECT_EQ(heap_set((uint64_t)heap), heap);
	return true;
}

static pid32 pid_used(void)
{
	int status;
	pid32 pid;

	if (program_start("vmcase", "vmcase\0none", sizeof("vmcase\0none"), 2, &pid) != 0 ||
	    program_end_of(pid, &status) != 0)
		panic("vmcase does not start");
	return pid;
}

bool service_start_refused(void)
{
	const pid32 before = pid_used();
	pid32 pid;

	EXPECT_EQ(program_start("boot.table", "x", sizeof("x"), 1, &pid), -ENOEXEC);
	EXPECT_EQ(program_start("boot.table", "x", sizeof("x"), 1, &pid), -ENOEXEC);
	EXPECT_EQ(pid_used(), before + 1);
	return true;
}
