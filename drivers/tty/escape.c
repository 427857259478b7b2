/* Characters, controls and escape sequences that a screen is sent. What is not known is taken in to
 * its end and does nothing.
 */
#include "screen.h"

#include <format.h>

#define ESCAPE 0x1Bu
#define PARAMETER_MAX 9999u
#define TAB_COLUMNS 8u
#define REPLACEMENT 0xFFFDu

enum {
	GROUND,
	ESCAPED,   /* ESC */
	SEQUENCE,  /* ESC [ */
	LINUX_KEY, /* ESC [ [: what a function key sends */
	CHARSET,   /* ESC ( */
	IGNORED,   /* ESC and an intermediate that is not known */
	TEXT,	   /* ESC ]: to BEL or ESC \ */
	TEXT_END,
};

static u32 parameter(const struct screen *screen, u32 index, u32 otherwise)
{
	return index < screen->count && screen->parameter[index] != 0 ? screen->parameter[index]
								      : otherwise;
}

/* --- Sequences -------------------------------------------------------------------------------- */

static void answer(struct screen *screen, const char *text, u32 a, u32 b)
{
	const int bytes = format(screen->reply, sizeof(screen->reply), text, a, b);

	screen->reply_bytes = bytes < (int)sizeof(screen->reply) ? (u32)bytes : 0;
}

static void report(struct screen *screen)
{
	if (parameter(screen, 0, 0) == 5)
		answer(screen, "\033[0n", 0, 0);
	else if (parameter(screen, 0, 0) == 6)
		answer(screen, "\033[%u;%uR",
		       screen->at.row + 1 - (screen->origin ? screen->top : 0),
		       screen->at.column + 1);
}

static void colour_set(struct screen_pen *pen, u32 value)
{
	if (value >= 30 && value <= 37)
		pen->foreground = (uint8_t)(value - 30);
	else if (value == 39)
		pen->foreground = SCREEN_PLAIN;
	else if (value >= 40 && value <= 47)
		pen->background = (uint8_t)(value - 40);
	else if (value == 49)
		pen->background = 0;
	else if (value >= 90 && value <= 97)
		pen->foreground = (uint8_t)(value - 90) | 8;
	else if (value >= 100 && value <= 107)
		pen->background = (uint8_t)(value - 100);
}

static void pen_set(struct screen *screen)
{
	struct screen_pen *pen = &screen->at.pen;
	const u32 count = screen->count > 0 ? screen->count : 1;

	for (u32 i = 0; i < count; i++) {
		const u32 value = parameter(screen, i, 0);

		switch (value) {
		case 0:
			*pen = (struct screen_pen){.foreground = SCREEN_PLAIN,
						   .graphics = pen->graphics};
			break;
		case 1:
		case 22:
			pen->bold = value == 1;
			break;
		case 7:
		case 27:
			pen->reverse = value == 7;
			break;
		case 38:
		case 48:
			return; /* colours by number: none of these */
		default:
			colour_set(pen, value);
		}
	}
}

static void mode_set(struct screen *screen, bool on)
{
	for (u32 i = 0; i < screen->count; i++) {
		const u32 value = screen->parameter[i];

		if (!screen->private) {
			if (value == 4)
				screen->insert = on;
			continue;
		}
		switch (value) {
		case 1:
			screen->application_keys = on;
			break;
		case 6:
			screen->origin = on;
			screen_move(screen, on ? screen->top : 0, 0);
			break;
		case 7:
			screen->no_wrap = !on;
			break;
		case 25:
			screen->hidden = !on;
			break;
		}
	}
}

static void region_set(struct screen *screen)
{
	const u32 top = parameter(screen, 0, 1) - 1, bottom = parameter(screen, 1, SCREEN_ROWS);

	if (bottom > SCREEN_ROWS || top + 1 >= bottom)
		return;
	screen->top = top;
	screen->bottom = bottom;
	screen_move(screen, screen->origin ? top : 0, 0);
}

static void position_set(struct screen *screen)
{
	const u32 offset = screen->origin ? screen->top : 0;

	screen_move(screen, offset + parameter(screen, 0, 1) - 1, parameter(screen, 1, 1) - 1);
}

static u32 less(u32 value, u32 by)
{
	return value > by ? value - by : 0;
}

static bool cursor_sequence(struct screen *screen, uint8_t final)
{
	const u32 by = parameter(screen, 0, 1), row = screen->at.row, column = screen->at.column;

	switch (final) {
	case 'A':
	case 'F':
		screen_move(screen,
			    row >= screen->top && less(row, by) < screen->top ? screen->top
									      : less(row, by),
			    final == 'F' ? 0 : column);
		return true;
	case 'B':
	case 'e':
	case 'E':
		screen_move(screen,
			    row < screen->bottom && row + by >= screen->bottom ? screen->bottom - 1
									       : row + by,
			    final == 'E' ? 0 : column);
		return true;
	case 'C':
	case 'a':
		screen_move(screen, row, column + by);
		return true;
	case 'D':
		screen_move(screen, row, less(column, by));
		return true;
	case 'G':
	case '`':
		screen_move(screen, row, by - 1);
		return true;
	case 'd':
		screen_move(screen, by - 1 + (screen->origin ? screen->top : 0), column);
		return true;
	case 'H':
	case 'f':
		position_set(screen);
		return true;
	default:
		return false;
	}
}

/* From the cursor on, up to it, or all; of `bytes` cells from `from` on. */
static void erase(struct screen *screen, u32 from, u32 cells)
{
	const u32 at = screen->at.row * SCREEN_COLUMNS + screen->at.column;

	switch (parameter(screen, 0, 0)) {
	case 0:
		screen_erase(screen, at, from + cells);
		break;
	case 1:
		screen_erase(screen, from, at + 1);
		break;
	case 2:
	case 3:
		screen_erase(screen, from, from + cells);
		break;
	}
}

static bool edit_sequence(struct screen *screen, uint8_t final)
{
	const u32 by = parameter(screen, 0, 1), row = screen->at.row;
	const u32 at = row * SCREEN_COLUMNS + screen->at.column;
	const u32 room = SCREEN_COLUMNS - screen->at.column;

	switch (final) {
	case 'J':
		erase(screen, 0, SCREEN_ROWS * SCREEN_COLUMNS);
		return true;
	case 'K':
		erase(screen, row * SCREEN_COLUMNS, SCREEN_COLUMNS);
		return true;
	case 'L':
	case 'M':
		if (row >= screen->top && row < screen->bottom)
			screen_scroll(screen, row, screen->bottom, by, final == 'L');
		return true;
	case 'P':
		screen_delete(screen, by);
		return true;
	case '@':
		screen_insert(screen, by);
		return true;
	case 'X':
		screen_erase(screen, at, at + (by < room ? by : room));
		return true;
	case 'S':
	case 'T':
		screen_scroll(screen, screen->top, screen->bottom, by, final == 'T');
		return true;
	default:
		return false;
	}
}

static void sequence_end(struct screen *screen, uint8_t final)
{
	screen->state = GROUND;
	if (!screen->private && (cursor_sequence(screen, final) || edit_sequence(screen, final)))
		return;
	switch (final) {
	case 'h':
	case 'l':
		mode_set(screen, final == 'h');
		break;
	case 'm':
		pen_set(screen);
		break;
	case 'n':
		report(screen);
		break;
	case 'c':
		answer(screen, "\033[?6c", 0, 0);
		break;
	case 'r':
		region_set(screen);
		break;
	case 's':
		screen->saved = screen->at;
		break;
	case 'u':
		screen->at = screen->saved;
		screen->wrap = false;
		break;
	}
}

static void sequence_put(struct screen *screen, uint8_t character)
{
	u32 *last;

	if (character == '[' && screen->count == 0) {
		screen->state = LINUX_KEY;
	} else if (character == '?') {
		screen->private = true;
	} else if (character >= '0' && character <= '9') {
		if (screen->count == 0)
			screen->count = 1;
		last = &screen->parameter[screen->count - 1];
		*last = *last * 10 + character - '0';
		if (*last > PARAMETER_MAX)
			*last = PARAMETER_MAX;
	} else if (character == ';') {
		if (screen->count == 0)
			screen->count = 1;
		if (screen->count < SCREEN_PARAMETERS)
			screen->parameter[screen->count++] = 0;
	} else if (character >= '@' && character <= '~') {
		sequence_end(screen, character);
	}
}

static void escape_end(struct screen *screen, uint8_t character)
{
	screen->state = GROUND;
	switch (character) {
	case '[':
		screen->state = SEQUENCE;
		screen->private = false;
		screen->count = 0;
		screen->parameter[0] = 0;
		break;
	case ']':
		screen->state = TEXT;
		break;
	case '(':
		screen->state = CHARSET;
		break;
	case ')':
	case '#':
	case '%':
		screen->state = IGNORED;
		break;
	case '7':
		screen->saved = screen->at;
		break;
	case '8':
		screen->at = screen->saved;
		screen->wrap = false;
		break;
	case 'D':
		screen_line_feed(screen);
		break;
	case 'E':
		screen->at.column = 0;
		screen_line_feed(screen);
		break;
	case 'M':
		screen_line_back(screen);
		break;
	case 'Z':
		answer(screen, "\033[?6c", 0, 0);
		break;
	case 'c':
		screen_init(screen);
		break;
	}
}

/* --- Controls and characters ------------------------------------------------------------------ */

static void control_put(struct screen *screen, uint8_t character)
{
	switch (character) {
	case '\a':
		screen->bell = true;
		break;
	case '\b':
		if (screen->at.column > 0)
			screen->at.column--;
		screen->wrap = false;
		break;
	case '\t':
		screen_move(screen, screen->at.row,
			    screen->at.column / TAB_COLUMNS * TAB_COLUMNS + TAB_COLUMNS);
		break;
	case '\n':
	case '\v':
	case '\f':
		screen_line_feed(screen);
		break;
	case '\r':
		screen_move(screen, screen->at.row, 0);
		break;
	case 0x0E:
	case 0x0F:
		screen->at.pen.graphics = character == 0x0E;
		break;
	case 0x18:
	case 0x1A:
		screen->state = GROUND;
		break;
	case ESCAPE:
		screen->state = ESCAPED;
		break;
	}
}

static void begin(struct screen *screen, u32 code, u32 left)
{
	screen->code = code;
	screen->code_left = left;
}

/* UTF-8; what is none of it shows as unknown. */
static void character_put(struct screen *screen, uint8_t byte)
{
	if ((byte & 0xC0) == 0x80 && screen->code_left > 0) {
		screen->code = screen->code << 6 | (byte & 0x3F);
		if (--screen->code_left == 0)
			screen_show(screen, screen->code);
		return;
	}
	if (screen->code_left > 0)
		screen_show(screen, REPLACEMENT);
	screen->code_left = 0;
	if (byte < 0x7F)
		screen_show(screen, byte);
	else if (byte >= 0xC2 && byte < 0xE0)
		begin(screen, byte & 0x1F, 1);
	else if (byte >= 0xE0 && byte < 0xF0)
		begin(screen, byte & 0x0F, 2);
	else if (byte >= 0xF0 && byte < 0xF5)
		begin(screen, byte & 0x07, 3);
	else if (byte != 0x7F)
		screen_show(screen, REPLACEMENT);
}

void escape_put(struct screen *screen, uint8_t character)
{
	if (screen->state == TEXT || screen->state == TEXT_END) {
		if (character == '\a' || (screen->state == TEXT_END && character == '\\'))
			screen->state = GROUND;
		else
			screen->state = character == ESCAPE ? TEXT_END : TEXT;
		return;
	}
	if (character < 0x20) {
		control_put(screen, character);
		return;
	}
	switch (screen->state) {
	case ESCAPED:
		escape_end(screen, character);
		break;
	case SEQUENCE:
		sequence_put(screen, character);
		break;
	case CHARSET:
		screen->at.pen.graphics = character == '0';
		screen->state = GROUND;
		break;
	case LINUX_KEY:
	case IGNORED:
		screen->state = GROUND;
		break;
	default:
		character_put(screen, character);
	}
}
