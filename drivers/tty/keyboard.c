/* What is held, the key pad, function keys; all else is the map's. */
#include "keyboard.h"

#include <string.h>

#define RELEASED 0x80u
#define EXTENDED 0xE0u
#define PAUSE 0xE1u
#define PAUSE_CODES 5u

#define CODE_CAPITALS 0x3Au
#define CODE_NUMBERS 0x45u
#define CODE_ENTER 0x1Cu
#define CODE_SLASH 0x35u
#define PAD_FIRST 0x47u
#define PAD_LAST 0x53u

static const struct {
	uint8_t code;
	bool extended;
	uint8_t bit;
} modifiers[] = {
	{0x2A, false, HELD_SHIFT}, {0x36, false, HELD_SHIFT_RIGHT},  {0x1D, false, HELD_CONTROL},
	{0x38, false, HELD_ALT},   {0x1D, true, HELD_CONTROL_RIGHT}, {0x38, true, HELD_ALT_RIGHT},
};

static const char *const functions[KEYS] = {
	[0x3B] = "\033[[A",  [0x3C] = "\033[[B",  [0x3D] = "\033[[C",  [0x3E] = "\033[[D",
	[0x3F] = "\033[[E",  [0x40] = "\033[17~", [0x41] = "\033[18~", [0x42] = "\033[19~",
	[0x43] = "\033[20~", [0x44] = "\033[21~", [0x57] = "\033[23~", [0x58] = "\033[24~",
};

/* Keys of the pad, and those that have the same code behind EXTENDED. */
static const char pad_digits[] = "789-456+1230.";
static const char *const pad_keys[] = {
	"\033[1~", "\033[A",  "\033[5~", NULL,	    "\033[D",  NULL,	  "\033[C",
	NULL,	   "\033[4~", "\033[B",	 "\033[6~", "\033[2~", "\033[3~",
};

static u32 give(char *text, const char *what)
{
	const u32 bytes = what != NULL ? (u32)strlen(what) : 0;

	memcpy(text, what != NULL ? what : "", bytes);
	return bytes;
}

static bool modifier(struct keyboard *keyboard, uint8_t code, bool extended, bool released)
{
	for (unsigned int i = 0; i < sizeof(modifiers) / sizeof(modifiers[0]); i++) {
		if (modifiers[i].code != code || modifiers[i].extended != extended)
			continue;
		if (released)
			keyboard->held &= ~(u32)modifiers[i].bit;
		else
			keyboard->held |= modifiers[i].bit;
		return true;
	}
	return false;
}

static u32 pad(const struct keyboard *keyboard, uint8_t code, bool extended, bool application,
	       char *text)
{
	const u32 index = code - PAD_FIRST;
	u32 bytes;

	if (!extended && (keyboard->numbers || pad_keys[index] == NULL)) {
		text[0] = pad_digits[index];
		return 1;
	}
	bytes = give(text, pad_keys[index]);
	if (bytes == 3 && application)
		text[1] = 'O';
	return bytes;
}

static char with_control(char character)
{
	if (character >= 'a' && character <= 'z')
		return (char)(character & 0x1F);
	if (character >= '@' && character <= '_')
		return (char)(character & 0x1F);
	if (character == ' ' || character == '2')
		return '\0';
	if (character == '/' || character == '-')
		return 0x1F;
	return character == '?' ? 0x7F : character;
}

static u32 letter(const struct keyboard *keyboard, const struct key *key, char *text)
{
	const bool is_letter = key->plain >= 'a' && key->plain <= 'z';
	bool shifted = keyboard->held & (HELD_SHIFT | HELD_SHIFT_RIGHT);
	char character;
	u32 bytes = 0;

	if (is_letter && keyboard->capitals)
		shifted = !shifted;
	character = shifted ? key->shifted : key->plain;
	if (character == '\0')
		return 0;
	if (keyboard->held & (HELD_CONTROL | HELD_CONTROL_RIGHT))
		character = with_control(character);
	if (keyboard->held & (HELD_ALT | HELD_ALT_RIGHT))
		text[bytes++] = '\033';
	text[bytes++] = character;
	return bytes;
}

static u32 pressed(struct keyboard *keyboard, const struct key *map, uint8_t code, bool extended,
		   bool application, char *text)
{
	if (code == CODE_CAPITALS && !extended) {
		keyboard->capitals = !keyboard->capitals;
		return 0;
	}
	if (code == CODE_NUMBERS && !extended) {
		keyboard->numbers = !keyboard->numbers;
		return 0;
	}
	if (code >= PAD_FIRST && code <= PAD_LAST)
		return pad(keyboard, code, extended, application, text);
	if (code >= KEYS || (extended && code != CODE_ENTER && code != CODE_SLASH))
		return 0;
	if (functions[code] != NULL)
		return give(text, functions[code]);
	return letter(keyboard, &map[code], text);
}

u32 keyboard_code(struct keyboard *keyboard, const struct key *map, uint8_t code, bool application,
		  char text[KEY_TEXT_MAX])
{
	const bool extended = keyboard->prefix == EXTENDED, released = code & RELEASED;

	if (keyboard->prefix != 0 && !extended) {
		keyboard->prefix--;
		return 0;
	}
	keyboard->prefix = 0;
	if (code == EXTENDED || code == PAUSE) {
		keyboard->prefix = code == EXTENDED ? EXTENDED : PAUSE_CODES;
		return 0;
	}
	code &= (uint8_t)~RELEASED;
	if (modifier(keyboard, code, extended, released) || released)
		return 0;
	return pressed(keyboard, map, code, extended, application, text);
}
