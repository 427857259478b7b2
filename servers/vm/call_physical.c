/* Mapping physical memory: what a privilege with the kernel lists, and VM does not manage. */
#include "call.h"

#include "memory.h"
#include "present.h"
#include "type.h"
#include <skerry/kernel_call.h>
#include <sys_call.h>

/* The whole range a device's, or nothing of it VM's? */
static bool is_foreign(uint64_t physical, uint64_t bytes)
{
	for (uint64_t done = 0; done < bytes; done += ARCH_PAGE_SIZE) {
		if (frame_is_memory(&frames, frame_of((paddr_t)(physical + done))))
			return false;
	}
	return true;
}

int vm_do_map_physical(const struct vm_caller *caller, const struct vm_map_physical_req *req,
		       struct vm_address_reply *rep)
{
	int error;
	struct vm_space *space = call_space(caller, req->space, &error);
	const struct sys_priv_resource_req query = {
		.thread = caller->thread,
		.kind = RESOURCE_MEMORY,
		.first = req->physical,
		.count = req->bytes,
	};
	struct space_request request = {
		.bytes = (size_t)req->bytes,
		.type = &type_physical,
		.offset = req->physical,
	};
	vaddr_t start;
	USE(space);

	if (space == NULL)
		return error;
	if ((req->physical | req->bytes) % ARCH_PAGE_SIZE != 0 || req->bytes == 0 ||
	    req->bytes > PROGRAM_HIGH || req->physical > UINTPTR_MAX - req->bytes ||
	    call_access(req->protection, &request.flags) != 0)
		return -EINVAL;
	if (sys_priv_query(&query, NULL) != 0 || !is_foreign(req->physical, req->bytes))
		return -EPERM;
	if (space->pinned && !present_fits(space, 0, req->bytes / ARCH_PAGE_SIZE))
		return -ENOMEM;
	error = space_map(&space->space, &request, &start);
	if (error != 0)
		return error;
	rep->address = start;
	return space->pinned ? present_bring(space, start, start + request.bytes) : 0;
}
