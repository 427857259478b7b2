/* Terminals for the cases: numbers, and a fresh pty. */
#pragma once

#include "asker.h"

#define TTY_OWN CHR_DEVICE(5, 0)
#define TTY_CONSOLE CHR_DEVICE(5, 1)
#define TTY_MASTER CHR_DEVICE(5, 2)
#define TTY_SERIAL CHR_DEVICE(4, 64)
#define TTY_VGA CHR_DEVICE(4, 1)

#define OPEN_NO_CONTROL 0x100u

struct terminal_settings {
	u32 input, output, control, local;
	uint8_t discipline, character[19];
};

#define SETTING_SIGNALS 0x1u
#define SETTING_CANONICAL 0x2u
#define SETTING_ECHO 0x8u
#define SETTING_TIME 5
#define SETTING_MIN 6

#define IOCTL_GET 0x5401u
#define IOCTL_SET 0x5402u
#define IOCTL_SET_DRAINED 0x5403u
#define IOCTL_BREAK 0x5409u /* argument 1: only drain */
#define IOCTL_FLOW 0x540Au
#define IOCTL_FLUSH 0x540Bu
#define IOCTL_CONTROL 0x540Eu
#define IOCTL_GROUP_GET 0x540Fu
#define IOCTL_GROUP_SET 0x5410u
#define IOCTL_WINDOW_GET 0x5413u
#define IOCTL_WINDOW_SET 0x5414u
#define IOCTL_COUNT 0x541Bu
#define IOCTL_CONTROL_END 0x5422u
#define IOCTL_SESSION_GET 0x5429u
#define IOCTL_PTY_NUMBER 0x80045430u
#define IOCTL_PTY_LOCK 0x40045431u

/* The tty driver is asked, by nobody in particular. */
bool tty_begin(void);

struct pty {
	u32 master, slave;
};

/* Both ends open, the slave unlocked and nobody's controlling terminal. */
bool pty_make(struct pty *pty);
bool pty_end(const struct pty *pty);

/* Write at one end and expect it at the other, all of it. */
bool text_write(u32 device, const char *text);
bool text_is(u32 device, const char *wanted);

bool settings_get(u32 device, struct terminal_settings *settings);
/* Local flags to set and to clear; MIN and TIME. */
bool settings_change(u32 device, u32 set, u32 clear, uint8_t min, uint8_t time);
