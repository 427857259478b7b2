/* Calls of those who make processes: spaces come, are forked, and go. */
#include "call.h"

#include "memory.h"
#include "pager.h"
#include "type.h"
#include "watch.h"
#include <skerry/kernel_call.h>
#include <sys_call.h>

static int root_get(endpoint_t thread, struct sys_root_get_reply *root)
{
	const struct sys_root_get_req request = {.thread = thread};

	return sys_vmctl_root_get(&request, root) == 0 ? 0 : -ESRCH;
}

static void reply_fill(struct vm_space_reply *rep, const struct vm_space *space, frame_t frame,
		       vaddr_t address)
{
	rep->space = space->id;
	rep->message_frame = frame_address(frame);
	rep->message_address = address;
}

/* Exec: the thread moves here and keeps its page, at its place. */
int vm_do_space_create(const struct vm_caller *caller, const struct vm_space_create_req *req,
		       struct vm_space_reply *rep)
{
	struct sys_root_get_reply root = {0};
	struct vm_space *space, *old = NULL;
	frame_t frame, shared = FRAME_NONE;
	vaddr_t address;
	int error;

	(void)caller;
	if (req->thread != EP_NONE) {
		if (root_get(req->thread, &root) != 0)
			return -ESRCH;
		old = vm_space_find(root.space);
		if (old == NULL)
			return -ESRCH;
		shared = frame_of((paddr_t)root.message_frame);
	}
	error = vm_space_create(&space);
	if (error != 0)
		return error;
	error = vm_message_page(space, shared, (vaddr_t)root.message_address, &frame, &address);
	if (error != 0) {
		(void)vm_space_destroy(space);
		return error;
	}
	if (old != NULL) {
		USE(space);
		space->rights = old->rights;
		space->service = old->service;
	}
	reply_fill(rep, space, frame, address);
	return 0;
}

int vm_do_space_fork(const struct vm_caller *caller, const struct vm_space_fork_req *req,
		     struct vm_space_reply *rep)
{
	int error;
	struct vm_space *parent = call_space(caller, req->parent, &error), *child;
	struct sys_root_get_reply root;
	frame_t frame;
	vaddr_t address;

	if (parent == NULL)
		return error;
	if (root_get(req->thread, &root) != 0 || root.space != parent->id)
		return -ESRCH;
	error = vm_space_create(&child);
	if (error != 0)
		return error;
	{
		USE(parent);
		USE(child);
		error = space_fork(&parent->space, &child->space);
		child->rights = parent->rights;
		child->service = parent->service;
		child->heap_start = parent->heap_start;
		child->heap_end = parent->heap_end;
	}
	if (error == 0)
		error = vm_message_page(child, FRAME_NONE, (vaddr_t)root.message_address, &frame,
					&address);
	if (error != 0) {
		(void)vm_space_destroy(child);
		return error;
	}
	reply_fill(rep, child, frame, address);
	return 0;
}

int vm_do_space_destroy(const struct vm_caller *caller, const struct vm_space_req *req,
			struct vm_empty_reply *rep)
{
	struct vm_space *space = vm_space_find(req->space);

	(void)rep;
	if (space == NULL)
		return -ESRCH;
	if (space == caller->space)
		return -EBUSY;
	return vm_space_destroy(space);
}

int vm_do_space_ending(const struct vm_caller *caller, const struct vm_space_req *req,
		       struct vm_empty_reply *rep)
{
	struct vm_space *space = vm_space_find(req->space);
	USE(space);

	(void)caller, (void)rep;
	if (space == NULL)
		return -ESRCH;
	space->ending = true;
	watch_space_end(space);
	pager_space_ends(space->id);
	return 0;
}

int vm_do_message_page(const struct vm_caller *caller, const struct vm_space_req *req,
		       struct vm_space_reply *rep)
{
	int error;
	struct vm_space *space = call_space(caller, req->space, &error);
	frame_t frame;
	vaddr_t address;

	if (space == NULL)
		return error;
	error = vm_message_page(space, FRAME_NONE, 0, &frame, &address);
	if (error == 0)
		reply_fill(rep, space, frame, address);
	return error;
}

int vm_do_set_rights(const struct vm_caller *caller, const struct vm_set_rights_req *req,
		     struct vm_empty_reply *rep)
{
	struct vm_space *space = vm_space_find(req->space);
	USE(space);

	(void)rep;
	if (space == NULL)
		return -ESRCH;
	/* Nobody gives what he has not. */
	if (req->rights & ~caller->rights)
		return -ENOTALLOWED;
	space->rights = req->rights;
	return 0;
}
