/* Copies, grants, VM's help. */
#include "memory.h"

#include "map.h"
#include "peer.h"
#include <arch/layout.h>
#include <skerry/kernel_call.h>
#include <sys.h>
#include <sys_call.h>
#include <sys_grant.h>
#include <vm_call.h>

#define GRANTS 320u
#define PAGE_IN_MAX 0x100000u

static struct grant_entry table[GRANTS];
static struct grants grants;

void grants_start(void)
{
	const int error = grants_init(&grants, table, GRANTS);

	if (error != 0)
		panic("no grants: %d", error);
}

/* --- Pages ------------------------------------------------------------------------------------ */

/* Pages of files that VFS itself has mapped there are read in one by one. Under pressure one may be
 * gone again before it is used: that is tried again, but not for ever.
 */
static int piece_in(const struct vm_page_in_req *request)
{
	struct vm_page_in_reply missing = {0};
	unsigned int tries = (unsigned int)(request->bytes / ARCH_PAGE_SIZE) + 16;
	int error;

	while ((error = vm_page_in(request, &missing)) == -EAGAIN && tries-- > 0) {
		error = map_page_in(missing.token, missing.offset);
		if (error != 0)
			return error;
	}
	return error;
}

int memory_page_in(endpoint_t thread, uint64_t address, uint64_t bytes, uint32_t access)
{
	struct vm_page_in_req request = {
		.space = peer_space(thread),
		.access = access & GRANT_WRITE ? VM_WRITE : VM_READ,
	};
	int error = 0;

	if (request.space == 0)
		return -EFAULT;
	for (uint64_t at = 0; at < bytes && error == 0; at += request.bytes) {
		request.address = address + at;
		request.bytes = bytes - at < PAGE_IN_MAX ? bytes - at : PAGE_IN_MAX;
		error = piece_in(&request);
	}
	return error == 0 ? 0 : -EFAULT;
}

void *pages_map(size_t bytes)
{
	const struct vm_mmap_req request = {
		.protection = VM_READ | VM_WRITE,
		.flags = VM_MAP_POPULATE,
		.bytes = bytes,
	};
	struct vm_address_reply reply;

	return vm_mmap(&request, &reply) == 0 ? (void *)(uintptr_t)reply.address : NULL;
}

void pages_unmap(void *start, size_t bytes)
{
	const struct vm_range_req request = {.address = (uintptr_t)start, .bytes = bytes};
	const int error = vm_munmap(&request, NULL);

	assert(error == 0);
}

/* --- Copies ----------------------------------------------------------------------------------- */

static int copy(const struct sys_copy_req *request, endpoint_t thread, uint64_t address,
		uint32_t access)
{
	for (unsigned int tries = 0; tries < 8; tries++) {
		const int error = sys_vircopy(request, NULL);

		if (error != -EFAULT)
			return error == 0 ? 0 : -EFAULT;
		if (memory_page_in(thread, address, request->bytes, access) != 0)
			return -EFAULT;
	}
	return -EFAULT;
}

int memory_read(struct call *call, uint64_t address, void *to, size_t bytes)
{
	const struct sys_copy_req request = {
		.source = call->caller,
		.destination = EP_SELF,
		.source_address = address,
		.destination_address = (uintptr_t)to,
		.bytes = bytes,
		.flags = CPF_TRY,
	};

	return bytes == 0 ? 0 : copy(&request, call->caller, address, GRANT_READ);
}

int memory_write(struct call *call, uint64_t address, const void *from, size_t bytes)
{
	const struct sys_copy_req request = {
		.source = EP_SELF,
		.destination = call->caller,
		.source_address = (uintptr_t)from,
		.destination_address = address,
		.bytes = bytes,
		.flags = CPF_TRY,
	};

	return bytes == 0 ? 0 : copy(&request, call->caller, address, GRANT_WRITE);
}

/* --- Grants ----------------------------------------------------------------------------------- */

static int make(const struct grant_entry *entry, grant_t *grant)
{
	*grant = grant_make(&grants, entry);
	return *grant == GRANT_INVALID ? -EAGAIN : 0;
}

int grant_caller(struct call *call, endpoint_t to, uint64_t address, uint64_t bytes,
		 uint32_t access, grant_t *grant)
{
	const struct grant_entry entry = {
		.flags = GRANT_MAGIC | GRANT_TRY | access,
		.grantee = to,
		.owner = call->caller,
		.address = address,
		.bytes = bytes,
	};

	return make(&entry, grant);
}

int grant_own(endpoint_t to, const void *address, uint64_t bytes, uint32_t access, grant_t *grant)
{
	const struct grant_entry entry = {
		.flags = GRANT_DIRECT | access,
		.grantee = to,
		.address = (uintptr_t)address,
		.bytes = bytes,
	};

	return make(&entry, grant);
}

int grant_of_other(endpoint_t to, endpoint_t from, grant_t other, uint64_t offset, uint64_t bytes,
		   uint32_t access, grant_t *grant)
{
	const struct grant_entry entry = {
		.flags = GRANT_INDIRECT | access,
		.grantee = to,
		.owner = from,
		.address = offset,
		.bytes = bytes,
		.other = other,
	};

	return make(&entry, grant);
}

void grant_drop(grant_t grant)
{
	if (grant != GRANT_INVALID)
		(void)grant_revoke(&grants, grant);
}
