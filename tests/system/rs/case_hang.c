/* Cases of services that do not go on, of held calls, and of complaints. */
#include "client.h"
#include "help.h"

#include <sef.h>

#define QUIET 1000000000ull /* ns: some ten pings of the victim */

static bool replaced(u32 restarts, enum rs_reason reason)
{
	struct victim_echo echo;

	EXPECT(restarted(VICTIM, restarts));
	EXPECT_EQ(victim_echo(7, &echo), 0);
	EXPECT_EQ(echo.init, SEF_INIT_RESTART);
	EXPECT_EQ(status_of(VICTIM).reason, reason);
	EXPECT_EQ(status_of(VICTIM).row.endpoint, victim);
	return true;
}

static int ask(void *type)
{
	return victim_ask((uint32_t)(uintptr_t)type);
}

static void client_asks(unsigned int number, uint32_t type)
{
	client_begin(number, ask, (void *)(uintptr_t)type);
}

bool case_hang(void)
{
	u32 restarts;

	EXPECT(services_ready());
	restarts = status_of(VICTIM).restarts;
	EXPECT_EQ(inject(VICTIM, FAIL_HANG), 0);
	return replaced(restarts + 1, RS_REASON_HEARTBEAT);
}

bool case_hang_call(void)
{
	u32 restarts;

	EXPECT(services_ready());
	restarts = status_of(VICTIM).restarts;
	EXPECT_EQ(victim_ask(VICTIM_LOOP), -EDEADSRCDST);
	return replaced(restarts + 1, RS_REASON_HEARTBEAT);
}

static int have_call_suite(void *unused)
{
	struct message *message = &message_page()->message;
	int error;

	(void)unused;
	message->type = VICTIM_CALL;
	message->word[0] = service_start()->endpoint;
	error = ipc_call(victim);
	return error != 0 ? error : (int)message->type;
}

bool case_hang_blocked(void)
{
	u32 restarts;

	EXPECT(services_ready());
	restarts = status_of(VICTIM).restarts;
	client_begin(0, have_call_suite, NULL);
	EXPECT(waits_for(victim, RTS_SENDING, service_start()->endpoint));
	EXPECT(replaced(restarts + 1, RS_REASON_HEARTBEAT));
	EXPECT_EQ(client_end(0), -EDEADSRCDST);
	return true;
}

bool case_heartbeat(void)
{
	struct victim_echo echo;
	u32 restarts;

	EXPECT(services_ready());
	restarts = status_of(VICTIM).restarts;
	runner_sleep(QUIET);
	EXPECT_EQ(status_of(VICTIM).restarts, restarts);
	EXPECT_EQ(victim_echo(5, &echo), 0);
	EXPECT_EQ(echo.echoes, 1);
	EXPECT_EQ(echo.init, SEF_INIT_FRESH);
	return true;
}

bool case_held_call(void)
{
	u32 restarts;

	EXPECT(services_ready());
	restarts = status_of(VICTIM).restarts;
	client_asks(0, VICTIM_HOLD);
	client_asks(1, VICTIM_HOLD);
	EXPECT(waits_for(client_endpoint(0), RTS_REPLY_WAIT, victim));
	EXPECT(waits_for(client_endpoint(1), RTS_REPLY_WAIT, victim));
	EXPECT_EQ(victim_ask(VICTIM_FAULT), -EDEADSRCDST);
	EXPECT_EQ(client_end(0), -EDEADSRCDST);
	EXPECT_EQ(client_end(1), -EDEADSRCDST);
	return replaced(restarts + 1, RS_REASON_SIGNAL);
}

bool case_queued_calls(void)
{
	u32 restarts;

	EXPECT(services_ready());
	restarts = status_of(VICTIM).restarts;
	client_asks(0, VICTIM_LOOP);
	EXPECT(waits_for(client_endpoint(0), RTS_REPLY_WAIT, victim));
	for (unsigned int i = 1; i < CLIENTS; i++) {
		client_asks(i, VICTIM_ECHO);
		EXPECT(waits_for(client_endpoint(i), RTS_SENDING, victim));
	}
	EXPECT_EQ(client_end(0), -EDEADSRCDST);
	for (unsigned int i = 1; i < CLIENTS; i++)
		EXPECT_EQ(client_end(i), 0);
	return replaced(restarts + 1, RS_REASON_HEARTBEAT);
}

bool case_complaint(void)
{
	u32 restarts;

	EXPECT(services_ready());
	restarts = status_of(VICTIM).restarts;
	client_asks(0, VICTIM_HOLD);
	EXPECT(waits_for(client_endpoint(0), RTS_REPLY_WAIT, victim));
	EXPECT_EQ(sef_complain(victim, 77), 0);
	EXPECT_EQ(client_end(0), -EDEADSRCDST);
	EXPECT(replaced(restarts + 1, RS_REASON_COMPLAINT));
	EXPECT_EQ(status_of(VICTIM).detail, 77);
	return true;
}

static int complain_of_victim(void *unused)
{
	(void)unused;
	return sef_complain(victim, 1);
}

bool case_complaint_refused(void)
{
	u32 restarts;

	EXPECT(services_ready());
	restarts = status_of(VICTIM).restarts;
	EXPECT_EQ(sef_complain(PM_ENDPOINT, 1), -EPERM);
	EXPECT_EQ(sef_complain(RS_ENDPOINT, 1), -EPERM);
	EXPECT_EQ(sef_complain(service_start()->endpoint, 1), -ENOTALLOWED);
	EXPECT_EQ(sef_complain(EP_NONE, 1), -ESRCH);
	EXPECT_EQ(sef_complain(EP_ANY, 1), -ESRCH);
	EXPECT_EQ(sef_complain(victim + 0x1000, 1), -ESRCH);
	client_begin(0, complain_of_victim, NULL); /* a thread of no service */
	EXPECT_EQ(client_end(0), -ENOTALLOWED);
	EXPECT_EQ(control(rs_down, VICTIM), 0);
	EXPECT_EQ(sef_complain(victim, 1), -EAGAIN);
	EXPECT_EQ(control(rs_up, VICTIM), 0);
	EXPECT_EQ(status_of(VICTIM).restarts, restarts + 1);
	return true;
}
