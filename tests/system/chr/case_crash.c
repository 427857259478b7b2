/* Drivers that crash. Who asks is told nothing by the driver itself: the new instance has the old
 * one's name, and knows neither the requests nor the opens of the old.
 */
#include "terminal.h"

#include "tests/system/user/runner.h"
#include <skerry/kernel_call.h>
#include <skerry/signal.h>
#include <sys_call.h>

#define NULL_DEVICE CHR_DEVICE(1, 3)
#define TRIES 1000u

static bool driver_crash(void)
{
	const struct sys_kill_req request = {.thread = asked, .signal = SIGNAL_SEGV};

	EXPECT_EQ(sys_kill(&request, NULL), 0);
	return true;
}

/* Sends until the new instance is there: what the old one gets is lost. */
static bool driver_answers(void)
{
	struct chr_poll_req request = {.tag = 0x40000000};

	for (unsigned int i = 0; i < TRIES; i++) {
		request.tag++;
		if (chr_poll_send(asked, &request) == 0 && answer_soon(request.tag))
			return true;
	}
	return false;
}

bool case_crash_idle(void)
{
	asked = driver_find("memory");
	EXPECT(asked != EP_NONE);
	EXPECT_EQ(do_write(NULL_DEVICE, "x", 1), 1);
	EXPECT(driver_crash());
	EXPECT(driver_answers());
	EXPECT_EQ(driver_find("memory"), asked);
	EXPECT_EQ(do_write(NULL_DEVICE, "x", 1), 1);
	return true;
}

bool case_crash_open(void)
{
	struct pty pty;
	char text[8];
	u32 tag;

	EXPECT(tty_begin() && pty_make(&pty));
	tag = ask_read(pty.slave, text, sizeof(text), 0);
	EXPECT(!answer_is_there(tag));
	EXPECT(driver_crash());
	EXPECT(driver_answers());
	EXPECT(!answer_is_there(tag));
	answer_forget(tag);
	EXPECT_EQ(do_write(pty.master, "x\n", 2), -ENXIO);
	EXPECT_EQ(do_close(pty.slave), -ENXIO);
	EXPECT(pty_make(&pty));
	return pty_end(&pty);
}
