/* The UART of i.MX as an output-only console, at the speed the firmware left. Source: NXP IMX6DQRM,
 * chapter 64. State: where its registers are, and whether it drains.
 */
#include "chip.h"

#define TRANSMIT (0x40 / 4)
#define CONTROL_1 (0x80 / 4)
#define CONTROL_2 (0x84 / 4)
#define TEST (0xB4 / 4)

#define CONTROL_1_ENABLE 0x1u
#define CONTROL_1_INTERRUPTS 0xB77Eu /* all that can raise one, and DMA */
#define CONTROL_2_RUN 0x5u	     /* the transmitter on, not in reset */
#define TEST_TRANSMIT_FULL 0x10u

/* Reads of the status: far above what a full FIFO takes at 9600. */
#define WAIT_LIMIT 1000000

static volatile uint32_t *uart;
static bool stuck;

static void init(volatile void *registers, int node)
{
	(void)node;
	uart = registers;
	uart[CONTROL_1] = (uart[CONTROL_1] & ~CONTROL_1_INTERRUPTS) | CONTROL_1_ENABLE;
	uart[CONTROL_2] |= CONTROL_2_RUN;
}

static void put(char c)
{
	unsigned int tries = stuck ? 1 : WAIT_LIMIT;

	while (uart[TEST] & TEST_TRANSMIT_FULL)
		if (--tries == 0) {
			stuck = true;
			return;
		}
	stuck = false;
	uart[TRANSMIT] = (uint8_t)c;
}

CHIP(console_chip, imx_uart) = {
	.compatible = {"fsl,imx6q-uart", "fsl,imx21-uart"},
	.init = init,
	.put = put,
};
