/* Cases of other spaces. */
#include "service_case.h"

#include "tests/system/user/runner.h"
#include <pm_call.h>
#include <service.h>
#include <skerry/info.h>
#include <skerry/kernel_call.h>
#include <skerry/signal.h>
#include <string.h>
#include <sys_call.h>
#include <vm_call.h>

#define SPACES_MAX 1024u

int space_make(space_t *space)
{
	const struct vm_space_create_req request = {.thread = EP_NONE};
	struct vm_space_reply reply = {0};
	const int error = vm_space_create(&request, &reply);

	*space = reply.space;
	return error;
}

int space_end(space_t space)
{
	const struct vm_space_req request = {.space = space};

	return vm_space_destroy(&request, NULL);
}

int fork_of(space_t space, endpoint_t thread, space_t *made)
{
	const struct vm_space_fork_req request = {.parent = space, .thread = thread};
	struct vm_space_reply reply = {0};
	const int error = vm_space_fork(&request, &reply);

	*made = reply.space;
	return error;
}

static int heap_place(space_t space, uint64_t address)
{
	const struct vm_brk_req request = {.address = address, .space = space};

	return vm_brk(&request, NULL);
}

bool service_copy_shared(void)
{
	const endpoint_t self = service_start()->endpoint;
	const long start = map(4 * PAGE, RW, 0);
	const struct sys_memset_req fill = {
		.target = EP_SELF,
		.value = 0x22,
		.address = (uint64_t)start,
		.bytes = 2 * PAGE,
	};
	const uint64_t copies = statistics_get().copies;
	space_t fork;

	memset((void *)start, 0x11, 4 * PAGE);
	EXPECT_EQ(fork_of(0, self, &fork), 0);
	EXPECT_EQ(sys_memset(&fill, NULL), 0);
	EXPECT(statistics_get().copies >= copies + 2);
	EXPECT_EQ(byte_at(start)[PAGE], 0x22);
	EXPECT_EQ(byte_at(start)[2 * PAGE], 0x11);
	EXPECT_EQ(usage_get(fork).resident > 4 * PAGE, 1);
	EXPECT_EQ(space_end(fork), 0);
	EXPECT_EQ(unmap((uint64_t)start, 4 * PAGE), 0);
	return true;
}

bool service_space_map(void)
{
	struct vm_region_info region;
	struct vm_usage before;
	space_t space;
	long start;

	EXPECT_EQ(space_make(&space), 0);
	before = usage_get(space);
	EXPECT_EQ(before.total, PAGE); /* its message page */
	EXPECT_EQ(before.resident, PAGE);
	start = map_in(space, 0x400000, 8 * PAGE, RW, VM_MAP_FIXED | VM_MAP_POPULATE);
	EXPECT_EQ(start, 0x400000);
	EXPECT_EQ(usage_get(space).resident, before.resident + 8 * PAGE);
	EXPECT_EQ(protect_in(space, 0x402000, PAGE, VM_READ), 0);
	EXPECT(region_get(space, 0x402000, &region));
	EXPECT_EQ(region.protection, VM_READ);
	EXPECT_EQ(region.resident, PAGE);
	EXPECT_EQ(remap_in(space, 0x404000, 2 * PAGE, 3 * PAGE, VM_MREMAP_MAYMOVE | VM_MREMAP_FIXED,
			   0x800000),
		  0x800000);
	EXPECT_EQ(unmap_in(space, 0x400000, PAGE), 0);
	EXPECT_EQ(usage_get(space).total, before.total + 8 * PAGE);
	EXPECT(map_in(space, 0, 16 * PAGE, RW, VM_MAP_GROWS_DOWN) > 0);
	EXPECT(map_in(space, 0, 16 * PAGE, RW, VM_MAP_SHARED | VM_MAP_POPULATE) > 0);
	EXPECT(map_in(space, 0, 16 * PAGE, RW, VM_MAP_CONTIGUOUS) > 0);
	EXPECT(map_in(space, 0, 16 * PAGE, 0, VM_MAP_GUARD) > 0);
	EXPECT_EQ(space_end(space), 0);
	return true;
}

bool service_space_heap(void)
{
	space_t space;

	EXPECT_EQ(space_make(&space), 0);
	EXPECT_EQ(heap_place(space, 0x500000), 0);
	EXPECT_EQ(usage_get(space).heap_end, 0x500000);
	EXPECT_EQ(heap_place(space, 0x500001), -EINVAL);
	EXPECT_EQ(heap_place(space, PROGRAM_END), -EINVAL);
	EXPECT_EQ(heap_place(space, 0x100500000ull), -EINVAL);
	EXPECT_EQ(heap_place(space + 4096, 0x500000), -ESRCH);
	EXPECT_EQ(usage_get(space).heap_end, 0x500000);
	EXPECT_EQ(space_end(space), 0);
	return true;
}

bool service_space_fork(void)
{
	const endpoint_t self = service_start()->endpoint;
	const long shared = map(4 * PAGE, RW, VM_MAP_SHARED | VM_MAP_POPULATE);
	const long device = map(PAGE, RW, VM_MAP_CONTIGUOUS);
	const long physical = map_physical(PHYSICAL_NO_RAM, PAGE, RW);
	struct vm_region_info region;
	struct vm_usage mine, its;
	space_t fork;

	EXPECT_EQ(fork_of(0, self, &fork), 0);
	mine = usage_get(0);
	its = usage_get(fork);
	EXPECT_EQ(its.total, mine.total - PAGE); /* all but what devices know */
	EXPECT_EQ(its.heap_end, mine.heap_end);
	EXPECT(region_get(fork, (uint64_t)shared, &region));
	EXPECT_EQ(region.address, shared);
	EXPECT(region_get(fork, (uint64_t)physical, &region));
	EXPECT_EQ(region.address, physical);
	EXPECT(!region_get(fork, (uint64_t)device, &region) || region.address != (uint64_t)device);
	EXPECT_EQ(space_end(fork), 0);
	EXPECT_EQ(fork_of(0, PM_ENDPOINT, &fork), -ESRCH); /* a thread of another space */
	EXPECT_EQ(fork_of(0, EP_SELF, &fork), -ESRCH);
	EXPECT_EQ(fork_of(0, EP_NONE, &fork), -ESRCH);
	EXPECT_EQ(unmap((uint64_t)shared, 4 * PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)device, PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)physical, PAGE), 0);
	return true;
}

bool service_space_gone(void)
{
	const struct vm_space_req ending = {.space = 0};
	struct vm_usage usage;
	space_t space, next;

	EXPECT_EQ(space_make(&space), 0);
	EXPECT_EQ(space_end(space), 0);
	EXPECT_EQ(space_make(&next), 0); /* perhaps in its slot */
	EXPECT(next != space);
	EXPECT_EQ(space_end(space), -ESRCH);
	EXPECT_EQ(map_in(space, 0, PAGE, RW, 0), -ESRCH);
	EXPECT_EQ(unmap_in(space, PAGE, PAGE), -ESRCH);
	EXPECT_EQ(protect_in(space, PAGE, PAGE, RW), -ESRCH);
	EXPECT_EQ(remap_in(space, PAGE, PAGE, PAGE, 0, 0), -ESRCH);
	EXPECT_EQ(info_get(space, VM_INFO_USAGE, &usage, sizeof(usage), 0, NULL), -ESRCH);
	EXPECT_EQ(heap_place(space, 0x500000), -ESRCH);
	EXPECT_EQ(fork_of(space, service_start()->endpoint, &space), -ESRCH);
	EXPECT_EQ(space_end(next), 0);
	EXPECT_EQ(vm_space_destroy(&ending, NULL), -ESRCH);
	EXPECT_EQ(vm_space_ending(&ending, NULL), -ESRCH);
	return true;
}

bool service_space_ending(void)
{
	struct vm_space_req ending;
	space_t space;

	EXPECT_EQ(space_make(&space), 0);
	EXPECT(map_in(space, 0, 4 * PAGE, RW, VM_MAP_POPULATE) > 0);
	ending.space = space;
	EXPECT_EQ(vm_space_ending(&ending, NULL), 0);
	EXPECT_EQ(map_in(space, 0, PAGE, RW, 0), -ESRCH);
	EXPECT_EQ(vm_message_page(&ending, NULL), -ESRCH);
	EXPECT_EQ(vm_space_ending(&ending, NULL), 0);
	EXPECT_EQ(space_end(space), 0);
	EXPECT_EQ(vm_space_ending(&ending, NULL), -ESRCH);
	return true;
}

bool thread_named(const char *name, struct info_thread *found)
{
	u32 next = 0;

	while (runner_thread(&next, found)) {
		if (strcmp(found->name, name) == 0)
			return true;
	}
	return false;
}

bool service_space_busy(void)
{
	struct info_thread idler;
	struct pm_kill_req kill = {.signal = SIGNAL_TERMINATE};
	struct vm_usage before, now;
	int status;

	EXPECT_EQ(program_start("vmcase", "vmcase\0@idle", sizeof("vmcase\0@idle"), 2, &kill.pid),
		  0);
	EXPECT(thread_named("vmcase", &idler));
	before = usage_get(idler.space);
	EXPECT_EQ(space_end(idler.space), -EBUSY);
	now = usage_get(idler.space);
	EXPECT_EQ(now.total, before.total);
	EXPECT(now.resident >= before.resident);
	EXPECT_EQ(pm_kill(&kill, NULL), 0);
	EXPECT_EQ(program_end_of(kill.pid, &status), 0);
	EXPECT_EQ(status, SIGNAL_TERMINATE);
	EXPECT_EQ(space_end(idler.space), -ESRCH);
	return true;
}

static struct info_thread thread_info(endpoint_t thread)
{
	struct info_thread found = {.thread = EP_NONE};
	const struct sys_info_req request = {
		.what = INFO_THREAD,
		.index = endpoint_slot(thread),
		.address = (uintptr_t)&found,
		.size = sizeof(found),
	};

	(void)sys_info(&request, NULL);
	return found;
}

bool service_first_served(void)
{
	const struct info_thread vm = thread_info(VM_ENDPOINT);
	const struct info_thread self = thread_info(service_start()->endpoint);

	EXPECT_EQ(vm.thread, VM_ENDPOINT);
	EXPECT(vm.priority < self.priority);
	EXPECT_EQ(vm.affinity, self.affinity);
	return true;
}

bool service_space_refused(void)
{
	static const endpoint_t threads[] = {EP_SELF, EP_ANY, VM_ENDPOINT, 0x7FFFFFF0u};
	struct vm_space_create_req request;

	for (unsigned int i = 0; i < sizeof(threads) / sizeof(threads[0]); i++) {
		request.thread = threads[i];
		EXPECT_EQ(vm_space_create(&request, NULL), -ESRCH);
	}
	return true;
}

bool service_space_many(void)
{
	space_t *spaces = (space_t *)map(SPACES_MAX * sizeof(*spaces), RW, 0);
	unsigned int counts[2];
	int error = 0;

	for (unsigned int round = 0; round < 2; round++) {
		unsigned int count = 0;

		while (count < SPACES_MAX && (error = space_make(&spaces[count])) == 0)
			count++;
		EXPECT(error == -ENOSPC || error == -ENOMEM);
		EXPECT(count > 8);
		counts[round] = count;
		for (unsigned int i = 0; i < count; i++)
			EXPECT_EQ(space_end(spaces[i]), 0);
	}
	EXPECT_EQ(counts[0], counts[1]);
	EXPECT_EQ(unmap((uintptr_t)spaces, SPACES_MAX * sizeof(*spaces)), 0);
	return true;
}

bool service_message_pages(void)
{
	struct vm_space_reply page[8];
	struct vm_space_req request;

	EXPECT_EQ(space_make(&request.space), 0);
	for (unsigned int i = 0; i < 8; i++) {
		EXPECT_EQ(vm_message_page(&request, &page[i]), 0);
		EXPECT_EQ(page[i].space, request.space);
		EXPECT(page[i].message_frame % PAGE == 0 && page[i].message_address % PAGE == 0);
		EXPECT_EQ(unmap_in(request.space, page[i].message_address, PAGE), -EPERM);
		for (unsigned int j = 0; j < i; j++) {
			EXPECT(page[j].message_frame != page[i].message_frame);
			EXPECT(page[j].message_address != page[i].message_address);
		}
	}
	EXPECT_EQ(usage_get(request.space).resident, 9 * PAGE);
	EXPECT_EQ(space_end(request.space), 0);
	return true;
}

bool service_rights(void)
{
	struct vm_set_rights_req request;

	EXPECT_EQ(space_make(&request.space), 0);
	for (uint32_t rights = 0; rights < 64; rights++) {
		request.rights = rights;
		EXPECT_EQ(vm_set_rights(&request, NULL),
			  rights & ~VM_RIGHTS_ALL ? -ENOTALLOWED : 0);
	}
	request.rights = ~0u;
	EXPECT_EQ(vm_set_rights(&request, NULL), -ENOTALLOWED);
	EXPECT_EQ(space_end(request.space), 0);
	request.rights = 0;
	EXPECT_EQ(vm_set_rights(&request, NULL), -ESRCH);
	return true;
}
