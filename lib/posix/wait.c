/* Pipes, and waiting for several files at once. */
#include "file_flags.h"
#include "pm_ask.h"
#include "vfs_ask.h"

#include <string.h>
#include <sys/epoll.h>

#define EPOLL_EVENTS_MAX 64u

long posix_do_pipe2(const struct posix_call *call)
{
	int *fd = (int *)call->argument[0];
	const struct vfs_value_req request = {posix_flags_get(call->argument[1]) &
					      ~FILE_ACCESS_MASK};
	struct vfs_pipe_reply reply;
	const int error = VFS_ASK(call, VFS_PIPE, &request, &reply);

	if (error == 0) {
		fd[0] = reply.fd[0];
		fd[1] = reply.fd[1];
	}
	return error;
}

/* Another signal mask while it waits: not in one step, so that a signal may come before the wait
 * begins. Answers whether it is set. */
static bool mask_set(const struct posix_call *call, const void *set, uint64_t *old)
{
	struct pm_signal_mask_req request = {.how = PM_SIGNAL_SETMASK};
	struct pm_signal_set_reply reply;

	if (set == NULL)
		return false;
	memcpy(&request.set, set, sizeof(request.set));
	if (PM_ASK(call, PM_SIGNAL_MASK, &request, &reply) != 0)
		return false;
	*old = reply.set;
	return true;
}

static void mask_restore(const struct posix_call *call, uint64_t old)
{
	const struct pm_signal_mask_req request = {.how = PM_SIGNAL_SETMASK, .set = old};

	(void)PM_ASK(call, PM_SIGNAL_MASK, &request, NULL);
}

static bool limit_get(long address, uint64_t *wait)
{
	nanoseconds_t time;

	*wait = VFS_FOREVER;
	if (address == 0)
		return true;
	if (!posix_time_get((const struct posix_timespec *)address, &time))
		return false;
	*wait = time;
	return true;
}

static long poll_ask(const struct posix_call *call, struct poll_entry *entries, unsigned long count,
		     uint64_t wait, const void *mask)
{
	const struct vfs_poll_req request = {
		.entries = (uintptr_t)entries,
		.wait = wait,
		.count = (u32)count,
	};
	struct vfs_count_reply reply;
	uint64_t old;
	const bool masked = mask_set(call, mask, &old);
	const int error = VFS_ASK_ONCE(call, VFS_POLL, &request, &reply);

	if (masked)
		mask_restore(call, old);
	return error != 0 ? error : (long)reply.count;
}

long posix_do_ppoll(const struct posix_call *call)
{
	uint64_t wait;

	if (!limit_get(call->argument[2], &wait))
		return -EINVAL;
	return poll_ask(call, (struct poll_entry *)call->argument[0],
			(unsigned long)call->argument[1], wait, (const void *)call->argument[3]);
}

/* --- Select ----------------------------------------------------------------------------------- */

#define SET_BITS (8 * sizeof(unsigned long))

static const int16_t set_events[3] = {POLL_IN, POLL_OUT, POLL_PRIORITY};
/* What of poll's answer each set wants to hear: errors and ends are readable and writable. */
static const int16_t set_ready[3] = {POLL_IN | POLL_HANGUP | POLL_ERROR, POLL_OUT | POLL_ERROR,
				     POLL_PRIORITY};

static int16_t sets_events(unsigned long *const set[3], int fd)
{
	int16_t events = 0;

	for (unsigned int i = 0; i < 3; i++) {
		if (set[i] != NULL && (set[i][fd / SET_BITS] >> fd % SET_BITS & 1))
			events |= set_events[i];
	}
	return events;
}

static long sets_put(unsigned long *const set[3], const struct poll_entry *entry)
{
	long bits = 0;

	for (unsigned int i = 0; i < 3; i++) {
		if (!(entry->events & set_events[i]) || !(entry->ready & set_ready[i]))
			continue;
		set[i][(unsigned int)entry->fd / SET_BITS] |= 1ul << entry->fd % SET_BITS;
		bits++;
	}
	return bits;
}

static long sets_answer(unsigned long *const set[3], int fds, const struct poll_entry *entries,
			unsigned int count)
{
	const size_t bytes = ((size_t)fds + SET_BITS - 1) / SET_BITS * sizeof(unsigned long);
	long bits = 0;

	for (unsigned int i = 0; i < count; i++) {
		if (entries[i].ready & POLL_INVALID)
			return -EBADF;
	}
	for (unsigned int i = 0; i < 3; i++) {
		if (set[i] != NULL)
			memset(set[i], 0, bytes);
	}
	for (unsigned int i = 0; i < count; i++)
		bits += sets_put(set, &entries[i]);
	return bits;
}

long posix_do_pselect6(const struct posix_call *call)
{
	unsigned long *const set[3] = {(unsigned long *)call->argument[1],
				       (unsigned long *)call->argument[2],
				       (unsigned long *)call->argument[3]};
	const long *mask = (const long *)call->argument[5];
	const int fds = (int)call->argument[0];
	struct poll_entry entries[VFS_POLL_MAX];
	unsigned int count = 0;
	uint64_t wait;
	long ready;

	if (fds < 0 || fds > (int)VFS_POLL_MAX || !limit_get(call->argument[4], &wait))
		return -EINVAL;
	for (int fd = 0; fd < fds; fd++) {
		const int16_t events = sets_events(set, fd);

		if (events != 0)
			entries[count++] = (struct poll_entry){.fd = fd, .events = events};
	}
	ready = poll_ask(call, entries, count, wait, mask != NULL ? (const void *)mask[0] : NULL);
	return ready < 0 ? ready : sets_answer(set, fds, entries, count);
}

/* --- Epoll, eventfd --------------------------------------------------------------------------- */

long posix_do_epoll_create1(const struct posix_call *call)
{
	const struct vfs_value_req request = {posix_flags_get(call->argument[0])};
	struct vfs_fd_reply reply;
	const int error = VFS_ASK(call, VFS_EPOLL, &request, &reply);

	return error != 0 ? error : reply.fd;
}

long posix_do_epoll_ctl(const struct posix_call *call)
{
	const struct epoll_event *event = (const struct epoll_event *)call->argument[3];
	struct vfs_epoll_set_req request = {
		.epoll = (int32_t)call->argument[0],
		.fd = (int32_t)call->argument[2],
		.what = (u32)call->argument[1],
	};

	if (event != NULL) {
		request.events = event->events;
		request.data = event->data.u64;
	}
	return VFS_ASK(call, VFS_EPOLL_SET, &request, NULL);
}

long posix_do_epoll_pwait(const struct posix_call *call)
{
	struct epoll_event *to = (struct epoll_event *)call->argument[1];
	const long most = call->argument[2], milliseconds = call->argument[3];
	struct vfs_epoll_event events[EPOLL_EVENTS_MAX];
	const struct vfs_epoll_wait_req request = {
		.epoll = (int32_t)call->argument[0],
		.count = most < (long)EPOLL_EVENTS_MAX ? (u32)most : EPOLL_EVENTS_MAX,
		.events = (uintptr_t)events,
		.wait = milliseconds < 0 ? VFS_FOREVER : (uint64_t)milliseconds * 1000000,
	};
	struct vfs_count_reply reply;
	uint64_t old;
	bool masked;
	int error;

	if (most <= 0)
		return -EINVAL;
	masked = mask_set(call, (const void *)call->argument[4], &old);
	error = VFS_ASK_ONCE(call, VFS_EPOLL_WAIT, &request, &reply);
	if (masked)
		mask_restore(call, old);
	if (error != 0)
		return error;
	for (unsigned int i = 0; i < reply.count; i++)
		to[i] = (struct epoll_event){events[i].events, {.u64 = events[i].data}};
	return (long)reply.count;
}

long posix_do_eventfd2(const struct posix_call *call)
{
	const struct vfs_event_req request = {
		.value = (unsigned long)call->argument[0],
		.flags = posix_flags_get(call->argument[1] & ~(long)VFS_EVENT_SEMAPHORE) |
			 ((u32)call->argument[1] & VFS_EVENT_SEMAPHORE),
	};
	struct vfs_fd_reply reply;
	const int error = VFS_ASK(call, VFS_EVENT, &request, &reply);

	return error != 0 ? error : reply.fd;
}
