/* The screen that the PC's terminal shows. */
#include "test.h"

#include "drivers/tty/screen.h"

#include <string.h>

static struct screen screen;
static char row_text[SCREEN_COLUMNS + 1];

static void put(const char *text)
{
	while (*text != '\0')
		screen_put(&screen, (uint8_t)*text++);
}

/* A row's characters without the blanks at its end. */
static const char *row(u32 index)
{
	u32 end = SCREEN_COLUMNS;

	for (u32 i = 0; i < SCREEN_COLUMNS; i++)
		row_text[i] = (char)screen.cell[index * SCREEN_COLUMNS + i];
	while (end > 0 && row_text[end - 1] == ' ')
		end--;
	row_text[end] = '\0';
	return row_text;
}

static u32 colour(u32 at_row, u32 column)
{
	return screen.cell[at_row * SCREEN_COLUMNS + column] >> 8;
}

static const char *replied(void)
{
	static char text[SCREEN_REPLY_MAX + 1];

	memcpy(text, screen.reply, screen.reply_bytes);
	text[screen.reply_bytes] = '\0';
	screen.reply_bytes = 0;
	return text;
}

TEST("text, controls and the cursor")
{
	screen_init(&screen);
	put("one\r\ntwo\b\bW\tx");
	CHECK_TEXT(row(0), "one");
	CHECK_TEXT(row(1), "tWo     x");
	CHECK_EQ(screen.at.row, 1);
	CHECK_EQ(screen.at.column, 9);
	put("\a");
	CHECK(screen.bell);
}

TEST("a line wraps when the character behind its end comes")
{
	screen_init(&screen);
	for (u32 i = 0; i < SCREEN_COLUMNS; i++)
		put("a");
	CHECK_EQ(screen.at.row, 0);
	CHECK_EQ(screen.at.column, SCREEN_COLUMNS - 1);
	put("\r");
	CHECK_EQ(screen.at.row, 0);
	screen_init(&screen);
	for (u32 i = 0; i <= SCREEN_COLUMNS; i++)
		put("b");
	CHECK_EQ(screen.at.row, 1);
	CHECK_TEXT(row(1), "b");
	put("\033[?7l\033[1;80Hxyz");
	CHECK_EQ(screen.at.row, 0);
	CHECK_EQ((char)screen.cell[SCREEN_COLUMNS - 1], 'z');
}

TEST("the last line scrolls, and only within the region")
{
	screen_init(&screen);
	put("top\033[25;1Hlast\n");
	CHECK_TEXT(row(23), "last");
	CHECK_TEXT(row(0), "");
	screen_init(&screen);
	put("head\033[25;1Hfoot\033[2;24r\033[24;1Hone\ntwo");
	CHECK_TEXT(row(0), "head");
	CHECK_TEXT(row(22), "one");
	CHECK_TEXT(row(23), "   two");
	CHECK_TEXT(row(24), "foot");
	put("\033[2;1H\033Mnew");
	CHECK_TEXT(row(1), "new");
	CHECK_TEXT(row(23), "one");
	put("\033[9;3r");
	CHECK_EQ(screen.top, 1);
}

TEST("moves are cut to the screen")
{
	screen_init(&screen);
	put("\033[999;999H");
	CHECK_EQ(screen.at.row, SCREEN_ROWS - 1);
	CHECK_EQ(screen.at.column, SCREEN_COLUMNS - 1);
	put("\033[A\033[2D\033[99C\033[5D");
	CHECK_EQ(screen.at.row, SCREEN_ROWS - 2);
	CHECK_EQ(screen.at.column, SCREEN_COLUMNS - 6);
	put("\033[99A\033[99D\033[B");
	CHECK_EQ(screen.at.row, 1);
	CHECK_EQ(screen.at.column, 0);
	put("\033[0;0H\033[7G\033[4d");
	CHECK_EQ(screen.at.row, 3);
	CHECK_EQ(screen.at.column, 6);
}

TEST("erasing")
{
	screen_init(&screen);
	put("abcdef\033[1;3H\033[K");
	CHECK_TEXT(row(0), "ab");
	put("\rabcdef\033[1;3H\033[1K");
	CHECK_TEXT(row(0), "   def");
	put("\033[2J");
	CHECK_TEXT(row(0), "");
	CHECK_EQ(screen.at.column, 2);
	put("\033[Habc\r\ndef\r\nghi\033[2;2H\033[J");
	CHECK_TEXT(row(1), "d");
	CHECK_TEXT(row(2), "");
	CHECK_TEXT(row(0), "abc");
	put("\033[1;2H\033[9X");
	CHECK_TEXT(row(0), "a");
}

TEST("inserting and deleting")
{
	screen_init(&screen);
	put("abcdef\033[1;3H\033[2@");
	CHECK_TEXT(row(0), "ab  cdef");
	put("\033[3P");
	CHECK_TEXT(row(0), "abdef");
	put("\033[4hXY\033[4l");
	CHECK_TEXT(row(0), "abXYdef");
	put("\033[H\033[L");
	CHECK_TEXT(row(1), "abXYdef");
	put("\033[99M");
	CHECK_TEXT(row(1), "");
	put("\033[99@\033[99P\033[99L");
	CHECK_TEXT(row(0), "");
}

TEST("colours, as the VGA numbers them")
{
	screen_init(&screen);
	put("a\033[31mb\033[1;44mc\033[0;7md\033[me\033[92mf\033[39;49mg");
	CHECK_EQ(colour(0, 0), 0x07);
	CHECK_EQ(colour(0, 1), 0x04);
	CHECK_EQ(colour(0, 2), 0x1C);
	CHECK_EQ(colour(0, 3), 0x70);
	CHECK_EQ(colour(0, 4), 0x07);
	CHECK_EQ(colour(0, 5), 0x0A);
	CHECK_EQ(colour(0, 6), 0x07);
}

TEST("the cursor is kept and given back, with its colours")
{
	screen_init(&screen);
	put("\033[5;6H\033[31m\0337\033[H\033[m\0338x");
	CHECK_EQ(screen.at.row, 4);
	CHECK_EQ(screen.at.column, 6);
	CHECK_EQ(colour(4, 5), 0x04);
	put("\033[s\033[H\033[u");
	CHECK_EQ(screen.at.column, 6);
}

TEST("it answers where the cursor is, and what it is")
{
	screen_init(&screen);
	put("\033[3;4H\033[6n");
	CHECK_TEXT(replied(), "\033[3;4R");
	put("\033[5n");
	CHECK_TEXT(replied(), "\033[0n");
	put("\033[c");
	CHECK_TEXT(replied(), "\033[?6c");
	put("\033[999;999H\033[6n");
	CHECK_TEXT(replied(), "\033[25;80R");
}

TEST("UTF-8 and line drawing become what the VGA has")
{
	screen_init(&screen);
	put("\303\274\342\224\200\360\237\230\200\303(\200\033(0q\033(Bq");
	CHECK_TEXT(row(0), "\x81\xC4\xFE\xFE(\xFE\xC4q");
}

TEST("what is unknown does nothing")
{
	screen_init(&screen);
	put("a\033]0;title\ab\033]x\033\\c\033[?2004hd\033#8e\033[1;2;3;4;5;6;7;8;9;10;11zf\033[38;"
	    "5;200mg");
	CHECK_TEXT(row(0), "abcdefg");
	put("\033[\030h");
	CHECK_TEXT(row(0), "abcdefgh");
	put("\033[[Ai");
	CHECK_TEXT(row(0), "abcdefghi");
}

TEST("modes: the hidden cursor, the keys, the origin; reset ends all of them")
{
	screen_init(&screen);
	put("\033[?25l\033[?1h\033[5;10r\033[?6h");
	CHECK(screen.hidden && screen.application_keys);
	CHECK_EQ(screen.at.row, 4);
	put("\033[2;1H");
	CHECK_EQ(screen.at.row, 5);
	put("\033c");
	CHECK(!screen.hidden && !screen.origin && screen.bottom == SCREEN_ROWS);
}
