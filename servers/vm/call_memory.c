/* Calls on mappings: brk, mmap, munmap, mprotect, mremap. */
#include "call.h"

#include "memory.h"
#include "page_round.h"
#include "present.h"
#include "shared.h"
#include "type.h"
#include <arch/layout.h>

#define MAP_FLAGS                                                                                  \
	(VM_MAP_FIXED | VM_MAP_FIXED_NOREPLACE | VM_MAP_SHARED | VM_MAP_POPULATE |                 \
	 VM_MAP_CONTIGUOUS | VM_MAP_LOW | VM_MAP_GROWS_DOWN | VM_MAP_GUARD)
#define STACK_START ((size_t)ARCH_PAGE_SIZE) /* of a stack, present at once */
#define POPULATE_MAX (64u << 20)	     /* bytes: VM serves nobody else meanwhile */

/* --- The heap --------------------------------------------------------------------------------- */

static int heap_grow(struct vm_space *space, vaddr_t from, vaddr_t to)
{
	const struct space_request request = {
		.address = from,
		.bytes = to - from,
		.placement = SPACE_FIXED_IF_FREE,
		.flags = REGION_READ | REGION_WRITE,
		.type = &type_anonymous,
	};
	const uint64_t pages = (to - from) / ARCH_PAGE_SIZE;
	vaddr_t start;
	int error;

	if (space->pinned && !present_fits(space, pages, pages))
		return -ENOMEM;
	error = space_map(&space->space, &request, &start);
	if (error == 0 && space->pinned)
		error = present_bring(space, from, to);
	return error == -EEXIST ? -ENOMEM : error;
}

static int heap_place(const struct vm_caller *caller, const struct vm_brk_req *req)
{
	int error;
	struct vm_space *space = call_space(caller, req->space, &error);
	USE(space);

	if (space == NULL)
		return error;
	if (!call_range_valid(req->address, ARCH_PAGE_SIZE))
		return -EINVAL;
	space->heap_start = space->heap_end = (vaddr_t)req->address;
	return 0;
}

int vm_do_brk(const struct vm_caller *caller, const struct vm_brk_req *req,
	      struct vm_address_reply *rep)
{
	struct vm_space *space = caller->space;
	vaddr_t old_end, end;
	int error = 0;
	USE(space);

	if (req->space != 0 && req->space != space->id)
		return heap_place(caller, req);
	rep->address = space->heap_end;
	if (req->address == 0)
		return 0;
	if (space->heap_start == 0 || req->address < space->heap_start ||
	    req->address > PROGRAM_HIGH - ARCH_PAGE_SIZE)
		return -ENOMEM;
	old_end = (vaddr_t)page_ceiling(space->heap_end);
	end = (vaddr_t)page_ceiling(req->address);
	if (end > old_end)
		error = heap_grow(space, old_end, end);
	else if (end < old_end)
		error = space_unmap(&space->space, end, old_end - end);
	if (error != 0)
		return error;
	space->heap_end = (vaddr_t)req->address;
	rep->address = space->heap_end;
	return 0;
}

/* --- Map -------------------------------------------------------------------------------------- */

/* What the flags make of the request: its type, object and placement. */
static int request_fill(const struct vm_mmap_req *req, struct space_request *request)
{
	request->placement = req->flags & VM_MAP_FIXED		   ? SPACE_FIXED
			     : req->flags & VM_MAP_FIXED_NOREPLACE ? SPACE_FIXED_IF_FREE
								   : SPACE_ANYWHERE;
	request->type = &type_anonymous;
	if (req->flags & VM_MAP_CONTIGUOUS) {
		request->type = &type_contiguous;
	} else if (req->flags & VM_MAP_GUARD) {
		request->type = &type_guard;
		request->flags = 0;
	} else if (req->flags & VM_MAP_SHARED) {
		request->type = &type_shared;
		request->flags |= REGION_SHARED;
		request->object = shared_create(req->bytes);
		return request->object != NULL ? 0 : -ENOMEM;
	} else if (req->flags & VM_MAP_GROWS_DOWN) {
		request->growth = request->bytes - STACK_START;
		request->bytes = STACK_START;
		if (request->address != 0)
			request->address += request->growth;
	}
	return 0;
}

/* At most one kind of memory, and what goes with it. */
static bool flags_valid(const struct vm_mmap_req *req)
{
	const uint32_t kinds =
		req->flags & (VM_MAP_SHARED | VM_MAP_CONTIGUOUS | VM_MAP_GROWS_DOWN | VM_MAP_GUARD);

	return !(req->flags & ~MAP_FLAGS) && (kinds & (kinds - 1)) == 0 &&
	       (!(req->flags & VM_MAP_LOW) || kinds == VM_MAP_CONTIGUOUS) &&
	       (kinds != VM_MAP_GUARD || req->protection == 0) &&
	       (!(req->flags & VM_MAP_POPULATE) || req->bytes <= POPULATE_MAX) &&
	       (req->flags & (VM_MAP_FIXED | VM_MAP_FIXED_NOREPLACE)) !=
		       (VM_MAP_FIXED | VM_MAP_FIXED_NOREPLACE);
}

/* Would the map make something go that a failure could not bring back? */
static bool replaces(const struct vm_space *space, const struct space_request *request)
{
	return request->placement == SPACE_FIXED &&
	       !region_is_unused(&space->space.regions, request->address - request->growth,
				 request->address + request->bytes);
}

/* Where a failure could not be mended the frames come first: only asking tells if they are there.
 */
static int map_contiguous(struct vm_space *space, const struct vm_mmap_req *req,
			  const struct space_request *request, vaddr_t *start)
{
	const bool frames_first = replaces(space, request) || space->pinned;
	const uint32_t count = (uint32_t)(request->bytes / ARCH_PAGE_SIZE);
	frame_t first = FRAME_NONE;
	int error = 0;

	if (frames_first)
		error = type_contiguous_take(space, count, req->flags & VM_MAP_LOW, &first);
	if (error == 0 && frames_first && !present_fits(space, 0, count))
		error = -ENOMEM;
	if (error == 0)
		error = space_map(&space->space, request, start);
	if (error != 0) {
		if (first != FRAME_NONE)
			frames_release(&frames, first, count);
		return error;
	}
	if (!frames_first)
		error = type_contiguous_take(space, count, req->flags & VM_MAP_LOW, &first);
	if (error == 0)
		error = type_contiguous_fill(region_find(&space->space.regions, *start), first);
	if (error != 0)
		(void)space_unmap(&space->space, *start, request->bytes);
	return error;
}

/* The object that was made for the map is nobody's. */
static int refuse(const struct space_request *request, int error)
{
	if (request->object != NULL)
		shared_drop(request->object);
	return error;
}

static int map(struct vm_space *space, const struct vm_mmap_req *req,
	       const struct space_request *request, vaddr_t *start)
{
	const bool brings = req->flags & VM_MAP_POPULATE || space->pinned;
	const uint64_t pages =
		(request->bytes + (space->pinned ? request->growth : 0)) / ARCH_PAGE_SIZE;
	int error;

	if (brings && (replaces(space, request) || space->pinned) &&
	    !present_fits(space, pages, pages))
		return refuse(request, -ENOMEM);
	error = space_map(&space->space, request, start);
	if (error != 0)
		return refuse(request, error);
	if (!brings)
		return 0;
	error = present_bring(space, *start - request->growth, *start + request->bytes);
	if (error != 0)
		(void)space_unmap(&space->space, *start, request->bytes);
	return error;
}

int vm_do_mmap(const struct vm_caller *caller, const struct vm_mmap_req *req,
	       struct vm_address_reply *rep)
{
	int error;
	struct vm_space *space = call_space(caller, req->space, &error);
	struct space_request request = {.address = (vaddr_t)req->address,
					.bytes = (size_t)req->bytes};
	const bool fixed = req->flags & (VM_MAP_FIXED | VM_MAP_FIXED_NOREPLACE);
	vaddr_t start;
	USE(space);

	if (space == NULL)
		return error;
	if (!flags_valid(req) || call_access(req->protection, &request.flags) != 0 ||
	    req->bytes == 0 || req->bytes % ARCH_PAGE_SIZE != 0 ||
	    (fixed && !call_range_valid(req->address, req->bytes)))
		return -EINVAL;
	if (req->bytes > PROGRAM_HIGH - PROGRAM_LOW)
		return -ENOMEM;
	if (!fixed && !call_range_valid(req->address, req->bytes))
		request.address = 0; /* a wish that cannot be */
	if ((req->flags & VM_MAP_CONTIGUOUS) && !(caller->rights & VM_RIGHT_PHYSICAL))
		return -ENOTALLOWED;
	error = request_fill(req, &request);
	if (error != 0)
		return error;
	if (req->flags & VM_MAP_CONTIGUOUS)
		error = map_contiguous(space, req, &request, &start);
	else
		error = map(space, req, &request, &start);
	if (error != 0)
		return error;
	rep->address = start - request.growth;
	return 0;
}

/* --- Change ----------------------------------------------------------------------------------- */

int vm_do_munmap(const struct vm_caller *caller, const struct vm_range_req *req,
		 struct vm_empty_reply *rep)
{
	int error;
	struct vm_space *space = call_space(caller, req->space, &error);
	USE(space);

	(void)rep;
	if (space == NULL)
		return error;
	if (!call_range_valid(req->address, req->bytes))
		return -EINVAL;
	return space_unmap(&space->space, (vaddr_t)req->address, (size_t)req->bytes);
}

int vm_do_mprotect(const struct vm_caller *caller, const struct vm_mprotect_req *req,
		   struct vm_empty_reply *rep)
{
	int error;
	struct vm_space *space = call_space(caller, req->space, &error);
	uint32_t access;
	vaddr_t end;
	USE(space);

	(void)rep;
	if (space == NULL)
		return error;
	if (!call_range_valid(req->address, req->bytes) ||
	    call_access(req->protection, &access) != 0)
		return -EINVAL;
	end = (vaddr_t)(req->address + req->bytes);
	if (space->pinned && !present_fits_range(space, (vaddr_t)req->address, end))
		return -ENOMEM;
	error = space_protect(&space->space, (vaddr_t)req->address, (size_t)req->bytes, access);
	if (error == 0 && space->pinned)
		error = present_bring(space, (vaddr_t)req->address, end);
	return error;
}

int vm_do_mremap(const struct vm_caller *caller, const struct vm_mremap_req *req,
		 struct vm_address_reply *rep)
{
	int error;
	struct vm_space *space = call_space(caller, req->space, &error);
	const bool fixed = req->flags & VM_MREMAP_FIXED;
	vaddr_t address = (vaddr_t)req->new_address;
	USE(space);

	if (space == NULL)
		return error;
	if ((req->flags & ~(VM_MREMAP_MAYMOVE | VM_MREMAP_FIXED)) ||
	    (fixed && !(req->flags & VM_MREMAP_MAYMOVE)) ||
	    !call_range_valid(req->address, req->old_bytes) || req->new_bytes == 0 ||
	    req->new_bytes % ARCH_PAGE_SIZE != 0 ||
	    (fixed && !call_range_valid(req->new_address, req->new_bytes)))
		return -EINVAL;
	if (req->new_bytes > PROGRAM_HIGH - PROGRAM_LOW)
		return -ENOMEM;
	if (space->pinned &&
	    !present_fits(space, req->new_bytes / ARCH_PAGE_SIZE, req->new_bytes / ARCH_PAGE_SIZE))
		return -ENOMEM;
	error = space_remap(&space->space, (vaddr_t)req->address, (size_t)req->old_bytes,
			    (size_t)req->new_bytes, fixed ? SPACE_FIXED : SPACE_ANYWHERE,
			    req->flags & VM_MREMAP_MAYMOVE, &address);
	if (error != 0)
		return error;
	rep->address = address;
	return space->pinned ? present_bring(space, address, address + (vaddr_t)req->new_bytes) : 0;
}
