/* Trace rings: one a CPU; the newest records overwrite the oldest. */
#include "kernel/trace.h"

static struct ring {
	struct trace_record record[CONFIG_TRACE_SLOTS];
	uint32_t written, taken; /* counts; written - taken <= CONFIG_TRACE_SLOTS */
} rings[CPU_MAX];

void trace_record(struct cpu *cpu, uint32_t kind, endpoint_t thread, uint32_t a, uint32_t b)
{
	struct ring *ring = &rings[cpu->index];

	ring->record[ring->written % CONFIG_TRACE_SLOTS] =
		(struct trace_record){arch_cycles(), kind, thread, a, b};
	ring->written++;
	if (ring->written - ring->taken > CONFIG_TRACE_SLOTS)
		ring->taken = ring->written - CONFIG_TRACE_SLOTS;
}

bool trace_take(struct cpu *cpu, struct trace_record *record)
{
	struct ring *ring = &rings[cpu->index];

	if (ring->taken == ring->written)
		return false;
	*record = ring->record[ring->taken++ % CONFIG_TRACE_SLOTS];
	return true;
}
