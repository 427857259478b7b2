/* Cases of inits: kinds, failures, what a new instance is given. */
#include "help.h"

static const struct hello_empty_req nothing;

bool case_init_kinds(void)
{
	struct victim_echo echo;

	EXPECT(services_ready());
	EXPECT_EQ(victim_echo(1, &echo), 0);
	EXPECT_EQ(echo.init, SEF_INIT_FRESH);
	EXPECT_EQ(status_of(VICTIM).init, SEF_INIT_FRESH);
	EXPECT_EQ(victim_ask(VICTIM_FAULT), -EDEADSRCDST);
	EXPECT_EQ(victim_echo(1, &echo), 0);
	EXPECT_EQ(echo.init, SEF_INIT_RESTART);
	EXPECT_EQ(status_of(VICTIM).init, SEF_INIT_RESTART);
	return true;
}

/* The first new instance fails so, the second is well. Who calls meanwhile waits, or hears of the
 * end of an instance that had not received his call. */
static bool init_fails(u32 kind, enum rs_reason reason, int32_t detail)
{
	struct victim_echo echo;
	struct rs_status status;
	u32 restarts;

	EXPECT(services_ready());
	restarts = status_of(VICTIM).restarts;
	EXPECT_EQ(inject(VICTIM, kind), 0);
	EXPECT_EQ(victim_ask(VICTIM_FAULT), -EDEADSRCDST);
	EXPECT_EQ(victim_echo(3, &echo), 0);
	EXPECT_EQ(echo.echoes, 1);
	EXPECT(restarted(VICTIM, restarts + 2));
	status = status_of(VICTIM);
	EXPECT_EQ(status.reason, reason);
	EXPECT_EQ(status.detail, detail);
	EXPECT_EQ(status.failures, 2);
	EXPECT_EQ(status.row.endpoint, victim);
	return true;
}

bool case_init_error(void)
{
	return init_fails(FAIL_INIT_ERROR, RS_REASON_INIT, -EIO);
}

bool case_init_crash(void)
{
	return init_fails(FAIL_INIT_EXCEPTION, RS_REASON_SIGNAL, SIGNAL_SEGV);
}

bool case_init_hang(void)
{
	return init_fails(FAIL_INIT_HANG, RS_REASON_INIT_TIME, 0);
}

bool case_start_block(void)
{
	static struct victim_echo first; /* of RS's first instance */
	struct victim_echo echo;

	EXPECT(services_ready());
	EXPECT_EQ(victim_echo(1, &first), 0);
	EXPECT_EQ(first.endpoint, victim);
	EXPECT_EQ(victim_ask(VICTIM_FAULT), -EDEADSRCDST);
	EXPECT_EQ(victim_echo(1, &echo), 0);
	EXPECT_EQ(echo.endpoint, victim);
	EXPECT_EQ(echo.index, first.index);
	EXPECT_EQ(echo.line_hash, first.line_hash);
	EXPECT(first.line_hash != 5381); /* not of an empty line */
	return true;
}

/* --- Back-off --------------------------------------------------------------------------------- */

static bool crash(void)
{
	EXPECT_EQ(victim_ask(VICTIM_FAULT), -EDEADSRCDST);
	return true;
}

bool case_backoff_limit(void)
{
	struct victim_echo echo;
	u32 restarts;

	EXPECT(services_ready());
	restarts = status_of(VICTIM).restarts;
	for (unsigned int i = 1; i <= 3; i++) {
		EXPECT(crash());
		EXPECT(restarted(VICTIM, restarts + i));
		EXPECT_EQ(status_of(VICTIM).failures, i);
	}
	EXPECT(crash());
	EXPECT(becomes(VICTIM, RS_STATE_DOWN));
	EXPECT_EQ(victim_echo(1, &echo), -EDEADSRCDST);
	runner_sleep(500000000);
	EXPECT_EQ(status_of(VICTIM).state, RS_STATE_DOWN);
	EXPECT_EQ(status_of(VICTIM).restarts, restarts + 3);
	EXPECT_EQ(status_of(VICTIM).reason, RS_REASON_SIGNAL);
	EXPECT_EQ(control(rs_up, VICTIM), 0);
	EXPECT_EQ(victim_echo(1, &echo), 0);
	EXPECT_EQ(echo.init, SEF_INIT_FRESH);
	EXPECT_EQ(status_of(VICTIM).failures, 0);
	return true;
}

/* How long a call waits that comes right after a crash: never less than the back-off. */
static bool call_waits(nanoseconds_t least)
{
	const nanoseconds_t from = time_now();
	struct victim_echo echo;

	EXPECT(crash());
	EXPECT_EQ(victim_echo(1, &echo), 0);
	EXPECT_EQ(echo.echoes, 1);
	EXPECT(time_now() - from >= least);
	return true;
}

bool case_backoff_delay(void)
{
	EXPECT(services_ready());
	EXPECT(call_waits(0));
	EXPECT(call_waits(100000000));
	EXPECT(call_waits(200000000));
	return true;
}

bool case_backoff_reset(void)
{
	EXPECT(services_ready());
	for (unsigned int i = 0; i < 6; i++) {
		EXPECT(crash());
		EXPECT(becomes(VICTIM, RS_STATE_RUNNING));
		EXPECT_EQ(status_of(VICTIM).failures, 1);
		EXPECT_EQ(control(rs_restart, VICTIM), 0);
	}
	/* Another's failures are his own. */
	EXPECT_EQ(hello_crash(hello, &nothing, NULL), -EDEADSRCDST);
	EXPECT_EQ(status_of(VICTIM).failures, 0);
	return true;
}
