/* Per-CPU data: one struct cpu on top of each CPU's kernel stack.
 *
 * Published fields are written by the CPU itself and read by others without the lock; everything
 * else is guarded by the big kernel lock.
 */
#pragma once

#include "kernel/arch.h"
#include "kernel/config.h"
#include "kernel/lock.h"
#include <skerry/kernel_call.h>

struct thread;
struct timer;

/* cpu->events: why the fast paths must not be taken, and what is to be done after the lock is had.
 */
#define EVENT_FLUSH 1u	 /* a TLB flush is owed */
#define EVENT_TAKEN 2u	 /* the current thread was taken away: drop the trap */
#define EVENT_FPU 4u	 /* FPU state is live and must be saved before another thread runs */
#define EVENT_RESCHED 8u /* a better thread became ready here */
#define EVENT_PORTS 16u	 /* the current thread's I/O bitmap is loaded */

struct run_queue {
	struct thread *head[PRIORITY_COUNT];
	struct thread *tail[PRIORITY_COUNT];
	unsigned int count;
};

struct cpu_statistics {
	uint32_t entries; /* counted on every entry; wraps */
	uint64_t lock_contended;
	uint64_t ipi_sent;
	uint64_t ipi_received;
	uint64_t flushes;
	uint64_t interrupts;
	cycles_t idle_cycles;
	cycles_t lock_wait_cycles;
};

struct cpu {
	struct arch_cpu arch;

	/* Published. in_user: true before the lock is released on the way out, false as soon as the
	 * user context is saved. settled: live FPU state saved, kernel's own root loaded, no lock
	 * held. root: what is loaded, stored after the load. */
	volatile uint32_t in_user;
	volatile uint32_t settled;
	volatile paddr_t root;
	volatile bool online;

	/* Guarded by bkl. */
	struct thread *current;
	uint32_t events;
	uint32_t ready; /* a bit a priority with queued threads; 0 is the most urgent */
	uint32_t bit;	/* 1 << index */
	unsigned int index;
	uint32_t hardware_id;

	struct thread *slice_owner; /* whose quantum runs; a call lends it to the server */
	nanoseconds_t slice_end;
	cycles_t idle_from;
	uint64_t flush_epoch; /* of the oldest owed flush */

	struct run_queue queue;
	struct timer *timers;
	nanoseconds_t timer_armed; /* deadline the port's timer is set to; 0: none */
	struct cpu_statistics statistics;
};

_Static_assert(sizeof(struct cpu) <= CPU_AREA_SIZE - CPU_OFFSET, "struct cpu fits its area");

struct cpu_area {
	uint8_t stack[CPU_OFFSET];
	struct cpu cpu;
} __attribute__((aligned(CPU_AREA_SIZE)));

extern struct cpu_area cpu_areas[CPU_MAX];
extern unsigned int cpu_online_count; /* CPUs 0 .. count-1 run */
extern uint32_t cpu_online_mask;

static inline struct cpu *cpu_get(unsigned int index)
{
	return &cpu_areas[index].cpu;
}

/* Fill a CPU's data before it is started. */
void cpu_prepare(struct cpu *cpu, unsigned int index, uint32_t hardware_id);
