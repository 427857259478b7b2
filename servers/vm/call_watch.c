/* Calls on watching other spaces. */
#include "call.h"

#include "watch.h"

int vm_do_watch_exit(const struct vm_caller *caller, const struct vm_space_req *req,
		     struct vm_empty_reply *rep)
{
	struct vm_space *space = vm_space_find(req->space);

	(void)rep;
	if (space == NULL || space->ending || caller->space->ending)
		return -ESRCH;
	if (space == caller->space)
		return -EINVAL;
	return watch_begin(caller->space, caller->thread, space);
}

int vm_do_query_exit(const struct vm_caller *caller, const struct vm_empty_req *req,
		     struct vm_query_exit_reply *rep)
{
	(void)req;
	return watch_news(caller->space, &rep->space, &rep->reasons) ? 0 : -ENOENT;
}

int vm_do_notify_signal(const struct vm_caller *caller, const struct vm_space_req *req,
			struct vm_empty_reply *rep)
{
	int error;
	struct vm_space *space = call_space(caller, req->space, &error);

	(void)rep;
	if (space == NULL)
		return error;
	return watch_signalled(space) ? 0 : -ENOENT;
}
