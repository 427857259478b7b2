/* Telling services: by asynchronous messages, for they may hang. */
#include "tell.h"

#include <string.h>
#include <sys_ipc.h>

int sef_tell(endpoint_t service, uint32_t type, const void *request, size_t bytes)
{
	struct message *message = &message_page()->message;

	message->type = type;
	memset(message->payload, 0, sizeof(message->payload));
	if (bytes > 0)
		memcpy(message->payload, request, bytes);
	return ipc_send_async(service, 0);
}
