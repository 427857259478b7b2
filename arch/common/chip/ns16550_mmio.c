/* 16550 UARTs in memory as consoles, at the speed the firmware left. How far apart their registers
 * are is in the devicetree (bindings ns16550a, snps,dw-apb-uart); early in the boot a chip's usual
 * spacing is taken.
 */
#include "arch/common/devicetree.h"
#include "chip.h"
#include "ns16550.h"

#define SHIFT_MAX 4u
#define WORD_SHIFT 2u

static unsigned int shift;

static uint8_t read8(const struct ns16550 *uart, unsigned int index)
{
	return *(volatile uint8_t *)(uart->base + (index << shift));
}

static void write8(const struct ns16550 *uart, unsigned int index, uint8_t value)
{
	*(volatile uint8_t *)(uart->base + (index << shift)) = value;
}

/* Spaced by words, they are accessed by words: some buses have no other access. */
static uint8_t read32(const struct ns16550 *uart, unsigned int index)
{
	return (uint8_t) * (volatile uint32_t *)(uart->base + (index << shift));
}

static void write32(const struct ns16550 *uart, unsigned int index, uint8_t value)
{
	*(volatile uint32_t *)(uart->base + (index << shift)) = value;
}

static struct ns16550 the_uart;

static void use(volatile void *registers, int node, unsigned int usual_shift)
{
	uint32_t found;

	shift = devicetree_cell(node, "reg-shift", 0, &found) && found <= SHIFT_MAX ? found
										    : usual_shift;
	the_uart.base = (uintptr_t)registers;
	the_uart.read = shift >= WORD_SHIFT ? read32 : read8;
	the_uart.write = shift >= WORD_SHIFT ? write32 : write8;
	(void)ns16550_init(&the_uart);
}

static void init_bytes(volatile void *registers, int node)
{
	use(registers, node, 0);
}

static void init_words(volatile void *registers, int node)
{
	use(registers, node, WORD_SHIFT);
}

static void put(char c)
{
	ns16550_put(&the_uart, c);
}

CHIP(console_chip, ns16550_mmio) = {
	.compatible = {"ns16550a", "ns16550"},
	.init = init_bytes,
	.put = put,
};

CHIP(console_chip, dw_apb_uart) = {
	.compatible = {"snps,dw-apb-uart"},
	.init = init_words,
	.put = put,
};
