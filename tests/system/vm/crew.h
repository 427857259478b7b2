/* Threads of one space for the suite's service: a copy of its own space, so that they run its code
 * and see its data as of the start. They talk to it through shared memory, never end by themselves,
 * and go with the crew.
 */
#pragma once

#include <skerry/types.h>
#include <stdbool.h>

#define CREW_MAX 8u

struct crew {
	space_t space;
	unsigned int count;
	endpoint_t thread[CREW_MAX];
};

/* Crews that are started from now on may call this service, too. */
void crew_may_send(endpoint_t service);

/* `work` runs in each of the threads with its number; it must not come back. False: it cannot be,
 * and nothing is left. */
bool crew_start(struct crew *crew, unsigned int count, void (*work)(unsigned int number));

/* A thread in the crew's space that never runs; -errno. The caller clears it. */
int crew_idler(const struct crew *crew, endpoint_t *thread);

/* Give it a privilege of its own, still held; -errno. */
int crew_privilege(endpoint_t thread);

bool crew_clear(endpoint_t thread);

/* Threads and space go. */
bool crew_stop(struct crew *crew);
