/* Objects of SYS_INFO, and records of the trace ring (SYS_TRACE_READ). */
#pragma once

#include <skerry/endpoint.h>

/* info_thread.rts: why a thread does not run; it does iff the word is 0. */
#define RTS_SENDING 0x1u	/* queued as a sender at thread_by_endpoint(peer) */
#define RTS_RECEIVE_ANY 0x2u	/* waits for any message; no filter (see below) */
#define RTS_RECEIVE_FROM 0x4u	/* waits for a message from `peer`, or through its filter */
#define RTS_REPLY_WAIT 0x8u	/* its call was received by `peer`; only an answer ends it */
#define RTS_PAGEFAULT 0x10u	/* until the pager clears the fault */
#define RTS_VMREQUEST 0x20u	/* a copy for it waits for memory */
#define RTS_VMINHIBIT 0x40u	/* its space is being edited */
#define RTS_COPY_WAIT 0x80u	/* a copy for it waits until another space is no longer edited */
#define RTS_STOPPED 0x100u	/* by SYS_RUNCTL */
#define RTS_SIGNALED 0x200u	/* until its signal manager is done */
#define RTS_NO_QUANTUM 0x400u	/* until its scheduler answers */
#define RTS_NO_PRIV 0x800u	/* until SYS_PRIV_ALLOW */
#define RTS_BOOTINHIBIT 0x1000u /* until SYS_THREAD_RELEASE */
#define RTS_EXITED 0x2000u	/* ended by itself; its slot waits for SYS_CLEAR */
#define RTS_FREE 0x4000u	/* the slot is empty */

struct info_machine {
	u32 cpu_count;
	u32 cpu_present;
	u32 thread_slots;
	u32 space_slots;
	u32 privilege_slots;
	u32 thread_used;
	u32 space_used;
	u32 privilege_used;
	u64 memory_bytes;
	ns64 uptime;
	u64 cycles_per_second;
	char board[32];
};

struct info_cpu {
	u32 running;
	u32 hardware_id;
	endpoint_t current;
	u32 ready;   /* threads in its queues */
	u64 entries; /* kernel entries */
	u64 lock_taken;
	u64 lock_contended; /* times the lock was not free at once */
	u64 ipi_sent;
	u64 ipi_received;
	u64 flushes; /* owed flushes done */
	u64 interrupts;
	cycles64 idle_cycles;
	cycles64 lock_wait_cycles;
};

struct info_thread {
	endpoint_t thread;
	endpoint_t process;
	space_t space;
	u32 rts;
	u32 privilege;
	u32 priority;
	u32 cpu;
	endpoint_t waits_for;
	u64 affinity;
	cycles64 user_cycles;
	u64 ipc_count;
	u64 faults;
	u64 signals;
	char name[16];
};

/* System-wide event counters. */
struct info_counters {
	u64 replies_dropped; /* answers whose caller was gone */
	u64 async_dropped;
	u64 migrations;
	u64 parks;   /* CPUs stopped for another's sake */
	u64 settles; /* waits for a CPU to settle */
	u64 page_faults;
	u64 memory_requests;
	u64 async_used; /* asynchronous messages in the kernel's pool now */
};

#define TRACE_IPC 1u	   /* a: destination, b: trap */
#define TRACE_SWITCH 2u	   /* a: thread, or EP_NONE: the CPU idles */
#define TRACE_FAULT 3u	   /* a: address, b: access */
#define TRACE_INTERRUPT 4u /* a: irq or TRACE_IRQ_* */
#define TRACE_CALL 5u	   /* a: kernel call, b: result */
#define TRACE_LOCK_WAIT 6u /* a: cycles waited */

#define TRACE_IRQ_TIMER 0xFFFFFFFEu /* this CPU's timer */
#define TRACE_IRQ_IPI 0xFFFFFFFFu   /* from another CPU */

struct trace_record {
	cycles64 time;
	u32 kind;
	endpoint_t thread;
	u32 a;
	u32 b;
};

/* How long a CPU held the kernel lock, and had interrupts off, in cycles. Kernels with CONFIG_TRACE
 * measure it; in others all is 0. */
#define LATENCY_BUCKETS 32u

struct latency {
	u32 bucket[LATENCY_BUCKETS]; /* bucket[i] counts times from 2^i to 2^(i+1) - 1 */
	cycles64 longest;
	u32 kind; /* of the longest: what the CPU did; TRACE_*, 0: nothing that is traced */
	u32 what; /* kernel call, trap, irq or address */
};

struct info_latency {
	struct latency lock_held;
	struct latency interrupts_off;
};
