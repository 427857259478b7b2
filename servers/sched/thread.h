/* The threads SCHED schedules, by the slot in their name. */
#pragma once

#include "policy.h"

#define THREADS (1u << CONFIG_THREAD_SLOTS_LOG2)

struct thread {
	endpoint_t endpoint; /* 0: none */
	endpoint_t owner;    /* EP_NONE: nobody's yet */
	int32_t nice;
	uint32_t priority;
	uint32_t cpu;	 /* where it was put, or last used a quantum up */
	bool placed;	 /* it may run only there, until it has come there */
	bool busy;	 /* it wanted the processor all the time, when that was last looked at */
	uint32_t recent; /* quanta used up since then */
	uint64_t quanta;
	uint64_t mask;
};

/* NULL: it is not scheduled here. */
struct thread *thread_find(endpoint_t endpoint);

/* An entry for the name; whoever had the slot before is forgotten. NULL: a name that is none. */
struct thread *thread_enter(endpoint_t endpoint);

void thread_forget(struct thread *thread);

/* The first in use from *slot on, which moves behind it; NULL: no more. */
struct thread *thread_next(uint32_t *slot);

/* What the busy threads of each CPU weigh. */
void threads_load(uint64_t load[CPUS_MAX]);
uint64_t thread_weight(const struct thread *thread);
