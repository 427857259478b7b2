/* A thread of a process: what it sleeps for in PM, and its signals. */
#pragma once

#include "timer.h"
#include <skerry/pm.h>

struct process;
struct pending;

/* What a thread that called PM waits for. */
enum sleep {
	SLEEP_NONE,  /* it is not in PM, or is answered at once */
	SLEEP_CHILD, /* PM_WAIT */
	SLEEP_FUTEX,
	SLEEP_SUSPEND, /* PM_SIGNAL_SUSPEND */
	SLEEP_SIGNAL,  /* PM_SIGNAL_WAIT */
	SLEEP_TIME,    /* PM_SLEEP */
	SLEEP_VFS,     /* VFS; no signal ends that */
	SLEEP_ENDED,   /* the first thread, which ended before the others: nothing */
};

struct futex_key {
	uint64_t space; /* FUTEX_PHYSICAL: address is one */
	uint64_t address;
};

struct thread {
	endpoint_t endpoint;
	pid32 tid;
	struct process *process;		 /* NULL: this slot is free */
	struct thread *next;			 /* of the process */
	uint64_t message_frame, message_address; /* of further threads */
	uint64_t clear_address;

	enum sleep sleep;
	struct timer timer; /* ends the sleep */
	union {
		struct pm_wait_req child;
		struct {
			struct futex_key key;
			uint32_t bits;
			struct thread *next;
		} futex;
		uint64_t signals; /* SLEEP_SIGNAL */
		struct {
			nanoseconds_t end;
			bool absolute;
		} time;
	} on;

	/* In sets a signal is bit number - 1. */
	uint64_t mask, pending;
	struct pending *queue;
	bool mask_kept; /* PM_SIGNAL_SUSPEND: `kept` comes back with the handler */
	uint64_t kept;
	bool held;	   /* stopped for a signal that waits for VFS or VM */
	bool interrupting; /* VFS was asked to end its call */
	struct timer retry;
	uint64_t stack, stack_bytes; /* for handlers; 0: none */
	uint64_t fault_address;
	struct {
		nanoseconds_t end; /* in its own processor time; 0: not set */
		nanoseconds_t interval;
	} own_time[2]; /* ITIMER_VIRTUAL, ITIMER_PROF */
};

/* NULL: no thread of a process, nor a service that is a parent. */
struct thread *thread_by_endpoint(endpoint_t endpoint);
