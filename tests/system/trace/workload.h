/* What is traced: threads that do a little of everything, on every CPU.
 *
 *   store                  a server for client-0, client-1, ... of all CPUs; runs where it is
 * called ask-N, tell-N          a pair on one CPU that calls and answers fault touches pages that
 * are not there; the root thread is the pager ring, hear-N           notifications from one CPU to
 * others alarm                  sleeps, works, sleeps nomad                  moves itself from CPU
 * to CPU copy, grant            long copies out of a grant
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
