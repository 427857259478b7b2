/* Scan codes and the US key map. */
#include "test.h"

#include "drivers/tty/keyboard.h"

#include <string.h>

static struct keyboard keyboard;
static char typed[64];

/* What the codes give, one after another. */
static const char *keys(const char *codes, size_t count, bool application)
{
	u32 bytes = 0;

	for (size_t i = 0; i < count; i++)
		bytes += keyboard_code(&keyboard, keymap_us, (uint8_t)codes[i], application,
				       typed + bytes);
	typed[bytes] = '\0';
	return typed;
}

#define KEYS_GIVE(codes, wanted) CHECK_TEXT(keys(codes, sizeof(codes) - 1, false), wanted)

TEST("letters, with shift, with capitals, with both")
{
	memset(&keyboard, 0, sizeof(keyboard));
	KEYS_GIVE("\x1E\x9E\x30\xB0", "ab");
	KEYS_GIVE("\x2A\x1E\x02\xAA\x1E", "A!a");
	KEYS_GIVE("\x36\x1E\xB6\x02", "A1");
	KEYS_GIVE("\x3A\xBA\x1E\x02\x2A\x1E\xAA", "A1a");
	KEYS_GIVE("\x3A\xBA\x1E", "a");
}

TEST("control and alt, left and right")
{
	memset(&keyboard, 0, sizeof(keyboard));
	KEYS_GIVE("\x1D\x2E\x9D\x2E", "\3c");
	KEYS_GIVE("\xE0\x1D\x20\xE0\x9D\x20", "\4d");
	KEYS_GIVE("\x38\x21\xB8", "\033f");
	KEYS_GIVE("\x1D\x1A\x9D", "\033");
	CHECK_EQ(keyboard_code(&keyboard, keymap_us, 0x1D, false, typed), 0);
	CHECK_EQ(keyboard_code(&keyboard, keymap_us, 0x39, false, typed), 1);
	CHECK_EQ(typed[0], 0);
}

TEST("cursor keys, and as programs ask for them")
{
	memset(&keyboard, 0, sizeof(keyboard));
	KEYS_GIVE("\xE0\x48\xE0\xC8\xE0\x4B", "\033[A\033[D");
	CHECK_TEXT(keys("\xE0\x48\xE0\x53", 4, true), "\033OA\033[3~");
	KEYS_GIVE("\x3B\x44\x57", "\033[[A\033[21~\033[23~");
}

TEST("the key pad")
{
	memset(&keyboard, 0, sizeof(keyboard));
	KEYS_GIVE("\x48\x4C\x4A\x4E\x37", "\033[A5-+*");
	KEYS_GIVE("\x45\xC5\x48\x53\x52", "8.0");
	KEYS_GIVE("\xE0\x48", "\033[A");
	KEYS_GIVE("\xE0\x1C\xE0\x35", "\r/");
}

TEST("what is no key gives nothing, and pause does not type")
{
	memset(&keyboard, 0, sizeof(keyboard));
	KEYS_GIVE("\x7F\xFF\x59\xE0\x5B\xE0\x37\x46", "");
	KEYS_GIVE("\xE1\x1D\x45\xE1\x9D\xC5\x1E", "a");
	CHECK(!keyboard.numbers && keyboard.held == 0);
}

TEST("any codes at all: the text fits")
{
	memset(&keyboard, 0, sizeof(keyboard));
	for (unsigned int first = 0; first < 256; first++) {
		for (unsigned int second = 0; second < 256; second++) {
			char text[KEY_TEXT_MAX];

			CHECK(keyboard_code(&keyboard, keymap_us, (uint8_t)first, false, text) <=
			      KEY_TEXT_MAX);
			CHECK(keyboard_code(&keyboard, keymap_us, (uint8_t)second, true, text) <=
			      KEY_TEXT_MAX);
		}
	}
}
