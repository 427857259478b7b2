/* The loop of a character driver: messages become requests, requests are tried until they are
 * answered, answers wait until the kernel's queue takes them. After each message all of this comes
 * to rest before the next one is received.
 */
#include "requests.h"

#include <sef.h>
#include <skerry/errno.h>
#include <skerry/kernel_call.h>
#include <skerry/kernel_message.h>
#include <string.h>
#include <skerry/vfs.h>
#include <sys.h>
#include <sys_call.h>
#include <sys_grant.h>
#include <sys_ipc.h>

#define RETRY_TIME 1000000u /* the kernel's queue was full: 1 ms */
#define POLL_ALWAYS (CHAR_POLL_ERROR | CHAR_POLL_HANGUP)

static const struct chardriver *driver;
static struct char_requests requests;
static nanoseconds_t wake, armed; /* 0: not */

/* --- What entry points call ------------------------------------------------------------------- */

static bool in_grant(const struct char_request *request, u64 offset, size_t bytes)
{
	return request->type == CHR_IOCTL ||
	       (offset <= request->bytes && bytes <= request->bytes - offset);
}

int char_fetch(const struct char_request *request, u64 offset, void *to, size_t bytes)
{
	assert(in_grant(request, offset, bytes));
	return safecopy_from(request->from, request->grant, offset, to, bytes, CPF_TRY);
}

int char_store(const struct char_request *request, u64 offset, const void *from, size_t bytes)
{
	assert(in_grant(request, offset, bytes));
	return safecopy_to(request->from, request->grant, offset, from, bytes, CPF_TRY);
}

nanoseconds_t char_now(void)
{
	const struct sys_times_req self = {.thread = EP_SELF};
	struct sys_times_reply reply;

	if (sys_times(&self, &reply) != 0)
		panic("no time");
	return reply.now;
}

void char_wake_at(nanoseconds_t time)
{
	if (wake == 0 || time < wake)
		wake = time;
}

static void alarm_arm(void)
{
	const struct sys_alarm_req request = {.time = wake, .flags = ALARM_ABSOLUTE};

	if (wake == armed)
		return;
	armed = wake;
	if (sys_alarm(&request, NULL) != 0)
		panic("no alarm");
}

/* --- To VFS ----------------------------------------------------------------------------------- */

/* Taken by the kernel, or by nobody ever. */
static bool sent(endpoint_t to, u32 type, const void *payload, size_t bytes)
{
	struct message *message = &message_page()->message;
	int error;

	message->type = type;
	memset(message->payload, 0, sizeof(message->payload));
	memcpy(message->payload, payload, bytes);
	error = ipc_send_async(to, 0);
	if (error == -EAGAIN)
		char_wake_at(char_now() + RETRY_TIME);
	return error != -EAGAIN;
}

static bool answers_send(void)
{
	for (unsigned int i = 0; i < requests.count;) {
		struct char_request *request = &requests.request[i];
		const struct chr_answer answer = {
			.tag = request->tag,
			.flags = request->answer_flags,
			.result = request->result,
		};

		if (!request->answered) {
			i++;
			continue;
		}
		if (!sent(request->from, CHR_ANSWER, &answer, sizeof(answer)))
			return false;
		requests_remove(&requests, request);
	}
	return true;
}

static u32 events_of(u32 device)
{
	if (driver->poll == NULL)
		return CHAR_POLL_IN | CHAR_POLL_OUT | CHAR_POLL_READ_NORMAL |
		       CHAR_POLL_WRITE_NORMAL;
	return driver->poll(device);
}

static void watches_send(void)
{
	for (unsigned int i = requests.watch_count; i-- > 0;) {
		struct char_watch *watch = &requests.watch[i];
		const struct chr_ready ready = {
			.device = watch->device,
			.events = events_of(watch->device) & watch->events,
		};

		if (ready.events == 0)
			continue;
		if (!sent(watch->from, CHR_READY, &ready, sizeof(ready)))
			return;
		watches_remove(&requests, watch);
	}
}

/* --- Progress --------------------------------------------------------------------------------- */

static struct char_result attempt(struct char_request *request)
{
	switch (request->type) {
	case CHR_OPEN:
		return driver->open != NULL ? driver->open(request) : char_result(request->device);
	case CHR_CLOSE:
		return driver->close != NULL ? driver->close(request) : char_result(0);
	case CHR_READ:
		return driver->read != NULL ? driver->read(request) : char_result(-EIO);
	case CHR_WRITE:
		return driver->write != NULL ? driver->write(request) : char_result(-EIO);
	default:
		return driver->ioctl != NULL ? driver->ioctl(request) : char_result(-ENOTTY);
	}
}

static bool requests_try(void)
{
	bool moved = false;

	for (unsigned int i = 0; i < requests.count; i++) {
		struct char_request *request = &requests.request[i];

		if (request->answered)
			continue;
		if (!requests_behind(&requests, request))
			moved |= request_step(request, attempt(request));
		else if (request->flags & CHR_NONBLOCK)
			moved |= request_step(request, char_later());
	}
	return moved;
}

static void come_to_rest(void)
{
	bool moved;

	do {
		moved = driver->work != NULL && driver->work();
		moved |= requests_try();
	} while (moved);
	if (answers_send())
		watches_send();
	alarm_arm();
}

/* --- Messages --------------------------------------------------------------------------------- */

static struct answer take(const struct char_request *request)
{
	struct char_request *added = requests_add(&requests, request);

	if (added == NULL)
		sys_print("%s: request %u cannot be kept\n", driver->name, request->tag);
	else
		added->since = char_now();
	come_to_rest();
	return answer_later();
}

static struct answer chr_do_open(endpoint_t caller, const struct chr_open_req *req,
				 struct chr_empty_reply *rep)
{
	(void)rep;
	return take(&(struct char_request){
		.from = caller,
		.tag = req->tag,
		.type = CHR_OPEN,
		.device = req->device,
		.flags = req->flags,
		.session = req->session,
		.group = req->group,
		.process = req->process,
	});
}

static struct answer chr_do_close(endpoint_t caller, const struct chr_device_req *req,
				  struct chr_empty_reply *rep)
{
	(void)rep;
	return take(&(struct char_request){
		.from = caller,
		.tag = req->tag,
		.type = CHR_CLOSE,
		.device = req->device,
	});
}

static struct answer take_io(endpoint_t caller, u32 type, const struct chr_io_req *req)
{
	return take(&(struct char_request){
		.from = caller,
		.tag = req->tag,
		.type = type,
		.device = req->device,
		.flags = req->flags,
		.grant = req->grant,
		.position = req->position,
		.bytes = req->bytes > INT64_MAX ? INT64_MAX : req->bytes,
		.session = req->session,
		.group = req->group,
	});
}

static struct answer chr_do_read(endpoint_t caller, const struct chr_io_req *req,
				 struct chr_empty_reply *rep)
{
	(void)rep;
	return take_io(caller, CHR_READ, req);
}

static struct answer chr_do_write(endpoint_t caller, const struct chr_io_req *req,
				  struct chr_empty_reply *rep)
{
	(void)rep;
	return take_io(caller, CHR_WRITE, req);
}

static struct answer chr_do_ioctl(endpoint_t caller, const struct chr_ioctl_req *req,
				  struct chr_empty_reply *rep)
{
	(void)rep;
	return take(&(struct char_request){
		.from = caller,
		.tag = req->tag,
		.type = CHR_IOCTL,
		.device = req->device,
		.flags = req->flags,
		.grant = req->grant,
		.number = req->request,
		.argument = req->argument,
		.session = req->session,
		.group = req->group,
		.process = req->process,
	});
}

/* An answer that names all the watched events needs no watch. */
static struct answer chr_do_poll(endpoint_t caller, const struct chr_poll_req *req,
				 struct chr_empty_reply *rep)
{
	const u32 wanted = req->events | POLL_ALWAYS, found = events_of(req->device) & wanted;
	struct char_request request = {
		.from = caller,
		.tag = req->tag,
		.type = CHR_POLL,
		.device = req->device,
	};
	int error = 0;

	(void)rep;
	if (req->flags & CHR_POLL_WATCH && wanted & ~found)
		error = watches_add(&requests, caller, req->device, wanted & ~found);
	request_answer(&request, error != 0 ? error : (int64_t)found);
	return take(&request);
}

static struct answer chr_do_cancel(endpoint_t caller, const struct chr_cancel_req *req,
				   struct chr_empty_reply *rep)
{
	(void)rep;
	if (requests_cancel(&requests, caller, req->tag))
		come_to_rest();
	return answer_later();
}

static struct answer chr_do_session_end(endpoint_t caller, const struct chr_session_req *req,
					struct chr_empty_reply *rep)
{
	(void)caller;
	(void)rep;
	if (driver->session_end != NULL)
		driver->session_end(req->session);
	come_to_rest();
	return answer_later();
}

static void notified(endpoint_t source)
{
	const struct notify_message *notification =
		(const struct notify_message *)message_page()->message.payload;

	if (source == EP_HARDWARE && driver->interrupt != NULL)
		driver->interrupt(notification->interrupts);
	if (source == EP_CLOCK)
		wake = armed = 0;
	come_to_rest();
}

#define CALL(name, nr, request, reply, handler, right, what) SERVICE_RUN(request, reply, handler)
#include <skerry/chr.def>
#undef CALL

static const struct service_row rows[] = {
#define CALL(name, nr, request, reply, handler, right, what) [nr] = {run_##handler},
#include <skerry/chr.def>
#undef CALL
};

static const struct service service = {
	.protocol = PROTOCOL_CHR,
	.rows = rows,
	.row_count = sizeof(rows) / sizeof(rows[0]),
	.notified = notified,
};

/* A new instance knows nothing of what the old one had open: its askers hear ENXIO or EIO. */
static int init(uint32_t kind)
{
	(void)kind;
	return driver->init != NULL ? driver->init() : 0;
}

static const struct sef_ops ops = {.init = init};

/* Not by a call: VFS may be asking this very driver. Apart from chardriver_run(): where the message
 * page lies is known only after sef_startup(). */
static void __attribute__((noinline)) ranges_tell(void)
{
	for (unsigned int i = 0; i < CHAR_RANGES_MAX; i++) {
		struct message *message = &message_page()->message;
		struct vfs_driver_up_req request = {
			.major = driver->ranges[i].major,
			.minor = driver->ranges[i].minor,
			.count = driver->ranges[i].count,
		};

		if (request.count == 0)
			continue;
		strlcpy(request.name, driver->name, sizeof(request.name));
		message->type = VFS_DRIVER_UP;
		memcpy(message->payload, &request, sizeof(request));
		if (ipc_send_async(VFS_ENDPOINT, 0) != 0)
			panic("VFS cannot be told");
	}
}

int chardriver_run(const struct chardriver *which, uintptr_t argument)
{
	driver = which;
	sef_startup((const struct service_start *)argument, which->name, &ops);
	ranges_tell();
	come_to_rest();
	sef_run(&service);
}
