/* The VGA in text mode (IBM VGA Technical Reference: memory at 0xB8000, CRT controller registers
 * 0Eh and 0Fh), and the keyboard: one terminal. The picture is the screen's; rows that changed are
 * copied.
 */
#include "devices.h"
#include "port.h"
#include "screen.h"

#include <vm_call.h>

#define MEMORY 0xB8000u
#define MEMORY_BYTES 0x1000u
#define CRTC_INDEX 0x3D4u
#define CRTC_DATA 0x3D5u
#define CRTC_CURSOR_HIGH 0x0Eu
#define CRTC_CURSOR_LOW 0x0Fu
#define OUTSIDE (SCREEN_ROWS * SCREEN_COLUMNS) /* where no cursor is seen */
#define PIECE 256u

static struct screen screen;
static volatile uint16_t *memory;

static void crtc_write(uint8_t index, uint8_t value)
{
	port_write(CRTC_INDEX, index);
	port_write(CRTC_DATA, value);
}

static uint8_t crtc_read(uint8_t index)
{
	port_write(CRTC_INDEX, index);
	return port_read(CRTC_DATA);
}

/* Is there one? Its register keeps what is written. */
static bool answers(void)
{
	const uint8_t low = crtc_read(CRTC_CURSOR_LOW);
	bool kept;

	crtc_write(CRTC_CURSOR_LOW, low ^ 0x55);
	kept = crtc_read(CRTC_CURSOR_LOW) == (low ^ 0x55);
	crtc_write(CRTC_CURSOR_LOW, low);
	return kept;
}

static bool map(void)
{
	const struct vm_map_physical_req request = {
		.protection = VM_READ | VM_WRITE,
		.physical = MEMORY,
		.bytes = MEMORY_BYTES,
	};
	struct vm_address_reply reply;

	if (vm_map_physical(&request, &reply) != 0)
		return false;
	memory = (volatile uint16_t *)(uintptr_t)reply.address;
	return true;
}

static bool init(struct terminal *terminal)
{
	if (!answers() || !map())
		return false;
	screen_init(&screen);
	terminal->line.window.rows = SCREEN_ROWS;
	terminal->line.window.columns = SCREEN_COLUMNS;
	keyboard_init();
	return true;
}

static void interrupt(struct terminal *terminal, u64 interrupts)
{
	if (interrupts & 1u << KEYBOARD_INTERRUPT)
		keyboard_interrupt(terminal, screen.application_keys);
}

static void show(void)
{
	const u32 at = screen.at.row * SCREEN_COLUMNS + screen.at.column;
	const u32 cursor = screen.hidden ? OUTSIDE : at;

	for (u32 row = 0; row < SCREEN_ROWS; row++) {
		if (!screen.dirty[row])
			continue;
		for (u32 i = row * SCREEN_COLUMNS; i < (row + 1) * SCREEN_COLUMNS; i++)
			memory[i] = screen.cell[i];
		screen.dirty[row] = false;
	}
	crtc_write(CRTC_CURSOR_HIGH, (uint8_t)(cursor >> 8));
	crtc_write(CRTC_CURSOR_LOW, (uint8_t)cursor);
}

static void reply(struct terminal *terminal)
{
	for (u32 i = 0; i < screen.reply_bytes; i++)
		terminal_input(terminal, (uint8_t)screen.reply[i]);
	screen.reply_bytes = 0;
}

static bool output(struct terminal *terminal)
{
	uint8_t text[PIECE];
	const u32 bytes = line_output(&terminal->line, text, PIECE);

	if (bytes == 0)
		return false;
	line_output_done(&terminal->line, bytes);
	for (u32 i = 0; i < bytes; i++) {
		screen_put(&screen, text[i]);
		if (screen.reply_bytes > 0)
			reply(terminal);
	}
	show();
	return true;
}

const struct terminal_device vga_device = {
	.name = "vga",
	.number = CHR_DEVICE(MAJOR_TERMINAL, 1),
	.init = init,
	.interrupt = interrupt,
	.output = output,
};
