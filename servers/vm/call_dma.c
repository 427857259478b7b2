/* Calls on memory that devices reach. */
#include "call.h"

#include "dma.h"
#include "memory.h"

/* For one's own device one must be a driver; call_space() looks at those who ask for others. */
static int request_check(const struct vm_caller *caller, const struct vm_space *space,
			 const struct vm_dma_req *req)
{
	if (space == caller->space && !(caller->rights & VM_RIGHT_PHYSICAL))
		return -ENOTALLOWED;
	if ((req->physical | req->bytes) % ARCH_PAGE_SIZE != 0 || req->bytes == 0 ||
	    req->physical > UINTPTR_MAX || req->bytes - 1 > UINTPTR_MAX - req->physical)
		return -EINVAL;
	return 0;
}

int vm_do_dma_add(const struct vm_caller *caller, const struct vm_dma_req *req,
		  struct vm_empty_reply *rep)
{
	int error;
	struct vm_space *space = call_space(caller, req->space, &error);

	(void)rep;
	if (space == NULL)
		return error;
	error = request_check(caller, space, req);
	if (error != 0)
		return error;
	return dma_add(space, frame_of((paddr_t)req->physical),
		       (uint32_t)(req->bytes / ARCH_PAGE_SIZE));
}

/* A space that is gone or about to go still has a name here. */
int vm_do_dma_delete(const struct vm_caller *caller, const struct vm_dma_req *req,
		     struct vm_empty_reply *rep)
{
	struct vm_space *space = req->space == 0 ? caller->space : vm_space_find(req->space);
	int error;

	(void)rep;
	if (space != caller->space && !(caller->rights & VM_RIGHT_OTHERS))
		return -ENOTALLOWED;
	error = request_check(caller, space, req);
	if (error != 0)
		return error;
	return dma_delete(space, req->space == 0 ? space->id : req->space,
			  frame_of((paddr_t)req->physical),
			  (uint32_t)(req->bytes / ARCH_PAGE_SIZE));
}

int vm_do_dma_get(const struct vm_caller *caller, const struct vm_dma_get_req *req,
		  struct vm_dma_get_reply *rep)
{
	const struct dma *dma = dma_orphan(req->next);

	(void)caller;
	if (dma == NULL)
		return -ENOENT;
	*rep = (struct vm_dma_get_reply){
		.space = dma->space,
		.physical = frame_address(dma->first),
		.bytes = (u64)dma->count * ARCH_PAGE_SIZE,
		.next = dma->number + 1,
	};
	return 0;
}
