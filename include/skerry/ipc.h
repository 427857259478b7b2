/* Traps: the IPC primitives and the kernel call. How a trap is made and which registers carry its
 * two arguments and three results is the port's: <arch/trap.h>.
 *
 * Trap word: number | flags. Arguments a0, a1. Results: code (0 or -errno), status, process.
 *
 *   trap               a0                 a1              blocks
 *   KERNEL_CALL        call number        -               if the call says so
 *   IPC_CALL           server             -               until the answer
 *   IPC_REPLY_RECEIVE  caller answered    source or ANY   until a message
 *   IPC_SEND           receiver           -               until received
 *   IPC_RECEIVE        source or ANY      -               until a message
 *   IPC_NOTIFY         receiver           -               never
 *   IPC_SEND_ASYNC     receiver           -               never
 *
 * Errors of IPC: EDEADSRCDST stale endpoint, or the other side died meanwhile; ENOTALLOWED trap or
 * target not in the caller's privilege; ELOCKED blocking would close a cycle; ENOTREADY with
 * IPC_NONBLOCK; EINTR the queued call was pulled back; EAGAIN asynchronous queue full; EINVAL bad
 * filter, or a name that cannot be sent to; EBADCALL no such trap or flag.
 */
#pragma once

#include <skerry/message.h>

#define TRAP_KERNEL_CALL 0u
#define TRAP_IPC_CALL 1u
#define TRAP_IPC_REPLY_RECEIVE 2u
#define TRAP_IPC_SEND 3u
#define TRAP_IPC_RECEIVE 4u
#define TRAP_IPC_NOTIFY 5u
#define TRAP_IPC_SEND_ASYNC 6u
#define TRAP_COUNT 7u
#define TRAP_MASK_ALL ((1u << TRAP_COUNT) - 1)

#define IPC_NONBLOCK 0x100u /* ENOTREADY instead of waiting */
#define IPC_FILTER 0x200u   /* receive: obey the filter in the message page */
#define IPC_ASYNC_COMPLETION                                                                       \
	0x400u /* send_async: notify me (EP_ASYNC) when it is delivered or dropped */
#define IPC_FLAGS_ALL 0x700u

/* Status word of a received message. */
#define IPC_STATUS_TRAP_MASK 0xFFu /* which trap the sender used */
#define IPC_STATUS_KERNEL 0x100u   /* the kernel made the message, in the source's name */
#define IPC_STATUS_SPACE_SHIFT 16  /* calls, sends and the kernel's: slot of the source's space */

static inline unsigned int ipc_status_trap(uint32_t status)
{
	return status & IPC_STATUS_TRAP_MASK;
}

/* What the sender's space_t has in its low 12 bits: a pager finds its space without asking. */
static inline unsigned int ipc_status_space(uint32_t status)
{
	return status >> IPC_STATUS_SPACE_SHIFT;
}
