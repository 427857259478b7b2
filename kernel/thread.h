/* Threads: what the kernel schedules and what sends messages.
 *
 * A thread runs iff its rts word is 0. Two functions set and clear its bits, and they keep the run
 * queues right; the IPC fast path writes the word directly where no queue can be concerned.
 * Everything is guarded by the big kernel lock.
 */
#pragma once

#include "kernel/cpu.h"
#include "kernel/slots.h"
#include "kernel/timer.h"
#include <skerry/info.h>

/* The exact states the fast path compares with, in one word each:
 *   rts == RTS_RECEIVE_ANY  open receive, no filter; nothing waits in its inbox
 *   rts == RTS_REPLY_WAIT   no stop, signal, inhibit or quantum end is pending
 * Whoever stops, signals, inhibits or filters a thread sets another bit and so breaks the state;
 * a context that must leave by the full path says so in arch.entry. */
#define RTS_RECEIVING (RTS_RECEIVE_ANY | RTS_RECEIVE_FROM)
#define RTS_IPC (RTS_SENDING | RTS_RECEIVING | RTS_REPLY_WAIT)

/* inbox bits: what a receive finds waiting. */
#define INBOX_CALLERS 1u
#define INBOX_NOTIFY 2u
#define INBOX_ASYNC 4u

/* What a queued sender sends when it is not its own message page. */
enum kernel_message {
	KERNEL_MESSAGE_NONE,
	KERNEL_MESSAGE_FAULT,
	KERNEL_MESSAGE_MEMORY,
	KERNEL_MESSAGE_QUANTUM,
};

/* Results of a trap's work that are no result code. Positive: never an errno. */
#define TRAP_SUSPENDED 1 /* the thread waits; the trap is done again from its start */
#define TRAP_NO_RESULT 2 /* the result is set already, will be set later, or nobody is left */

struct async_message;
struct priv;
struct space;

struct thread {
	struct arch_thread arch; /* first: interrupts push into its frame */

	/* What the fast path reads. */
	endpoint_t endpoint __attribute__((aligned(16)));
	uint32_t rts;
	struct message *message; /* its message page, in the direct map */
	struct priv *priv;
	struct space *space;
	uint32_t switch_mask; /* CPUs the fast path may run it on: affinity, or none (see below) */
	uint32_t higher_mask; /* bits of cpu->ready that are more urgent than this thread */
	endpoint_t peer;      /* of the IPC state in rts */
	uint32_t inbox;
	endpoint_t process;
	uint32_t space_status; /* the slot of its space, as status words carry it */
	uint32_t sender_trap;  /* which trap queued it: the status its receiver sees */
	cycles_t user_cycles;  /* read it with sched_cycles() */
	uint64_t ipc_count;

	/* IPC, slow path. */
	struct thread *callers_head, *callers_tail;    /* who is queued at this thread */
	struct thread *queue_next, *queue_prev;	       /* place in the queue of ... */
	struct thread *queued_at;		       /* ... this thread */
	struct async_message *async_head, *async_tail; /* waiting for this thread */
	uint32_t async_sent;			       /* of this thread, in the pool */
	uint32_t async_delivered, async_dropped;       /* not yet told */
	struct ipc_filter *filter; /* in force while RTS_RECEIVE_FROM; NULL: none */
	struct ipc_filter filter_copy;
	enum kernel_message kernel_message;
	uint32_t affinity; /* a bit a CPU */

	/* The pending trap, kept for restarts. */
	bool restart;
	uint32_t trap_word, trap_a0, trap_a1;
	uint64_t cursor; /* bytes of a long copy that are done */

	/* Faults and memory requests. */
	vaddr_t fault_address;
	uint32_t fault_access;
	endpoint_t request_target;
	uint64_t request_address, request_bytes;
	uint32_t request_access;
	int request_result; /* of the last memory request; consumed by the restart */
	struct space *wait_space;
	uint64_t fault_count;

	/* Scheduling. */
	struct cpu *cpu; /* where it runs, is queued, or ran last */
	struct thread *run_next, *run_prev;
	bool queued;
	uint32_t priority;
	endpoint_t scheduler;
	nanoseconds_t quantum, quantum_left;
	uint32_t preempted;
	cycles_t quantum_from_cycles; /* user_cycles and ipc_count at the last quantum message */
	uint64_t quantum_from_ipc;

	/* Space, process. */
	struct thread *space_next, *space_prev;
	paddr_t message_frame;
	vaddr_t message_address;
	char name[16];

	/* Signals, timers. */
	uint64_t signals;	/* pending, not yet got by the manager */
	uint64_t signals_taken; /* got, not yet ended */
	int32_t exit_status;
	uint64_t signal_count;
	struct timer virtual_timer;
	cycles_t virtual_end; /* user_cycles at which virtual_signal is sent */
	uint32_t virtual_signal;

	struct thread *free_next;
	uint32_t generation;
};

extern struct thread threads[THREAD_MAX];
extern uint32_t threads_live[SLOT_WORDS(THREAD_MAX)]; /* slots in use */
extern struct thread *pager; /* the root service: faults and memory requests go to it */

/* The thread of an endpoint, or NULL. Special names and stale generations give NULL. */
static inline struct thread *thread_find(endpoint_t e)
{
	struct thread *t = &threads[endpoint_slot(e) & (THREAD_MAX - 1)];

	/* Keep the pointer: the compiler would rather compute it again from the slot, each time. */
	__asm__("" : "+r"(t));
	return likely(t->endpoint == e) ? t : NULL;
}

static inline bool thread_runnable(const struct thread *t)
{
	return t->rts == 0;
}

/* Set a bit of rts. A ready thread leaves its queue; one that runs on another CPU in user mode is
 * parked: when this returns no CPU executes it. */
void thread_block(struct thread *t, uint32_t flag) REQUIRES(bkl);

/* Clear bits of rts. When none is left the thread is queued and, if it beats what its CPU runs,
 * that CPU is told. */
void thread_unblock(struct thread *t, uint32_t flags) REQUIRES(bkl);

/* Does a switch to this thread need nothing but what the fast path does? Not so while it has I/O
 * ports: then its switch_mask is empty. */
static inline void thread_switch_simple(struct thread *t, bool simple)
{
	t->switch_mask = simple ? t->affinity : 0;
}

static inline unsigned int thread_slot(const struct thread *t)
{
	return (unsigned int)(t - threads);
}

void threads_init(void) REQUIRES(bkl);

/* A free slot, its generation advanced, everything but context and privilege initialised; state
 * RTS_NO_PRIV. NULL: none free. */
struct thread *thread_allocate(struct space *space) REQUIRES(bkl);

/* Take the thread off every CPU for good and free its slot. Whoever waits for it gets EDEADSRCDST.
 */
void thread_free(struct thread *t) REQUIRES(bkl);

/* The thread's program or context is replaced: what it waited for in the kernel, and the trap that
 * would be done again, go with it. */
void thread_wait_drop(struct thread *t) REQUIRES(bkl);

/* The thread's program will not go on: it is stopped, and what it does and waits for ends, its
 * timers and interrupt hooks too. Those who wait for it are the caller's. */
void thread_drop(struct thread *t) REQUIRES(bkl);

/* Make sure no CPU has the thread's registers or FPU state live. */
void thread_settle(struct thread *t) REQUIRES(bkl);

/* Has the thread made a trap that another CPU has not dispatched yet? Whoever would change the
 * context under it suspends its own call until that is done. */
bool thread_trap_pending(const struct thread *t) REQUIRES(bkl);

/* Print `backtrace NAME: pc...` for scripts/symbolise. */
void thread_backtrace(struct thread *t) REQUIRES(bkl);

unsigned int threads_used(void) REQUIRES(bkl);
