/* ARM's PL011 UART as an output-only console, at the speed the firmware left. Source: ARM DDI
 * 0183G, 3.3. State: where its registers are, and whether it drains.
 */
#include "chip.h"
#include "kernel/arch.h"

#define DATA (0x00 / 4)
#define FLAG (0x18 / 4)
#define CONTROL (0x30 / 4)
#define INTERRUPT_MASK (0x38 / 4)
#define PART_ID (0xFE0 / 4)
#define CELL_ID (0xFF0 / 4)

#define PART 0x11u

#define FLAG_TRANSMIT_FULL 0x20u
#define CONTROL_ENABLE_TRANSMIT 0x101u

/* Reads of the flags: far above what a full FIFO takes at 9600. */
#define WAIT_LIMIT 1000000

static volatile uint32_t *uart;
static bool stuck;

/* 3.3.14 and 3.3.15: a PrimeCell says that it is one, and which. */
static bool present(volatile void *registers)
{
	static const uint8_t cell[] = {0x0D, 0xF0, 0x05, 0xB1};
	const volatile uint32_t *candidate = registers;

	for (unsigned int i = 0; i < 4; i++)
		if ((candidate[CELL_ID + i] & 0xFF) != cell[i])
			return false;
	return (candidate[PART_ID] & 0xFF) == PART && (candidate[PART_ID + 1] & 0xF) == 0;
}

static void init(volatile void *registers, int node)
{
	(void)node;
	uart = registers;
	uart[INTERRUPT_MASK] = 0;
	uart[CONTROL] |= CONTROL_ENABLE_TRANSMIT;
}

static void put(char c)
{
	unsigned int tries = stuck ? 1 : WAIT_LIMIT;

	while (uart[FLAG] & FLAG_TRANSMIT_FULL)
		if (--tries == 0) {
			stuck = true;
			return;
		}
	stuck = false;
	uart[DATA] = (uint8_t)c;
}

CHIP(console_chip, pl011) = {
	.compatible = {"arm,pl011"},
	.present = present,
	.init = init,
	.put = put,
};
