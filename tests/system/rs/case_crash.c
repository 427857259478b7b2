/* Cases of crashes, exits and signals of the hello driver. */
#include "help.h"

static const struct hello_empty_req nothing;

/* The last instance ended for that reason, and a new one answers under the same endpoint. */
static bool replaced(u32 restarts, enum rs_reason reason, int32_t detail)
{
	struct hello_greet_reply reply;
	struct rs_status status;

	EXPECT(restarted(HELLO, restarts));
	EXPECT_EQ(greet(&reply), 0);
	EXPECT_EQ(reply.greetings, 1);
	EXPECT_EQ(reply.init, SEF_INIT_RESTART);
	status = status_of(HELLO);
	EXPECT_EQ(status.row.endpoint, hello);
	EXPECT_EQ(status.reason, reason);
	EXPECT_EQ(status.detail, detail);
	EXPECT_EQ(status.init, SEF_INIT_RESTART);
	return true;
}

bool case_crash_call(void)
{
	struct hello_greet_reply reply;
	u32 restarts;

	EXPECT(services_ready());
	restarts = status_of(HELLO).restarts;
	EXPECT_EQ(hello_greet(hello, &nothing, &reply), 0);
	EXPECT_EQ(reply.init, SEF_INIT_FRESH);
	EXPECT_EQ(hello_crash(hello, &nothing, NULL), -EDEADSRCDST);
	EXPECT_EQ(hello_greet(hello, &nothing, &reply), 0); /* waits for the new one */
	EXPECT_EQ(reply.greetings, 1);
	EXPECT_EQ(reply.init, SEF_INIT_RESTART);
	EXPECT(restarted(HELLO, restarts + 1));
	EXPECT_EQ(status_of(HELLO).reason, RS_REASON_SIGNAL);
	EXPECT_EQ(status_of(HELLO).detail, SIGNAL_SEGV);
	EXPECT_EQ(status_of(HELLO).failures, 1);
	return true;
}

static bool injected(u32 kind, enum rs_reason reason, int32_t detail)
{
	u32 restarts;

	EXPECT(services_ready());
	restarts = status_of(HELLO).restarts;
	EXPECT_EQ(inject(HELLO, kind), 0);
	return replaced(restarts + 1, reason, detail);
}

bool case_crash_injected(void)
{
	return injected(FAIL_EXCEPTION, RS_REASON_SIGNAL, SIGNAL_SEGV);
}

bool case_crash_exit(void)
{
	return injected(FAIL_EXIT, RS_REASON_EXIT, 0);
}

bool case_crash_panic(void)
{
	return injected(FAIL_PANIC, RS_REASON_PANIC, SERVICE_STATUS_PANIC);
}

bool case_crash_killed(void)
{
	static const u32 signals[] = {SIGNAL_SEGV, SIGNAL_KILL, SIGNAL_ABORT, SIGNAL_FPE};

	EXPECT(services_ready());
	for (unsigned int i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		const u32 restarts = status_of(HELLO).restarts;

		EXPECT_EQ(signal_send(hello, signals[i]), 0);
		EXPECT(replaced(restarts + 1, RS_REASON_SIGNAL, (int32_t)signals[i]));
	}
	return true;
}

/* What waits in a receive takes one more call, although it will not go on. */
bool case_crash_idle(void)
{
	struct hello_greet_reply reply;
	int error;

	EXPECT(services_ready());
	for (unsigned int i = 0; i < 10; i++) {
		EXPECT_EQ(signal_send(hello, SIGNAL_SEGV), 0);
		error = hello_greet(hello, &nothing, &reply);
		if (error == -EDEADSRCDST)
			error = hello_greet(hello, &nothing, &reply);
		EXPECT_EQ(error, 0);
		EXPECT_EQ(reply.greetings, 1);
	}
	return true;
}

bool case_crash_twice(void)
{
	const u32 hellos = status_of(HELLO).restarts, victims = status_of(VICTIM).restarts;
	struct victim_echo echo;

	EXPECT(services_ready());
	EXPECT_EQ(victim_ask(VICTIM_FAULT), -EDEADSRCDST);
	EXPECT_EQ(hello_crash(hello, &nothing, NULL), -EDEADSRCDST);
	EXPECT_EQ(hello_crash(hello, &nothing, NULL), -EDEADSRCDST);
	EXPECT_EQ(victim_echo(1, &echo), 0);
	EXPECT_EQ(echo.echoes, 1);
	EXPECT(restarted(HELLO, hellos + 3)); /* one was services_ready() */
	EXPECT(restarted(VICTIM, victims + 2));
	return true;
}

bool case_signal_message(void)
{
	struct hello_greet_reply reply;
	u32 restarts;

	EXPECT(services_ready());
	restarts = status_of(HELLO).restarts;
	EXPECT_EQ(greet(&reply), 0);
	EXPECT_EQ(signal_send(hello, SIGNAL_HANGUP), 0);
	EXPECT_EQ(greet(&reply), 0);
	EXPECT_EQ(signal_send(hello, SIGNAL_INTERRUPT), 0);
	EXPECT_EQ(greet(&reply), 0);
	EXPECT_EQ(reply.greetings, 3);
	EXPECT_EQ(status_of(HELLO).restarts, restarts);
	EXPECT_EQ(signal_send(hello, SIGNAL_TERMINATE), 0);
	return replaced(restarts + 1, RS_REASON_EXIT, 0);
}
