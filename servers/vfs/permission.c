/* Who may do what. User 0 may do everything, but execute only what somebody may execute. */
#include "process.h"
#include "vnode.h"

static bool in_group(const struct process *process, uint32_t own, uint32_t group)
{
	if (own == group)
		return true;
	for (uint32_t i = 0; i < process->group_count; i++) {
		if (process->groups[i] == group)
			return true;
	}
	return false;
}

static int allows(const struct vnode *vnode, uint32_t access, uint32_t user, bool of_group)
{
	uint32_t bits = vnode->mode;

	if (user == 0)
		return access & ACCESS_EXECUTE && !vnode_is(vnode, MODE_DIRECTORY) && !(bits & 0111)
			       ? -EACCES
			       : 0;
	if (vnode->user == user)
		bits >>= 6;
	else if (of_group)
		bits >>= 3;
	return access & ~bits ? -EACCES : 0;
}

int vnode_allows(const struct vnode *vnode, const struct process *process, uint32_t access)
{
	return allows(vnode, access, process->effective_user,
		      in_group(process, process->effective_group, vnode->group));
}

int vnode_allows_real(const struct vnode *vnode, const struct process *process, uint32_t access)
{
	return allows(vnode, access, process->user,
		      in_group(process, process->user_group, vnode->group));
}

bool process_owns(const struct process *process, const struct vnode *vnode)
{
	return process->effective_user == 0 || process->effective_user == vnode->user;
}

bool process_in_group(const struct process *process, uint32_t group)
{
	return in_group(process, process->effective_group, group);
}
