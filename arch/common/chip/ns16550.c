/* The 16550 keeps no state here but whether it is there and whether it drains. */
#include "ns16550.h"

#include "kernel/arch.h"

enum ns16550_register {
	DATA = 0,
	DIVISOR_LOW = 0, /* while LINE_DIVISOR is set */
	INTERRUPT_ENABLE = 1,
	DIVISOR_HIGH = 1,
	FIFO_CONTROL = 2,
	LINE_CONTROL = 3,
	MODEM_CONTROL = 4,
	LINE_STATUS = 5,
	SCRATCH = 7,
};

#define LINE_8N1 0x03
#define LINE_DIVISOR 0x80
#define FIFO_ON_CLEARED 0x07
#define MODEM_DTR_RTS_OUT2 0x0b
#define STATUS_TRANSMIT_EMPTY 0x20

/* Reads of the status register: far above the 1.4 ms that 16 characters take at 115200. */
#define WAIT_LIMIT 100000

static bool answers(const struct ns16550 *uart, uint8_t pattern)
{
	uart->write(uart, SCRATCH, pattern);
	return uart->read(uart, SCRATCH) == pattern;
}

bool ns16550_init(struct ns16550 *uart)
{
	uart->present = answers(uart, 0x5a) && answers(uart, 0xa5);
	if (!uart->present)
		return false;
	uart->write(uart, INTERRUPT_ENABLE, 0);
	if (uart->divisor != 0) {
		uart->write(uart, LINE_CONTROL, LINE_8N1 | LINE_DIVISOR);
		uart->write(uart, DIVISOR_LOW, uart->divisor & 0xff);
		uart->write(uart, DIVISOR_HIGH, uart->divisor >> 8);
	}
	uart->write(uart, LINE_CONTROL, LINE_8N1);
	uart->write(uart, FIFO_CONTROL, FIFO_ON_CLEARED);
	uart->write(uart, MODEM_CONTROL, MODEM_DTR_RTS_OUT2);
	return true;
}

void ns16550_put(struct ns16550 *uart, char c)
{
	unsigned int tries = uart->stuck ? 1 : WAIT_LIMIT;

	if (!uart->present)
		return;
	while (!(uart->read(uart, LINE_STATUS) & STATUS_TRANSMIT_EMPTY)) {
		if (--tries == 0) {
			uart->stuck = true;
			return;
		}
		arch_pause();
	}
	uart->stuck = false;
	uart->write(uart, DATA, c);
}
