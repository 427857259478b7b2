/* Calls of pagers: maps of files into the spaces of programs. */
#include "call.h"

#include "file.h"
#include "memory.h"
#include "pager.h"
#include "type.h"
#include <arch/layout.h>

#define MAP_FLAGS (VM_MAP_FIXED | VM_MAP_FIXED_NOREPLACE | VM_MAP_SHARED)

static int request_fill(const struct vm_map_file_req *req, struct space_request *request)
{
	const uint64_t bytes = (uint64_t)req->pages * ARCH_PAGE_SIZE;
	const uint32_t fixed = req->flags & (VM_MAP_FIXED | VM_MAP_FIXED_NOREPLACE);
	uint32_t limit;

	if (req->flags & ~MAP_FLAGS || fixed == (VM_MAP_FIXED | VM_MAP_FIXED_NOREPLACE) ||
	    call_access(req->protection, &request->flags) != 0 ||
	    call_access(req->limit, &limit) != 0 || bytes == 0 ||
	    req->offset % ARCH_PAGE_SIZE != 0 || req->offset > INT64_MAX - bytes ||
	    req->file_bytes > INT64_MAX || (fixed && !call_range_valid(req->address, bytes)))
		return -EINVAL;
	if (req->protection & ~req->limit)
		return -EACCES;
	if (bytes > PROGRAM_HIGH - PROGRAM_LOW)
		return -ENOMEM;
	request->bytes = (size_t)bytes;
	if (call_range_valid(req->address, bytes))
		request->address = (vaddr_t)req->address;
	request->placement = fixed == VM_MAP_FIXED ? SPACE_FIXED
			     : fixed		   ? SPACE_FIXED_IF_FREE
						   : SPACE_ANYWHERE;
	if (req->flags & VM_MAP_SHARED)
		request->flags |= REGION_SHARED | (limit & REGION_WRITE ? 0 : REGION_READ_ONLY);
	return 0;
}

int vm_do_map_file(const struct vm_caller *caller, const struct vm_map_file_req *req,
		   struct vm_address_reply *rep)
{
	int error;
	struct vm_space *space = call_space(caller, req->space, &error);
	const struct file_key key = {
		.device = req->device,
		.inode = req->inode,
		.token = req->token,
		.pager_space = caller->space->id,
	};
	struct space_request request = {.type = &type_file, .offset = req->offset};
	struct file *file;
	vaddr_t start;
	USE(space);

	if (space == NULL)
		return error;
	error = request_fill(req, &request);
	if (error != 0)
		return error;
	/* A service that waits for a file could be one that the file's pager waits for. */
	if (space->service)
		return -EPERM;
	request.object = file = file_get(&key, caller->thread);
	if (file == NULL)
		return -ENOMEM;
	error = space_map(&space->space, &request, &start);
	if (error != 0) {
		file_put(file);
		return error;
	}

	/* Nothing fails from here. */
	slab_write(file);
	file->maps++;
	file->pager = caller->thread;
	file_resize(key.device, key.inode, req->file_bytes);
	rep->address = start;
	return 0;
}

int vm_do_file_ready(const struct vm_caller *caller, const struct vm_file_ready_req *req,
		     struct vm_empty_reply *rep)
{
	(void)rep;
	return pager_ready(caller->space->id, req->request, req->result);
}
