/* The one IPC primitive that is more than a trap. */
#include <sys_ipc.h>

int ipc_receive(endpoint_t source, const struct ipc_filter *filter, uint32_t flags,
		struct ipc_received *received)
{
	if (filter != NULL) {
		message_page()->filter = *filter;
		flags |= IPC_FILTER;
	}
	return sys_trap2(TRAP_IPC_RECEIVE | flags, source, 0, received);
}
