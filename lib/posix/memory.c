/* Memory: VM's, and files that VFS maps. */
#include "vfs_ask.h"
#include "vm_ask.h"

#include <arch/layout.h>
#include <sys/mman.h>

static uint64_t pages(unsigned long bytes)
{
	return ((uint64_t)bytes + ARCH_PAGE_SIZE - 1) & ~(uint64_t)(ARCH_PAGE_SIZE - 1);
}

static uint32_t protection_of(long protection)
{
	return (protection & PROT_READ ? VM_READ : 0) | (protection & PROT_WRITE ? VM_WRITE : 0) |
	       (protection & PROT_EXEC ? VM_EXECUTE : 0);
}

static uint32_t place_of(long flags)
{
	if ((flags & MAP_FIXED_NOREPLACE) == MAP_FIXED_NOREPLACE)
		return VM_MAP_FIXED_NOREPLACE;
	return flags & MAP_FIXED ? VM_MAP_FIXED : 0;
}

static uint32_t flags_of(long flags)
{
	return place_of(flags) | (flags & MAP_SHARED ? VM_MAP_SHARED : 0) |
	       (flags & MAP_POPULATE ? VM_MAP_POPULATE : 0) |
	       (flags & MAP_GROWSDOWN ? VM_MAP_GROWS_DOWN : 0);
}

/* The end of the heap, wherever it is: as Linux has it, errors are told by what did not move. */
long posix_do_brk(const struct posix_call *call)
{
	struct vm_brk_req request = {.address = posix_address(call->argument[0])};
	struct vm_address_reply reply = {0};

	if (request.address == 0 || VM_ASK(call, VM_BRK, &request, &reply) != 0) {
		request.address = 0;
		(void)VM_ASK(call, VM_BRK, &request, &reply);
	}
	return (long)reply.address;
}

static long map_file(const struct posix_call *call)
{
	const struct vfs_map_req request = {
		.fd = (int32_t)call->argument[4],
		.flags = place_of(call->argument[3]) |
			 (call->argument[3] & MAP_SHARED ? VM_MAP_SHARED : 0),
		.address = posix_address(call->argument[0]),
		.bytes = pages((unsigned long)call->argument[1]),
		.offset = posix_address(call->argument[5]) * 4096,
		.protection = protection_of(call->argument[2]),
	};
	struct vfs_address_reply reply;
	const int error = VFS_ASK(call, VFS_MAP, &request, &reply);

	return error != 0 ? error : (long)reply.address;
}

long posix_do_mmap(const struct posix_call *call)
{
	const struct vm_mmap_req request = {
		.protection = protection_of(call->argument[2]),
		.flags = flags_of(call->argument[3]),
		.address = posix_address(call->argument[0]),
		.bytes = pages((unsigned long)call->argument[1]),
	};
	struct vm_address_reply reply;
	int error;

	if (!(call->argument[3] & MAP_ANONYMOUS))
		return map_file(call);
	error = VM_ASK(call, VM_MMAP, &request, &reply);
	return error != 0 ? error : (long)reply.address;
}

long posix_do_munmap(const struct posix_call *call)
{
	const struct vm_range_req request = {
		.address = posix_address(call->argument[0]),
		.bytes = pages((unsigned long)call->argument[1]),
	};

	return VM_ASK(call, VM_MUNMAP, &request, NULL);
}

long posix_do_mprotect(const struct posix_call *call)
{
	const struct vm_mprotect_req request = {
		.protection = protection_of(call->argument[2]),
		.address = posix_address(call->argument[0]),
		.bytes = pages((unsigned long)call->argument[1]),
	};

	return request.bytes == 0 ? 0 : VM_ASK(call, VM_MPROTECT, &request, NULL);
}

long posix_do_mremap(const struct posix_call *call)
{
	const struct vm_mremap_req request = {
		.flags = (call->argument[3] & MREMAP_MAYMOVE ? VM_MREMAP_MAYMOVE : 0) |
			 (call->argument[3] & MREMAP_FIXED ? VM_MREMAP_FIXED : 0),
		.address = posix_address(call->argument[0]),
		.old_bytes = pages((unsigned long)call->argument[1]),
		.new_bytes = pages((unsigned long)call->argument[2]),
		.new_address = posix_address(call->argument[4]),
	};
	struct vm_address_reply reply;
	const int error = VM_ASK(call, VM_MREMAP, &request, &reply);

	return error != 0 ? error : (long)reply.address;
}

/* Hints need nothing done; what changes memory is refused. */
long posix_do_madvise(const struct posix_call *call)
{
	switch (call->argument[2]) {
	case MADV_NORMAL:
	case MADV_RANDOM:
	case MADV_SEQUENTIAL:
	case MADV_WILLNEED:
		return 0;
	default:
		return -EINVAL;
	}
}

long posix_do_msync(const struct posix_call *call)
{
	const struct vfs_empty_req request = {};

	if (!(call->argument[2] & MS_SYNC))
		return 0;
	return VFS_ASK(call, VFS_SYNC, &request, NULL);
}

/* Memory of programs is never written out to make room. */
long posix_do_mlock(const struct posix_call *call)
{
	(void)call;
	return 0;
}
