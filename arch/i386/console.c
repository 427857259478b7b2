/* Owns the choice of consoles and the serial port's registers (ports). A missing device is left out
 * by its chip driver, so choosing it is harmless.
 */
#include "console.h"

#include <string.h>

#include "arch/common/chip/ns16550.h"
#include "chip/vga_text.h"
#include "io.h"
#include "kernel/arch.h"
#include "kernel/command_line.h"
#include "kernel/print.h"

#define COM1 0x3f8

static uint8_t com_read(const struct ns16550 *uart, unsigned int index)
{
	return inb(uart->base + index);
}

static void com_write(const struct ns16550 *uart, unsigned int index, uint8_t value)
{
	outb(uart->base + index, value);
}

static struct ns16550 serial = {
	.read = com_read,
	.write = com_write,
	.base = COM1,
	.divisor = 1, /* 1.8432 MHz / 16: 115200 */
};

static bool use_serial = true, use_vga = true;

void console_init(void)
{
	ns16550_init(&serial);
	vga_text_init();
}

void console_select(const char *line)
{
	char wanted[16];

	if (command_line_get(line, "console", wanted, sizeof(wanted)) != 0)
		return;
	use_serial = strcmp(wanted, "vga") != 0;
	use_vga = strcmp(wanted, "serial") != 0;
	if (use_serial && use_vga && strcmp(wanted, "both") != 0)
		print("console: '%s' is not serial, vga or both\n", wanted);
}

void arch_console_put(char c)
{
	if (use_serial) {
		if (c == '\n')
			ns16550_put(&serial, '\r');
		ns16550_put(&serial, c);
	}
	if (use_vga)
		vga_text_put(c);
}
