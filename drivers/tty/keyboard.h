/* Scan codes of set 1 become characters. Pure. Source: IBM PS/2 Technical Reference, keyboard, and
 * "Keyboard scan codes, set 1"; what function keys send is the Linux console's.
 */
#pragma once

#include <skerry/types.h>

#define KEY_TEXT_MAX 8u

/* What is held. */
#define HELD_SHIFT 0x01u
#define HELD_SHIFT_RIGHT 0x02u
#define HELD_CONTROL 0x04u
#define HELD_CONTROL_RIGHT 0x08u
#define HELD_ALT 0x10u
#define HELD_ALT_RIGHT 0x20u

struct keyboard {
	u32 held;
	bool capitals;
	bool numbers;	/* the key pad gives digits */
	uint8_t prefix; /* 0xE0, or how many codes of a Pause (0xE1) are still to come */
};

/* A key without and with shift; 0: none. */
struct key {
	char plain;
	char shifted;
};

#define KEYS 0x59u
extern const struct key keymap_us[KEYS];

/* The characters that one more code gives, if any: how many. `application`: cursor keys as
 * full-screen programs ask for them. */
u32 keyboard_code(struct keyboard *keyboard, const struct key *map, uint8_t code, bool application,
		  char text[KEY_TEXT_MAX]);
