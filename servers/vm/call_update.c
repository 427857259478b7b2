/* Calls of those who replace, restart and protect services: RS. */
#include "call.h"

#include "dma.h"
#include "file.h"
#include "page_round.h"
#include "pager.h"
#include "present.h"
#include "safemap.h"
#include "type.h"
#include "watch.h"
#include <arch/layout.h>

#define PAGE_IN_MAX ((uint64_t)1 << 20) /* bytes: VM serves nobody else meanwhile */

/* The kernel has swapped what the two names run in; what VM keeps for a name follows it, and the
 * grants of the replaced instance end. Pinning is the memory's, not the name's: it could not follow
 * without memory. */
int vm_do_update(const struct vm_caller *caller, const struct vm_update_req *req,
		 struct vm_empty_reply *rep)
{
	int error;
	struct vm_space *old = call_space(caller, req->old_space, &error), *new = NULL;

	(void)rep;
	if (old != NULL)
		new = call_space(caller, req->new_space, &error);
	if (new == NULL)
		return error;
	if (old == new)
		return -EINVAL;

	/* Nothing fails from here. */
	{
		const uint32_t rights = old->rights;
		const bool service = old->service;
		USE(old);
		USE(new);

		old->rights = new->rights;
		old->service = new->service;
		new->rights = rights;
		new->service = service;
	}
	safemap_revoke_space(old->id);
	watch_swap(old, new);
	dma_swap(old, new);
	pager_swap(old->id, new->id);
	return 0;
}

int vm_do_prepare(const struct vm_caller *caller, const struct vm_space_req *req,
		  struct vm_empty_reply *rep)
{
	int error;
	struct vm_space *space = call_space(caller, req->space, &error);

	(void)rep;
	return space != NULL ? present_all(space) : error;
}

int vm_do_memctl(const struct vm_caller *caller, const struct vm_memctl_req *req,
		 struct vm_empty_reply *rep)
{
	int error;
	struct vm_space *space = call_space(caller, req->space, &error);
	USE(space);

	(void)rep;
	if (space == NULL)
		return error;
	switch (req->what) {
	case VM_MEMCTL_PIN:
		return present_pin(space);
	case VM_MEMCTL_UNPIN:
		space->pinned = false;
		return 0;
	default:
		return -EINVAL;
	}
}

/* Devices that the old program used may write still: their memory waits for who resets them. */
int vm_do_space_clear(const struct vm_caller *caller, const struct vm_space_req *req,
		      struct vm_empty_reply *rep)
{
	int error;
	struct vm_space *space = call_space(caller, req->space, &error);
	USE(space);

	(void)rep;
	if (space == NULL)
		return error;
	if (space == caller->space)
		return -EBUSY;
	dma_space_end(space);
	space_clear(&space->space, true);
	space->heap_start = space->heap_end = 0;
	return 0;
}

/* Only its pager knows what to do with a token. */
static void missing_tell(const struct vm_caller *caller, struct vm_space *space,
			 const struct vm_page_in_req *req, struct vm_page_in_reply *rep)
{
	const uint64_t end = req->address + req->bytes;

	for (uint64_t page = page_floor(req->address); page < end; page += ARCH_PAGE_SIZE) {
		const struct region *region = region_find(&space->space.regions, (vaddr_t)page);
		const struct file *file;
		struct page_reference present;

		if (region == NULL || region->type != &type_file ||
		    pages_find(&space->space.pages, (page_t)(page / ARCH_PAGE_SIZE), &present))
			continue;
		file = region->object;
		if (file->pager_space != caller->space->id)
			return;
		rep->token = file->token;
		rep->offset = region->offset + ((vaddr_t)page - region->start);
		return;
	}
}

int vm_do_page_in(const struct vm_caller *caller, const struct vm_page_in_req *req,
		  struct vm_page_in_reply *rep)
{
	int error;
	struct vm_space *space = call_space(caller, req->space, &error);
	uint32_t access;

	if (space == NULL)
		return error;
	if (call_access(req->access, &access) != 0 || access == 0 || req->bytes == 0 ||
	    req->bytes > PAGE_IN_MAX)
		return -EINVAL;
	if (req->address >= PROGRAM_HIGH || req->bytes > PROGRAM_HIGH - req->address)
		return -EFAULT;
	error = present_page_in(space, (vaddr_t)req->address, (size_t)req->bytes, access);
	if (error == -EAGAIN)
		missing_tell(caller, space, req, rep);
	return error;
}
