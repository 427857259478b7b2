/* Pipes: a ring of bytes, who has which end, and who waits. */
#include "pipe.h"

#include "kinds.h"
#include "memory.h"
#include "process.h"
#include "vnode.h"
#include <sys.h>

#define PIPES 128u

struct pipe {
	char *bytes; /* NULL: free */
	uint32_t first, used;
	bool busy; /* bytes are copied: bringing memory for them may let others run */
	uint32_t readers, writers;
	/* Ever: who waits for the other end sees that one came, though it may have gone. */
	uint32_t readers_came, writers_came;
	struct wait_queue changed;
	struct vnode *vnode; /* of a named one */
};

static struct pipe pipes[PIPES];

static int pipe_make(struct pipe **made)
{
	for (unsigned int i = 0; i < PIPES; i++) {
		struct pipe *pipe = &pipes[i];

		if (pipe->bytes != NULL)
			continue;
		*pipe = (struct pipe){.bytes = pages_map(PIPE_BYTES)};
		*made = pipe;
		return pipe->bytes != NULL ? 0 : -ENOMEM;
	}
	return -ENFILE;
}

static void pipe_free(struct pipe *pipe)
{
	if (pipe->vnode != NULL)
		pipe->vnode->pipe = NULL;
	pages_unmap(pipe->bytes, PIPE_BYTES);
	pipe->bytes = NULL;
}

static bool reads(const struct open_file *file)
{
	return (file->flags & FILE_ACCESS_MASK) != FILE_WRITE_ONLY;
}

static bool writes(const struct open_file *file)
{
	return (file->flags & FILE_ACCESS_MASK) != FILE_READ_ONLY;
}

static void attach(struct open_file *file, struct pipe *pipe)
{
	file->object = pipe;
	pipe->readers += reads(file);
	pipe->writers += writes(file);
	pipe->readers_came += reads(file);
	pipe->writers_came += writes(file);
	queue_wake(&pipe->changed);
}

static void pipe_close(struct open_file *file)
{
	struct pipe *pipe = file->object;

	if (pipe == NULL)
		return;
	pipe->readers -= reads(file);
	pipe->writers -= writes(file);
	if (pipe->readers == 0 && pipe->writers == 0)
		pipe_free(pipe);
	else
		queue_wake(&pipe->changed);
}

/* --- Data ------------------------------------------------------------------------------------- */

static struct answer pipe_wait(struct piece *piece, struct pipe *pipe)
{
	if (piece->file->flags & FILE_NONBLOCK)
		return answer(-EAGAIN);
	return call_wait(piece->call, &pipe->changed);
}

/* Up to the end of the ring's memory at a time. */
static int pipe_drain(struct piece *piece, struct pipe *pipe)
{
	while (pipe->used > 0 && piece->count < piece->bytes) {
		const uint64_t wanted = piece->bytes - piece->count;
		uint32_t bytes = PIPE_BYTES - pipe->first;
		int error;

		if (bytes > pipe->used)
			bytes = pipe->used;
		if (bytes > wanted)
			bytes = (uint32_t)wanted;
		error = memory_write(piece->call, piece->address + piece->count,
				     pipe->bytes + pipe->first, bytes);
		if (error != 0)
			return error;
		pipe->first = (pipe->first + bytes) % PIPE_BYTES;
		pipe->used -= bytes;
		piece->count += bytes;
	}
	return 0;
}

static struct answer pipe_read(struct piece *piece)
{
	struct pipe *pipe = piece->file->object;
	int error;

	if (piece->bytes == 0)
		return answer(0);
	if (pipe->busy)
		return call_wait(piece->call, &pipe->changed);
	/* A later piece of a vector takes what is there. */
	if (pipe->used == 0)
		return pipe->writers == 0 || piece->call->done > 0 ? answer(0)
								   : pipe_wait(piece, pipe);
	pipe->busy = true;
	error = pipe_drain(piece, pipe);
	pipe->busy = false;
	queue_wake(&pipe->changed);
	return answer(piece->count > 0 ? 0 : error);
}

static int pipe_fill(struct piece *piece, struct pipe *pipe)
{
	while (pipe->used < PIPE_BYTES && piece->count < piece->bytes) {
		const uint64_t left = piece->bytes - piece->count;
		const uint32_t at = (pipe->first + pipe->used) % PIPE_BYTES;
		uint32_t bytes = at < pipe->first ? pipe->first - at : PIPE_BYTES - at;
		int error;

		if (bytes > left)
			bytes = (uint32_t)left;
		error = memory_read(piece->call, piece->address + piece->count, pipe->bytes + at,
				    bytes);
		if (error != 0)
			return error;
		pipe->used += bytes;
		piece->count += bytes;
	}
	return 0;
}

static struct answer pipe_write(struct piece *piece)
{
	struct pipe *pipe = piece->file->object;
	const bool atomic = piece->bytes <= PIPE_ATOMIC;
	int error;

	if (piece->bytes == 0)
		return answer(0);
	if (pipe->busy)
		return call_wait(piece->call, &pipe->changed);
	if (pipe->readers == 0)
		return answer(-EPIPE);
	if (PIPE_BYTES - pipe->used < (atomic ? piece->bytes : 1))
		return pipe_wait(piece, pipe);
	pipe->busy = true;
	error = pipe_fill(piece, pipe);
	pipe->busy = false;
	queue_wake(&pipe->changed);
	if (error != 0)
		return answer(piece->count > 0 ? 0 : error);
	if (piece->count < piece->bytes && !(piece->file->flags & FILE_NONBLOCK))
		return call_wait(piece->call, &pipe->changed);
	return answer(0);
}

static uint32_t pipe_poll(struct call *call, struct open_file *file, uint32_t events,
			  struct watch *watch)
{
	const struct pipe *pipe = file->object;
	uint32_t ready = 0;

	(void)call, (void)events;
	watch_queue(watch, &pipe->changed);
	if (reads(file)) {
		ready |= pipe->used > 0 ? POLL_IN | POLL_IN_NORMAL : 0;
		ready |= pipe->writers == 0 && pipe->writers_came > 0 ? POLL_HANGUP : 0;
	}
	if (writes(file)) {
		ready |= PIPE_BYTES - pipe->used >= PIPE_ATOMIC ? POLL_OUT | POLL_OUT_NORMAL : 0;
		ready |= pipe->readers == 0 ? POLL_ERROR : 0;
	}
	return ready;
}

#define IOCTL_BYTES_READABLE 0x541Bu /* FIONREAD */

static struct answer pipe_ioctl(struct call *call, struct open_file *file,
				const struct vfs_ioctl_req *req, struct vfs_value_reply *rep)
{
	const struct pipe *pipe = file->object;

	(void)rep;
	if (req->request != IOCTL_BYTES_READABLE)
		return answer(-ENOTTY);
	return answer(memory_write(call, req->argument, &pipe->used, sizeof(pipe->used)));
}

const struct file_kind kind_pipe = {
	.read = pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.close = pipe_close,
};

/* --- Opening ---------------------------------------------------------------------------------- */

static struct answer wait_for_end(struct call *call, struct open_file *file)
{
	struct pipe *pipe = file->object;
	const uint32_t came = writes(file) ? pipe->readers_came : pipe->writers_came;

	if ((writes(file) ? pipe->readers : pipe->writers) > 0 || came != (uint32_t)call->done)
		return answer(0);
	return call_wait(call, &pipe->changed);
}

struct answer pipe_open_named(struct call *call, struct open_file *file)
{
	struct vnode *vnode = file->vnode;
	int error = 0;

	if (file->object != NULL)
		return wait_for_end(call, file);
	if (!reads(file) && file->flags & FILE_NONBLOCK &&
	    (vnode->pipe == NULL || vnode->pipe->readers == 0))
		return answer(-ENXIO);
	if (vnode->pipe == NULL) {
		error = pipe_make(&vnode->pipe);
		if (error != 0) {
			vnode->pipe = NULL;
			return answer(error);
		}
		vnode->pipe->vnode = vnode;
	}
	attach(file, vnode->pipe);
	if (file->flags & FILE_NONBLOCK || (reads(file) && writes(file)))
		return answer(0);
	call->done = writes(file) ? vnode->pipe->readers_came : vnode->pipe->writers_came;
	return wait_for_end(call, file);
}

static int ends_make(struct call *call, uint32_t flags, struct pipe *pipe,
		     struct vfs_pipe_reply *rep)
{
	struct open_file *file[2];
	int fd;

	file[0] = open_file_make(&kind_pipe, FILE_READ_ONLY | (flags & FILE_NONBLOCK));
	if (file[0] == NULL)
		return -ENFILE;
	file[1] = open_file_make(&kind_pipe, FILE_WRITE_ONLY | (flags & FILE_NONBLOCK));
	if (file[1] == NULL) {
		open_file_put(file[0]);
		return -ENFILE;
	}
	for (unsigned int i = 0; i < 2; i++) {
		fd = descriptor_free(call->process, 0);
		if (fd < 0)
			goto undo;
		descriptor_set(call->process, fd, open_file_get(file[i]),
			       flags & FILE_CLOSE_ON_EXEC);
		rep->fd[i] = fd;
	}

	/* Nothing fails from here. */
	for (unsigned int i = 0; i < 2; i++) {
		attach(file[i], pipe);
		open_file_put(file[i]);
	}
	return 0;
undo:
	for (unsigned int i = 0; i < 2; i++) {
		if (file[i]->references == 2)
			open_file_put(descriptor_take(call->process, rep->fd[i]));
		open_file_put(file[i]);
	}
	return fd;
}

struct answer vfs_do_pipe(struct call *call, const struct vfs_value_req *req,
			  struct vfs_pipe_reply *rep)
{
	struct pipe *pipe;
	int error;

	if (req->value & ~(FILE_NONBLOCK | FILE_CLOSE_ON_EXEC))
		return answer(-EINVAL);
	error = pipe_make(&pipe);
	if (error != 0)
		return answer(error);
	error = ends_make(call, req->value, pipe, rep);
	if (error != 0)
		pipe_free(pipe);
	return answer(error);
}
