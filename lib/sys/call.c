/* The kernel call behind every stub: request into the message page, trap, reply out of it. */
#include <sys_call.h>

#include <string.h>
#include <sys.h>
#include <sys_ipc.h>

int sys_call(uint32_t number, const void *request, size_t request_size, void *reply,
	     size_t reply_size)
{
	struct message *message = &message_page()->message;
	int code;

	assert(request_size <= MESSAGE_PAYLOAD_SIZE && reply_size <= MESSAGE_PAYLOAD_SIZE);
	memcpy(message->payload, request, request_size);
	code = sys_trap1(TRAP_KERNEL_CALL, number);
	if (reply != NULL)
		memcpy(reply, message->payload, reply_size);
	return code;
}
