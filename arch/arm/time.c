/* Owns the CPUs' deadlines and the scale of the clock. What counts and what fires is the source's
 * (time_source.h): a counter that runs alike on all CPUs is clock and cycle counter in one.
 */
#include "time.h"

#include "arch/common/time_scale.h"
#include "kernel/arch.h"
#include "kernel/cpu.h"
#include "kernel/print.h"
#include "kernel/timer.h"
#include "registers.h"
#include "time_source.h"

#define SECOND 1000000000u
#define HZ_DEFAULT 62500000u

static struct time_scale cycles_to_time, time_to_cycles;
static uint32_t hz;
static cycles_t start;
static nanoseconds_t deadlines[CPU_MAX];

void time_init(void)
{
	hz = time_source_init();
	if (hz < 1000000) {
		print("time: nobody says how fast the counter runs: %u Hz assumed\n", HZ_DEFAULT);
		hz = HZ_DEFAULT;
	}
	cycles_to_time = time_scale_ratio(SECOND, hz);
	time_to_cycles = time_scale_ratio(hz, SECOND);
	start = arch_cycles();
	print("time: %s, line %u, %u kHz\n", time_source_name, time_line(), hz / 1000);
}
/* The barrier keeps the counter from being read early (ARM DDI 0406C, B8.1.2): time must not run
 * backwards. */
nanoseconds_t arch_time(void)
{
	isb();
	return time_scale_apply(&cycles_to_time, arch_cycles() - start);
}

nanoseconds_t arch_cycles_to_time(cycles_t cycles)
{
	return time_scale_apply(&cycles_to_time, cycles);
}

cycles_t arch_time_to_cycles(nanoseconds_t time)
{
	return time_scale_apply(&time_to_cycles, time);
}

uint64_t arch_cycles_per_second(void)
{
	return hz;
}

void time_describe(struct kernel_page_clock *clock)
{
	clock->readable = TIME_SOURCE_READABLE;
	clock->base_cycles = start;
	clock->base_time = 0;
	clock->multiplier = cycles_to_time.multiplier;
	clock->shift = cycles_to_time.shift;
}

/* --- Timer ----------------------------------------------------------------------------------- */

/* Both scales round down, so that a tick or two may be missing at the deadline. */
static void timer_arm(nanoseconds_t deadline)
{
	time_source_fire(start + arch_time_to_cycles(deadline) + (deadline >> 40) + 2);
}

void arch_timer_set(nanoseconds_t deadline)
{
	deadlines[this_cpu()->index] = deadline;
	if (deadline != 0)
		timer_arm(deadline);
	else
		time_source_stop();
}

void time_interrupt(struct cpu *cpu)
{
	const nanoseconds_t deadline = deadlines[cpu->index];

	time_source_stop();
	if (deadline == 0)
		return;
	if (arch_time() < deadline) {
		timer_arm(deadline);
		return;
	}
	deadlines[cpu->index] = 0;
	timer_interrupt(cpu);
}
