/* Cases of the control calls. */
#include "client.h"
#include "help.h"

#include <string.h>

static u64 frames_used(void)
{
	struct balance now;

	balance_take(&now);
	return now.frames_user;
}

static bool is_down(void)
{
	struct victim_echo echo;
	struct rs_status status = status_of(VICTIM);

	EXPECT_EQ(status.state, RS_STATE_DOWN);
	EXPECT_EQ(status.row.endpoint, victim);
	EXPECT_EQ(status.space, 0);
	EXPECT_EQ(status.reason, RS_REASON_CONTROL);
	EXPECT_EQ(victim_echo(1, &echo), -EDEADSRCDST);
	EXPECT_EQ(ipc_notify(victim), -EDEADSRCDST);
	EXPECT_EQ(ipc_send_async(victim, 0), -EDEADSRCDST);
	return true;
}

bool case_down(void)
{
	struct victim_echo echo;

	EXPECT(services_ready());
	for (unsigned int i = 0; i < 5; i++) {
		EXPECT_EQ(control(rs_down, VICTIM), 0);
		EXPECT(is_down());
		EXPECT_EQ(control(rs_up, VICTIM), 0);
		EXPECT_EQ(victim_echo(9, &echo), 0);
		EXPECT_EQ(echo.init, SEF_INIT_FRESH);
		EXPECT_EQ(echo.echoes, 1);
		EXPECT_EQ(status_of(VICTIM).row.endpoint, victim);
	}
	return true;
}

bool case_down_twice(void)
{
	EXPECT(services_ready());
	EXPECT_EQ(control(rs_up, VICTIM), -EEXIST);
	EXPECT_EQ(control(rs_down, VICTIM), 0);
	EXPECT_EQ(control(rs_down, VICTIM), -EALREADY);
	EXPECT_EQ(control(rs_refresh, VICTIM), -EINVAL);
	EXPECT(is_down());
	EXPECT_EQ(control(rs_restart, VICTIM), 0);
	EXPECT_EQ(status_of(VICTIM).state, RS_STATE_RUNNING);
	return true;
}

static int ask(void *type)
{
	return victim_ask((uint32_t)(uintptr_t)type);
}

bool case_down_hanging(void)
{
	EXPECT(services_ready());
	client_begin(0, ask, (void *)(uintptr_t)VICTIM_LOOP);
	EXPECT(waits_for(client_endpoint(0), RTS_REPLY_WAIT, victim));
	EXPECT_EQ(control(rs_down, VICTIM), 0);
	EXPECT_EQ(client_end(0), -EDEADSRCDST);
	EXPECT(is_down());
	return control(rs_up, VICTIM) == 0;
}

bool case_down_waiting(void)
{
	u32 restarts;

	EXPECT(services_ready());
	EXPECT_EQ(victim_ask(VICTIM_FAULT), -EDEADSRCDST);
	EXPECT(becomes(VICTIM, RS_STATE_RUNNING));
	/* The second in a row: there is a back-off. */
	EXPECT_EQ(inject(VICTIM, FAIL_INIT_HANG), 0);
	EXPECT_EQ(victim_ask(VICTIM_FAULT), -EDEADSRCDST);
	restarts = status_of(VICTIM).restarts;
	client_begin(0, ask, (void *)(uintptr_t)VICTIM_ECHO);
	EXPECT(waits_for(client_endpoint(0), RTS_SENDING, victim));
	EXPECT_EQ(control(rs_up, VICTIM), -EEXIST);
	EXPECT_EQ(control(rs_refresh, VICTIM), -EINVAL);
	EXPECT_EQ(control(rs_down, VICTIM), 0);
	EXPECT_EQ(client_end(0), -EDEADSRCDST);
	EXPECT(is_down());
	runner_sleep(500000000);
	EXPECT_EQ(status_of(VICTIM).restarts, restarts);
	return control(rs_up, VICTIM) == 0;
}

bool case_down_memory(void)
{
	u64 with, without;

	EXPECT(services_ready());
	with = frames_used();
	EXPECT_EQ(control(rs_down, VICTIM), 0);
	without = frames_used();
	EXPECT(without + 16 < with); /* its stack alone has as many pages */
	EXPECT_EQ(control(rs_up, VICTIM), 0);
	EXPECT_EQ(frames_used(), with);
	return true;
}

bool case_up_init_error(void)
{
	struct victim_echo echo;

	EXPECT(services_ready());
	EXPECT_EQ(control(rs_down, VICTIM), 0);
	EXPECT_EQ(inject(VICTIM, FAIL_INIT_ERROR), 0);
	EXPECT_EQ(control(rs_up, VICTIM), -EIO);
	EXPECT_EQ(victim_echo(1, &echo), 0); /* RS has tried again */
	EXPECT_EQ(echo.init, SEF_INIT_RESTART);
	EXPECT_EQ(status_of(VICTIM).failures, 1);
	return true;
}

bool case_up_init_hang(void)
{
	EXPECT(services_ready());
	EXPECT_EQ(control(rs_down, VICTIM), 0);
	EXPECT_EQ(inject(VICTIM, FAIL_INIT_HANG), 0);
	EXPECT_EQ(control(rs_up, VICTIM), -ETIMEDOUT);
	EXPECT(becomes(VICTIM, RS_STATE_RUNNING));
	return true;
}

bool case_restart(void)
{
	struct victim_echo echo;
	u32 restarts;

	EXPECT(services_ready());
	restarts = status_of(VICTIM).restarts;
	EXPECT_EQ(victim_echo(1, &echo), 0);
	EXPECT_EQ(victim_echo(1, &echo), 0);
	EXPECT_EQ(echo.echoes, 2);
	EXPECT_EQ(control(rs_restart, VICTIM), 0);
	EXPECT_EQ(victim_echo(1, &echo), 0);
	EXPECT_EQ(echo.echoes, 1);
	EXPECT_EQ(echo.init, SEF_INIT_FRESH);
	EXPECT_EQ(status_of(VICTIM).restarts, restarts + 1);
	EXPECT_EQ(status_of(VICTIM).reason, RS_REASON_CONTROL);
	return true;
}

bool case_refresh(void)
{
	struct victim_echo echo;

	EXPECT(services_ready());
	for (unsigned int i = 0; i < 8; i++) { /* more than its limit of failures */
		EXPECT_EQ(control(rs_refresh, VICTIM), 0);
		EXPECT_EQ(victim_echo(1, &echo), 0);
		EXPECT_EQ(echo.echoes, 1);
		EXPECT_EQ(echo.init, SEF_INIT_RESTART);
		EXPECT_EQ(status_of(VICTIM).failures, 0);
	}
	return true;
}

/* RS serves others meanwhile. */
bool case_control_busy(void)
{
	struct message *message = &message_page()->message;
	const struct rs_name_req name = {.name = VICTIM};
	struct hello_greet_reply reply;

	EXPECT(services_ready());
	client_begin(0, ask, (void *)(uintptr_t)VICTIM_LOOP);
	EXPECT(waits_for(client_endpoint(0), RTS_REPLY_WAIT, victim));
	message->type = RS_DOWN;
	memcpy(message->payload, &name, sizeof(name));
	EXPECT_EQ(ipc_send_async(RS_ENDPOINT, 0), 0);
	EXPECT_EQ(control(rs_restart, VICTIM), -EBUSY);
	EXPECT_EQ(status_of(VICTIM).state, RS_STATE_STOPPING);
	EXPECT_EQ(control(rs_restart, HELLO), 0);
	EXPECT_EQ(greet(&reply), 0);
	EXPECT_EQ(client_end(0), -EDEADSRCDST);
	EXPECT(becomes(VICTIM, RS_STATE_DOWN));
	return control(rs_up, VICTIM) == 0;
}

bool case_control_refused(void)
{
	static int (*const calls[])(const struct rs_name_req *, struct rs_empty_reply *) = {
		rs_up, rs_down, rs_restart, rs_refresh};

	for (unsigned int i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		EXPECT_EQ(control(calls[i], "pm"), -EPERM);
		EXPECT_EQ(control(calls[i], "rs"), -EPERM);
		EXPECT_EQ(control(calls[i], SUITE), -EPERM);
		EXPECT_EQ(control(calls[i], "vmsuite"), -EPERM);
		EXPECT_EQ(control(calls[i], "no such"), -ESRCH);
		EXPECT_EQ(control(calls[i], ""), -ESRCH);
	}
	return true;
}

bool case_inject_refused(void)
{
	u32 restarts;

	EXPECT(services_ready());
	restarts = status_of(VICTIM).restarts;
	EXPECT_EQ(inject(VICTIM, FAIL_NONE), -EINVAL);
	EXPECT_EQ(inject(VICTIM, FAIL_KINDS), -EINVAL);
	EXPECT_EQ(inject(VICTIM, ~0u), -EINVAL);
	EXPECT_EQ(inject("pm", FAIL_EXIT), -EPERM);
	EXPECT_EQ(inject("no such", FAIL_EXIT), -ESRCH);
	EXPECT_EQ(control(rs_down, VICTIM), 0);
	EXPECT_EQ(inject(VICTIM, FAIL_EXIT), -EAGAIN);
	EXPECT_EQ(control(rs_up, VICTIM), 0);
	EXPECT_EQ(status_of(VICTIM).restarts, restarts + 1);
	return true;
}
