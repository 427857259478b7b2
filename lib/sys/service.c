/* The start of a service, and its loop. */
#include <service.h>

#include <rs_call.h>
#include <string.h>
#include <sys.h>

static struct sys_thread self;
static const struct service_start *started;

void service_init(const struct service_start *start, const char *name)
{
	sys_program_name = name;
	started = start;
	self.page = (struct message_page *)(uintptr_t)start->message_page;
	self.endpoint = start->endpoint;
	self.stack_top = (uintptr_t)start->stack_top;
	if (sys_thread_attach(&self) != 0)
		__builtin_trap(); /* without it nothing can be said */
}

const struct service_start *service_start(void)
{
	return started;
}

void service_ready(int result)
{
	const struct rs_ready_req request = {.result = result};
	const int error = rs_ready(&request, NULL);

	if (error != 0)
		panic("RS does not take RS_READY: %d", error);
}

static void answer_build(int code, const void *reply, size_t reply_size)
{
	struct message *message = &message_page()->message;

	message->type = (uint32_t)code;
	memset(message->payload, 0, sizeof(message->payload));
	memcpy(message->payload, reply, reply_size);
}

void service_answer(endpoint_t caller, int code, const void *reply, size_t reply_size)
{
	answer_build(code, reply, reply_size);
	(void)ipc_send(caller, IPC_NONBLOCK);
}

static endpoint_t call_serve(const struct service *service, const struct message *message,
			     unsigned int trap)
{
	const uint32_t nr = message->type & 0xFFFF;
	uint8_t reply[MESSAGE_PAYLOAD_SIZE] = {0};
	struct answer said = answer(-EBADCALL);

	if (trap != TRAP_IPC_CALL && trap != TRAP_IPC_SEND_ASYNC)
		return EP_NONE;
	if (MESSAGE_PROTOCOL(message->type) != service->protocol && service->message != NULL &&
	    trap == TRAP_IPC_SEND_ASYNC)
		service->message(message);
	else if (MESSAGE_PROTOCOL(message->type) == service->protocol && nr < service->row_count)
		said = service->rows[nr].run(message->source, message->payload, reply);
	if (said.later || trap != TRAP_IPC_CALL)
		return EP_NONE;
	answer_build(said.code, reply, sizeof(reply));
	return message->source;
}

endpoint_t service_serve(const struct service *service, const struct ipc_received *received)
{
	const struct message message = message_page()->message;

	if (ipc_status_trap(received->status) == TRAP_IPC_NOTIFY) {
		if (service->notified != NULL)
			service->notified(message.source);
		return EP_NONE;
	}
	if (received->status & IPC_STATUS_KERNEL) {
		if (service->told != NULL)
			service->told(&message);
		return EP_NONE;
	}
	return call_serve(service, &message, ipc_status_trap(received->status));
}
