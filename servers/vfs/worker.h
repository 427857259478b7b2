/* Workers: coroutines with stacks of their own, in VFS's one thread. A call that must ask a file
 * server runs in a worker, which is put aside until the answer comes; a call that waits for other
 * processes (a pipe, a lock) leaves its worker and is run again from its start (call.h).
 *
 * Everything between two waits is atomic. What is kept in `struct worker` is one worker's alone.
 */
#pragma once

#include <skerry/file.h>
#include <skerry/message.h>

struct call;

#define WORKERS 12u

struct worker {
	struct call *call;   /* NULL: idle */
	struct worker *next; /* while idle or ready */
	uintptr_t stack_pointer;
	uintptr_t stack_top;
	/* The request that it waits for: */
	endpoint_t asked; /* EP_NONE: none */
	uint32_t tag;
	uint8_t answer[MESSAGE_PAYLOAD_SIZE];
	int error; /* there will be no answer */
	/* Space for its call: */
	char path[PATH_BYTES_MAX];
	char name[2][NAME_BYTES_MAX + 1];
	struct file_status status;
};

void workers_init(void);

/* Who runs: never called outside of workers. */
struct worker *worker_self(void);

/* Does one run? */
bool worker_runs(void);

/* Put the running worker aside until worker_wake(). */
void worker_wait(void);
void worker_wake(struct worker *worker);

/* Put it aside until workers_again(): the main loop has turned, and perhaps sent what was in the
 * way. */
void worker_yield(void);
void workers_again(void);

/* NULL: all are busy. */
struct worker *worker_idle(void);

/* Have an idle worker run the call. */
void worker_begin(struct worker *worker, struct call *call);

/* Run workers until all wait. */
void workers_run(void);

/* The worker whose request has this tag, or NULL. */
struct worker *worker_by_tag(uint32_t tag);

/* Requests to this service fail. */
void workers_lose(endpoint_t service, int error);

/* A service that some worker waits for, from *at on; false: that was all. */
bool worker_asks(unsigned int *at, endpoint_t *service);
