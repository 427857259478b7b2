/* 16550 UART as an output-only console. Source: National Semiconductor PC16550D data sheet, 8.0.
 * How its registers are reached (ports or memory, their spacing) is the owner's.
 */
#pragma once

#include <skerry/types.h>

struct ns16550 {
	uint8_t (*read)(const struct ns16550 *uart, unsigned int index);
	void (*write)(const struct ns16550 *uart, unsigned int index, uint8_t value);
	uintptr_t base;	      /* for read and write */
	unsigned int divisor; /* input clock / 16 / speed; 0 leaves the firmware's speed */

	bool present; /* the driver's own from here */
	bool stuck;
};

/* 8 data bits, no parity, FIFO on, interrupts off. False when there is no such chip: then
 * ns16550_put() does nothing. */
bool ns16550_init(struct ns16550 *uart);

/* Waits for room, but not for ever: a line that does not drain loses characters. */
void ns16550_put(struct ns16550 *uart, char c);
