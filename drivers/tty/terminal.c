/* The table of terminals: the board's devices, then the slaves of pseudo terminals. Who is in front
 * of one, and the signals it owes them.
 */
#include "terminal.h"

#include <option.h>
#include <skerry/pm.h>
#include <skerry/signal.h>
#include <string.h>
#include <sys_ipc.h>

#define RETRY_TIME 1000000u /* PM's queue is full: 1 ms */

static struct terminal devices[DEVICES_MAX], slaves[PTY_COUNT];
static unsigned int device_count;
static struct terminal *console;

/* --- Which --------------------------------------------------------------------------------------
 */

static bool is_console(const char *line, const struct terminal_device *device)
{
	char wanted[16];

	return option_value(line, "console", wanted, sizeof(wanted)) &&
	       strcmp(wanted, device->name) == 0;
}

void terminals_init(const char *command_line)
{
	for (unsigned int i = 0; i < DEVICES_MAX && terminal_devices[i] != NULL; i++) {
		struct terminal *terminal = &devices[device_count];

		line_init(&terminal->line);
		terminal->device = terminal_devices[i];
		terminal->number = terminal->device->number;
		if (!terminal->device->init(terminal))
			continue;
		device_count++;
		if (console == NULL || is_console(command_line, terminal->device))
			console = terminal;
	}
	for (unsigned int i = 0; i < PTY_COUNT; i++)
		slaves[i].number = CHR_DEVICE(MAJOR_SLAVE, i);
}

struct terminal *terminal_find(u32 number)
{
	if (CHR_MAJOR(number) == MAJOR_SLAVE)
		return CHR_MINOR(number) < PTY_COUNT ? &slaves[CHR_MINOR(number)] : NULL;
	for (unsigned int i = 0; i < device_count; i++) {
		if (devices[i].number == number)
			return &devices[i];
	}
	return NULL;
}

struct terminal *terminal_console(void)
{
	return console;
}

struct terminal *terminal_of_session(pid32 session)
{
	for (unsigned int i = 0; session != 0 && i < DEVICES_MAX + PTY_COUNT; i++) {
		struct terminal *terminal =
			i < DEVICES_MAX ? &devices[i] : &slaves[i - DEVICES_MAX];

		if (terminal->session == session)
			return terminal;
	}
	return NULL;
}

/* --- Signals ------------------------------------------------------------------------------------
 */

/* PM may be busy: nobody waits for it. */
static int signal_send(pid32 pid, unsigned int signal)
{
	const struct pm_kill_req request = {.pid = pid, .signal = signal};
	struct message *message = &message_page()->message;

	message->type = PM_KILL;
	memset(message->payload, 0, sizeof(message->payload));
	memcpy(message->payload, &request, sizeof(request));
	return ipc_send_async(PM_ENDPOINT, 0);
}

void terminal_signal(struct terminal *terminal, unsigned int signal)
{
	terminal->line.signals |= 1ull << signal;
}

static bool signals_send(struct terminal *terminal)
{
	bool sent = false;

	while (terminal->line.signals != 0) {
		const unsigned int signal = (unsigned int)__builtin_ctzll(terminal->line.signals);

		if (terminal->foreground > 0 &&
		    signal_send(-terminal->foreground, signal) == -EAGAIN) {
			char_wake_at(char_now() + RETRY_TIME);
			return sent;
		}
		terminal->line.signals &= ~(1ull << signal);
		sent = true;
	}
	return sent;
}

bool job_waits(struct terminal *terminal, struct char_request *request, unsigned int signal)
{
	if (terminal->session == 0 || request->session != terminal->session ||
	    request->group == terminal->foreground)
		return false;
	/* Once a request: when PM lets the process go on, it may be in front. */
	if (request->state == 0 && signal_send(-request->group, signal) == 0)
		request->state = 1;
	return true;
}

/* --- Ends ------------------------------------------------------------------------------------- */

void terminal_hang_up(struct terminal *terminal)
{
	if (terminal->session > 0)
		(void)signal_send(terminal->session, SIGNAL_HANGUP);
	if (terminal->foreground > 0) {
		(void)signal_send(-terminal->foreground, SIGNAL_HANGUP);
		(void)signal_send(-terminal->foreground, SIGNAL_CONTINUE);
	}
	terminal->session = terminal->foreground = 0;
	terminal->hung_up = true;
	terminal->line.stopped = false;
	line_flush_input(&terminal->line);
}

void terminals_session_end(pid32 session)
{
	struct terminal *terminal = terminal_of_session(session);

	if (terminal != NULL)
		terminal_hang_up(terminal);
}

/* --- Devices ---------------------------------------------------------------------------------- */

void terminal_input(struct terminal *terminal, uint8_t character)
{
	if (terminal->hung_up)
		return;
	line_input(&terminal->line, character);
	terminal->last_input = char_now();
}

bool terminal_takes_input(const struct terminal *terminal)
{
	return line_input_room(&terminal->line) > 0 || !line_readable(&terminal->line);
}

/* While nobody has it open its characters stay where they are, as far as that holds them. */
static void listen(struct terminal *terminal)
{
	const bool wanted = terminal->opens > 0 && terminal_takes_input(terminal);

	if (wanted == terminal->listens || terminal->device->listen == NULL)
		return;
	terminal->listens = wanted;
	terminal->device->listen(wanted);
}

void terminals_interrupt(u64 interrupts)
{
	for (unsigned int i = 0; i < device_count; i++)
		devices[i].device->interrupt(&devices[i], interrupts);
}

bool terminals_work(void)
{
	bool moved = false;

	for (unsigned int i = 0; i < device_count; i++) {
		moved |= signals_send(&devices[i]);
		moved |= devices[i].device->output(&devices[i]);
		listen(&devices[i]);
	}
	for (unsigned int i = 0; i < PTY_COUNT; i++)
		moved |= signals_send(&slaves[i]);
	return moved;
}
