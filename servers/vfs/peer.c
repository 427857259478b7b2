/* Sending, the messages that could not be sent yet, and deaths. */
#include "peer.h"

#include "call.h"
#include "device.h"
#include "worker.h"
#include <skerry/errno.h>
#include <skerry/info.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <sys_ipc.h>

#define OUTBOX 128u
#define TAG_STEP (1u << 8)

struct letter {
	endpoint_t to;
	uint32_t type;
	uint8_t payload[MESSAGE_PAYLOAD_SIZE];
};

static struct letter outbox[OUTBOX];
static unsigned int outbox_first, outbox_used;

/* --- Who is there ----------------------------------------------------------------------------- */

static bool thread_info(endpoint_t thread, struct info_thread *info)
{
	const struct sys_info_req request = {
		.what = INFO_THREAD,
		.index = endpoint_slot(thread),
		.address = (uintptr_t)info,
		.size = sizeof(*info),
	};

	return sys_info(&request, NULL) == 0 && info->thread == thread &&
	       !(info->rts & (RTS_FREE | RTS_EXITED));
}

bool peer_lives(endpoint_t service)
{
	struct info_thread info;

	return thread_info(service, &info) && !(info.rts & RTS_SIGNALED);
}

bool peer_is_program(endpoint_t thread)
{
	struct info_thread info;

	return !thread_info(thread, &info) || info.privilege == PRIV_ID_PROGRAMS;
}

space_t peer_space(endpoint_t thread)
{
	struct info_thread info;

	return thread_info(thread, &info) ? info.space : 0;
}

void peer_lost(endpoint_t service)
{
	workers_lose(service, -EIO);
	device_lost(service);
}

/* --- Sending ---------------------------------------------------------------------------------- */

static int send(endpoint_t to, uint32_t type, const void *payload)
{
	struct message *message = &message_page()->message;

	message->type = type;
	memcpy(message->payload, payload, MESSAGE_PAYLOAD_SIZE);
	return ipc_send_async(to, 0);
}

int peer_send(endpoint_t service, uint32_t type, const void *payload, size_t bytes)
{
	struct letter letter = {.to = service, .type = type};
	int error = -EAGAIN;

	memcpy(letter.payload, payload, bytes);
	if (outbox_used == 0)
		error = send(service, type, letter.payload);
	if (error != -EAGAIN)
		return error == 0 ? 0 : -EIO;
	if (outbox_used == OUTBOX)
		return -EAGAIN;
	outbox[(outbox_first + outbox_used++) % OUTBOX] = letter;
	return 0;
}

void peers_send(void)
{
	while (outbox_used > 0) {
		const struct letter *letter = &outbox[outbox_first];

		/* Who is gone is found out by peers_tend(). */
		if (send(letter->to, letter->type, letter->payload) == -EAGAIN)
			return;
		outbox_first = (outbox_first + 1) % OUTBOX;
		outbox_used--;
	}
}

void peers_tend(void)
{
	unsigned int at = 0;
	struct call *call;
	endpoint_t service;

	while (worker_asks(&at, &service)) {
		if (!peer_lives(service))
			peer_lost(service);
	}
	for (at = 0; (call = call_next_waiting(&at)) != NULL;)
		device_check(call);
}

bool peers_busy(void)
{
	unsigned int at = 0;
	endpoint_t service;

	if (worker_asks(&at, &service))
		return true;
	return calls_at_devices() > 0;
}

bool peers_full(void)
{
	return outbox_used > 0;
}

/* --- Asking ----------------------------------------------------------------------------------- */

int peer_ask(endpoint_t service, uint32_t type, void *request, size_t bytes)
{
	struct worker *worker = worker_self();
	int error;

	do {
		worker->tag += TAG_STEP;
	} while (worker->tag < TAG_STEP);
	memcpy(request, &worker->tag, sizeof(worker->tag));
	while ((error = peer_send(service, type, request, bytes)) == -EAGAIN)
		worker_yield();
	if (error != 0)
		return error;
	worker->asked = service;
	worker->error = 0;
	worker_wait();
	return worker->error;
}

void peer_answered(endpoint_t service, const struct message *message)
{
	struct worker *worker;
	uint32_t tag;

	memcpy(&tag, message->payload, sizeof(tag));
	worker = worker_by_tag(tag);
	if (worker == NULL || worker->asked != service)
		return; /* it was given up, or nobody asked */
	memcpy(worker->answer, message->payload, sizeof(worker->answer));
	worker->asked = EP_NONE;
	worker_wake(worker);
}
