/* The root thread while cases run: pager, signal manager, watchdog, and owner of frames, spaces and
 * thread blocks, which it changes on behalf of other threads (so they need no lock).
 */
#pragma once

#include <skerry/kernel_message.h>
#include <skerry/kernel_call.h>

/* Run a function in the supervisor and wait for its result; called by the supervisor it just runs.
 */
long supervisor_run(long (*function)(void *argument), void *argument);

/* What a case wants done with the faults it provokes; called in the supervisor. */
enum fault_answer {
	FAULT_FATAL, /* the thread ends as THREAD_FAULTED */
	FAULT_CLEAR, /* satisfied */
	FAULT_HOLD,  /* the case clears it */
};

struct fault_event {
	endpoint_t thread;
	uint32_t status; /* of the received message */
	struct page_fault_message fault;
};

struct memory_event {
	endpoint_t thread;
	uint32_t status;
	struct memory_request_message request;
};

#define MEMORY_HOLD 1 /* the case answers; else the request's result */

struct supervisor_hooks {
	enum fault_answer (*fault)(const struct fault_event *event);
	int (*memory)(const struct memory_event *event); /* without: -EFAULT */
	bool hold_signals; /* signals other than an exit do not end a thread */
	/* Faults and requests are answered as calls are; else by SYS_VMCTL_FAULT_CLEAR,
	 * MEMREQ_REPLY.
	 */
	bool answers;
};

/* Set by the case, reset after it. */
extern struct supervisor_hooks supervisor_hooks;

void supervisor_init(void);

/* The root thread comes before all others; how long it runs at a stretch. */
void supervisor_schedule(nanoseconds_t quantum);
endpoint_t supervisor_endpoint(void);

/* The loop: serve until `done(argument)` holds. After tens of seconds the watchdog ends the run,
 * naming `what`; NULL: it may last. */
void supervisor_serve(bool (*done)(void *argument), void *argument, const char *what);

/* The watchdog starts anew: for a case that lasts, from time to time. */
void supervisor_patience(void);
