/* Trace rings and latency histograms, one of each a CPU. In a ring the newest records overwrite the
 * oldest. A CPU writes its own alone; with the lock, but for trace_entered() and trace_left(),
 * whose numbers a reader may see half done.
 */
#include "kernel/trace.h"

static struct ring {
	struct trace_record record[CONFIG_TRACE_SLOTS];
	uint32_t written, taken;  /* counts; written - taken <= CONFIG_TRACE_SLOTS */
	uint32_t kind, what;	  /* the latest record that says what the kernel does */
	cycles_t entered, locked; /* 0: not since it was started */
	struct info_latency latency;
} rings[CPU_MAX];

void trace_record(struct cpu *cpu, uint32_t kind, endpoint_t thread, uint32_t a, uint32_t b)
{
	struct ring *ring = &rings[cpu->index];

	ring->record[ring->written % CONFIG_TRACE_SLOTS] =
		(struct trace_record){arch_cycles(), kind, thread, a, b};
	ring->written++;
	if (ring->written - ring->taken > CONFIG_TRACE_SLOTS)
		ring->taken = ring->written - CONFIG_TRACE_SLOTS;
	if (kind == TRACE_SWITCH || kind == TRACE_LOCK_WAIT)
		return;
	ring->kind = kind;
	ring->what = kind == TRACE_IPC ? b : a;
}

bool trace_take(struct cpu *cpu, struct trace_record *record)
{
	struct ring *ring = &rings[cpu->index];

	if (ring->taken == ring->written)
		return false;
	*record = ring->record[ring->taken++ % CONFIG_TRACE_SLOTS];
	return true;
}

static void time_count(struct latency *latency, const struct ring *ring, cycles_t *since)
{
	cycles_t time = arch_cycles() - *since;

	if (*since)
		latency->bucket[time >> 31 ? 31 : 31 - __builtin_clz((uint32_t)time | 1)]++;
	if (*since && time > latency->longest) {
		latency->longest = time;
		latency->kind = ring->kind;
		latency->what = ring->what;
	}
	*since = 0;
}

void trace_entered(struct cpu *cpu)
{
	rings[cpu->index].entered = arch_cycles();
}

void trace_locked(struct cpu *cpu)
{
	rings[cpu->index].locked = arch_cycles();
	rings[cpu->index].kind = 0;
}

void trace_releasing(struct cpu *cpu)
{
	struct ring *ring = &rings[cpu->index];

	time_count(&ring->latency.lock_held, ring, &ring->locked);
}

void trace_left(struct cpu *cpu)
{
	struct ring *ring = &rings[cpu->index];

	time_count(&ring->latency.interrupts_off, ring, &ring->entered);
}

struct info_latency trace_latency(const struct cpu *cpu)
{
	return rings[cpu->index].latency;
}
