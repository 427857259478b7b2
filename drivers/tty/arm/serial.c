/* A PL011 (ARM DDI 0183G, 3.3), at the speed the firmware or the kernel has set. The kernel goes on
 * printing there: it writes while there is room, and this driver writes only into an empty FIFO,
 * one less than it holds; the transmitter's interrupt is asked for only while there is something to
 * say. It comes when a FIFO that was over half full no longer is: shorter texts are timed.
 */
#include "devices.h"
#include "port.h"

#include <arch/layout.h>
#include <vm_call.h>

#define DATA (0x00 / 4)
#define FLAG (0x18 / 4)
#define LINE_CONTROL (0x2C / 4)
#define CONTROL (0x30 / 4)
#define INTERRUPT_MASK (0x38 / 4)
#define INTERRUPT_CLEAR (0x44 / 4)

#define DATA_BREAK 0x400u
#define FLAG_RECEIVE_EMPTY 0x10u
#define FLAG_TRANSMIT_EMPTY 0x80u
#define LINE_FIFO 0x10u
#define CONTROL_ALL 0x301u	/* enabled, transmit, receive */
#define INTERRUPT_RECEIVE 0x50u /* FIFO, and time-out of a few characters */
#define INTERRUPT_TRANSMIT 0x20u

#define BURST 15u
#define BURST_TIME 1000000u /* the FIFO at 115200 baud: 1.4 ms */
#define RECEIVE_MAX 64u

static volatile u32 *uart;
static u32 hook;
static u32 receiving; /* its interrupts, or none */

static bool map(void)
{
	const struct vm_map_physical_req request = {
		.protection = VM_READ | VM_WRITE,
		.physical = SERIAL_REGISTERS,
		.bytes = ARCH_PAGE_SIZE,
	};
	struct vm_address_reply reply;

	if (vm_map_physical(&request, &reply) != 0)
		return false;
	uart = (volatile u32 *)(uintptr_t)reply.address;
	return true;
}

static bool init(struct terminal *terminal)
{
	(void)terminal;
	if (!map() || interrupt_hook(SERIAL_IRQ, 0, 0, &hook) != 0)
		return false;
	uart[LINE_CONTROL] |= LINE_FIFO;
	uart[CONTROL] |= CONTROL_ALL;
	uart[INTERRUPT_CLEAR] = 0x7FF;
	uart[INTERRUPT_MASK] = 0;
	interrupt_enable(hook);
	return true;
}

static void listen(bool on)
{
	receiving = on ? INTERRUPT_RECEIVE : 0;
	uart[INTERRUPT_MASK] = (uart[INTERRUPT_MASK] & INTERRUPT_TRANSMIT) | receiving;
}

static void receive(struct terminal *terminal)
{
	for (unsigned int i = 0;
	     i < RECEIVE_MAX && receiving && !(uart[FLAG] & FLAG_RECEIVE_EMPTY) &&
	     terminal_takes_input(terminal);
	     i++) {
		const u32 data = uart[DATA];

		if (data & DATA_BREAK)
			line_break(&terminal->line);
		else
			terminal_input(terminal, (uint8_t)data);
	}
}

/* The line is level-triggered: quiet first, then enabled again. */
static void interrupt(struct terminal *terminal, u64 interrupts)
{
	if (!(interrupts & 1))
		return;
	uart[INTERRUPT_CLEAR] = INTERRUPT_RECEIVE | INTERRUPT_TRANSMIT;
	receive(terminal);
	interrupt_enable(hook);
}

static bool output(struct terminal *terminal)
{
	uint8_t text[BURST];
	const u32 bytes = line_output(&terminal->line, text, BURST);
	const u32 mask = receiving | (bytes > 0 ? INTERRUPT_TRANSMIT : 0);

	if (uart[INTERRUPT_MASK] != mask)
		uart[INTERRUPT_MASK] = mask;
	/* What stayed in the FIFO for want of room gives no interrupt of its own. */
	receive(terminal);
	if (bytes == 0)
		return false;
	if (!(uart[FLAG] & FLAG_TRANSMIT_EMPTY)) {
		char_wake_at(char_now() + BURST_TIME);
		return false;
	}
	for (u32 i = 0; i < bytes; i++)
		uart[DATA] = text[i];
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
