/* The terminal driver: requests find their terminal, or the master of a pty. Data goes through one
 * buffer; it leaves the line only when the copy to the asker has succeeded.
 */
#include "terminal.h"

#include <service.h>
#include <skerry/errno.h>
#include <skerry/signal.h>
#include <sys.h>

#define OPEN_NO_CONTROL 0x100u /* O_NOCTTY */
#define DRAIN_TIME 5000000000ull
#define PIECE 1024u

static uint8_t buffer[LINE_INPUT_MAX];

/* --- Open and close --------------------------------------------------------------------------- */

static struct terminal *terminal_to_open(const struct char_request *request)
{
	if (request->device == SPECIAL_OWN)
		return terminal_of_session(request->session);
	if (request->device == SPECIAL_CONSOLE)
		return terminal_console();
	return terminal_find(request->device);
}

static bool takes_control(const struct terminal *terminal, const struct char_request *request)
{
	return !(request->flags & OPEN_NO_CONTROL) && request->session != 0 &&
	       request->process == request->session && terminal->session == 0 &&
	       terminal_of_session(request->session) == NULL;
}

static struct char_result tty_open(struct char_request *request)
{
	struct terminal *terminal;

	request->answer_flags = CHR_STREAM;
	if (request->device == SPECIAL_MASTER)
		return pty_open();
	terminal = terminal_to_open(request);
	if (terminal == NULL)
		return char_result(-ENXIO);
	if (terminal->device == NULL && (!terminal->has_master || terminal->locked))
		return char_result(-EIO);
	terminal->opens++;
	terminal->was_open = true;
	terminal->hung_up = false;
	if (takes_control(terminal, request)) {
		terminal->session = request->session;
		terminal->foreground = request->group;
	}
	if (terminal->session != 0 && terminal->session == request->session)
		request->answer_flags |= CHR_CONTROLLING;
	return char_result(terminal->number);
}

static bool drains(const struct terminal *terminal)
{
	return terminal->device != NULL && !terminal->hung_up && !terminal->line.stopped &&
	       line_output_count(&terminal->line) > 0;
}

/* Only the last one waits; counted at once, for VFS may cancel it. */
static struct char_result tty_close(struct char_request *request)
{
	struct terminal *terminal = pty_of_master(request->device);

	if (terminal != NULL) {
		pty_close(terminal);
		return char_result(0);
	}
	terminal = terminal_find(request->device);
	if (terminal == NULL || (request->state == 0 && terminal->opens == 0))
		return char_result(-ENXIO);
	if (request->state == 0)
		terminal->opens--;
	request->state = 1;
	if (terminal->opens == 0 && drains(terminal) && char_now() < request->since + DRAIN_TIME) {
		char_wake_at(request->since + DRAIN_TIME);
		return char_later();
	}
	return char_result(0);
}

/* --- Data ------------------------------------------------------------------------------------- */

static struct char_result line_to_asker(struct terminal *terminal, struct char_request *request)
{
	const u32 bytes = request->bytes < sizeof(buffer) ? (u32)request->bytes : sizeof(buffer);
	u32 used;
	const u32 done = line_read(&terminal->line, buffer, bytes, &used);
	const int error = done > 0 ? char_store(request, 0, buffer, done) : 0;

	if (error != 0)
		return char_result(error);
	line_consume(&terminal->line, used);
	return char_result(done);
}

static struct char_result tty_read(struct char_request *request)
{
	struct terminal *terminal = pty_of_master(request->device);
	nanoseconds_t again;

	if (terminal != NULL)
		return pty_read(terminal, request);
	terminal = terminal_find(request->device);
	if (terminal == NULL)
		return char_result(-ENXIO);
	if (terminal->hung_up)
		return char_result(0);
	if (job_waits(terminal, request, SIGNAL_TERMINAL_INPUT))
		return char_later();
	if (line_read_ready(&terminal->line, request->bytes, request->since, terminal->last_input,
			    char_now(), &again))
		return line_to_asker(terminal, request);
	if (again != 0)
		char_wake_at(again);
	return char_later();
}

static struct char_result asker_to_line(struct terminal *terminal, struct char_request *request)
{
	const u64 left = request->bytes - request->done;
	const u32 bytes = left < PIECE ? (u32)left : PIECE;
	u32 done;
	int error;

	if (bytes == 0)
		return char_result(0);
	if (!line_writable(&terminal->line))
		return char_later();
	error = char_fetch(request, request->done, buffer, bytes);
	if (error != 0)
		return char_result(error);
	done = line_write(&terminal->line, buffer, bytes);
	return char_result(done);
}

static struct char_result tty_write(struct char_request *request)
{
	struct terminal *terminal = pty_of_master(request->device);

	if (terminal != NULL)
		return pty_write(terminal, request);
	terminal = terminal_find(request->device);
	if (terminal == NULL)
		return char_result(-ENXIO);
	if (terminal->hung_up)
		return char_result(-EIO);
	if (terminal->line.settings.local & LOCAL_BACKGROUND_STOPS &&
	    job_waits(terminal, request, SIGNAL_TERMINAL_OUTPUT))
		return char_later();
	return asker_to_line(terminal, request);
}

static struct char_result tty_ioctl(struct char_request *request)
{
	struct terminal *terminal = pty_of_master(request->device);

	if (terminal == NULL)
		terminal = terminal_find(request->device);
	return terminal != NULL ? terminal_ioctl(terminal, request) : char_result(-ENXIO);
}

static u32 tty_poll(u32 device)
{
	const struct terminal *terminal = pty_of_master(device);
	u32 events = 0;

	if (terminal != NULL)
		return pty_poll(terminal);
	terminal = terminal_find(device);
	if (terminal == NULL)
		return CHAR_POLL_ERROR;
	if (terminal->hung_up)
		return CHAR_POLL_HANGUP | CHAR_POLL_IN | CHAR_POLL_READ_NORMAL;
	if (line_readable(&terminal->line))
		events |= CHAR_POLL_IN | CHAR_POLL_READ_NORMAL;
	if (line_writable(&terminal->line))
		events |= CHAR_POLL_OUT | CHAR_POLL_WRITE_NORMAL;
	return events;
}

static int tty_init(void)
{
	terminals_init((const char *)(uintptr_t)service_start()->command_line);
	return 0;
}

static const struct chardriver driver = {
	.name = "tty",
	.ranges = {{4, 0, 256}, {5, 0, 3}, {136, 0, 16}},
	.init = tty_init,
	.open = tty_open,
	.close = tty_close,
	.read = tty_read,
	.write = tty_write,
	.ioctl = tty_ioctl,
	.poll = tty_poll,
	.session_end = terminals_session_end,
	.interrupt = terminals_interrupt,
	.work = terminals_work,
};

int sys_main(uintptr_t argument)
{
	return chardriver_run(&driver, argument);
}
