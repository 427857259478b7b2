/* Calls to servers: what the stubs of vm_call.h, pm_call.h and rs_call.h are made of. A stub builds
 * its row's request in the message page, calls, and copies the answer out. A call that a signal
 * pulled back before the server got it is made again. The reply may be NULL; it is meaningful after
 * 0. All return 0 or a negative errno, the kernel's (ipc.h) or the server's.
 */
#pragma once

#include <sys_ipc.h>

/* Of a protocol that many services may speak: the endpoint is the caller's to know. */
#define SERVER_STUB_AT(function, name)                                                             \
	enum { name##_STUB };                                                                      \
	static inline int function(endpoint_t server, const name##_REQUEST *request,               \
				   name##_REPLY *reply)                                            \
	{                                                                                          \
		struct message *message = &message_page()->message;                                \
		int code;                                                                          \
                                                                                                   \
		message->type = name;                                                              \
		if (sizeof(*request) != 0)                                                         \
			__builtin_memcpy(message->payload, request, sizeof(*request));             \
		do                                                                                 \
			code = ipc_call(server);                                                   \
		while (code == -EINTR);                                                            \
		if (code != 0)                                                                     \
			return code;                                                               \
		if (sizeof(*reply) != 0 && reply != NULL)                                          \
			__builtin_memcpy(reply, message->payload, sizeof(*reply));                 \
		return (int)message->type;                                                         \
	}

#define SERVER_STUB(function, name, server)                                                        \
	SERVER_STUB_AT(function##_at, name)                                                        \
	static inline int function(const name##_REQUEST *request, name##_REPLY *reply)             \
	{                                                                                          \
		return function##_at(server, request, reply);                                      \
	}
