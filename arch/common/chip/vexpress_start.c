/* The flags register of ARM's Versatile Express motherboard, where firmware that waits for an
 * interrupt looks for the address to go on at. Source: ARM DUI 0447, 4.3 (SYS_FLAGS).
 */
#include "chip.h"

#define FLAGS_SET (0x30 / 4)
#define FLAGS_CLEAR (0x34 / 4)

static volatile uint32_t *registers;

static void init(volatile void *found)
{
	registers = found;
}

/* One register for all CPUs: whom the interrupt wakes reads it. */
static void start(uint32_t hardware_id, uint32_t entry)
{
	(void)hardware_id;
	registers[FLAGS_CLEAR] = ~0u;
	registers[FLAGS_SET] = entry;
}

CHIP(cpu_start_chip, vexpress_start) = {
	.compatible = {"arm,vexpress-sysreg"},
	.wake_by_interrupt = true,
	.init = init,
	.start = start,
};
