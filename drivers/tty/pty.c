/* Pseudo terminals: the slave is a terminal whose device is a program at the master's end. */
#include "terminal.h"

#include <skerry/errno.h>
#include <skerry/signal.h>

#define PIECE 512u

static uint8_t buffer[PIECE];

struct terminal *pty_of_master(u32 number)
{
	struct terminal *terminal;

	if (CHR_MAJOR(number) != MAJOR_MASTER)
		return NULL;
	terminal = terminal_find(CHR_DEVICE(MAJOR_SLAVE, CHR_MINOR(number)));
	return terminal != NULL && terminal->has_master ? terminal : NULL;
}

struct char_result pty_open(void)
{
	for (u32 i = 0; i < PTY_COUNT; i++) {
		struct terminal *terminal = terminal_find(CHR_DEVICE(MAJOR_SLAVE, i));

		if (terminal->has_master || terminal->opens > 0)
			continue;
		line_init(&terminal->line);
		terminal->has_master = terminal->locked = true;
		terminal->hung_up = terminal->was_open = false;
		terminal->session = terminal->foreground = 0;
		return char_result(CHR_DEVICE(MAJOR_MASTER, i));
	}
	return char_result(-ENOSPC);
}

void pty_close(struct terminal *terminal)
{
	terminal->has_master = false;
	line_flush_output(&terminal->line);
	terminal_hang_up(terminal);
}

static bool slave_is_gone(const struct terminal *terminal)
{
	return terminal->was_open && terminal->opens == 0;
}

struct char_result pty_read(struct terminal *terminal, struct char_request *request)
{
	const u32 bytes = line_output(&terminal->line, buffer,
				      request->bytes < PIECE ? (u32)request->bytes : PIECE);
	int error;

	if (bytes == 0 && request->bytes > 0)
		return slave_is_gone(terminal) ? char_result(-EIO) : char_later();
	error = bytes > 0 ? char_store(request, 0, buffer, bytes) : 0;
	if (error != 0)
		return char_result(error);
	line_output_done(&terminal->line, bytes);
	return char_result(bytes);
}

struct char_result pty_write(struct terminal *terminal, struct char_request *request)
{
	const u64 left = request->bytes - request->done;
	const u32 bytes = left < PIECE ? (u32)left : PIECE;
	u32 done = 0;
	int error;

	if (bytes == 0)
		return char_result(0);
	if (!terminal_takes_input(terminal))
		return char_later();
	error = char_fetch(request, request->done, buffer, bytes);
	if (error != 0)
		return char_result(error);
	while (done < bytes && terminal_takes_input(terminal))
		terminal_input(terminal, buffer[done++]);
	return char_result(done);
}

u32 pty_poll(const struct terminal *terminal)
{
	u32 events = 0;

	if (slave_is_gone(terminal))
		events |= CHAR_POLL_HANGUP;
	if (line_output_count(&terminal->line) > 0 && !terminal->line.stopped)
		events |= CHAR_POLL_IN | CHAR_POLL_READ_NORMAL;
	if (terminal_takes_input(terminal))
		events |= CHAR_POLL_OUT | CHAR_POLL_WRITE_NORMAL;
	return events;
}
