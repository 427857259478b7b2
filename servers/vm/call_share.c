/* Calls that show memory of one space in another: by right, and under grants. */
#include "call.h"

#include "memory.h"
#include "present.h"
#include "safemap.h"
#include "space_copy.h"
#include <skerry/grant.h>
#include <skerry/kernel_call.h>
#include <sys_call.h>

/* Nothing of the space above PROGRAM_HIGH, and no wish there. */
static vaddr_t wish_of(uint64_t wish, uint64_t bytes)
{
	return call_range_valid(wish, bytes) ? (vaddr_t)wish : 0;
}

/* In a pinned space it is there at once. */
static int show(struct share *share, struct vm_space *to, uint64_t bytes, vaddr_t wish,
		uint32_t flags, vaddr_t *address)
{
	const uint64_t pages = bytes / ARCH_PAGE_SIZE;
	int error;

	if (to->pinned && !present_fits(to, pages, pages))
		return -ENOMEM;
	error = share_show(share, &to->space, wish, flags, address);
	if (error == 0 && to->pinned)
		(void)present_bring(to, *address, *address + (vaddr_t)bytes); /* there is room */
	return error;
}

static int remap(struct vm_space *source, struct vm_space *destination,
		 const struct vm_remap_req *req, uint32_t access, vaddr_t *address)
{
	struct share share;
	int error;
	USE(source);
	USE(destination);

	error = share_take(&share, &source->space, (vaddr_t)req->address, (size_t)req->bytes,
			   access);
	if (error != 0)
		return error;
	error = show(&share, destination, req->bytes, wish_of(req->wish, req->bytes),
		     access | REGION_SHARED | shared_limits(access), address);
	if (error != 0)
		share_drop(&share);
	return error;
}

int vm_do_remap(const struct vm_caller *caller, const struct vm_remap_req *req,
		struct vm_address_reply *rep)
{
	int error;
	struct vm_space *source = call_space(caller, req->source, &error), *destination;
	vaddr_t address = 0;
	uint32_t access;

	if (source == NULL)
		return error;
	destination = call_space(caller, req->destination, &error);
	if (destination == NULL)
		return error;
	if (!call_range_valid(req->address, req->bytes) ||
	    call_access(req->protection, &access) != 0)
		return -EINVAL;
	error = remap(source, destination, req, access, &address);
	rep->address = address;
	return error;
}

/* --- Grants ----------------------------------------------------------------------------------- */

/* The grant, the caller as its grantee; answers the owner's space. */
static int grant_open(const struct vm_caller *caller, struct safemap_grant *grant,
		      struct vm_space **owner)
{
	const struct vm_space *granter;
	const int error = safemap_grant_check(grant);

	if (error != 0)
		return error;
	granter = vm_space_by_thread(grant->granter);
	*owner = vm_space_by_thread(grant->owner);
	if (granter == NULL || *owner == NULL || (*owner)->ending)
		return -EDEADSRCDST;
	if (!call_range_valid(grant->address, grant->bytes))
		return -EINVAL;
	grant->granter_space = granter->id;
	grant->owner_space = (*owner)->id;
	grant->grantee_space = caller->space->id;
	return 0;
}

static int safemap(const struct vm_caller *caller, const struct safemap_grant *grant,
		   struct vm_space *owner, vaddr_t wish, uint32_t access, vaddr_t *address)
{
	struct share share;
	int error;
	USE(owner);
	USE(caller->space);

	error = share_take(&share, &owner->space, (vaddr_t)grant->address, (size_t)grant->bytes,
			   access);
	if (error != 0)
		return error;
	error = safemap_wrap(&share, grant);
	if (error == 0)
		error = show(&share, caller->space, grant->bytes, wish,
			     access | shared_limits(access), address);
	if (error != 0)
		share_drop(&share);
	return error;
}

int vm_do_safemap(const struct vm_caller *caller, const struct vm_safemap_req *req,
		  struct vm_address_reply *rep)
{
	struct safemap_grant grant = {
		.granter = req->granter,
		.grantee = caller->thread,
		.grant = req->grant,
		.access = GRANT_MAP | (req->protection & VM_WRITE ? GRANT_WRITE : 0) |
			  (req->protection & VM_READ ? GRANT_READ : 0),
		.offset = req->offset,
		.bytes = req->bytes,
	};
	struct vm_space *owner;
	vaddr_t address = 0;
	uint32_t access;
	int error;

	/* What may be written can be read. */
	if (req->protection != VM_READ && req->protection != (VM_READ | VM_WRITE))
		return -EINVAL;
	error = grant_open(caller, &grant, &owner);
	if (error != 0)
		return error;
	(void)call_access(req->protection, &access);
	error = safemap(caller, &grant, owner, wish_of(req->wish, req->bytes), access, &address);
	rep->address = address;
	return error;
}

int vm_do_saferevmap(const struct vm_caller *caller, const struct vm_saferevmap_req *req,
		     struct vm_empty_reply *rep)
{
	(void)rep;
	safemap_revoke(caller->space->id, req->grant);
	return 0;
}

/* --- Copies ----------------------------------------------------------------------------------- */

/* A device's pages are the kernel's to copy: VM does not see them. */
static int page_copy(frame_t to, frame_t from)
{
	const struct sys_copy_req request = {
		.source = EP_PHYSICAL,
		.destination = EP_PHYSICAL,
		.source_address = frame_address(from),
		.destination_address = frame_address(to),
		.bytes = ARCH_PAGE_SIZE,
		.flags = CPF_TRY,
	};

	if (!frame_is_memory(&frames, to) || !frame_is_memory(&frames, from))
		return sys_physcopy(&request, NULL);
	page_bytes_copy(memory_pointer(to), memory_pointer(from));
	return 0;
}

int vm_do_safecopy(const struct vm_caller *caller, const struct vm_safecopy_req *req,
		   struct vm_empty_reply *rep)
{
	struct safemap_grant grant = {
		.granter = req->granter,
		.grantee = caller->thread,
		.grant = req->grant,
		.access = req->write ? GRANT_WRITE : GRANT_READ,
		.offset = req->offset,
		.bytes = req->bytes,
	};
	struct space_copy copy = {.bytes = (size_t)req->bytes, .copy = page_copy};
	struct vm_space *owner;
	int error;

	(void)rep;
	if (req->write > 1 || req->bytes > VM_SAFECOPY_MAX ||
	    !call_range_valid(req->address, req->bytes))
		return -EINVAL;
	error = grant_open(caller, &grant, &owner);
	if (error != 0)
		return error;
	copy.never_shares = vm_space_keeps_frames(owner) || vm_space_keeps_frames(caller->space);
	copy.from = req->write ? &caller->space->space : &owner->space;
	copy.to = req->write ? &owner->space : &caller->space->space;
	copy.start = (vaddr_t)(req->write ? req->address : grant.address);
	copy.address = (vaddr_t)(req->write ? grant.address : req->address);
	{
		USE(owner);
		USE(caller->space);
		error = space_copy(&copy);
	}
	return error;
}
