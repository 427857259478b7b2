/* The picture, the cursor, scrolling. */
#include "screen.h"

#include <string.h>

#define CELLS (SCREEN_ROWS * SCREEN_COLUMNS)
#define UNKNOWN 0xFEu /* a small block */

void screen_init(struct screen *screen)
{
	memset(screen, 0, sizeof(*screen));
	screen->at.pen.foreground = screen->saved.pen.foreground = SCREEN_PLAIN;
	screen->bottom = SCREEN_ROWS;
	screen_erase(screen, 0, CELLS);
}

/* --- Characters and colours ------------------------------------------------------------------- */

/* The VGA's colours have red and blue the other way round. */
static uint16_t colours(const struct screen_pen *pen)
{
	static const uint8_t vga[8] = {0, 4, 2, 6, 1, 5, 3, 7};
	const unsigned int bright = pen->foreground & 8 || pen->bold ? 8 : 0;
	const unsigned int front = vga[pen->foreground & 7] | bright,
			   back = vga[pen->background & 7];

	if (pen->reverse)
		return (uint16_t)(((front & 7) << 4 | back) << 8);
	return (uint16_t)((back << 4 | front) << 8);
}

/* VT100 line drawing from ` to ~, in code page 437. */
static const uint8_t graphics[] = {
	0x04, 0xB1, ' ',  ' ',	' ',  ' ',  0xF8, 0xF1, ' ',  ' ',  0xD9,
	0xBF, 0xDA, 0xC0, 0xC5, 0xC4, 0xC4, 0xC4, 0xC4, 0xC4, 0xC3, 0xB4,
	0xC1, 0xC2, 0xB3, 0xF3, 0xF2, 0xE3, 0xD8, 0x9C, 0xFA,
};

static const struct {
	uint16_t code;
	uint8_t glyph;
} glyphs[] = {
	{0x00A0, ' '},	{0x00A3, 0x9C}, {0x00A7, 0x15}, {0x00B0, 0xF8}, {0x00B1, 0xF1},
	{0x00B5, 0xE6}, {0x00C4, 0x8E}, {0x00C5, 0x8F}, {0x00C9, 0x90}, {0x00D6, 0x99},
	{0x00DC, 0x9A}, {0x00DF, 0xE1}, {0x00E0, 0x85}, {0x00E1, 0xA0}, {0x00E2, 0x83},
	{0x00E4, 0x84}, {0x00E5, 0x86}, {0x00E6, 0x91}, {0x00E7, 0x87}, {0x00E8, 0x8A},
	{0x00E9, 0x82}, {0x00EA, 0x88}, {0x00EB, 0x89}, {0x00ED, 0xA1}, {0x00F1, 0xA4},
	{0x00F3, 0xA2}, {0x00F4, 0x93}, {0x00F6, 0x94}, {0x00FA, 0xA3}, {0x00FC, 0x81},
	{0x2500, 0xC4}, {0x2502, 0xB3}, {0x250C, 0xDA}, {0x2510, 0xBF}, {0x2514, 0xC0},
	{0x2518, 0xD9}, {0x251C, 0xC3}, {0x2524, 0xB4}, {0x252C, 0xC2}, {0x2534, 0xC1},
	{0x253C, 0xC5}, {0x2588, 0xDB}, {0x2592, 0xB1},
};

static uint8_t glyph_of(const struct screen *screen, u32 code)
{
	if (screen->at.pen.graphics && code >= '`' && code <= '~')
		return graphics[code - '`'];
	if (code >= ' ' && code < 0x7F)
		return (uint8_t)code;
	for (unsigned int i = 0; i < sizeof(glyphs) / sizeof(glyphs[0]); i++) {
		if (glyphs[i].code == code)
			return glyphs[i].glyph;
	}
	return UNKNOWN;
}

/* --- Cells ------------------------------------------------------------------------------------ */

static void cells_fill(struct screen *screen, u32 from, u32 to)
{
	struct screen_pen pen = screen->at.pen;

	pen.reverse = pen.bold = false;
	for (u32 i = from; i < to; i++) {
		screen->cell[i] = colours(&pen) | ' ';
		screen->dirty[i / SCREEN_COLUMNS] = true;
	}
}

void screen_erase(struct screen *screen, u32 from, u32 to)
{
	cells_fill(screen, from, to < CELLS ? to : CELLS);
	screen->wrap = false;
}

void screen_scroll(struct screen *screen, u32 from, u32 to, u32 by, bool down)
{
	uint16_t *first = &screen->cell[from * SCREEN_COLUMNS];
	u32 kept;

	if (from >= to)
		return;
	by = by < to - from ? by : to - from;
	kept = (to - from - by) * SCREEN_COLUMNS;
	if (down) {
		memmove(first + by * SCREEN_COLUMNS, first, kept * sizeof(*first));
		cells_fill(screen, from * SCREEN_COLUMNS, (from + by) * SCREEN_COLUMNS);
	} else {
		memmove(first, first + by * SCREEN_COLUMNS, kept * sizeof(*first));
		cells_fill(screen, (to - by) * SCREEN_COLUMNS, to * SCREEN_COLUMNS);
	}
	memset(&screen->dirty[from], true, to - from);
}

static u32 row_start(const struct screen *screen)
{
	return screen->at.row * SCREEN_COLUMNS;
}

static u32 cut(const struct screen *screen, u32 count)
{
	const u32 room = SCREEN_COLUMNS - screen->at.column;

	return count < room ? count : room;
}

void screen_insert(struct screen *screen, u32 count)
{
	uint16_t *at = &screen->cell[row_start(screen) + screen->at.column];

	count = cut(screen, count);
	memmove(at + count, at, (SCREEN_COLUMNS - screen->at.column - count) * sizeof(*at));
	cells_fill(screen, (u32)(at - screen->cell), (u32)(at - screen->cell) + count);
}

void screen_delete(struct screen *screen, u32 count)
{
	uint16_t *at = &screen->cell[row_start(screen) + screen->at.column];

	count = cut(screen, count);
	memmove(at, at + count, (SCREEN_COLUMNS - screen->at.column - count) * sizeof(*at));
	cells_fill(screen, row_start(screen) + SCREEN_COLUMNS - count,
		   row_start(screen) + SCREEN_COLUMNS);
}

/* --- The cursor ------------------------------------------------------------------------------- */

void screen_move(struct screen *screen, u32 row, u32 column)
{
	screen->at.row = row < SCREEN_ROWS ? row : SCREEN_ROWS - 1;
	screen->at.column = column < SCREEN_COLUMNS ? column : SCREEN_COLUMNS - 1;
	screen->wrap = false;
}

void screen_line_feed(struct screen *screen)
{
	screen->wrap = false;
	if (screen->at.row + 1 == screen->bottom)
		screen_scroll(screen, screen->top, screen->bottom, 1, false);
	else if (screen->at.row + 1 < SCREEN_ROWS)
		screen->at.row++;
}

void screen_line_back(struct screen *screen)
{
	screen->wrap = false;
	if (screen->at.row == screen->top)
		screen_scroll(screen, screen->top, screen->bottom, 1, true);
	else if (screen->at.row > 0)
		screen->at.row--;
}

void screen_show(struct screen *screen, u32 code)
{
	if (screen->wrap && !screen->no_wrap) {
		screen->at.column = 0;
		screen_line_feed(screen);
	}
	if (screen->insert)
		screen_insert(screen, 1);
	screen->cell[row_start(screen) + screen->at.column] =
		colours(&screen->at.pen) | glyph_of(screen, code);
	screen->dirty[screen->at.row] = true;
	if (screen->at.column + 1 < SCREEN_COLUMNS)
		screen->at.column++;
	else
		screen->wrap = true;
}

void screen_put(struct screen *screen, uint8_t character)
{
	screen->dirty[screen->at.row] = true; /* the cursor leaves it, perhaps */
	escape_put(screen, character);
	screen->dirty[screen->at.row] = true;
}
