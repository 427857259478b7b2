/* Event descriptors: a count that writes add to and reads take from. */
#include "kinds.h"
#include "memory.h"
#include "process.h"

#define EVENTS 128u
#define COUNT_MAX (UINT64_MAX - 1)

struct event {
	bool used, semaphore;
	uint64_t count;
	struct wait_queue changed;
};

static struct event events[EVENTS];

static struct answer event_read(struct piece *piece)
{
	struct event *event = piece->file->object;
	const uint64_t taken = event->semaphore && event->count > 0 ? 1 : event->count;
	int error;

	if (piece->bytes < sizeof(taken))
		return answer(-EINVAL);
	if (taken == 0 && piece->file->flags & FILE_NONBLOCK)
		return answer(-EAGAIN);
	if (taken == 0)
		return call_wait(piece->call, &event->changed);
	/* Before the copy, which may let others run. */
	event->count -= taken;
	error = memory_write(piece->call, piece->address, &taken, sizeof(taken));
	if (error != 0) {
		event->count += taken;
		return answer(error);
	}
	piece->count = sizeof(taken);
	queue_wake(&event->changed);
	return answer(0);
}

static struct answer event_write(struct piece *piece)
{
	struct event *event = piece->file->object;
	uint64_t added;
	int error;

	if (piece->bytes < sizeof(added))
		return answer(-EINVAL);
	error = memory_read(piece->call, piece->address, &added, sizeof(added));
	if (error != 0)
		return answer(error);
	if (added > COUNT_MAX)
		return answer(-EINVAL);
	if (added > COUNT_MAX - event->count && piece->file->flags & FILE_NONBLOCK)
		return answer(-EAGAIN);
	if (added > COUNT_MAX - event->count)
		return call_wait(piece->call, &event->changed);
	event->count += added;
	piece->count = sizeof(added);
	queue_wake(&event->changed);
	return answer(0);
}

static uint32_t event_poll(struct call *call, struct open_file *file, uint32_t wanted,
			   struct watch *watch)
{
	struct event *event = file->object;

	(void)call, (void)wanted;
	watch_queue(watch, &event->changed);
	return (event->count > 0 ? POLL_IN | POLL_IN_NORMAL : 0) |
	       (event->count < COUNT_MAX ? POLL_OUT | POLL_OUT_NORMAL : 0);
}

static void event_close(struct open_file *file)
{
	struct event *event = file->object;

	event->used = false;
}

const struct file_kind kind_event = {
	.read = event_read,
	.write = event_write,
	.poll = event_poll,
	.close = event_close,
};

struct answer vfs_do_event(struct call *call, const struct vfs_event_req *req,
			   struct vfs_fd_reply *rep)
{
	struct open_file *file;
	unsigned int i = 0;
	int fd;

	if (req->flags & ~(VFS_EVENT_SEMAPHORE | FILE_NONBLOCK | FILE_CLOSE_ON_EXEC) ||
	    req->value > COUNT_MAX)
		return answer(-EINVAL);
	while (i < EVENTS && events[i].used)
		i++;
	fd = descriptor_free(call->process, 0);
	if (fd < 0)
		return answer(fd);
	file = i < EVENTS
		       ? open_file_make(&kind_event, FILE_READ_WRITE | (req->flags & FILE_NONBLOCK))
		       : NULL;
	if (file == NULL)
		return answer(-ENFILE);

	/* Nothing fails from here. */
	events[i] = (struct event){
		.used = true,
		.semaphore = req->flags & VFS_EVENT_SEMAPHORE,
		.count = req->value,
	};
	file->object = &events[i];
	descriptor_set(call->process, fd, file, req->flags & FILE_CLOSE_ON_EXEC);
	rep->fd = fd;
	return answer(0);
}
