/* What the cases on terminals share. */
#include "terminal.h"

#include <string.h>

bool tty_begin(void)
{
	asked = driver_find("tty");
	ask_as = (struct ask_as){0};
	EXPECT(asked != EP_NONE);
	return true;
}

bool pty_make(struct pty *pty)
{
	const int64_t master = do_open(TTY_MASTER, 2);
	int number = -1, locked = 0;

	EXPECT(master > 0 && CHR_MAJOR((u32)master) == 128);
	pty->master = (u32)master;
	EXPECT_EQ(do_ioctl(pty->master, IOCTL_PTY_NUMBER, &number, sizeof(number)), 0);
	pty->slave = CHR_DEVICE(136, (u32)number);
	EXPECT_EQ(do_open(pty->slave, OPEN_NO_CONTROL), -EIO);
	EXPECT_EQ(do_ioctl(pty->master, IOCTL_PTY_LOCK, &locked, sizeof(locked)), 0);
	EXPECT_EQ(do_open(pty->slave, OPEN_NO_CONTROL), pty->slave);
	return true;
}

bool pty_end(const struct pty *pty)
{
	EXPECT_EQ(do_close(pty->slave), 0);
	EXPECT_EQ(do_close(pty->master), 0);
	return true;
}

bool text_write(u32 device, const char *text)
{
	EXPECT_EQ(do_write(device, text, strlen(text)), strlen(text));
	return true;
}

bool text_is(u32 device, const char *wanted)
{
	char text[128] = "";
	const int64_t bytes = answer_of(ask_read(device, text, sizeof(text) - 1, 0));

	if (bytes == (int64_t)strlen(wanted) && memcmp(text, wanted, strlen(wanted)) == 0)
		return true;
	sys_print("# read %d: \"%s\", wanted \"%s\"\n", (int)bytes, text, wanted);
	return false;
}

bool settings_get(u32 device, struct terminal_settings *settings)
{
	EXPECT_EQ(do_ioctl(device, IOCTL_GET, settings, sizeof(*settings)), 0);
	return true;
}

bool settings_change(u32 device, u32 set, u32 clear, uint8_t min, uint8_t time)
{
	struct terminal_settings settings;

	EXPECT(settings_get(device, &settings));
	settings.local = (settings.local | set) & ~clear;
	settings.character[SETTING_MIN] = min;
	settings.character[SETTING_TIME] = time;
	EXPECT_EQ(do_ioctl(device, IOCTL_SET, &settings, sizeof(settings)), 0);
	return true;
}
