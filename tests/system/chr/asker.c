/* Requests under way and messages that came before somebody asked for them. */
#include "asker.h"

#include "tests/system/user/runner.h"
#include <skerry/kernel_call.h>
#include <skerry/kernel_message.h>
#include <string.h>
#include <sys_call.h>
#include <sys_grant.h>

#define HELD_MAX 64u
#define GRANTS 64u
#define SOON_TIME 100000000u

struct held {
	u32 type; /* CHR_ANSWER, CHR_READY; 0: free */
	union {
		struct chr_answer answer;
		struct chr_ready ready;
	};
};

static struct held held[HELD_MAX];
static struct grant_entry table[GRANTS];
static struct grants grants;
static grant_t granted[GRANTS]; /* by tag modulo GRANTS */
static u32 last_tag, last_flags;

endpoint_t asked;
struct ask_as ask_as;
u64 ask_position;

void asker_init(void)
{
	memset(table, 0, sizeof(table));
	if (grants_init(&grants, table, GRANTS) != 0)
		panic("no grant table");
}

endpoint_t driver_find(const char *name)
{
	struct info_thread thread;
	u32 next = 0;

	while (runner_thread(&next, &thread)) {
		if (strcmp(thread.name, name) == 0)
			return thread.thread;
	}
	return EP_NONE;
}

/* --- Asking ----------------------------------------------------------------------------------- */

static u32 tag_next(void)
{
	if (++last_tag == 0)
		last_tag = 1;
	return last_tag;
}

static grant_t grant_give(u32 tag, const void *buffer, size_t bytes, u32 access)
{
	const struct grant_entry entry = {
		.flags = GRANT_DIRECT | access,
		.grantee = asked,
		.address = (uintptr_t)buffer,
		.bytes = bytes,
	};
	const grant_t grant = buffer != NULL ? grant_make(&grants, &entry) : GRANT_INVALID;

	granted[tag % GRANTS] = grant;
	return grant;
}

static void grant_take(u32 tag)
{
	if (granted[tag % GRANTS] != GRANT_INVALID)
		(void)grant_revoke(&grants, granted[tag % GRANTS]);
	granted[tag % GRANTS] = GRANT_INVALID;
}

static u32 tag_or_none(u32 tag, int error)
{
	if (error == 0)
		return tag;
	sys_print("# a driver cannot be asked: %d\n", error);
	grant_take(tag);
	return 0;
}

u32 ask_open(u32 device, u32 flags)
{
	const struct chr_open_req request = {
		.tag = tag_next(),
		.device = device,
		.flags = flags,
		.session = ask_as.session,
		.group = ask_as.group,
		.process = ask_as.process,
	};

	return tag_or_none(request.tag, chr_open_send(asked, &request));
}

u32 ask_close(u32 device)
{
	const struct chr_device_req request = {.tag = tag_next(), .device = device};

	return tag_or_none(request.tag, chr_close_send(asked, &request));
}

static struct chr_io_req io_request(u32 device, const void *buffer, size_t bytes, u32 flags,
				    u32 access)
{
	const u32 tag = tag_next();

	return (struct chr_io_req){
		.tag = tag,
		.device = device,
		.grant = grant_give(tag, buffer, bytes, access),
		.flags = flags,
		.position = ask_position,
		.bytes = bytes,
		.session = ask_as.session,
		.group = ask_as.group,
	};
}

u32 ask_read(u32 device, void *buffer, size_t bytes, u32 flags)
{
	const struct chr_io_req request = io_request(device, buffer, bytes, flags, GRANT_WRITE);

	return tag_or_none(request.tag, chr_read_send(asked, &request));
}

u32 ask_write(u32 device, const void *buffer, size_t bytes, u32 flags)
{
	const struct chr_io_req request = io_request(device, buffer, bytes, flags, GRANT_READ);

	return tag_or_none(request.tag, chr_write_send(asked, &request));
}

u32 ask_ioctl(u32 device, u32 number, void *argument, size_t bytes)
{
	const u32 tag = tag_next();
	const struct chr_ioctl_req request = {
		.tag = tag,
		.device = device,
		.grant = grant_give(tag, bytes > 0 ? argument : NULL, bytes,
				    GRANT_READ | GRANT_WRITE),
		.request = number,
		.argument = (uintptr_t)argument,
		.session = ask_as.session,
		.group = ask_as.group,
		.process = ask_as.process,
	};

	return tag_or_none(tag, chr_ioctl_send(asked, &request));
}

u32 ask_poll(u32 device, u32 events, u32 flags)
{
	const struct chr_poll_req request = {
		.tag = tag_next(),
		.device = device,
		.events = events,
		.flags = flags,
	};

	return tag_or_none(request.tag, chr_poll_send(asked, &request));
}

void ask_cancel(u32 tag)
{
	const struct chr_cancel_req request = {.tag = tag};

	(void)chr_cancel_send(asked, &request);
}

/* --- Hearing ---------------------------------------------------------------------------------- */

static void hold(const struct message *message)
{
	for (unsigned int i = 0; i < HELD_MAX; i++) {
		if (held[i].type != 0)
			continue;
		held[i].type = message->type;
		memcpy(&held[i].answer, message->payload, sizeof(held[i].answer));
		return;
	}
	panic("too many answers that nobody takes");
}

/* One message; false: the time is up. */
static bool hear(void)
{
	struct ipc_received received;

	if (ipc_receive(EP_ANY, NULL, 0, &received) != 0)
		panic("cannot receive");
	if (ipc_status_trap(received.status) == TRAP_IPC_NOTIFY)
		return message_page()->message.source != EP_CLOCK;
	if (message_page()->message.type == CHR_ANSWER || message_page()->message.type == CHR_READY)
		hold(&message_page()->message);
	return true;
}

static void alarm_set(nanoseconds_t time)
{
	const struct sys_alarm_req request = {.time = time};

	if (sys_alarm(&request, NULL) != 0)
		panic("no alarm");
}

static struct held *held_find(u32 type, u32 number)
{
	for (unsigned int i = 0; i < HELD_MAX; i++) {
		if (held[i].type == type &&
		    (type == CHR_READY ? held[i].ready.device : held[i].answer.tag) == number)
			return &held[i];
	}
	return NULL;
}

static struct held *wait_for(u32 type, u32 number, nanoseconds_t time)
{
	struct held *found = held_find(type, number);

	if (found != NULL)
		return found;
	alarm_set(time);
	while (found == NULL && hear())
		found = held_find(type, number);
	alarm_set(0);
	return found;
}

int64_t answer_of(u32 tag)
{
	struct held *found = tag != 0 ? wait_for(CHR_ANSWER, tag, ASK_TIME) : NULL;

	if (found == NULL)
		return NO_ANSWER;
	grant_take(tag);
	last_flags = found->answer.flags;
	found->type = 0;
	return found->answer.result;
}

/* A driver answers in order: what it can say of the tag it has said before this poll's answer. */
bool answer_is_there(u32 tag)
{
	if (answer_of(ask_poll(0, 0, 0)) == NO_ANSWER)
		panic("the driver is silent");
	return held_find(CHR_ANSWER, tag) != NULL;
}

bool answer_soon(u32 tag)
{
	struct held *found = wait_for(CHR_ANSWER, tag, SOON_TIME);

	if (found != NULL)
		found->type = 0;
	return found != NULL;
}

void answer_forget(u32 tag)
{
	grant_take(tag);
}

u32 answer_flags(void)
{
	return last_flags;
}

u32 ready_wait(u32 device)
{
	struct held *found = wait_for(CHR_READY, device, ASK_TIME);

	if (found == NULL)
		return 0;
	found->type = 0;
	return found->ready.events;
}
