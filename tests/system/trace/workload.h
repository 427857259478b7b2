/* What is traced: threads that do a little of everything, on every CPU (up to eight).
 *
 *   store            a server for client-0, client-1, ... of all CPUs; runs where it is called
 *   ask-N, tell-N    a pair that calls and answers; 0, 4: on one CPU, 2, 6: on two
 *   fault            touches pages that are not there; the root thread is the pager
 *   ring, hear-N     notifications to every CPU
 *   alarm            sleeps, works, sleeps
 *   nomad            moves itself from CPU to CPU
 *   copy, grant      long copies out of a grant
 *
 * Every thread works between its operations and sleeps from time to time, so that CPUs idle too.
 */
#pragma once

#include <skerry/types.h>

/* Run it for that long; shorter when every thread has done all its rounds, longer until each has
 * done some. Whoever waits for messages only is left waiting. */
void workload_run(nanoseconds_t time);

/* The names of its threads, by number; the endpoint, or EP_NONE behind the last. */
endpoint_t workload_thread(unsigned int number, const char **name);
