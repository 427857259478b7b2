/* Pseudo terminals: what needs no device, and with it the line discipline and the library's
 * requests that wait.
 */
#include "terminal.h"

#include "tests/system/user/runner.h"
#include <chardriver.h>
#include <string.h>

#define SECOND 1000000000ull

static char large[20000];

bool case_pty_line(void)
{
	struct pty pty;

	EXPECT(tty_begin() && pty_make(&pty));
	EXPECT(text_write(pty.master, "helo\177lo\r"));
	EXPECT(text_is(pty.slave, "hello\n"));
	EXPECT(text_is(pty.master, "helo\b \blo\r\n"));
	EXPECT(text_write(pty.slave, "a\nb"));
	EXPECT(text_is(pty.master, "a\r\nb"));
	return pty_end(&pty);
}

bool case_pty_waits(void)
{
	struct pty pty;
	char text[16] = "";
	u32 tag;

	EXPECT(tty_begin() && pty_make(&pty));
	tag = ask_read(pty.slave, text, sizeof(text), 0);
	EXPECT(!answer_is_there(tag));
	EXPECT(text_write(pty.master, "half"));
	EXPECT(!answer_is_there(tag));
	EXPECT(text_write(pty.master, "\n"));
	EXPECT_EQ(answer_of(tag), 5);
	EXPECT(memcmp(text, "half\n", 5) == 0);
	EXPECT_EQ(do_read(pty.slave, text, sizeof(text)), -EAGAIN);
	return pty_end(&pty);
}

bool case_pty_cancel(void)
{
	struct pty pty;
	char text[16];
	u32 tag, other;

	EXPECT(tty_begin() && pty_make(&pty));
	tag = ask_read(pty.slave, text, sizeof(text), 0);
	other = ask_read(pty.slave, text, sizeof(text), 0);
	ask_cancel(tag);
	EXPECT_EQ(answer_of(tag), -EINTR);
	EXPECT(!answer_is_there(other));
	EXPECT(text_write(pty.master, "x\n"));
	EXPECT_EQ(answer_of(other), 2);
	return pty_end(&pty);
}

/* More than fits: the write waits; cancelled, it answers how far it came. */
bool case_pty_partial(void)
{
	struct pty pty;
	char text[600];
	int64_t done, total = 0;
	u32 tag;

	EXPECT(tty_begin() && pty_make(&pty));
	memset(large, 'w', sizeof(large));
	tag = ask_write(pty.slave, large, sizeof(large), 0);
	EXPECT(!answer_is_there(tag));
	ask_cancel(tag);
	done = answer_of(tag);
	EXPECT(done > 1000 && done < (int64_t)sizeof(large));
	EXPECT_EQ(answer_of(ask_write(pty.slave, large, 100, CHR_NONBLOCK)), -EAGAIN);
	while (total < done) {
		const int64_t bytes = do_read(pty.master, text, sizeof(text));

		EXPECT(bytes > 0);
		total += bytes;
	}
	EXPECT_EQ(total, done);
	EXPECT_EQ(do_read(pty.master, text, sizeof(text)), -EAGAIN);
	return pty_end(&pty);
}

bool case_pty_large(void)
{
	struct pty pty;
	char text[600];
	int64_t total = 0;
	u32 tag, next;

	EXPECT(tty_begin() && pty_make(&pty));
	memset(large, 'w', sizeof(large));
	tag = ask_write(pty.slave, large, sizeof(large), 0);
	next = ask_write(pty.slave, "n", 1, 0);
	while (total < (int64_t)sizeof(large)) {
		const int64_t bytes = answer_of(ask_read(pty.master, text, sizeof(text), 0));

		EXPECT(bytes > 0);
		EXPECT(memchr(text, 'n', (size_t)bytes) == NULL ||
		       total + bytes > (int64_t)sizeof(large));
		total += bytes;
	}
	EXPECT_EQ(answer_of(tag), sizeof(large));
	EXPECT_EQ(answer_of(next), 1);
	return pty_end(&pty);
}

bool case_pty_raw(void)
{
	struct pty pty;
	char text[16] = "";
	u32 tag;

	EXPECT(tty_begin() && pty_make(&pty));
	EXPECT(settings_change(pty.slave, 0, SETTING_CANONICAL | SETTING_ECHO | SETTING_SIGNALS, 3,
			       0));
	tag = ask_read(pty.slave, text, sizeof(text), 0);
	EXPECT(text_write(pty.master, "a\3"));
	EXPECT(!answer_is_there(tag));
	EXPECT(text_write(pty.master, "\4z"));
	EXPECT_EQ(answer_of(tag), 4);
	EXPECT(memcmp(text, "a\3\4z", 4) == 0);
	EXPECT_EQ(do_read(pty.master, text, sizeof(text)), -EAGAIN);
	return pty_end(&pty);
}

/* No MIN, half a second of TIME: a read of nothing ends, one of something at once. */
bool case_pty_timed(void)
{
	struct pty pty;
	char text[16];
	u32 tag;

	EXPECT(tty_begin() && pty_make(&pty));
	EXPECT(settings_change(pty.slave, 0, SETTING_CANONICAL, 0, 5));
	tag = ask_read(pty.slave, text, sizeof(text), 0);
	EXPECT_EQ(answer_of(tag), 0);
	EXPECT(text_write(pty.master, "ab"));
	EXPECT(text_is(pty.slave, "ab"));
	/* With MIN the time runs from a character on. */
	EXPECT(settings_change(pty.slave, 0, 0, 10, 1));
	tag = ask_read(pty.slave, text, sizeof(text), 0);
	EXPECT(!answer_is_there(tag));
	EXPECT(text_write(pty.master, "cd"));
	EXPECT_EQ(answer_of(tag), 2);
	return pty_end(&pty);
}

bool case_pty_poll(void)
{
	struct pty pty;

	EXPECT(tty_begin() && pty_make(&pty));
	EXPECT_EQ(do_poll(pty.slave, CHAR_POLL_IN | CHAR_POLL_OUT, CHR_POLL_WATCH), CHAR_POLL_OUT);
	EXPECT(text_write(pty.master, "no line yet"));
	EXPECT_EQ(do_poll(pty.slave, CHAR_POLL_IN, 0), 0);
	EXPECT(text_write(pty.master, "\n"));
	EXPECT_EQ(ready_wait(pty.slave), CHAR_POLL_IN);
	EXPECT_EQ(do_poll(pty.slave, CHAR_POLL_IN, CHR_POLL_WATCH), CHAR_POLL_IN);
	EXPECT(text_is(pty.slave, "no line yet\n"));
	EXPECT(text_is(pty.master, "no line yet\r\n"));
	EXPECT_EQ(do_poll(pty.master, CHAR_POLL_IN, CHR_POLL_WATCH), 0);
	EXPECT(text_write(pty.slave, "x"));
	EXPECT_EQ(ready_wait(pty.master), CHAR_POLL_IN);
	return pty_end(&pty);
}

bool case_pty_ends(void)
{
	struct pty pty;
	char text[16];
	u32 tag;

	EXPECT(tty_begin() && pty_make(&pty));
	EXPECT(text_write(pty.slave, "last"));
	EXPECT_EQ(do_close(pty.slave), 0);
	EXPECT(text_is(pty.master, "last"));
	EXPECT_EQ(do_read(pty.master, text, sizeof(text)), -EIO);
	EXPECT_EQ(do_poll(pty.master, CHAR_POLL_IN, 0), CHAR_POLL_HANGUP);
	EXPECT_EQ(do_open(pty.slave, OPEN_NO_CONTROL), pty.slave);
	tag = ask_read(pty.slave, text, sizeof(text), 0);
	EXPECT_EQ(do_close(pty.master), 0);
	EXPECT_EQ(answer_of(tag), 0);
	EXPECT_EQ(do_write(pty.slave, "x", 1), -EIO);
	EXPECT_EQ(do_poll(pty.slave, CHAR_POLL_OUT, 0), CHAR_POLL_HANGUP);
	EXPECT_EQ(do_read(pty.master, text, sizeof(text)), -ENXIO);
	EXPECT_EQ(do_close(pty.slave), 0);
	return true;
}

bool case_pty_many(void)
{
	u32 masters[32];
	unsigned int count = 0;
	int64_t opened;

	EXPECT(tty_begin());
	while ((opened = do_open(TTY_MASTER, 2)) > 0 && count < 32)
		masters[count++] = (u32)opened;
	EXPECT_EQ(opened, -ENOSPC);
	EXPECT(count >= 8);
	while (count > 0)
		EXPECT_EQ(do_close(masters[--count]), 0);
	return true;
}

/* The memory of a read that came too early is asked for again, and nothing is lost. */
bool case_pty_absent(void)
{
	static char text[8];
	struct chr_io_req request = {.tag = 0x20000, .bytes = 8};
	struct pty pty;

	EXPECT(tty_begin() && pty_make(&pty));
	EXPECT(text_write(pty.master, "kept\n"));
	request.device = pty.slave;
	EXPECT_EQ(chr_read_send(asked, &request), 0);
	EXPECT_EQ(answer_of(request.tag), -EBADGRANT);
	EXPECT_EQ(do_read(pty.slave, text, sizeof(text)), 5);
	EXPECT(memcmp(text, "kept\n", 5) == 0);
	return pty_end(&pty);
}

bool case_pty_window(void)
{
	uint16_t window[4] = {50, 132, 1, 2}, found[4] = {0};
	struct pty pty;

	EXPECT(tty_begin() && pty_make(&pty));
	EXPECT_EQ(do_ioctl(pty.master, IOCTL_WINDOW_SET, window, sizeof(window)), 0);
	EXPECT_EQ(do_ioctl(pty.slave, IOCTL_WINDOW_GET, found, sizeof(found)), 0);
	EXPECT(memcmp(window, found, sizeof(window)) == 0);
	return pty_end(&pty);
}

bool case_pty_ioctl(void)
{
	struct terminal_settings settings;
	struct pty pty;
	int count = -1;

	EXPECT(tty_begin() && pty_make(&pty));
	EXPECT(settings_get(pty.slave, &settings));
	EXPECT(settings.local & SETTING_CANONICAL && settings.character[0] == 3);
	EXPECT_EQ(do_ioctl(pty.slave, 0x5499, NULL, 0), -ENOTTY);
	EXPECT_EQ(do_ioctl(pty.slave, IOCTL_PTY_NUMBER, &count, sizeof(count)), -ENOTTY);
	EXPECT_EQ(do_ioctl(pty.slave, IOCTL_FLUSH, (void *)3, 0), -EINVAL);
	EXPECT_EQ(do_ioctl(pty.slave, IOCTL_FLOW, (void *)4, 0), -EINVAL);
	EXPECT(text_write(pty.master, "abc\nde"));
	EXPECT_EQ(do_ioctl(pty.slave, IOCTL_COUNT, &count, sizeof(count)), 0);
	EXPECT_EQ(count, 4);
	EXPECT_EQ(do_ioctl(pty.slave, IOCTL_FLUSH, (void *)2, 0), 0);
	EXPECT_EQ(do_ioctl(pty.slave, IOCTL_COUNT, &count, sizeof(count)), 0);
	EXPECT_EQ(count, 0);
	EXPECT_EQ(do_ioctl(pty.slave, IOCTL_FLOW, (void *)0, 0), 0);
	EXPECT(text_write(pty.slave, "held"));
	EXPECT_EQ(do_poll(pty.master, CHAR_POLL_IN, 0), 0);
	EXPECT_EQ(do_ioctl(pty.slave, IOCTL_FLOW, (void *)1, 0), 0);
	EXPECT(text_is(pty.master, "held"));
	return pty_end(&pty);
}

/* --- Sessions --------------------------------------------------------------------------------- */

bool case_session(void)
{
	const struct ask_as leader = {100, 100, 100}, member = {101, 101, 100};
	struct pty pty;
	pid32 group = 0;

	EXPECT(tty_begin() && pty_make(&pty));
	ask_as = leader;
	EXPECT_EQ(do_open(TTY_OWN, 2), -ENXIO);
	EXPECT_EQ(do_open(pty.slave, OPEN_NO_CONTROL), pty.slave);
	EXPECT(!(answer_flags() & CHR_CONTROLLING));
	EXPECT_EQ(do_open(pty.slave, 0), pty.slave);
	EXPECT_EQ(answer_flags(), CHR_STREAM | CHR_CONTROLLING);
	EXPECT_EQ(do_ioctl(pty.slave, IOCTL_GROUP_GET, &group, sizeof(group)), 0);
	EXPECT_EQ(group, 100);
	ask_as = member;
	EXPECT_EQ(do_open(TTY_OWN, 2), pty.slave);
	group = 101;
	EXPECT_EQ(do_ioctl(pty.slave, IOCTL_GROUP_SET, &group, sizeof(group)), 0);
	EXPECT_EQ(do_ioctl(pty.slave, IOCTL_SESSION_GET, &group, sizeof(group)), 0);
	EXPECT_EQ(group, 100);
	ask_as = (struct ask_as){200, 200, 200};
	EXPECT_EQ(do_ioctl(pty.slave, IOCTL_GROUP_GET, &group, sizeof(group)), -ENOTTY);
	EXPECT_EQ(do_ioctl(pty.slave, IOCTL_CONTROL, NULL, 0), -EPERM);
	ask_as = leader;
	EXPECT_EQ(do_ioctl(pty.slave, IOCTL_CONTROL_END, NULL, 0), 0);
	EXPECT_EQ(do_open(TTY_OWN, 2), -ENXIO);
	ask_as = (struct ask_as){200, 200, 200};
	EXPECT_EQ(do_ioctl(pty.slave, IOCTL_CONTROL, NULL, 0), 0);
	for (unsigned int i = 0; i < 3; i++)
		EXPECT_EQ(do_close(pty.slave), 0);
	return pty_end(&pty);
}

bool case_background(void)
{
	const struct ask_as leader = {100, 100, 100}, member = {101, 101, 100};
	char text[8];
	struct pty pty;
	pid32 group = 101;
	u32 tag;

	EXPECT(tty_begin() && pty_make(&pty));
	ask_as = leader;
	EXPECT_EQ(do_ioctl(pty.slave, IOCTL_CONTROL, NULL, 0), 0);
	EXPECT(text_write(pty.master, "x\n"));
	ask_as = member;
	tag = ask_read(pty.slave, text, sizeof(text), 0);
	EXPECT(!answer_is_there(tag));
	EXPECT_EQ(do_ioctl(pty.slave, IOCTL_GROUP_SET, &group, sizeof(group)), 0);
	EXPECT_EQ(answer_of(tag), 2);
	return pty_end(&pty);
}

bool case_session_end(void)
{
	const struct chr_session_req end = {.session = 100};
	char text[8];
	struct pty pty;
	u32 tag;

	EXPECT(tty_begin() && pty_make(&pty));
	ask_as = (struct ask_as){100, 100, 100};
	EXPECT_EQ(do_ioctl(pty.slave, IOCTL_CONTROL, NULL, 0), 0);
	tag = ask_read(pty.slave, text, sizeof(text), 0);
	EXPECT(!answer_is_there(tag));
	EXPECT_EQ(chr_session_end_send(asked, &end), 0);
	EXPECT_EQ(answer_of(tag), 0);
	EXPECT_EQ(do_write(pty.slave, "x", 1), -EIO);
	EXPECT_EQ(do_open(TTY_OWN, 2), -ENXIO);
	return pty_end(&pty);
}
