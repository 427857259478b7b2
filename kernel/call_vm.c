/* The pager's kernel calls: paging, edits of spaces, faults and memory requests. */
#include "kernel/call.h"
#include "kernel/copy.h"
#include "kernel/enter.h"
#include "kernel/fault.h"
#include "kernel/main.h"
#include "kernel/print.h"
#include "kernel/sched.h"
#include "kernel/smp.h"

#define PAGING_BLOB_MAX 256

int sys_do_paging_enable(struct thread *caller, const struct sys_paging_enable_req *req,
			 struct sys_empty_reply *rep)
{
	static uint8_t blob[PAGING_BLOB_MAX] __attribute__((aligned(8))); /* guarded by bkl */
	static bool enabled;
	const char *what = "";
	paddr_t root;
	int code;

	(void)rep;
	if (enabled)
		return -EBUSY;
	if (caller != pager || req->size > sizeof(blob))
		return -EINVAL;
	if (!copy_range_valid(req->address, req->size))
		return -EFAULT;
	code = copy_in(caller, caller, (vaddr_t)req->address, blob, req->size, true);
	if (code)
		return code;
	code = arch_paging_enable(blob, req->size, &root, &what);
	if (code) {
		print("paging: refused, %s\n", what);
		return code;
	}
	enabled = true;
	caller->space->root = root;
	this_cpu()->root = root;
	main_start_cpus();
	return 0;
}

int sys_do_inhibit_set(struct thread *caller, const struct sys_space_req *req,
		       struct sys_empty_reply *rep)
{
	struct space *space = space_find(req->space);

	(void)rep;
	if (!space)
		return -ESRCH;
	if (space == caller->space || (pager && space == pager->space))
		return -EINVAL;
	if (space->inhibited)
		return -EBUSY;
	space_inhibit(space);
	return 0;
}

int sys_do_inhibit_clear(struct thread *caller, const struct sys_space_req *req,
			 struct sys_epoch_reply *rep)
{
	struct space *space = space_find(req->space);

	(void)caller;
	if (!space)
		return -ESRCH;
	if (!space->inhibited)
		return -EINVAL;
	rep->epoch = space_uninhibit(space);
	return 0;
}

int sys_do_flush(struct thread *caller, const struct sys_space_req *req,
		 struct sys_epoch_reply *rep)
{
	struct space *space = space_find(req->space);

	(void)caller;
	if (!space)
		return -ESRCH;
	rep->epoch = smp_flush_space(space);
	return 0;
}

int sys_do_fault_clear(struct thread *caller, const struct sys_fault_clear_req *req,
		       struct sys_empty_reply *rep)
{
	struct thread *t = thread_find(req->thread);

	(void)caller, (void)rep;
	if (!t)
		return -EDEADSRCDST;
	return fault_answer(t) ? 0 : -EINVAL;
}

int sys_do_memreq_reply(struct thread *caller, const struct sys_memreq_reply_req *req,
			struct sys_empty_reply *rep)
{
	struct thread *t = thread_find(req->thread);

	(void)caller, (void)rep;
	if (!t)
		return -EDEADSRCDST;
	if (req->result != 0 && req->result != -EFAULT && req->result != -ENOMEM)
		return -EINVAL;
	return fault_request_answer(t, req->result) ? 0 : -EINVAL;
}

int sys_do_root_get(struct thread *caller, const struct sys_root_get_req *req,
		    struct sys_root_get_reply *rep)
{
	struct thread *t = call_thread(caller, req->thread);

	if (!t)
		return -EDEADSRCDST;
	rep->space = t->space->id;
	rep->privilege = t->priv->id;
	rep->root = t->space->root;
	rep->message_frame = t->message_frame;
	rep->message_address = t->message_address;
	return 0;
}
