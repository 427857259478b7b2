/* The timers of a Cortex-A9, which has no generic timer: the global timer counts for all CPUs, each
 * CPU's private timer counts down and fires. The comparators of the global timer would do both, but
 * before r2p0 they miss what has passed already. Source: ARM DDI 0407, 1.5 (places), 4.2, 4.4.
 */
#include "arch/common/chip/chip.h"
#include "arch/common/devicetree.h"
#include "boot/boot_map.h"
#include "devices.h"
#include "kernel/arch.h"
#include "kernel/panic.h"
#include "time.h"
#include "time_source.h"

/* From the beginning of the private region, which devicetrees name by the private timer's place. */
#define REGION_BYTES 0x1000u
#define SCU_CONTROL (0x000 / 4)
#define GLOBAL_LOW (0x200 / 4)
#define GLOBAL_HIGH (0x204 / 4)
#define GLOBAL_CONTROL (0x208 / 4)
#define PRIVATE 0x600u
#define PRIVATE_LOAD (0x600 / 4)
#define PRIVATE_CONTROL (0x608 / 4)
#define PRIVATE_STATUS (0x60C / 4)

#define SCU_ENABLE 1u
#define GLOBAL_ENABLE 1u
#define PRIVATE_ONCE 5u /* enabled, with an interrupt, no reload */
#define PRIVATE_LINE 29u

const char time_source_name[] = "global and private timers";

static volatile uint32_t *registers;
static unsigned int line = PRIVATE_LINE;

static int private_timer(void)
{
	return devicetree_find("arm,cortex-a9-twd-timer");
}

/* Others are not coherent with this CPU before the snoop control unit is on (2.2). */
void time_source_map(void)
{
	uint64_t base, size;

	if (devicetree_registers(private_timer(), 0, &base, &size) && base >= PRIVATE)
		registers = boot_map_device(base - PRIVATE, REGION_BYTES);
	if (!registers)
		panic("boot: the devicetree names no timer that is known");
	registers[SCU_CONTROL] |= SCU_ENABLE;
}

uint32_t time_source_init(void)
{
	const unsigned int found = interrupt_line(private_timer(), 0);
	uint32_t hz;

	if (found != INTERRUPT_NONE)
		line = found;
	registers[GLOBAL_CONTROL] |= GLOBAL_ENABLE;
	return devicetree_cell(private_timer(), "clock-frequency", 0, &hz) ? hz
									   : CONFIG_A9_TIMER_HZ;
}

void time_cpu_init(void)
{
	time_source_stop();
	interrupt_unmask_own(line);
}

unsigned int time_line(void)
{
	return line;
}

/* Two halves: when the upper one has moved meanwhile, the lower one may be of either time. */
cycles_t arch_cycles(void)
{
	uint32_t high, low;

	do {
		high = registers[GLOBAL_HIGH];
		low = registers[GLOBAL_LOW];
	} while (registers[GLOBAL_HIGH] != high);
	return (cycles_t)high << 32 | low;
}

/* What is further away than 32 bits fires early. */
void time_source_fire(cycles_t cycles)
{
	const cycles_t now = arch_cycles();
	const cycles_t left = cycles > now ? cycles - now : 1;

	registers[PRIVATE_LOAD] = left <= UINT32_MAX ? (uint32_t)left : UINT32_MAX;
	registers[PRIVATE_CONTROL] = PRIVATE_ONCE;
}

void time_source_stop(void)
{
	registers[PRIVATE_CONTROL] = 0;
	registers[PRIVATE_STATUS] = 1;
}
