/* The map of devices, and the way of a request: asked, answered, and asked again if memory was
 * missing.
 */
#include "device.h"

#include "kinds.h"
#include "memory.h"
#include "peer.h"
#include "process.h"
#include "vnode.h"
#include <string.h>
#include <sys.h>

#define RANGES 48u
#define LINES 128u /* devices that are open */
#define TAG_DEVICE 0x80000000u
#define ANSWERED 0x100u /* call->state */
#define TRIES_SHIFT 16
#define TRIES_MAX 8u

static struct range {
	endpoint_t driver;
	uint32_t major, first, count; /* 0: free */
} ranges[RANGES];

/* One for each device that is open: who polls it waits here. */
struct line {
	endpoint_t driver;
	uint32_t device;
	uint32_t references; /* 0: free */
	struct wait_queue changed;
};

static struct line lines[LINES];
static uint32_t last_tag;

/* --- The map ---------------------------------------------------------------------------------- */

static const struct range *range_find(uint32_t major, uint32_t minor)
{
	for (unsigned int i = 0; i < RANGES; i++) {
		if (ranges[i].count > 0 && ranges[i].major == major && minor >= ranges[i].first &&
		    minor - ranges[i].first < ranges[i].count)
			return &ranges[i];
	}
	return NULL;
}

/* Another driver's range, still alive, that overlaps. */
static bool taken(endpoint_t driver, const struct vfs_driver_up_req *req)
{
	for (unsigned int i = 0; i < RANGES; i++) {
		const struct range *range = &ranges[i];

		if (range->count > 0 && range->major == req->major && range->driver != driver &&
		    req->minor < range->first + range->count &&
		    range->first < req->minor + req->count && peer_lives(range->driver))
			return true;
	}
	return false;
}

struct answer vfs_do_driver_up(struct call *call, const struct vfs_driver_up_req *req,
			       struct vfs_empty_reply *rep)
{
	struct range *place = NULL;

	(void)rep;
	if (peer_is_program(call->caller))
		return answer(-EPERM);
	if (req->count == 0 || req->major > CHR_MAJOR(UINT32_MAX) ||
	    req->minor > CHR_MINOR(UINT32_MAX) ||
	    req->count > CHR_MINOR(UINT32_MAX) + 1 - req->minor)
		return answer(-EINVAL);
	if (taken(call->caller, req))
		return answer(-EBUSY);
	for (unsigned int i = RANGES; i-- > 0;) {
		struct range *range = &ranges[i];
		const bool same = range->count > 0 && range->major == req->major &&
				  range->first == req->minor;

		if (same || (place == NULL && range->count == 0))
			place = range;
		if (same)
			break;
	}
	if (place == NULL)
		return answer(-ENOSPC);
	/* The same range again: a new instance, which knows of nothing. */
	if (place->count > 0)
		peer_lost(place->driver);
	*place = (struct range){call->caller, req->major, req->minor, req->count};
	return answer(0);
}

/* --- Requests --------------------------------------------------------------------------------- */

static uint32_t tag_next(void)
{
	last_tag = (last_tag + 1) & ~TAG_DEVICE;
	return last_tag | TAG_DEVICE;
}

/* The request begins with its tag. Its answer runs the call again, with ANSWERED. */
static struct answer ask(struct call *call, endpoint_t driver, uint32_t type, void *request,
			 size_t bytes)
{
	const uint32_t tag = tag_next();
	int error;

	if (call->interrupted != 0)
		return answer(call->interrupted);
	memcpy(request, &tag, sizeof(tag));
	while ((error = peer_send(driver, type, request, bytes)) == -EAGAIN)
		worker_yield();
	if (error != 0)
		return answer(error);
	call->asked = driver;
	call->tag = tag;
	if (call->interrupted != 0)
		device_cancel(call);
	return call_wait_device(call);
}

static void finish(struct call *call, int64_t result, uint32_t flags)
{
	call->tag = 0;
	call->result = result;
	call->device_flags = flags;
	call->state |= ANSWERED;
	call_wake(call);
}

/* Take the answer: is there one? -EFAULT is not for long, if memory can be found. */
static bool answered(struct call *call)
{
	const bool is = call->state & ANSWERED;

	call->state &= ~ANSWERED;
	grant_drop(call->grant);
	call->grant = GRANT_INVALID;
	return is;
}

void device_answered(endpoint_t driver, const struct message *message)
{
	struct call *call;

	if (message->type == CHR_READY) {
		struct chr_ready ready;

		memcpy(&ready, message->payload, sizeof(ready));
		for (unsigned int i = 0; i < LINES; i++) {
			if (lines[i].references > 0 && lines[i].driver == driver &&
			    lines[i].device == ready.device)
				queue_wake(&lines[i].changed);
		}
	} else if (message->type == CHR_ANSWER) {
		struct chr_answer answer;

		memcpy(&answer, message->payload, sizeof(answer));
		call = answer.tag & TAG_DEVICE ? call_by_tag(answer.tag) : NULL;
		if (call != NULL && call->asked == driver)
			finish(call, answer.result, answer.flags);
		else
			peer_answered(driver, message);
	}
}

void device_cancel(struct call *call)
{
	const struct chr_cancel_req request = {.tag = call->tag};

	(void)peer_send(call->asked, CHR_CANCEL, &request, sizeof(request));
}

void device_lost(endpoint_t driver)
{
	unsigned int at = 0;
	struct call *call;

	while ((call = call_next_waiting(&at)) != NULL) {
		if (call->asked == driver)
			finish(call, -EIO, 0);
	}
	for (unsigned int i = 0; i < LINES; i++) {
		if (lines[i].references > 0 && lines[i].driver == driver)
			queue_wake(&lines[i].changed);
	}
}

void device_check(const struct call *call)
{
	if (!peer_lives(call->asked))
		peer_lost(call->asked);
}

void device_session_ends(endpoint_t driver, pid32 session)
{
	const struct chr_session_req request = {.session = session};

	(void)peer_send(driver, CHR_SESSION_END, &request, sizeof(request));
}

/* --- Open and close --------------------------------------------------------------------------- */

static struct line *line_get(endpoint_t driver, uint32_t device)
{
	struct line *line = NULL;

	for (unsigned int i = 0; i < LINES; i++) {
		if (lines[i].references > 0 && lines[i].driver == driver &&
		    lines[i].device == device) {
			lines[i].references++;
			return &lines[i];
		}
		if (lines[i].references == 0)
			line = &lines[i];
	}
	if (line != NULL)
		*line = (struct line){.driver = driver, .device = device, .references = 1};
	return line;
}

static void close_send(endpoint_t driver, uint32_t device)
{
	const struct chr_device_req request = {.tag = tag_next(), .device = device};

	(void)peer_send(driver, CHR_CLOSE, &request, sizeof(request));
}

static void device_close(struct open_file *file)
{
	struct line *line = file->object;

	if (line == NULL)
		return;
	close_send(line->driver, line->device);
	line->references--;
}

static struct answer opened(struct call *call, struct open_file *file)
{
	const uint32_t device = (uint32_t)call->result;

	if (call->result < 0 && call->result > -EDEADSRCDST)
		return answer((int)call->result);
	if (call->result < 0 || call->result > UINT32_MAX)
		return answer(-EIO);
	if (call->dropped) {
		close_send(call->asked, device);
		return answer(-EINTR);
	}
	file->object = line_get(call->asked, device);
	if (file->object == NULL) {
		close_send(call->asked, device);
		return answer(-ENFILE);
	}
	file->is_stream = call->device_flags & CHR_STREAM;
	if (call->device_flags & CHR_CONTROLLING)
		call->process->terminal = call->asked;
	return answer(0);
}

struct answer device_open(struct call *call, struct open_file *file, uint32_t flags)
{
	const struct vnode *vnode = file->vnode;
	const struct range *range = range_find(vnode->special_major, vnode->special_minor);
	struct chr_open_req request = {
		.device = CHR_DEVICE(vnode->special_major, vnode->special_minor),
		.flags = flags & (FILE_ACCESS_MASK | FILE_NO_TERMINAL | FILE_NONBLOCK),
		.session = call->process->session,
		.group = call->process->group,
		.process = call->process->pid,
	};

	if (answered(call))
		return opened(call, file);
	if (range == NULL)
		return answer(-ENXIO);
	return ask(call, range->driver, CHR_OPEN, &request, sizeof(request));
}

/* --- Data ------------------------------------------------------------------------------------- */

/* Is memory there now that was missing? Not for ever. */
static bool found_memory(struct call *call, uint64_t address, uint64_t bytes, uint32_t access)
{
	call->state += 1u << TRIES_SHIFT;
	return call->state >> TRIES_SHIFT < TRIES_MAX && !call->dropped &&
	       memory_page_in(call->caller, address, bytes, access) == 0;
}

static struct answer transfer(struct piece *piece, uint32_t type, uint32_t access)
{
	struct call *call = piece->call;
	const struct line *line = piece->file->object;
	struct chr_io_req request = {
		.device = line->device,
		.flags = piece->file->flags & FILE_NONBLOCK ? CHR_NONBLOCK : 0,
		.position = piece->offset,
		.bytes = piece->bytes,
		.session = call->process->session,
		.group = call->process->group,
	};
	int error;

	if (answered(call)) {
		if (call->result >= 0 && (uint64_t)call->result <= piece->bytes) {
			call->state = 0;
			piece->count = (uint64_t)call->result;
			piece->offset += piece->count;
			return answer(0);
		}
		if (call->result != -EFAULT ||
		    !found_memory(call, piece->address, piece->bytes, access))
			return answer(call->result < 0 && call->result > -EDEADSRCDST
					      ? (int)call->result
					      : -EIO);
	} else if (type == CHR_READ && call->done > 0) {
		return answer(0); /* what came is not kept back for more */
	}
	error = grant_caller(call, line->driver, piece->address, piece->bytes, access,
			     &call->grant);
	if (error != 0)
		return answer(error);
	request.grant = call->grant;
	return ask(call, line->driver, type, &request, sizeof(request));
}

static struct answer device_read(struct piece *piece)
{
	return transfer(piece, CHR_READ, GRANT_WRITE);
}

static struct answer device_write(struct piece *piece)
{
	return transfer(piece, CHR_WRITE, GRANT_READ);
}

/* --- The rest --------------------------------------------------------------------------------- */

/* How much of the caller's memory the number speaks of (Linux's _IOC_SIZE, and the old ones). */
static uint32_t ioctl_bytes(uint32_t number)
{
	return number >> 8 == 0x54 ? CHR_IOCTL_BYTES : number >> 16 & 0x3FFF;
}

static struct answer device_ioctl(struct call *call, struct open_file *file,
				  const struct vfs_ioctl_req *req, struct vfs_value_reply *rep)
{
	const uint32_t bytes = ioctl_bytes(req->request);
	const struct line *line = file->object;
	struct chr_ioctl_req request = {
		.device = line->device,
		.request = req->request,
		.argument = req->argument,
		.flags = file->flags & FILE_NONBLOCK ? CHR_NONBLOCK : 0,
		.session = call->process->session,
		.group = call->process->group,
		.process = call->process->pid,
	};
	int error = 0;

	if (answered(call)) {
		if (call->result != -EFAULT || !found_memory(call, req->argument, 1, GRANT_WRITE)) {
			if (call->result >= 0 && call->device_flags & CHR_CONTROLLING)
				call->process->terminal = call->asked;
			rep->value = (uint32_t)call->result;
			return answer(call->result >= 0		    ? 0
				      : call->result > -EDEADSRCDST ? (int)call->result
								    : -EIO);
		}
	}
	if (bytes > 0)
		error = grant_caller(call, line->driver, req->argument, bytes,
				     GRANT_READ | GRANT_WRITE, &call->grant);
	if (error != 0)
		return answer(error);
	request.grant = call->grant;
	return ask(call, line->driver, CHR_IOCTL, &request, sizeof(request));
}

/* The driver answers at once, so a worker waits for it. */
static uint32_t device_poll(struct call *call, struct open_file *file, uint32_t events,
			    struct watch *watch)
{
	struct line *line = file->object;
	const struct chr_answer *answer = (const struct chr_answer *)worker_self()->answer;
	struct chr_poll_req request = {
		.device = line->device,
		.events = events,
		.flags = CHR_POLL_WATCH,
	};

	(void)call;
	watch_queue(watch, &line->changed);
	if (peer_ask(line->driver, CHR_POLL, &request, sizeof(request)) != 0 || answer->result < 0)
		return POLL_ERROR;
	return (uint32_t)answer->result & (events | POLL_ERROR | POLL_HANGUP);
}

const struct file_kind kind_device = {
	.read = device_read,
	.write = device_write,
	.poll = device_poll,
	.ioctl = device_ioctl,
	.close = device_close,
	.has_position = true,
};
