/* epoll: sets of open files that are polled again and again. A set does not keep its files open:
 * they leave it when they end. Edges are changes of what a file is woken by since it was last
 * reported.
 */
#include "epoll.h"

#include "clock.h"
#include "kinds.h"
#include "memory.h"
#include "process.h"
#include <sys.h>

#define SETS 64u
#define MEMBERS 1024u
#define DEPTH_MAX 4u /* of sets in sets */
#define EVENTS_ALL                                                                                 \
	(POLL_IN | POLL_PRIORITY | POLL_OUT | POLL_ERROR | POLL_HANGUP | POLL_IN_NORMAL |          \
	 POLL_OUT_NORMAL | 0x2000u | EPOLL_ONE_SHOT | EPOLL_EDGE)

struct member {
	struct member *next;
	struct open_file *file; /* NULL: free */
	int32_t fd;
	uint32_t events; /* 0: one shot, which was fired */
	uint64_t data;
	uint32_t seen; /* EPOLL_EDGE: changes when it was reported */
	uint32_t changes_now;
	bool reported;
};

struct set {
	bool used;
	struct member *first;
	struct wait_queue changed; /* members came or went */
};

static struct set sets[SETS];
static struct member members[MEMBERS];
static unsigned int member_count;

static struct member *member_make(void)
{
	for (unsigned int i = 0; member_count < MEMBERS && i < MEMBERS; i++) {
		if (members[i].file == NULL) {
			member_count++;
			return &members[i];
		}
	}
	return NULL;
}

static void member_remove(struct set *set, struct member *member)
{
	struct member **link = &set->first;

	while (*link != member)
		link = &(*link)->next;
	*link = member->next;
	member->file = NULL;
	member_count--;
}

static struct member *member_find(const struct set *set, const struct open_file *file, int32_t fd)
{
	struct member *member = set->first;

	while (member != NULL && (member->file != file || member->fd != fd))
		member = member->next;
	return member;
}

void epoll_forget(const struct open_file *file)
{
	for (unsigned int i = 0; member_count > 0 && i < SETS; i++) {
		struct member *member = sets[i].first, *next;

		for (; member != NULL; member = next) {
			next = member->next;
			if (member->file == file)
				member_remove(&sets[i], member);
		}
	}
}

static void epoll_close(struct open_file *file)
{
	struct set *set = file->object;

	while (set->first != NULL)
		member_remove(set, set->first);
	set->used = false;
}

/* --- Asking ----------------------------------------------------------------------------------- */

/* What is to be reported of it now. */
static uint32_t member_poll(struct call *call, struct member *member, struct watch *watch)
{
	struct watch own = {.bits = 0};
	struct open_file *file = open_file_get(member->file);
	uint32_t ready = 0;

	if (member->events != 0)
		ready = open_file_poll(call, file, member->events & EVENTS_ALL, &own);
	watch->bits |= own.bits;
	watch->changes += own.changes;
	if (member->file == file && member->events & EPOLL_EDGE && ready != 0 && member->reported &&
	    member->seen == own.changes)
		ready = 0;
	if (member->file == file)
		member->changes_now = own.changes;
	open_file_put(file);
	return ready;
}

static uint32_t epoll_poll(struct call *call, struct open_file *file, uint32_t events,
			   struct watch *watch)
{
	struct set *set = file->object;
	uint32_t ready = 0;

	(void)events;
	watch_queue(watch, &set->changed);
	for (struct member *member = set->first; member != NULL && ready == 0;
	     member = member->next) {
		if (member_poll(call, member, watch) != 0)
			ready = POLL_IN | POLL_IN_NORMAL;
	}
	return ready;
}

const struct file_kind kind_epoll = {
	.poll = epoll_poll,
	.close = epoll_close,
};

static void reported(struct member *member)
{
	member->reported = true;
	member->seen = member->changes_now;
	if (member->events & EPOLL_ONE_SHOT)
		member->events = 0;
}

/* Who was reported goes to the end, so that a short list of events reaches everybody. */
static void to_end(struct set *set, struct member *member)
{
	struct member **link = &set->first;

	while (*link != member)
		link = &(*link)->next;
	*link = member->next;
	while (*link != NULL)
		link = &(*link)->next;
	*link = member;
	member->next = NULL;
}

static int scan(struct call *call, struct set *set, const struct vfs_epoll_wait_req *req,
		struct watch *watch, uint64_t *count)
{
	unsigned int left = 0;

	for (struct member *member = set->first; member != NULL; member = member->next)
		left++;
	for (struct member *member = set->first, *next; member != NULL && left-- > 0;
	     member = next) {
		struct vfs_epoll_event event = {.data = member->data};
		int error;

		next = member->next;
		event.events = member_poll(call, member, watch);
		if (event.events == 0 || *count >= req->count)
			continue;
		error = memory_write(call, req->events + *count * sizeof(event), &event,
				     sizeof(event));
		if (error != 0)
			return *count > 0 ? 0 : error;
		++*count;
		reported(member);
		to_end(set, member);
	}
	return 0;
}

/* The set of a descriptor, its open file held by the call. */
static int set_of(struct call *call, int32_t fd, struct set **set)
{
	int error = 0;

	if (call->file == NULL)
		error = open_file_any(call, fd, &call->file);
	if (error == 0 && call->file->kind != &kind_epoll)
		error = -EINVAL;
	if (error == 0)
		*set = call->file->object;
	return error;
}

static struct answer wait(struct call *call, const struct vfs_epoll_wait_req *req,
			  struct vfs_count_reply *rep)
{
	const uint64_t deadline = poll_deadline(call, req->wait);
	struct watch watch;
	struct set *set;
	uint32_t before;
	int error = set_of(call, req->epoll, &set);

	if (error == 0 && (req->count == 0 || req->count > VFS_POLL_MAX))
		error = -EINVAL;
	if (error != 0)
		return answer(error);
	do {
		before = queue_changes();
		watch = (struct watch){.bits = 0};
		watch_queue(&watch, &set->changed);
		rep->count = 0;
		error = scan(call, set, req, &watch, &rep->count);
	} while (error == 0 && rep->count == 0 && before != queue_changes() &&
		 call->interrupted == 0);
	if (error != 0 || rep->count > 0 || poll_over(deadline))
		return answer(error);
	return call_wait_until(call, watch.bits, deadline);
}

static struct answer done(struct call *call, struct answer said)
{
	if (!said.later && call->file != NULL) {
		open_file_put(call->file);
		call->file = NULL;
	}
	return said;
}

struct answer vfs_do_epoll_wait(struct call *call, const struct vfs_epoll_wait_req *req,
				struct vfs_count_reply *rep)
{
	return done(call, wait(call, req, rep));
}

/* --- Members ---------------------------------------------------------------------------------- */

/* How deep sets lie in this file; more than DEPTH_MAX: too deep, or a circle. */
static unsigned int depth_of(const struct open_file *file, unsigned int depth)
{
	unsigned int deepest = depth;

	if (file->kind != &kind_epoll || depth > DEPTH_MAX)
		return depth;
	for (const struct member *member = ((const struct set *)file->object)->first;
	     member != NULL && deepest <= DEPTH_MAX; member = member->next) {
		const unsigned int below = depth_of(member->file, depth + 1);

		if (below > deepest)
			deepest = below;
	}
	return deepest;
}

static bool reaches(const struct open_file *file, const struct open_file *wanted)
{
	if (file == wanted)
		return true;
	if (file->kind != &kind_epoll)
		return false;
	for (const struct member *member = ((const struct set *)file->object)->first;
	     member != NULL; member = member->next) {
		if (reaches(member->file, wanted))
			return true;
	}
	return false;
}

static int member_add(struct set *set, struct call *call, const struct vfs_epoll_set_req *req,
		      struct open_file *file)
{
	struct member *member;

	if (file->kind->poll == NULL)
		return -EPERM;
	if (reaches(file, call->file) || depth_of(file, 1) > DEPTH_MAX)
		return -ELOOP;
	member = member_make();
	if (member == NULL)
		return -ENOSPC;
	*member = (struct member){
		.next = set->first,
		.file = file,
		.fd = req->fd,
		.events = req->events,
		.data = req->data,
	};
	set->first = member;
	return 0;
}

static int change(struct set *set, struct call *call, const struct vfs_epoll_set_req *req)
{
	struct open_file *file = descriptor_file(call->process, req->fd);
	struct member *member;

	if (file == NULL || file->flags & FILE_PATH)
		return -EBADF;
	if (req->what < VFS_EPOLL_ADD || req->what > VFS_EPOLL_CHANGE || file == call->file ||
	    req->events & ~EVENTS_ALL)
		return -EINVAL;
	member = member_find(set, file, req->fd);
	if (req->what == VFS_EPOLL_ADD)
		return member != NULL ? -EEXIST : member_add(set, call, req, file);
	if (member == NULL)
		return -ENOENT;
	if (req->what == VFS_EPOLL_REMOVE) {
		member_remove(set, member);
		return 0;
	}
	member->events = req->events;
	member->data = req->data;
	member->reported = false;
	return 0;
}

struct answer vfs_do_epoll_set(struct call *call, const struct vfs_epoll_set_req *req,
			       struct vfs_empty_reply *rep)
{
	struct set *set;
	int error = set_of(call, req->epoll, &set);

	(void)rep;
	if (error == 0)
		error = change(set, call, req);
	if (error == 0)
		queue_wake(&set->changed);
	return done(call, answer(error));
}

struct answer vfs_do_epoll(struct call *call, const struct vfs_value_req *req,
			   struct vfs_fd_reply *rep)
{
	struct open_file *file;
	unsigned int i = 0;
	int fd;

	if (req->value & ~FILE_CLOSE_ON_EXEC)
		return answer(-EINVAL);
	while (i < SETS && sets[i].used)
		i++;
	fd = descriptor_free(call->process, 0);
	if (fd < 0)
		return answer(fd);
	file = i < SETS ? open_file_make(&kind_epoll, FILE_READ_WRITE) : NULL;
	if (file == NULL)
		return answer(-ENFILE);

	/* Nothing fails from here. */
	sets[i] = (struct set){.used = true};
	file->object = &sets[i];
	descriptor_set(call->process, fd, file, req->value & FILE_CLOSE_ON_EXEC);
	rep->fd = fd;
	return answer(0);
}
