/* The first serial port, a 16550 (PC16550D data sheet, 8), at the speed the kernel has set. The
 * kernel goes on printing there: it waits until the transmitter is empty and then writes one
 * character. So this driver fills the FIFO by all but two, asks for the transmitter's interrupt
 * only while it has something to say, and looks whether it is empty before it writes.
 */
#include "devices.h"
#include "port.h"

#define BASE 0x3F8u
#define IRQ 4u
#define BURST 14u

#define DATA (BASE + 0)
#define INTERRUPT_ENABLE (BASE + 1)
#define INTERRUPT_WHY (BASE + 2)
#define LINE_STATUS (BASE + 5)
#define MODEM_STATUS (BASE + 6)
#define SCRATCH (BASE + 7)

#define ENABLE_RECEIVE 0x01u
#define ENABLE_TRANSMIT 0x02u
#define ENABLE_STATUS 0x04u

#define WHY_NONE 0x01u
#define WHY_MASK 0x0Fu
#define WHY_MODEM 0x00u

#define STATUS_RECEIVED 0x01u
#define STATUS_BREAK 0x10u
#define STATUS_TRANSMIT_EMPTY 0x20u

/* Turns of the interrupt's loop: a chip that never rests is left to the next interrupt. */
#define TURNS_MAX 64u

static bool receiving, transmitting; /* whose interrupts are enabled */

static bool answers(uint8_t pattern)
{
	port_write(SCRATCH, pattern);
	return port_read(SCRATCH) == pattern;
}

static void enable(bool input, bool output_too)
{
	receiving = input;
	transmitting = output_too;
	port_write(INTERRUPT_ENABLE, (uint8_t)((input ? ENABLE_RECEIVE | ENABLE_STATUS : 0) |
					       (output_too ? ENABLE_TRANSMIT : 0)));
}

static void listen(bool on)
{
	enable(on, transmitting);
}

static bool init(struct terminal *terminal)
{
	u32 hook;

	(void)terminal;
	if (!answers(0x5A) || !answers(0xA5) ||
	    interrupt_hook(IRQ, SERIAL_INTERRUPT, IRQ_REENABLE, &hook) != 0)
		return false;
	interrupt_enable(hook);
	enable(false, false);
	return true;
}

static void receive(struct terminal *terminal)
{
	uint8_t status;

	for (unsigned int i = 0; i < TURNS_MAX && terminal_takes_input(terminal); i++) {
		status = port_read(LINE_STATUS);
		if (!(status & STATUS_RECEIVED))
			return;
		if (status & STATUS_BREAK) {
			(void)port_read(DATA);
			line_break(&terminal->line);
		} else {
			terminal_input(terminal, port_read(DATA));
		}
	}
}

/* The line is edge-triggered: the chip must have nothing left to say before this ends. */
static void interrupt(struct terminal *terminal, u64 interrupts)
{
	if (!(interrupts & 1u << SERIAL_INTERRUPT))
		return;
	for (unsigned int i = 0; i < TURNS_MAX; i++) {
		const uint8_t why = port_read(INTERRUPT_WHY);

		if (why & WHY_NONE)
			return;
		if ((why & WHY_MASK) == WHY_MODEM)
			(void)port_read(MODEM_STATUS);
		if (receiving)
			receive(terminal);
		if (!terminal_takes_input(terminal))
			return; /* listen() will quiet it */
	}
}

static void burst_write(const uint8_t *text, u32 bytes)
{
	const struct sys_io_string_req request = {
		.port = DATA,
		.width = 1,
		.direction = IO_WRITE,
		.granter = EP_NONE,
		.offset = (uintptr_t)text,
		.bytes = bytes,
	};

	(void)sys_io_string(&request, NULL);
}

static bool output(struct terminal *terminal)
{
	uint8_t text[BURST];
	const u32 bytes = line_output(&terminal->line, text, BURST);

	if (bytes == 0) {
		if (transmitting)
			enable(receiving, false);
		return false;
	}
	if (!(port_read(LINE_STATUS) & STATUS_TRANSMIT_EMPTY)) {
		if (!transmitting)
			enable(receiving, true);
		return false;
	}
	burst_write(text, bytes);
	line_output_done(&terminal->line, bytes);
	return true;
}

const struct terminal_device serial_device = {
	.name = "serial",
	.number = CHR_DEVICE(MAJOR_TERMINAL, 64),
	.init = init,
	.listen = listen,
	.interrupt = interrupt,
	.output = output,
};
