/* What the kernel tells about itself: a ring of records a CPU (IPC, switches, faults, interrupts,
 * calls, waits for the lock) and histograms of lock holds and times with interrupts off
 * (skerry/info.h). Without CONFIG_TRACE all of it is empty, and reading records answers ENODEV.
 */
#pragma once

#include "kernel/cpu.h"
#include <skerry/info.h>

#ifdef CONFIG_TRACE
void trace_record(struct cpu *cpu, uint32_t kind, endpoint_t thread, uint32_t a, uint32_t b)
	REQUIRES(bkl);
/* Take the oldest record out; false: none left. */
bool trace_take(struct cpu *cpu, struct trace_record *record) REQUIRES(bkl);

/* The way in and out: interrupts are off; the lock is had; it is about to be released; interrupts
 * come on next. */
void trace_entered(struct cpu *cpu);
void trace_locked(struct cpu *cpu);
void trace_releasing(struct cpu *cpu);
void trace_left(struct cpu *cpu);
struct info_latency trace_latency(const struct cpu *cpu);
#else
static inline void trace_record(struct cpu *cpu, uint32_t kind, endpoint_t thread, uint32_t a,
				uint32_t b)
{
	(void)cpu, (void)kind, (void)thread, (void)a, (void)b;
}
static inline bool trace_take(struct cpu *cpu, struct trace_record *record)
{
	(void)cpu, (void)record;
	return false;
}
#define trace_entered(cpu) ((void)(cpu))
#define trace_locked(cpu) ((void)(cpu))
#define trace_releasing(cpu) ((void)(cpu))
#define trace_left(cpu) ((void)(cpu))
#define trace_latency(cpu) ((void)(cpu), (struct info_latency){})
#endif
