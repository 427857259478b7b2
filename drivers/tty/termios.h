/* What terminals have in common with Linux: the layout of struct termios as its kernel has it (36
 * bytes), the flags that this driver honours, ioctl numbers. Values: Linux's generic ones.
 */
#pragma once

#include <skerry/types.h>

#define TERMIOS_CHARACTERS 19u

struct terminal_settings {
	u32 input;
	u32 output;
	u32 control;
	u32 local;
	uint8_t discipline;
	uint8_t character[TERMIOS_CHARACTERS];
};

_Static_assert(sizeof(struct terminal_settings) == 36, "Linux's struct termios");

struct terminal_window {
	uint16_t rows;
	uint16_t columns;
	uint16_t width; /* pixels */
	uint16_t height;
};

/* Indices of special characters. The value 0 switches one off. */
enum {
	CHAR_INTERRUPT = 0,
	CHAR_QUIT = 1,
	CHAR_ERASE = 2,
	CHAR_KILL = 3,
	CHAR_EOF = 4,
	CHAR_TIME = 5,
	CHAR_MIN = 6,
	CHAR_START = 8,
	CHAR_STOP = 9,
	CHAR_SUSPEND = 10,
	CHAR_EOL = 11,
	CHAR_REPRINT = 12,
	CHAR_DISCARD = 13,
	CHAR_WORD_ERASE = 14,
	CHAR_LITERAL = 15,
	CHAR_EOL2 = 16,
};

/* input */
#define INPUT_IGNORE_BREAK 0x0001u
#define INPUT_BREAK_INTERRUPTS 0x0002u
#define INPUT_STRIP 0x0020u
#define INPUT_NL_TO_CR 0x0040u
#define INPUT_IGNORE_CR 0x0080u
#define INPUT_CR_TO_NL 0x0100u
#define INPUT_FLOW 0x0400u /* IXON: START and STOP hold our output */
#define INPUT_ANY 0x0800u
#define INPUT_FLOW_OUT 0x1000u /* IXOFF: we send them when input is nearly full */
#define INPUT_BELL 0x2000u
#define INPUT_UTF8 0x4000u

/* output */
#define OUTPUT_PROCESS 0x01u
#define OUTPUT_NL_TO_CRNL 0x04u
#define OUTPUT_CR_TO_NL 0x08u
#define OUTPUT_NO_CR_AT_0 0x10u
#define OUTPUT_NL_RETURNS 0x20u
#define OUTPUT_TABS_MASK 0x1800u
#define OUTPUT_TABS_SPACES 0x1800u

/* control: only kept, but for these */
#define CONTROL_SPEED_38400 0x000Fu
#define CONTROL_8_BITS 0x0030u
#define CONTROL_READ 0x0080u
#define CONTROL_HANGUP 0x0400u
#define CONTROL_LOCAL 0x0800u

/* local */
#define LOCAL_SIGNALS 0x0001u
#define LOCAL_CANONICAL 0x0002u
#define LOCAL_ECHO 0x0008u
#define LOCAL_ECHO_ERASE 0x0010u
#define LOCAL_ECHO_KILL 0x0020u
#define LOCAL_ECHO_NL 0x0040u
#define LOCAL_NO_FLUSH 0x0080u
#define LOCAL_BACKGROUND_STOPS 0x0100u /* TOSTOP */
#define LOCAL_ECHO_CONTROL 0x0200u
#define LOCAL_ECHO_KILL_ERASE 0x0800u
#define LOCAL_EXTENDED 0x8000u

/* ioctl numbers */
#define TERMINAL_GET 0x5401u
#define TERMINAL_SET 0x5402u
#define TERMINAL_SET_DRAINED 0x5403u
#define TERMINAL_SET_FLUSHED 0x5404u
#define TERMINAL_BREAK 0x5409u
#define TERMINAL_FLOW 0x540Au
#define TERMINAL_FLUSH 0x540Bu
#define TERMINAL_CONTROL 0x540Eu /* TIOCSCTTY */
#define TERMINAL_GROUP_GET 0x540Fu
#define TERMINAL_GROUP_SET 0x5410u
#define TERMINAL_OUTPUT_COUNT 0x5411u
#define TERMINAL_WINDOW_GET 0x5413u
#define TERMINAL_WINDOW_SET 0x5414u
#define TERMINAL_INPUT_COUNT 0x541Bu
#define TERMINAL_CONTROL_END 0x5422u /* TIOCNOTTY */
#define TERMINAL_BREAK_POSIX 0x5425u
#define TERMINAL_SESSION_GET 0x5429u
#define PTY_NUMBER 0x80045430u
#define PTY_LOCK 0x40045431u

/* TERMINAL_FLUSH's argument */
#define FLUSH_INPUT 0u
#define FLUSH_OUTPUT 1u
#define FLUSH_BOTH 2u

/* TERMINAL_FLOW's argument */
#define FLOW_OUTPUT_STOP 0u
#define FLOW_OUTPUT_START 1u
#define FLOW_SEND_STOP 2u
#define FLOW_SEND_START 3u
