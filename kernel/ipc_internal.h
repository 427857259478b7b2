/* What the ipc_*.c files share. */
#pragma once

#include "kernel/ipc.h"

/* The thread `destination` names, if this caller may send to it: 0, -EINVAL, -EDEADSRCDST or
 * -ENOTALLOWED. *target is the thread, or NULL, whatever the answer. */
int ipc_target(const struct thread *caller, endpoint_t destination, struct thread **target);

/* Is a message of this source and type wanted by a receive from `from` under `filter`? */
bool ipc_wants(endpoint_t from, const struct ipc_filter *filter, endpoint_t source, uint32_t type);
bool ipc_accepts(const struct thread *to, endpoint_t source, uint32_t type);
void ipc_received(struct thread *to, uint32_t status, endpoint_t process) REQUIRES(bkl);

int ipc_notify(struct thread *caller, endpoint_t destination) REQUIRES(bkl);
int ipc_async_send(struct thread *caller, endpoint_t destination, uint32_t flags) REQUIRES(bkl);

/* Deliver one pending notification or asynchronous message that is wanted; false: none is. */
bool ipc_notify_take(struct thread *to, endpoint_t from, const struct ipc_filter *filter)
	REQUIRES(bkl);
bool ipc_async_take(struct thread *to, endpoint_t from, const struct ipc_filter *filter)
	REQUIRES(bkl);

/* The receiver is gone: its messages are dropped and their senders told. */
void ipc_async_forget(struct thread *t) REQUIRES(bkl);
