/* Owns the screen memory at 0xb8000 and the cursor. Source: IBM VGA Technical Reference, CRT
 * controller registers 0Eh and 0Fh.
 */
#include "vga_text.h"

#include "arch/i386/io.h"
#include "kernel/arch.h"

#define COLUMNS 80u
#define ROWS 25u
#define CELLS (COLUMNS * ROWS)
#define SCREEN_MEMORY 0xb8000u
#define BLANK 0x0720u /* light grey on black */
#define TAB 8u

#define CRTC_INDEX 0x3d4
#define CRTC_DATA 0x3d5
#define CRTC_CURSOR_HIGH 0x0e
#define CRTC_CURSOR_LOW 0x0f

static bool present;
static unsigned int cursor; /* cell */

static uint8_t crtc_read(uint8_t index)
{
	outb(CRTC_INDEX, index);
	return inb(CRTC_DATA);
}

static void crtc_write(uint8_t index, uint8_t value)
{
	outb(CRTC_INDEX, index);
	outb(CRTC_DATA, value);
}

static volatile uint16_t *screen(void)
{
	return phys_to_virt(SCREEN_MEMORY);
}

static void scroll(void)
{
	volatile uint32_t *pair = phys_to_virt(SCREEN_MEMORY);
	unsigned int i;

	for (i = 0; i < (CELLS - COLUMNS) / 2; i++)
		pair[i] = pair[i + COLUMNS / 2];
	for (; i < CELLS / 2; i++)
		pair[i] = BLANK << 16 | BLANK;
	cursor -= COLUMNS;
}

bool vga_text_init(void)
{
	uint8_t low = crtc_read(CRTC_CURSOR_LOW);

	crtc_write(CRTC_CURSOR_LOW, low ^ 0x55);
	present = crtc_read(CRTC_CURSOR_LOW) == (low ^ 0x55);
	crtc_write(CRTC_CURSOR_LOW, low);
	cursor = crtc_read(CRTC_CURSOR_HIGH) << 8 | low;
	if (cursor >= CELLS)
		cursor = 0;
	return present;
}

void vga_text_put(char c)
{
	if (!present)
		return;
	if (c == '\n')
		cursor += COLUMNS - cursor % COLUMNS;
	else if (c == '\r')
		cursor -= cursor % COLUMNS;
	else if (c == '\b')
		cursor -= cursor % COLUMNS != 0;
	else if (c == '\t')
		cursor += TAB - cursor % TAB;
	else
		screen()[cursor++] = (BLANK & 0xff00) | (uint8_t)c;
	if (cursor >= CELLS)
		scroll();
	crtc_write(CRTC_CURSOR_HIGH, cursor >> 8);
	crtc_write(CRTC_CURSOR_LOW, cursor & 0xff);
}
