/* The trace ring: one per CPU, records of IPC, switches, faults and interrupts (skerry/info.h).
 * Without CONFIG_TRACE recording is an empty inline and reading answers ENODEV.
 */
#pragma once

#include "kernel/cpu.h"
#include <skerry/info.h>

#ifdef CONFIG_TRACE
void trace_record(struct cpu *cpu, uint32_t kind, endpoint_t thread, uint32_t a, uint32_t b)
	REQUIRES(bkl);
/* Take the oldest record out; false: none left. */
bool trace_take(struct cpu *cpu, struct trace_record *record) REQUIRES(bkl);
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
#endif
