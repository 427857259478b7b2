/* Users and groups. VFS knows of every change before the caller is answered. */
#include "call.h"

#include "vfs.h"
#include <skerry/signal.h>
#include <string.h>

bool is_root(const struct process *process)
{
	return process->ids.id.effective_user == 0;
}

bool may_signal(const struct process *sender, const struct process *process, uint32_t signal)
{
	const struct pm_ids_reply *from = &sender->ids.id, *to = &process->ids.id;

	if (sender->pid == 0 || is_root(sender) ||
	    (signal == SIGNAL_CONTINUE && sender->session == process->session))
		return true;
	return from->effective_user == to->user || from->effective_user == to->saved_user ||
	       from->user == to->user || from->user == to->saved_user;
}

struct answer pm_do_user_get(endpoint_t caller, const struct pm_empty_req *req,
			     struct pm_ids_reply *rep)
{
	(void)caller, (void)req;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	*rep = calling->process->ids.id;
	return answer(0);
}

/* --- Changes ---------------------------------------------------------------------------------- */

/* Real, effective and saved: of the user, or of the group. */
struct triple {
	u32 real, effective, saved;
};

static bool may_become(u32 id, const struct triple *own, bool root)
{
	return id == PM_ID_KEEP || root || id == own->real || id == own->effective ||
	       id == own->saved;
}

/* SET: who is privileged gets all three, others choose between real and saved. */
static int rule_set(struct triple *own, u32 id, bool root)
{
	if (id == PM_ID_KEEP)
		return -EINVAL;
	if (root)
		*own = (struct triple){id, id, id};
	else if (id == own->real || id == own->saved)
		own->effective = id;
	else
		return -EPERM;
	return 0;
}

/* The real one may become effective or real; whoever changes it has a new saved one. */
static int rule_pair(struct triple *own, u32 real, u32 effective, bool root)
{
	const struct triple old = *own;

	if (real != PM_ID_KEEP && !root && real != old.real && real != old.effective)
		return -EPERM;
	if (!may_become(effective, &old, root))
		return -EPERM;
	if (real != PM_ID_KEEP)
		own->real = real;
	if (effective != PM_ID_KEEP)
		own->effective = effective;
	if (real != PM_ID_KEEP || (effective != PM_ID_KEEP && effective != old.real))
		own->saved = own->effective;
	return 0;
}

static int rule_all(struct triple *own, const struct pm_ids_req *req, bool root)
{
	if (!may_become(req->real, own, root) || !may_become(req->effective, own, root) ||
	    !may_become(req->saved, own, root))
		return -EPERM;
	if (req->real != PM_ID_KEEP)
		own->real = req->real;
	if (req->effective != PM_ID_KEEP)
		own->effective = req->effective;
	if (req->saved != PM_ID_KEEP)
		own->saved = req->saved;
	return 0;
}

static int rule_apply(struct triple *own, const struct pm_ids_req *req, bool root)
{
	switch (req->rule) {
	case PM_ID_SET:
		return rule_set(own, req->real, root);
	case PM_ID_SET_PAIR:
		return rule_pair(own, req->real, req->effective, root);
	case PM_ID_SET_ALL:
		return rule_all(own, req, root);
	default:
		return -EINVAL;
	}
}

/* The process has these ids now, and VFS hears of it. */
static struct answer ids_tell(const struct process *process, struct vfs_request *told)
{
	const struct ids *ids = &process->ids;
	const struct pm_vfs_credentials_req request = {
		.process = process->thread,
		.user = ids->id.user,
		.effective_user = ids->id.effective_user,
		.saved_user = ids->id.saved_user,
		.group = ids->id.group,
		.effective_group = ids->id.effective_group,
		.saved_group = ids->id.saved_group,
		.group_count = ids->group_count,
		.groups = told != NULL ? told->grant : GRANT_INVALID,
	};

	return vfs_tell(told, PM_VFS_CREDENTIALS, &request, sizeof(request), "", 0);
}

/* VFS reads the groups where they are. */
static int ids_tell_begin(struct vfs_request **told)
{
	struct process *process = calling->process;
	int error = vfs_tell_begin(calling, process->thread, told);

	if (error != 0 || *told == NULL)
		return error;
	(*told)->grant = vfs_grant(process->ids.groups, sizeof(process->ids.groups));
	if ((*told)->grant != GRANT_INVALID)
		return 0;
	vfs_request_drop(*told);
	return -EAGAIN;
}

static struct answer ids_change(const struct pm_ids_reply *ids)
{
	struct vfs_request *told;
	const int error = ids_tell_begin(&told);

	if (error != 0)
		return answer(error);
	calling->process->ids.id = *ids;
	return ids_tell(calling->process, told);
}

struct answer pm_do_user_set(endpoint_t caller, const struct pm_ids_req *req,
			     struct pm_empty_reply *rep)
{
	struct pm_ids_reply ids;
	struct triple user;
	int error;

	(void)caller, (void)rep;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	ids = calling->process->ids.id;
	user = (struct triple){ids.user, ids.effective_user, ids.saved_user};
	error = rule_apply(&user, req, is_root(calling->process));
	if (error != 0)
		return answer(error);
	ids.user = user.real;
	ids.effective_user = user.effective;
	ids.saved_user = user.saved;
	return ids_change(&ids);
}

struct answer pm_do_group_set(endpoint_t caller, const struct pm_ids_req *req,
			      struct pm_empty_reply *rep)
{
	struct pm_ids_reply ids;
	struct triple group;
	int error;

	(void)caller, (void)rep;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	ids = calling->process->ids.id;
	group = (struct triple){ids.group, ids.effective_group, ids.saved_group};
	error = rule_apply(&group, req, is_root(calling->process));
	if (error != 0)
		return answer(error);
	ids.group = group.real;
	ids.effective_group = group.effective;
	ids.saved_group = group.saved;
	return ids_change(&ids);
}

/* --- Supplementary groups --------------------------------------------------------------------- */

struct answer pm_do_groups_get(endpoint_t caller, const struct pm_groups_req *req,
			       struct pm_count_reply *rep)
{
	const struct ids *ids;

	if (calling == NULL)
		return answer(-ENOTALLOWED);
	ids = &calling->process->ids;
	rep->count = ids->group_count;
	if (req->count == 0)
		return answer(0);
	if (req->count < ids->group_count)
		return answer(-EINVAL);
	return answer(
		memory_put(caller, req->address, ids->groups, ids->group_count * sizeof(u32)));
}

struct answer pm_do_groups_set(endpoint_t caller, const struct pm_groups_req *req,
			       struct pm_empty_reply *rep)
{
	struct vfs_request *told;
	u32 groups[PM_GROUPS_MAX];
	struct ids *ids;
	int error;

	(void)rep;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	if (!is_root(calling->process))
		return answer(-EPERM);
	if (req->count > PM_GROUPS_MAX)
		return answer(-EINVAL);
	error = memory_fetch(caller, req->address, groups, req->count * sizeof(u32));
	if (error == 0)
		error = ids_tell_begin(&told);
	if (error != 0)
		return answer(error);
	ids = &calling->process->ids;
	memcpy(ids->groups, groups, req->count * sizeof(u32));
	ids->group_count = req->count;
	return ids_tell(calling->process, told);
}
