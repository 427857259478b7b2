/* The IPC primitives (skerry/ipc.h). Messages are built and read in message_page(); a kernel call
 * or sys_print() in between uses the same page, though sys_print() puts the message back. All
 * return 0 or a negative errno. `flags` are IPC_NONBLOCK and the like.
 */
#pragma once

#include <sys_thread.h>
#include <sys_trap.h>

/* Send the message and wait for the answer, which replaces it. */
static inline int ipc_call(endpoint_t server)
{
	return sys_trap1(TRAP_IPC_CALL, server);
}

/* Answer `caller` with the message (EP_NONE: nobody), then wait for the next from `source`. */
static inline int ipc_reply_receive(endpoint_t caller, endpoint_t source,
				    struct ipc_received *received)
{
	return sys_trap2(TRAP_IPC_REPLY_RECEIVE, caller, source, received);
}

static inline int ipc_send(endpoint_t receiver, uint32_t flags)
{
	return sys_trap1(TRAP_IPC_SEND | flags, receiver);
}

/* filter: NULL, or what to accept; it is copied into the message page. */
int ipc_receive(endpoint_t source, const struct ipc_filter *filter, uint32_t flags,
		struct ipc_received *received);

static inline int ipc_notify(endpoint_t receiver)
{
	return sys_trap1(TRAP_IPC_NOTIFY, receiver);
}

static inline int ipc_send_async(endpoint_t receiver, uint32_t flags)
{
	return sys_trap1(TRAP_IPC_SEND_ASYNC | flags, receiver);
}
