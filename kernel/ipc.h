/* Message passing, slow path and helpers. The fast path (ipc_fast.c) handles a call to a waiting
 * server and an answer to a waiting caller; every other case comes here.
 */
#pragma once

#include "kernel/priv.h"
#include <skerry/ipc.h>
#include <skerry/kernel_message.h>

/* A trap other than a kernel call: the code to return, or TRAP_NO_RESULT. */
int ipc_trap(struct thread *caller, uint32_t trap, uint32_t a0, uint32_t a1) REQUIRES(bkl);

/* A message in the thread's name to `to`: the fault, memory request or quantum end kept in the
 * thread's fields. Never fails; queued when `to` does not wait. The thread has the rts bit that
 * keeps it from running. */
void ipc_send_kernel(struct thread *from, struct thread *to, enum kernel_message kind)
	REQUIRES(bkl);

/* A notification from one of the kernel's names; from: KERNEL_NOTIFY_*. */
void ipc_notify_kernel(struct thread *to, uint32_t from) REQUIRES(bkl);

/* No notification of this privilege stays pending anywhere. */
void ipc_notify_forget(uint32_t privilege) REQUIRES(bkl);

/* Take a queued sender out of its queue without an answer. */
void ipc_unqueue(struct thread *t) REQUIRES(bkl);

/* End the IPC a thread waits in with an error. */
void ipc_abort(struct thread *t, int code) REQUIRES(bkl);

/* `t` disappears: everyone who waits for it gets EDEADSRCDST, its own call is withdrawn, what was
 * sent to it is dropped; what it sent asynchronously still arrives. */
void ipc_forget(struct thread *t) REQUIRES(bkl);

/* The thread's program crashed and is replaced: whose calls it had received get EDEADSRCDST, whose
 * quantum it had to give get one, asynchronous messages for it go. Queued callers stay. */
void ipc_abandon(struct thread *t) REQUIRES(bkl);

/* SYS_UPDATE put another instance under this name: what waits for the name may end its receive. */
void ipc_receive_recheck(struct thread *t) REQUIRES(bkl);

/* Counters of info_counters. */
extern uint64_t ipc_replies_dropped;
extern uint64_t ipc_async_dropped;
unsigned int ipc_async_used(void);

/* A message the kernel makes: nothing of what the page held before is left. */
static inline void message_clear(struct message *m, endpoint_t source, uint32_t type)
{
	unsigned int i;

	m->source = source;
	m->type = type;
#pragma GCC unroll 14
	for (i = 0; i < array_size(m->word); i++)
		*(volatile uint32_t *)&m->word[i] = 0;
}

/* Move a message between message pages, stamping the source. Both pages are kernel addresses that
 * cannot fault; each word is read once. */
static inline void message_copy(struct message *to, const struct message *from, endpoint_t source)
{
	_Static_assert(sizeof(*to) == ARCH_MESSAGE_WORDS * sizeof(uint32_t),
		       "a message is 64 bytes");
	arch_message_copy((uint32_t *)to, (const uint32_t *)from, source);
}
