/* The system reset controller of i.MX6 holds all CPUs but the first in reset, and has for each
 * where it begins. Source: NXP IMX6DQRM, chapter 60 (SRC_SCR, SRC_GPRn).
 */
#include "chip.h"

#define CONTROL (0x00 / 4)
#define ENTRY(cpu) ((0x20 + 8 * (cpu)) / 4)
#define ARGUMENT(cpu) ((0x24 + 8 * (cpu)) / 4)

#define CONTROL_RESET(cpu) (1u << (13 + (cpu)))
#define CONTROL_ENABLE(cpu) (1u << (21 + (cpu))) /* CPU 1 is bit 22 */

static volatile uint32_t *registers;

static void init(volatile void *found)
{
	registers = found;
}

static void start(uint32_t hardware_id, uint32_t entry)
{
	const unsigned int cpu = hardware_id & 3;

	registers[ENTRY(cpu)] = entry;
	registers[ARGUMENT(cpu)] = 0;
	registers[CONTROL] |= CONTROL_ENABLE(cpu) | CONTROL_RESET(cpu);
}

CHIP(cpu_start_chip, imx_src) = {
	.compatible = {"fsl,imx6q-src"},
	.init = init,
	.start = start,
};
