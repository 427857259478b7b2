/* The PC's screen and keyboard. Keys are pressed by the keyboard controller's command D2h, which
 * gives a byte back as if from the keyboard; what is shown is looked at through /dev/mem.
 */
#include "terminal.h"

#include "tests/system/user/runner.h"
#include <skerry/kernel_call.h>
#include <string.h>
#include <sys_call.h>

#define VGA_MEMORY 0xB8000u
#define COLUMNS 80u
#define KEYBOARD_DATA 0x60u
#define KEYBOARD_COMMAND 0x64u
#define GIVE_BACK 0xD2u
#define STATUS_BUSY 0x02u
#define STATUS_FULL 0x01u
#define TRIES 1000u

static bool is_there(void)
{
	if (do_open(TTY_VGA, OPEN_NO_CONTROL) == TTY_VGA)
		return true;
	runner_skip("no VGA");
	return false;
}

static uint8_t port_read(u32 port)
{
	const struct sys_io_port_req request = {.port = port, .width = 1, .direction = IO_READ};
	struct sys_io_port_reply reply;

	return sys_io_port(&request, &reply) == 0 ? (uint8_t)reply.value : 0xFF;
}

/* The driver has taken the byte before. */
static bool controller_ready(void)
{
	for (unsigned int i = 0; i < TRIES; i++) {
		if (!(port_read(KEYBOARD_COMMAND) & (STATUS_BUSY | STATUS_FULL)))
			return true;
		runner_sleep(RUNNER_SLEEP_TIME);
	}
	return false;
}

static void port_write(u32 port, uint8_t value)
{
	const struct sys_io_port_req request = {
		.port = port,
		.width = 1,
		.direction = IO_WRITE,
		.value = value,
	};

	(void)sys_io_port(&request, NULL);
}

static bool keys_press(const char *codes)
{
	for (; *codes != '\0'; codes++) {
		EXPECT(controller_ready());
		port_write(KEYBOARD_COMMAND, GIVE_BACK);
		port_write(KEYBOARD_DATA, (uint8_t)*codes);
	}
	return true;
}

static bool shown_is(u32 row, const char *wanted)
{
	uint16_t cells[COLUMNS];
	char text[COLUMNS + 1] = "";

	asked = driver_find("memory");
	ask_position = VGA_MEMORY + row * sizeof(cells);
	EXPECT_EQ(do_read(CHR_DEVICE(1, 1), cells, sizeof(cells)), sizeof(cells));
	asked = driver_find("tty");
	for (u32 i = 0; i < strlen(wanted); i++)
		text[i] = (char)cells[i];
	if (strcmp(text, wanted) == 0)
		return true;
	sys_print("# row %u shows \"%s\", wanted \"%s\"\n", row, text, wanted);
	return false;
}

bool case_vga_shows(void)
{
	uint16_t window[4];

	EXPECT(tty_begin());
	if (!is_there())
		return true;
	EXPECT_EQ(do_ioctl(TTY_VGA, IOCTL_WINDOW_GET, window, sizeof(window)), 0);
	EXPECT(window[0] == 25 && window[1] == 80);
	EXPECT(text_write(TTY_VGA, "\033[2J\033[Hhello\nworld\033[5;3Hhere"));
	EXPECT(shown_is(0, "hello     "));
	EXPECT(shown_is(1, "world     "));
	EXPECT(shown_is(4, "  here    "));
	EXPECT_EQ(do_close(TTY_VGA), 0);
	return true;
}

bool case_vga_keys(void)
{
	EXPECT(tty_begin());
	if (!is_there())
		return true;
	EXPECT(text_write(TTY_VGA, "\033[2J\033[H"));
	EXPECT(keys_press("\x23\xA3\x2A\x17\x97\xAA\x1C\x9C"));
	EXPECT(text_is(TTY_VGA, "hI\n"));
	EXPECT(shown_is(0, "hI   "));
	EXPECT(keys_press("\x1D\x20\xA0\x9D")); /* control D */
	EXPECT(text_is(TTY_VGA, ""));
	EXPECT_EQ(do_close(TTY_VGA), 0);
	return true;
}

bool case_vga_reply(void)
{
	EXPECT(tty_begin());
	if (!is_there())
		return true;
	EXPECT(settings_change(TTY_VGA, 0, SETTING_CANONICAL | SETTING_ECHO, 1, 0));
	EXPECT(text_write(TTY_VGA, "\033[7;9H\033[6n"));
	EXPECT(text_is(TTY_VGA, "\033[7;9R"));
	EXPECT(keys_press("\xE0\x48\xE0\xC8"));
	EXPECT(text_is(TTY_VGA, "\033[A"));
	EXPECT(settings_change(TTY_VGA, SETTING_CANONICAL | SETTING_ECHO, 0, 1, 0));
	EXPECT_EQ(do_close(TTY_VGA), 0);
	return true;
}
