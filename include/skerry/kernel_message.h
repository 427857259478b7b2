/* Messages the kernel makes: in its own name (EP_HARDWARE, EP_CLOCK, EP_SYSTEM, EP_ASYNC) as
 * notifications, or in a thread's name with IPC_STATUS_KERNEL set: faults and memory requests to
 * the pager, quantum ends to the scheduler.
 */
#pragma once

#include <skerry/message.h>

#define MESSAGE_NOTIFY MESSAGE_TYPE(PROTOCOL_KERNEL, 0)
#define MESSAGE_PAGE_FAULT MESSAGE_TYPE(PROTOCOL_KERNEL, 1)
#define MESSAGE_MEMORY_REQUEST MESSAGE_TYPE(PROTOCOL_KERNEL, 2)
#define MESSAGE_QUANTUM_END MESSAGE_TYPE(PROTOCOL_KERNEL, 3)

/* A notification; the source is the notifying thread or one of the kernel's names. */
struct notify_message {
	u64 interrupts;	    /* EP_HARDWARE: a bit for each notify id that fired */
	uint32_t delivered; /* EP_ASYNC: sends delivered since the last such message */
	uint32_t dropped;   /* EP_ASYNC: sends lost because the receiver died */
};

/* A user page fault, sent in the faulting thread's name; answered by
 * ipc_reply_receive or SYS_VMCTL_FAULT_CLEAR. */
struct page_fault_message {
	u64 address;
	u64 program_counter;
	space_t space;
	endpoint_t process;
	uint32_t access; /* FAULT_* */
};

#define FAULT_WRITE 1u	 /* a store; else a load */
#define FAULT_EXECUTE 2u /* an instruction fetch, where the hardware tells */
#define FAULT_PRESENT 4u /* a translation exists and forbids the access; else there is none */

/* A kernel copy on behalf of the source met missing memory of `target`; answered by
 * SYS_VMCTL_MEMREQ_REPLY with 0 (restart the call) or -errno (the call returns it). */
struct memory_request_message {
	endpoint_t target;
	uint32_t access; /* FAULT_WRITE or 0 */
	u64 address;
	u64 bytes;
	space_t space;
};

/* A thread used up its quantum, sent in its name; answered by SYS_SCHEDULE. */
struct quantum_end_message {
	u64 user_cycles;    /* since the last such message */
	u64 ipc_count;	    /* messages sent since the last such message */
	uint32_t preempted; /* times a higher priority took the CPU */
	uint32_t cpu;	    /* where it ran */
	uint32_t cpu_ready; /* ready threads on that CPU */
	uint32_t priority;
};

_Static_assert(sizeof(struct notify_message) <= MESSAGE_PAYLOAD_SIZE, "");
_Static_assert(sizeof(struct page_fault_message) <= MESSAGE_PAYLOAD_SIZE, "");
_Static_assert(sizeof(struct memory_request_message) <= MESSAGE_PAYLOAD_SIZE, "");
_Static_assert(sizeof(struct quantum_end_message) <= MESSAGE_PAYLOAD_SIZE, "");
