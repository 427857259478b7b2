/* The spaces that the service makes and the threads it runs in them. Each space is a fork of the
 * service's own or of another; its threads obey (work.h). A thread that VM refuses something is
 * started afresh, so that refusals can be asked for.
 */
#pragma once

#include "work.h"
#include <skerry/vm.h>

#define WORLD_THREADS 6u /* of one space */

struct worker {
	endpoint_t thread; /* EP_NONE: there is none */
	space_t space;
	unsigned int index; /* which stack it runs on */
	bool ready;	    /* it waits for a command; `result` is that of the last one */
	uint64_t signals;   /* instead of a result */
	struct work_result result;
};

/* Who commands: in the service's memory, so that forks know it. */
extern endpoint_t world_service;

/* After service_init(): what all that follows needs. */
void world_init(void);

/* A fork of the service's own space with the one thread. */
void world_begin(struct worker *first);

/* A fork of the worker's space; the thread of the same index goes on in it as a copy. Others of the
 * parent may run meanwhile. */
int world_fork(const struct worker *parent, struct worker *child);

/* A further thread in the space of another. Index below WORLD_THREADS. */
void world_thread_add(const struct worker *first, unsigned int index, struct worker *more);

/* A thread goes; with the last one of the space its memory does. */
void world_thread_end(struct worker *worker);
void world_space_end(space_t space);

void world_command(struct worker *worker, const struct work_command *command);

/* Until the worker has a result, or was refused: then `signals` say so. */
void world_wait(struct worker *worker);

/* Hear who has something to say, and wait for nobody. */
void world_poll(void);

/* The kernel's copies between the service and a worker's space: 0, -EFAULT. */
int world_copy_from(const struct worker *worker, uint32_t address, void *to, size_t bytes,
		    uint32_t flags);
int world_copy_to(const struct worker *worker, uint32_t address, const void *from, size_t bytes,
		  uint32_t flags);

/* The service lets others run. */
void world_yield(void);
