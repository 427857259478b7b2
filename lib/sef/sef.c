/* The beginning of a service, and what RS tells it later. */
#include <sef.h>

#include "fail.h"
#include <rs_call.h>
#include <skerry/ipc.h>
#include <skerry/kernel_call.h>
#include <skerry/signal.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>

static const struct sef_ops none;
static const struct sef_ops *own = &none;

/* --- The beginning ---------------------------------------------------------------------------- */

static int init(const struct service_start *start)
{
	sef_fail(start->fail);
	if (start->fail == FAIL_INIT_ERROR)
		return -EIO;
	return own->init != NULL ? own->init(start->init) : 0;
}

void sef_startup(const struct service_start *start, const char *name, const struct sef_ops *ops)
{
	int error;

	service_init(start, name);
	if (ops != NULL)
		own = ops;
	error = init(start);
	service_ready(error);
	if (error != 0)
		panic("RS lets it run without an init: %d", error);
}

/* --- What RS says ----------------------------------------------------------------------------- */

static void end(void)
{
	const struct sys_exit_req request = {.status = 0};

	if (own->shutdown != NULL)
		own->shutdown();
	(void)sys_exit(&request, NULL);
}

static void signal_take(uint32_t signal)
{
	if (own->signal != NULL)
		own->signal(signal);
	else if (signal == SIGNAL_TERMINATE)
		end();
}

static void message_take(const struct message *message)
{
	struct sef_signal_req signal;
	struct sef_inject_req inject;

	switch (message->type) {
	case SEF_SIGNAL:
		memcpy(&signal, message->payload, sizeof(signal));
		signal_take(signal.signal);
		break;
	case SEF_SHUTDOWN:
		end();
		break;
	case SEF_INJECT:
		memcpy(&inject, message->payload, sizeof(inject));
		sef_fail(inject.kind);
		break;
	}
}

static void ping_answer(void)
{
	if (own->ping == NULL || own->ping())
		(void)ipc_notify(RS_ENDPOINT);
}

/* Is the message SEF's? Then it has been dealt with. */
static bool taken(const struct ipc_received *received)
{
	const struct message message = message_page()->message;

	if (message.source != RS_ENDPOINT)
		return false;
	if (ipc_status_trap(received->status) == TRAP_IPC_NOTIFY) {
		ping_answer();
		return true;
	}
	if (MESSAGE_PROTOCOL(message.type) != PROTOCOL_SEF)
		return false;
	message_take(&message);
	return true;
}

int sef_reply_receive(endpoint_t caller, endpoint_t source, struct ipc_received *received)
{
	int error;

	do {
		error = ipc_reply_receive(caller, source, received);
		caller = EP_NONE;
	} while (error == 0 && taken(received));
	return error;
}

void sef_run(const struct service *service)
{
	struct ipc_received received;
	endpoint_t caller = EP_NONE;

	for (;;) {
		if (sef_reply_receive(caller, EP_ANY, &received) != 0)
			panic("cannot receive");
		caller = service_serve(service, &received);
	}
}

int sef_complain(endpoint_t service, uint32_t code)
{
	const struct rs_complain_req request = {.service = service, .code = code};

	return rs_complain(&request, NULL);
}
