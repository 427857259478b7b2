/* A thread that wakes often and does nothing. Where one host thread runs all CPUs in turn, each
 * interrupt ends the turn of the CPU that runs, wherever it is: ticks make the interleavings there,
 * and keep turns short.
 */
#pragma once

#include "thread.h"

struct ticker {
	struct test_thread *thread;
	volatile bool stop;
};

/* The struct must outlive it. */
void ticker_start(struct ticker *ticker);
void ticker_stop(struct ticker *ticker);
