/* Calls: what programs, PM and VM ask for, from their message to the answer.
 *
 *   CALL_QUEUED ──> CALL_RUNNING (in a worker) ──> answered, free
 *        ^               │ call_wait()
 *        └── woken ── CALL_WAITING (in a queue, without a worker)
 *
 * A call that waited is run again from its start: what it has done is in `done` and `state`, which
 * its handler keeps. A thread has one call at most.
 */
#pragma once

#include "worker.h"
#include <service.h>
#include <skerry/vfs.h>
#include <sys_arch.h>

struct process;
struct open_file;

/* Who waits for a change of something. */
struct wait_queue {
	struct call *first;
	uint32_t changes; /* how often it was woken */
};

/* What a poll is to be woken by. */
struct watch {
	uint64_t bits;	  /* of queues, by their hash */
	uint32_t changes; /* of all of them */
};

void watch_queue(struct watch *watch, const struct wait_queue *queue);

/* Wakings, of all queues ever. */
uint32_t queue_changes(void);

enum call_state {
	CALL_FREE,
	CALL_QUEUED,
	CALL_RUNNING,
	CALL_WAITING,
};

struct call {
	enum call_state phase;
	endpoint_t caller;	 /* EP_NONE: a request of VM or PM, which knows how to answer */
	struct process *process; /* NULL: the same */
	struct message message;
	uint32_t status; /* it came with */
	void (*run)(struct call *call);
	struct call *next; /* while free, queued or waiting */
	struct wait_queue *queue;
	uint64_t deadline; /* of CALL_WAITING: 0: none */
	uint64_t watches;  /* of a poll: a bit for each queue, by its hash */
	int interrupted;   /* 0, or -errno to end with instead of waiting */
	bool unanswered;   /* it was sent, not called */
	bool dropped;	   /* the caller is gone */
	/* Its handler's: */
	uint64_t done;
	uint32_t state;
	uint32_t grant;
	int64_t result;
	struct open_file *file; /* it holds a reference */
	uint32_t tag;		/* of what it has asked of a driver; 0: nothing */
	endpoint_t asked;
	uint32_t device_flags;
};

void calls_init(void);

/* A message that is to be served: NULL: all places are taken. */
struct call *call_make(endpoint_t caller, const struct message *message, uint32_t status,
		       void (*run)(struct call *call));

/* A program's or service's request. */
void call_accept(const struct message *message, const struct ipc_received *received);

/* Serve: in a worker. */
void call_run(struct call *call);

/* Leave the worker, and be run again when the queue is woken. What the handler returns then. */
struct answer call_wait(struct call *call, struct wait_queue *queue);

/* The same, until a time (in nanoseconds since boot; VFS_FOREVER), for several queues. */
struct answer call_wait_until(struct call *call, uint64_t watches, uint64_t deadline);

/* All who wait there are run again, and polls that watch it. */
void queue_wake(struct wait_queue *queue);

/* Run this one again. */
void call_wake(struct call *call);

/* Begin what is queued, run workers, until there is nothing more to do. */
void calls_serve(void);

/* The call that a thread has; NULL: none. */
struct call *call_of_thread(endpoint_t thread);

/* A call of that process; NULL: none. */
struct call *call_of_process(const struct process *process);

/* End a call that waits: its answer is `error`, or what it has done. Others remember it. */
void call_interrupt(struct call *call, int error);

/* The caller is gone: no answer. It ends at once if it waits. */
void call_drop(struct call *call);

/* A request of a device under way: the call whose tag this is. */
struct call *call_by_tag(uint32_t tag);

/* Wake what has waited long enough. */
void calls_time(uint64_t now);

/* The first deadline of those that wait, or an earlier time; 0: none has any. */
uint64_t calls_soonest(void);

/* How many have asked a driver, and wait for that alone. */
unsigned int calls_at_devices(void);
struct answer call_wait_device(struct call *call);

/* Calls, from *at on; NULL: no more. */
struct call *call_next(unsigned int *at);

/* Calls that wait for a device (device.h), from *at on; NULL: no more. */
struct call *call_next_waiting(unsigned int *at);

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	struct answer handler(struct call *call, const struct request *req, struct reply *rep);
#include <skerry/vfs.def>
#undef CALL
