/* Terminals: a line with a device, or with the master of a pty, at its other end; and who is in
 * front of it. terminal.c owns the table.
 */
#pragma once

#include "line.h"
#include <chardriver.h>

#define PTY_COUNT 16u
#define DEVICES_MAX 4u

#define MAJOR_TERMINAL 4u /* devices' own numbers */
#define MAJOR_SPECIAL 5u
#define MAJOR_MASTER 128u
#define MAJOR_SLAVE 136u
#define SPECIAL_OWN CHR_DEVICE(MAJOR_SPECIAL, 0)     /* /dev/tty */
#define SPECIAL_CONSOLE CHR_DEVICE(MAJOR_SPECIAL, 1) /* /dev/console */
#define SPECIAL_MASTER CHR_DEVICE(MAJOR_SPECIAL, 2)  /* /dev/ptmx */

struct terminal;

/* What shows output and gives input. None of it waits. */
struct terminal_device {
	const char *name;
	u32 number;
	bool (*init)(struct terminal *terminal); /* false: there is none */
	void (*listen)(bool on);		 /* input is wanted, or there is no room for it */
	void (*interrupt)(struct terminal *terminal, u64 interrupts);
	bool (*output)(struct terminal *terminal); /* what can be shown now; was there any? */
};

/* The board's, the console first unless the command line names another: drivers/tty/ARCH. */
extern const struct terminal_device *const terminal_devices[DEVICES_MAX];

struct terminal {
	struct line line;
	const struct terminal_device *device; /* NULL: a pty's slave */
	u32 number;
	u32 opens;
	pid32 session;	  /* whose controlling terminal it is; 0 */
	pid32 foreground; /* the group that may read, and gets its signals */
	bool hung_up;	  /* until the next open: reads end, writes fail */
	bool listens;
	nanoseconds_t last_input;

	/* of a pty */
	bool has_master;
	bool locked;
	bool was_open; /* the slave, once: its last close ends the master's reads */
};

void terminals_init(const char *command_line);

/* The terminal that is a device's or a slave's number; NULL. */
struct terminal *terminal_find(u32 number);
struct terminal *terminal_console(void);
struct terminal *terminal_of_session(pid32 session);

/* Input from the device: keys, a serial line. */
void terminal_input(struct terminal *terminal, uint8_t character);

/* A line that is full without an end takes what ends or edits it, and loses the rest; one that
 * waits for its reader takes nothing. */
bool terminal_takes_input(const struct terminal *terminal);

/* Signals that wait are sent, output goes to devices. Was there anything? */
bool terminals_work(void);
void terminals_interrupt(u64 interrupts);

void terminal_hang_up(struct terminal *terminal);
void terminals_session_end(pid32 session);

/* Its foreground group gets the signal when work is done next. */
void terminal_signal(struct terminal *terminal, unsigned int signal);

/* --- Programs: requests on terminals (chardriver.h) ------------------------------------------- */

/* Is the asker in the background, where it may not do this? Its group has been told then. */
bool job_waits(struct terminal *terminal, struct char_request *request, unsigned int signal);

struct char_result terminal_ioctl(struct terminal *terminal, struct char_request *request);

/* --- Pseudo terminals ------------------------------------------------------------------------- */

struct terminal *pty_of_master(u32 number); /* NULL: none, or not open */
struct char_result pty_open(void);	    /* a fresh master: its number */
void pty_close(struct terminal *terminal);
struct char_result pty_read(struct terminal *terminal, struct char_request *request);
struct char_result pty_write(struct terminal *terminal, struct char_request *request);
u32 pty_poll(const struct terminal *terminal);
