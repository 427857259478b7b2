/* What SCHED decides by. Pure.
 *
 * Priorities: a thread starts at its nice value's own, sinks by one with each quantum that it uses
 * up, and rises again while it does not want the processor. Those who always want it meet at
 * PRIORITY_LAST, where the kernel has them take turns, and a turn's length is their share.
 */
#pragma once

#include <skerry/sched.h>

#define PRIORITY_LAST 14u
#define CPUS_MAX 64u

static inline bool nice_valid(int32_t nice)
{
	return nice >= SCHED_NICE_MIN && nice <= SCHED_NICE_MAX;
}

/* Nanoseconds; five steps of nice are a factor of two. Its millionth part is the weight of a thread
 * that computes all the time. */
uint64_t nice_quantum(int32_t nice);

uint32_t nice_priority_first(int32_t nice);

/* The CPU of the mask (not empty) with the least load; `prefer` if none has less. */
uint32_t load_least(const uint64_t load[CPUS_MAX], uint64_t mask, uint32_t prefer);

/* A busy thread, as far as balance is concerned. */
struct load_thread {
	uint32_t cpu;
	uint64_t mask;
	uint64_t weight;
};

/* The thread whose move makes loads more even than that of any other, and where to; false: every
 * move makes them less even, or the same. So moves come to an end. */
bool load_move(const uint64_t load[CPUS_MAX], uint32_t cpus, const struct load_thread *threads,
	       uint32_t count, uint32_t *thread, uint32_t *to);
