/* VM's calls with plain arguments. */
#include "memory.h"

#include <sys.h>
#include <vm_call.h>

static long address_of(int error, const struct vm_address_reply *reply)
{
	return error != 0 ? error : (long)reply->address;
}

long map_in(space_t space, uint64_t address, uint64_t bytes, uint32_t protection, uint32_t flags)
{
	const struct vm_mmap_req request = {
		.space = space,
		.protection = protection,
		.flags = flags,
		.address = address,
		.bytes = bytes,
	};
	struct vm_address_reply reply = {0};
	const int error = vm_mmap(&request, &reply);

	return address_of(error, &reply);
}

int unmap_in(space_t space, uint64_t address, uint64_t bytes)
{
	const struct vm_range_req request = {.space = space, .address = address, .bytes = bytes};

	return vm_munmap(&request, NULL);
}

int protect_in(space_t space, uint64_t address, uint64_t bytes, uint32_t protection)
{
	const struct vm_mprotect_req request = {
		.space = space,
		.protection = protection,
		.address = address,
		.bytes = bytes,
	};

	return vm_mprotect(&request, NULL);
}

long remap_in(space_t space, uint64_t address, uint64_t old_bytes, uint64_t new_bytes,
	      uint32_t flags, uint64_t new_address)
{
	const struct vm_mremap_req request = {
		.space = space,
		.flags = flags,
		.address = address,
		.old_bytes = old_bytes,
		.new_bytes = new_bytes,
		.new_address = new_address,
	};
	struct vm_address_reply reply = {0};
	const int error = vm_mremap(&request, &reply);

	return address_of(error, &reply);
}

long map_physical(uint64_t physical, uint64_t bytes, uint32_t protection)
{
	const struct vm_map_physical_req request = {
		.protection = protection,
		.physical = physical,
		.bytes = bytes,
	};
	struct vm_address_reply reply = {0};
	const int error = vm_map_physical(&request, &reply);

	return address_of(error, &reply);
}

long heap_set(uint64_t address)
{
	const struct vm_brk_req request = {.address = address};
	struct vm_address_reply reply = {0};
	const int error = vm_brk(&request, &reply);

	return address_of(error, &reply);
}

int info_get(space_t space, uint32_t what, void *to, uint64_t bytes, uint64_t next,
	     struct vm_info_reply *reply)
{
	const struct vm_info_req request = {
		.space = space,
		.what = what,
		.address = (uintptr_t)to,
		.bytes = bytes,
		.next = next,
	};
	struct vm_info_reply ignored;

	return vm_info(&request, reply != NULL ? reply : &ignored);
}

struct vm_statistics statistics_get(void)
{
	struct vm_statistics found;

	if (info_get(0, VM_INFO_STATISTICS, &found, sizeof(found), 0, NULL) != 0)
		panic("no statistics");
	return found;
}

struct vm_usage usage_get(space_t space)
{
	struct vm_usage found;

	if (info_get(space, VM_INFO_USAGE, &found, sizeof(found), 0, NULL) != 0)
		panic("no usage");
	return found;
}

bool region_get(space_t space, uint64_t address, struct vm_region_info *region)
{
	struct vm_info_reply reply;
	const int error =
		info_get(space, VM_INFO_REGIONS, region, sizeof(*region), address, &reply);

	if (error != 0)
		panic("no regions: %d", error);
	return reply.bytes == sizeof(*region);
}
