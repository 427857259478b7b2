/* Calls on locks. Who waits for a range says so in its call: done is its first byte, result the
 * last, state the type plus one.
 */
#include "lock.h"

#include "kinds.h"
#include "lock_range.h"
#include "open_file.h"
#include "process.h"
#include "vnode.h"

#define CHAIN_MAX 64u /* processes that wait for one another, at most so many are followed */

/* Lists may be empty while nobody has the vnode: every lock's owner holds a reference to it. */
void lock_drop_process(struct vnode *vnode, struct process *process)
{
	if (lock_remove(&vnode->locks, process, false))
		queue_wake(&vnode->lock_waiters);
}

void locks_drop(struct process *process)
{
	struct open_file *file;
	unsigned int at = 0;

	while ((file = open_file_next(&at)) != NULL) {
		if (file->vnode != NULL)
			lock_drop_process(file->vnode, process);
	}
}

void flock_drop(struct open_file *file)
{
	if (file->vnode != NULL && lock_remove(&file->vnode->locks, file, true))
		queue_wake(&file->vnode->lock_waiters);
}

/* --- Deadlock --------------------------------------------------------------------------------- */

static struct lock wanted_by(const struct call *call)
{
	return (struct lock){
		.owner = call->process,
		.first = call->done,
		.last = (uint64_t)call->result,
		.type = (int)call->state - 1,
	};
}

/* Whom the process waits for; NULL: for nobody. */
static const struct process *blocker_of(const struct process *process)
{
	unsigned int at = 0;
	struct call *call;

	while ((call = call_next(&at)) != NULL) {
		struct lock wanted = wanted_by(call);
		const struct lock *other;

		if (call->process != process || call->phase != CALL_WAITING || call->file == NULL ||
		    call->file->vnode == NULL || call->queue != &call->file->vnode->lock_waiters ||
		    call->message.type != VFS_LOCK)
			continue;
		other = lock_conflict(call->file->vnode->locks, &wanted);
		if (other != NULL)
			return other->owner;
	}
	return NULL;
}

static bool closes_circle(const struct process *process, const struct process *blocker)
{
	for (unsigned int i = 0; i < CHAIN_MAX && blocker != NULL; i++) {
		if (blocker == process)
			return true;
		blocker = blocker_of(blocker);
	}
	return false;
}

/* --- Ranges ----------------------------------------------------------------------------------- */

static int range_of(const struct open_file *file, const struct vfs_lock_req *req, struct lock *lock)
{
	int64_t base = req->whence == SEEK_CURRENT    ? (int64_t)file->position
		       : req->whence == SEEK_FROM_END ? (int64_t)file->vnode->bytes
						      : 0;
	int64_t first, end;

	if (req->whence > SEEK_FROM_END || req->how > VFS_LOCK_WAIT || req->type < LOCK_TYPE_READ ||
	    req->type > LOCK_TYPE_NONE)
		return -EINVAL;
	if (__builtin_add_overflow(base, req->start, &first))
		return -EOVERFLOW;
	if (req->length < 0) {
		if (first < 0 || first + req->length < 0)
			return -EINVAL;
		end = first - 1;
		first += req->length;
	} else if (req->length == 0) {
		end = INT64_MAX;
	} else if (__builtin_add_overflow(first, req->length - 1, &end)) {
		return -EOVERFLOW;
	}
	if (first < 0)
		return -EINVAL;
	lock->first = (uint64_t)first;
	lock->last = (uint64_t)end;
	lock->type = req->type;
	return 0;
}

static void tell(const struct lock *conflict, struct vfs_lock_reply *rep)
{
	const struct process *owner = conflict != NULL ? conflict->owner : NULL;

	rep->type = LOCK_TYPE_NONE;
	if (conflict == NULL)
		return;
	rep->type = conflict->type;
	rep->pid = owner->pid;
	rep->start = conflict->first;
	rep->length = conflict->last == INT64_MAX ? 0 : conflict->last - conflict->first + 1;
}

static int access_check(const struct open_file *file, const struct vfs_lock_req *req)
{
	const uint32_t access = file->flags & FILE_ACCESS_MASK;

	if (file->flags & FILE_PATH)
		return -EBADF;
	if (file->vnode == NULL || req->how == VFS_LOCK_GET)
		return file->vnode == NULL ? -EINVAL : 0;
	if ((req->type == LOCK_TYPE_READ && access == FILE_WRITE_ONLY) ||
	    (req->type == LOCK_TYPE_WRITE && access == FILE_READ_ONLY))
		return -EBADF;
	return 0;
}

static struct answer range_lock(struct call *call, const struct vfs_lock_req *req,
				struct vfs_lock_reply *rep)
{
	struct vnode *vnode = call->file->vnode;
	struct lock wanted = {.owner = call->process};
	const struct lock *conflict;
	int error = access_check(call->file, req);

	if (error == 0 && call->state != 0)
		wanted = wanted_by(call);
	else if (error == 0)
		error = range_of(call->file, req, &wanted);
	if (error != 0)
		return answer(error);
	conflict = wanted.type != LOCK_TYPE_NONE ? lock_conflict(vnode->locks, &wanted) : NULL;
	if (req->how == VFS_LOCK_GET) {
		tell(conflict, rep);
		return answer(0);
	}
	if (conflict == NULL) {
		error = lock_set(&vnode->locks, &wanted);
		queue_wake(&vnode->lock_waiters);
		return answer(error);
	}
	if (req->how != VFS_LOCK_WAIT)
		return answer(-EAGAIN);
	if (closes_circle(call->process, conflict->owner))
		return answer(-EDEADLK);
	call->done = wanted.first;
	call->result = (int64_t)wanted.last;
	call->state = (uint32_t)wanted.type + 1;
	return call_wait(call, &vnode->lock_waiters);
}

/* The file that both kinds of calls are about, kept while they wait. */
static int file_of(struct call *call, int32_t fd)
{
	return call->file != NULL ? 0 : open_file_any(call, fd, &call->file);
}

static struct answer file_done(struct call *call, struct answer said)
{
	if (!said.later) {
		open_file_put(call->file);
		call->file = NULL;
	}
	return said;
}

struct answer vfs_do_lock(struct call *call, const struct vfs_lock_req *req,
			  struct vfs_lock_reply *rep)
{
	const int error = file_of(call, req->fd);

	return error != 0 ? answer(error) : file_done(call, range_lock(call, req, rep));
}

/* --- Whole files ------------------------------------------------------------------------------ */

static struct answer flock(struct call *call, uint32_t operation)
{
	struct vnode *vnode = call->file->vnode;
	struct lock wanted = {.owner = call->file, .last = INT64_MAX, .whole = true};

	if (vnode == NULL || call->file->flags & FILE_PATH)
		return answer(vnode == NULL ? -EINVAL : -EBADF);
	switch (operation & ~FLOCK_NO_WAIT) {
	case FLOCK_SHARED:
		wanted.type = LOCK_TYPE_READ;
		break;
	case FLOCK_EXCLUSIVE:
		wanted.type = LOCK_TYPE_WRITE;
		break;
	case FLOCK_UNLOCK:
		flock_drop(call->file);
		return answer(0);
	default:
		return answer(-EINVAL);
	}
	if (lock_conflict(vnode->locks, &wanted) == NULL) {
		const int error = lock_set(&vnode->locks, &wanted);

		queue_wake(&vnode->lock_waiters);
		return answer(error);
	}
	if (operation & FLOCK_NO_WAIT)
		return answer(-EAGAIN);
	return call_wait(call, &vnode->lock_waiters);
}

struct answer vfs_do_flock(struct call *call, const struct vfs_flock_req *req,
			   struct vfs_empty_reply *rep)
{
	const int error = file_of(call, req->fd);

	(void)rep;
	return error != 0 ? answer(error) : file_done(call, flock(call, req->operation));
}
