/* The generic timer: the virtual counter, and its compare register, which fires at a time of the
 * counter. Source: ARM DDI 0406C, B8.1.
 */
#include "arch/common/chip/chip.h"
#include "arch/common/devicetree.h"
#include "devices.h"
#include "kernel/arch.h"
#include "kernel/panic.h"
#include "registers.h"
#include "time.h"
#include "time_source.h"

#define VIRTUAL_INTERRUPT 2u	    /* entry of the binding arm,armv7-timer */
#define VIRTUAL_LINE 27u	    /* where a CPU with a GIC has it */
#define PFR1_GENERIC_TIMER 0xF0000u /* B4.1.94 */
#define TIMER_ON 1u
#define TIMER_OFF 2u
#define CNTKCTL_VIRTUAL_COUNTER 2u /* user mode may read CNTVCT */

const char time_source_name[] = "generic timer";

static unsigned int line = VIRTUAL_LINE;

void time_source_map(void)
{
	if (!(id_pfr1_read() & PFR1_GENERIC_TIMER))
		panic("boot: this CPU has no generic timer (ARM_A9_TIMER is not selected)");
}

uint32_t time_source_init(void)
{
	int node = devicetree_find("arm,armv7-timer");
	unsigned int found;
	uint32_t hz;

	if (node < 0)
		node = devicetree_find("arm,armv8-timer");
	found = interrupt_line(node, VIRTUAL_INTERRUPT);
	if (found != INTERRUPT_NONE)
		line = found;
	/* Firmware that does not set the register writes into the tree what it should say. */
	return devicetree_cell(node, "clock-frequency", 0, &hz) ? hz : cntfrq_read();
}

void time_cpu_init(void)
{
	cntkctl_write(CNTKCTL_VIRTUAL_COUNTER);
	time_source_stop();
	interrupt_unmask_own(line);
}

unsigned int time_line(void)
{
	return line;
}

void time_source_fire(cycles_t cycles)
{
	cntv_cval_write(cycles);
	cntv_ctl_write(TIMER_ON);
	isb();
}

void time_source_stop(void)
{
	cntv_ctl_write(TIMER_OFF);
	isb();
}
