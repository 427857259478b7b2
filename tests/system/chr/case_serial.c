/* The serial line. What comes in is tests/system/chr/typed.txt, if the command line says `typed`;
 * its first lines may be lost while the port is set up.
 */
#include "terminal.h"

#include "tests/system/user/runner.h"
#include <option.h>
#include <service.h>
#include <string.h>

#define LINES 200u
#define LOST_MAX 64u /* lines before "begin" */

static bool is_typed(void)
{
	char value[4];

	if (option_value((const char *)(uintptr_t)service_start()->command_line, "typed", value,
			 sizeof(value)))
		return true;
	runner_skip("nobody types");
	return false;
}

/* One line, without its end; NULL: an error. */
static const char *line_read(void)
{
	static char text[128];
	const int64_t bytes = answer_of(ask_read(TTY_SERIAL, text, sizeof(text) - 1, 0));

	if (bytes <= 0 || text[bytes - 1] != '\n') {
		sys_print("# read %d\n", (int)bytes);
		return NULL;
	}
	text[bytes - 1] = '\0';
	return text;
}

static bool line_is(const char *wanted)
{
	const char *found = line_read();

	EXPECT(found != NULL);
	if (strcmp(found, wanted) == 0)
		return true;
	sys_print("# \"%s\", wanted \"%s\"\n", found, wanted);
	return false;
}

/* Echo off: the console is what the host looks at. What was echoed before is out, and its line
 * ended.
 */
static bool echo_off(void)
{
	struct terminal_settings settings;

	EXPECT(settings_get(TTY_SERIAL, &settings));
	settings.local &= ~SETTING_ECHO;
	EXPECT_EQ(do_ioctl(TTY_SERIAL, IOCTL_SET_DRAINED, &settings, sizeof(settings)), 0);
	EXPECT(text_write(TTY_SERIAL, "\n"));
	EXPECT_EQ(do_ioctl(TTY_SERIAL, IOCTL_BREAK, (void *)1, 0), 0);
	return true;
}

bool case_serial_opens(void)
{
	EXPECT(tty_begin());
	EXPECT_EQ(do_open(TTY_SERIAL, OPEN_NO_CONTROL), TTY_SERIAL);
	EXPECT(echo_off());
	EXPECT_EQ(do_open(TTY_CONSOLE, OPEN_NO_CONTROL), TTY_SERIAL);
	EXPECT_EQ(do_close(TTY_SERIAL), 0);
	return true;
}

bool case_serial_typed(void)
{
	char wanted[8] = "0000 ";

	EXPECT(tty_begin());
	if (!is_typed())
		return true;
	for (unsigned int i = 0; i < LOST_MAX; i++) {
		const char *found = line_read();

		EXPECT(found != NULL);
		if (strcmp(found, "begin") == 0)
			break;
	}
	EXPECT(line_is("first line"));
	EXPECT(line_is("second"));
	for (unsigned int i = 0; i < LINES; i++) {
		const char *found = line_read();

		wanted[1] = (char)('0' + i / 100);
		wanted[2] = (char)('0' + i / 10 % 10);
		wanted[3] = (char)('0' + i % 10);
		EXPECT(found != NULL && strncmp(found, wanted, 5) == 0 && strlen(found) == 65);
	}
	return line_is("end");
}

/* Lines of the log beside the kernel's: each is whole, the last close waits for them. */
bool case_serial_output(void)
{
	static char text[61 * 64];

	EXPECT(tty_begin());
	for (unsigned int i = 0; i < 64; i++) {
		memset(text + i * 61, '-', 60);
		text[i * 61] = '#';
		text[i * 61 + 60] = '\n';
	}
	EXPECT_EQ(do_write(TTY_SERIAL, text, sizeof(text)), sizeof(text));
	EXPECT_EQ(do_close(TTY_SERIAL), 0);
	EXPECT_EQ(do_close(TTY_SERIAL), -ENXIO);
	return true;
}
