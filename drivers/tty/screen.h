/* A text screen: what a VT102, as far as full-screen programs use it, shows for what it is sent.
 * Pure: the cells are a picture that a device copies. Source: ECMA-48, VT102 User Guide, chapter 5.
 */
#pragma once

#include <skerry/types.h>

#define SCREEN_ROWS 25u
#define SCREEN_COLUMNS 80u
#define SCREEN_PARAMETERS 8u
#define SCREEN_REPLY_MAX 16u

/* A cell as the VGA has it: a character of code page 437, above it its colours. */
#define SCREEN_PLAIN 0x07u
#define SCREEN_BLANK (SCREEN_PLAIN << 8 | ' ')

struct screen_pen {
	uint8_t foreground; /* ANSI's numbers; 8: bright */
	uint8_t background;
	bool bold;
	bool reverse;
	bool graphics; /* line drawing in place of small letters */
};

struct screen_place {
	u32 row;
	u32 column;
	struct screen_pen pen;
};

struct screen {
	uint16_t cell[SCREEN_ROWS * SCREEN_COLUMNS];
	bool dirty[SCREEN_ROWS]; /* the device clears it */
	struct screen_place at;
	struct screen_place saved;
	bool wrap; /* the last column is written: the next character begins a line */
	u32 top;   /* rows that scroll: [top, bottom) */
	u32 bottom;
	bool no_wrap;
	bool insert;
	bool origin; /* rows count from `top` */
	bool hidden; /* no cursor */
	bool application_keys;
	bool bell; /* the device clears it */

	/* What was sent and is not complete. */
	uint8_t state;
	bool private; /* a '?' came */
	u32 count;
	u32 parameter[SCREEN_PARAMETERS];
	u32 code; /* of a UTF-8 character */
	u32 code_left;

	/* What the terminal answers, as if typed. */
	u32 reply_bytes;
	char reply[SCREEN_REPLY_MAX];
};

void screen_init(struct screen *screen);
void screen_put(struct screen *screen, uint8_t character);

/* --- Between screen.c and escape.c ------------------------------------------------------------ */

void screen_show(struct screen *screen, u32 code);
void screen_move(struct screen *screen, u32 row, u32 column); /* cut to the screen */
void screen_line_feed(struct screen *screen);
void screen_line_back(struct screen *screen);
/* Rows [from, to) of the picture move up (or down) by so many; blanks follow. */
void screen_scroll(struct screen *screen, u32 from, u32 to, u32 by, bool down);
/* Cells of the cursor's row from there on. */
void screen_insert(struct screen *screen, u32 count);
void screen_delete(struct screen *screen, u32 count);
void screen_erase(struct screen *screen, u32 from, u32 to); /* cells, counted from the top left */

void escape_put(struct screen *screen, uint8_t character);
