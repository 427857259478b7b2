/* Owns the clock and the CPUs' deadlines. The generic timer's virtual counter, which runs alike on
 * all CPUs, is clock and cycle counter in one; its compare register fires at a time of the counter,
 * so a deadline is programmed as it is. Source: ARM DDI 0406C, B8.1.
 */
#include "time.h"

#include "arch/common/chip/chip.h"
#include "arch/common/devicetree.h"
#include "arch/common/time_scale.h"
#include "devices.h"
#include "kernel/arch.h"
#include "kernel/cpu.h"
#include "kernel/print.h"
#include "kernel/timer.h"
#include "registers.h"

#define SECOND 1000000000u
#define VIRTUAL_INTERRUPT 2u /* entry of the binding arm,armv7-timer */
#define VIRTUAL_LINE 27u     /* where every CPU with this timer has it */
#define HZ_DEFAULT 62500000u
#define TIMER_ON 1u
#define TIMER_OFF 2u

static struct time_scale cycles_to_time, time_to_cycles;
static uint32_t hz;
static cycles_t start;
static unsigned int line = VIRTUAL_LINE;
static nanoseconds_t deadlines[CPU_MAX];

void time_init(void)
{
	int node = devicetree_find("arm,armv7-timer");
	unsigned int found;

	if (node < 0)
		node = devicetree_find("arm,armv8-timer");
	found = interrupt_line(node, VIRTUAL_INTERRUPT);
	if (found != INTERRUPT_NONE)
		line = found;
	/* Firmware that does not set the register writes into the tree what it should say. */
	if (!devicetree_cell(node, "clock-frequency", 0, &hz))
		hz = cntfrq_read();
	if (hz < 1000000) {
		print("time: nobody says how fast the counter runs: %u Hz assumed\n", HZ_DEFAULT);
		hz = HZ_DEFAULT;
	}
	cycles_to_time = time_scale_ratio(SECOND, hz);
	time_to_cycles = time_scale_ratio(hz, SECOND);
	start = arch_cycles();
	print("time: generic timer, line %u, %u kHz\n", line, hz / 1000);
}

void time_cpu_init(void)
{
	cntv_ctl_write(TIMER_OFF);
	isb();
	interrupt_unmask_own(line);
}

unsigned int time_line(void)
{
	return line;
}

/* The barrier keeps the counter from being read early (B8.1.2): time must not run backwards. */
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
	clock->readable = 1;
	clock->base_cycles = start;
	clock->base_time = 0;
	clock->multiplier = cycles_to_time.multiplier;
	clock->shift = cycles_to_time.shift;
}

/* --- Timer ----------------------------------------------------------------------------------- */

/* Both scales round down, so that a tick or two may be missing at the deadline. */
static void timer_arm(nanoseconds_t deadline)
{
	cntv_cval_write(start + arch_time_to_cycles(deadline) + (deadline >> 40) + 2);
	cntv_ctl_write(TIMER_ON);
	isb();
}

void arch_timer_set(nanoseconds_t deadline)
{
	deadlines[this_cpu()->index] = deadline;
	if (deadline != 0) {
		timer_arm(deadline);
	} else {
		cntv_ctl_write(TIMER_OFF);
		isb();
	}
}

void time_interrupt(struct cpu *cpu)
{
	const nanoseconds_t deadline = deadlines[cpu->index];

	cntv_ctl_write(TIMER_OFF);
	isb();
	if (deadline == 0)
		return;
	if (arch_time() < deadline) {
		timer_arm(deadline);
		return;
	}
	deadlines[cpu->index] = 0;
	timer_interrupt(cpu);
}
