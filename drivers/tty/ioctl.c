/* ioctl on terminals: Linux's requests and structures. Who sets something from the background is
 * not stopped (SIGTTOU): shells do that on purpose, with the signal ignored, which only PM knows.
 */
#include "terminal.h"

#include <skerry/errno.h>
#include <skerry/signal.h>
#include <string.h>

static struct char_result give(struct char_request *request, const void *value, size_t bytes)
{
	return char_result(char_store(request, 0, value, bytes));
}

static struct char_result give_number(struct char_request *request, u32 number)
{
	return give(request, &number, sizeof(number));
}

/* --- Settings --------------------------------------------------------------------------------- */

/* Output goes out as it was meant; a stopped line, or a pty that nobody reads, would wait for
 * ever, so there the asker waits only for devices. */
static bool output_waits(const struct terminal *terminal)
{
	return terminal->device != NULL && !terminal->hung_up &&
	       line_output_count(&terminal->line) > 0;
}

static struct char_result settings_set(struct terminal *terminal, struct char_request *request)
{
	struct terminal_settings settings;
	int error;

	if (request->number != TERMINAL_SET && output_waits(terminal))
		return char_later();
	error = char_fetch(request, 0, &settings, sizeof(settings));
	if (error != 0)
		return char_result(error);
	/* Nothing fails from here. */
	if (request->number == TERMINAL_SET_FLUSHED)
		line_flush_input(&terminal->line);
	line_set(&terminal->line, &settings);
	return char_result(0);
}

static struct char_result window_set(struct terminal *terminal, struct char_request *request)
{
	struct terminal_window window;
	const int error = char_fetch(request, 0, &window, sizeof(window));

	if (error != 0)
		return char_result(error);
	if (memcmp(&window, &terminal->line.window, sizeof(window)) != 0)
		terminal_signal(terminal, SIGNAL_WINDOW);
	terminal->line.window = window;
	return char_result(0);
}

static struct char_result flush(struct terminal *terminal, u64 what)
{
	if (what > FLUSH_BOTH)
		return char_result(-EINVAL);
	if (what != FLUSH_OUTPUT)
		line_flush_input(&terminal->line);
	if (what != FLUSH_INPUT)
		line_flush_output(&terminal->line);
	return char_result(0);
}

static struct char_result flow(struct terminal *terminal, u64 what)
{
	if (what > FLOW_SEND_START)
		return char_result(-EINVAL);
	line_flow(&terminal->line, (u32)what);
	return char_result(0);
}

/* --- Sessions --------------------------------------------------------------------------------- */

static struct char_result control_take(struct terminal *terminal, struct char_request *request)
{
	struct terminal *other = terminal_of_session(request->session);

	if (request->session == 0 || request->process != request->session)
		return char_result(-EPERM);
	if (other == terminal)
		return char_result(0);
	if (other != NULL || terminal->session != 0)
		return char_result(-EPERM);
	terminal->session = request->session;
	terminal->foreground = request->group;
	return char_result(0);
}

static bool controls(const struct terminal *terminal, const struct char_request *request)
{
	return terminal->session != 0 && terminal->session == request->session;
}

static struct char_result control_end(struct terminal *terminal, struct char_request *request)
{
	if (!controls(terminal, request))
		return char_result(-ENOTTY);
	if (request->process != request->session)
		return char_result(0); /* it alone has given it up: VFS's or nobody's to know */
	terminal_signal(terminal, SIGNAL_HANGUP);
	terminal_signal(terminal, SIGNAL_CONTINUE);
	(void)terminals_work();
	terminal->session = terminal->foreground = 0;
	return char_result(0);
}

static struct char_result group_set(struct terminal *terminal, struct char_request *request)
{
	pid32 group;
	int error;

	if (!controls(terminal, request))
		return char_result(-ENOTTY);
	error = char_fetch(request, 0, &group, sizeof(group));
	if (error != 0)
		return char_result(error);
	if (group <= 0)
		return char_result(-EINVAL);
	terminal->foreground = group;
	return char_result(0);
}

static struct char_result session_give(struct terminal *terminal, struct char_request *request,
				       pid32 value)
{
	if (!controls(terminal, request) && CHR_MAJOR(request->device) != MAJOR_MASTER)
		return char_result(-ENOTTY);
	return give(request, &value, sizeof(value));
}

/* --- Pseudo terminals ------------------------------------------------------------------------- */

static struct char_result lock_set(struct terminal *terminal, struct char_request *request)
{
	int locked;
	const int error = char_fetch(request, 0, &locked, sizeof(locked));

	if (error == 0)
		terminal->locked = locked != 0;
	return char_result(error);
}

static struct char_result master_ioctl(struct terminal *terminal, struct char_request *request)
{
	switch (request->number) {
	case PTY_NUMBER:
		return give_number(request, CHR_MINOR(terminal->number));
	case PTY_LOCK:
		return lock_set(terminal, request);
	case TERMINAL_INPUT_COUNT:
		return give_number(request, line_output_count(&terminal->line));
	default:
		return char_result(-ENOTTY);
	}
}

struct char_result terminal_ioctl(struct terminal *terminal, struct char_request *request)
{
	struct line *line = &terminal->line;

	if (CHR_MAJOR(request->device) == MAJOR_MASTER) {
		const struct char_result result = master_ioctl(terminal, request);

		if (result.value != -ENOTTY)
			return result;
	}
	switch (request->number) {
	case TERMINAL_GET:
		return give(request, &line->settings, sizeof(line->settings));
	case TERMINAL_SET:
	case TERMINAL_SET_DRAINED:
	case TERMINAL_SET_FLUSHED:
		return settings_set(terminal, request);
	case TERMINAL_BREAK:
	case TERMINAL_BREAK_POSIX:
		return output_waits(terminal) ? char_later() : char_result(0);
	case TERMINAL_FLOW:
		return flow(terminal, request->argument);
	case TERMINAL_FLUSH:
		return flush(terminal, request->argument);
	case TERMINAL_CONTROL:
		return control_take(terminal, request);
	case TERMINAL_CONTROL_END:
		return control_end(terminal, request);
	case TERMINAL_GROUP_GET:
		return session_give(terminal, request, terminal->foreground);
	case TERMINAL_GROUP_SET:
		return group_set(terminal, request);
	case TERMINAL_SESSION_GET:
		return session_give(terminal, request, terminal->session);
	case TERMINAL_WINDOW_GET:
		return give(request, &line->window, sizeof(line->window));
	case TERMINAL_WINDOW_SET:
		return window_set(terminal, request);
	case TERMINAL_INPUT_COUNT:
		return give_number(request, line_input_count(line));
	case TERMINAL_OUTPUT_COUNT:
		return give_number(request, line_output_count(line));
	default:
		return char_result(-ENOTTY);
	}
}
