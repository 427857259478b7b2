/* Resource limits. PM itself keeps the number of processes; files are VFS's; the rest is only
 * remembered.
 */
#include "call.h"

#include "vfs.h"

static bool is_vfs_limit(uint32_t resource)
{
	return resource == PM_LIMIT_FILES || resource == PM_LIMIT_FILE_BYTES;
}

void limits_init(struct process *process)
{
	for (unsigned int i = 0; i < PM_LIMITS; i++)
		process->limits[i] = (struct limit){PM_LIMIT_NONE, PM_LIMIT_NONE};
	process->limits[PM_LIMIT_STACK].soft = 8u << 20;
	process->limits[PM_LIMIT_CORE].soft = 0;
	process->limits[PM_LIMIT_FILES] = (struct limit){1024, 4096};
}

static struct answer limit_set(struct process *process, const struct pm_limit_req *req,
			       const struct pm_limit_reply *rep)
{
	struct pm_vfs_limits_req limits = {0};
	struct vfs_request *told = NULL;
	int error = 0;

	if (is_vfs_limit(req->resource))
		error = vfs_tell_begin(calling, process->thread, &told);
	if (error != 0)
		return answer(error);
	process->limits[req->resource] = (struct limit){req->soft, req->hard};
	if (told == NULL)
		return answer(0);
	limits.process = process->thread;
	limits.files = process->limits[PM_LIMIT_FILES].soft;
	limits.file_bytes = process->limits[PM_LIMIT_FILE_BYTES].soft;
	return vfs_tell(told, PM_VFS_LIMITS, &limits, sizeof(limits), rep, sizeof(*rep));
}

struct answer pm_do_limit(endpoint_t caller, const struct pm_limit_req *req,
			  struct pm_limit_reply *rep)
{
	struct process *self, *process;
	const struct limit *old;

	(void)caller;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	self = calling->process;
	process = req->pid == 0 ? self : process_by_pid(req->pid);
	if (process == NULL || process->thread == EP_NONE)
		return answer(-ESRCH);
	if (req->resource >= PM_LIMITS)
		return answer(-EINVAL);
	if (process != self && !is_root(self) && process->ids.id.user != self->ids.id.user)
		return answer(-EPERM);
	old = &process->limits[req->resource];
	rep->soft = old->soft;
	rep->hard = old->hard;
	if (!req->set)
		return answer(0);
	if (req->soft > req->hard)
		return answer(-EINVAL);
	if (req->hard > old->hard && !is_root(self))
		return answer(-EPERM);
	return limit_set(process, req, rep);
}
