/* A service's life.
 *
 *   HELD ── release ──> STARTING ── RS_READY ──> RUNNING ── RS_DOWN ... ──> STOPPING ──> DOWN
 *                        ^   │ failed              │ failed                   │ RS_RESTART
 *                        │   v                     v                          v
 *                        └── WAITING (back-off), or at once, or DOWN       STARTING
 *
 * A failed instance is replaced at once also where the new one has to wait for the end of its
 * back-off: so whoever called the old one hears of it, and who calls now waits for the new one.
 */
#include "life.h"

#include "instance.h"
#include "machine.h"
#include "publish.h"
#include "start.h"
#include "tell.h"
#include <skerry/ds.h>
#include <sys.h>
#include <sys_ipc.h>

#define MS 1000000ull
#define STOP_LIMIT (2000 * MS) /* for SEF_SHUTDOWN */
#define MAKE_AGAIN (100 * MS)  /* when there was no memory for a new instance */

static void expire_in(struct entry *entry, nanoseconds_t time)
{
	entry->deadline = clock_now() + time;
}

static void ping_later(struct entry *entry)
{
	entry->pinged = false;
	entry->deadline = 0;
	if (entry->boot->heartbeat != 0)
		expire_in(entry, entry->boot->heartbeat * MS);
}

/* Whoever asked for what has just been done, or cannot be. */
static void caller_answer(struct entry *entry, int code)
{
	const struct rs_empty_reply nothing = {};
	const endpoint_t caller = entry->caller;

	entry->caller = EP_NONE;
	if (caller != EP_NONE)
		service_answer(caller, code, &nothing, sizeof(nothing));
}

/* --- Down ------------------------------------------------------------------------------------- */

static void down(struct entry *entry)
{
	instance_end(entry);
	entry->state = RS_STATE_DOWN;
	entry->deadline = 0;
	publish_gone(entry, DS_GONE_ENDED);
	start_next(entry);
}

/* --- Up --------------------------------------------------------------------------------------- */

void life_begin(struct entry *entry)
{
	entry->state = RS_STATE_STARTING;
	expire_in(entry, entry->boot->init_limit * MS);
	instance_release(entry);
}

static int replace_and_begin(struct entry *entry, u32 init)
{
	const int error = instance_replace(entry, init);

	if (error != 0)
		return error;
	publish_gone(entry, DS_GONE_RESTARTED);
	life_begin(entry);
	return 0;
}

void life_ready(struct entry *entry, int result)
{
	if (result != 0) {
		life_failed(entry, RS_REASON_INIT, result);
		return;
	}
	entry->state = RS_STATE_RUNNING;
	entry->backoff.since = clock_now();
	ping_later(entry);
	if (entry->restarts == 0)
		sys_print("rs: %s is up\n", entry->row.name);
	publish_ready(entry);
	caller_answer(entry, 0);
	start_next(entry);
}

/* --- Failures --------------------------------------------------------------------------------- */

static void report(const struct entry *entry)
{
	static const char *const texts[RS_REASONS] = {
		[RS_REASON_EXIT] = "exited with",
		[RS_REASON_PANIC] = "panicked:",
		[RS_REASON_SIGNAL] = "got signal",
		[RS_REASON_HEARTBEAT] = "does not answer pings:",
		[RS_REASON_INIT] = "cannot start:",
		[RS_REASON_INIT_TIME] = "takes too long to start:",
		[RS_REASON_COMPLAINT] = "is complained of:",
		[RS_REASON_MAKE] = "cannot be made again:",
	};
	const bool lost =
		entry->reason == RS_REASON_SIGNAL && !(entry->row.flags & RS_FLAG_RESTART);

	sys_print("rs: %s%s %s %d\n", lost ? "PANIC: " : "", entry->row.name, texts[entry->reason],
		  (int)entry->detail);
}

/* What a control call answers whose new instance failed. */
static int code_of(enum rs_reason reason, int32_t detail)
{
	if (reason == RS_REASON_INIT_TIME)
		return -ETIMEDOUT;
	return reason == RS_REASON_INIT || reason == RS_REASON_MAKE ? detail : -EIO;
}

static bool restarts_again(struct entry *entry, nanoseconds_t *delay)
{
	const struct backoff_limits limits = {
		.limit = entry->boot->restart_limit,
		.first = entry->boot->backoff_first * MS,
		.most = entry->boot->backoff_max * MS,
	};

	return backoff_fail(&entry->backoff, &limits, clock_now(), delay);
}

/* After 0 the instance begins; later, it is held. */
static void again(struct entry *entry, nanoseconds_t delay)
{
	const int error = instance_replace(entry, SEF_INIT_RESTART);

	publish_gone(entry, DS_GONE_RESTARTED);
	if (error == 0 && delay == 0) {
		life_begin(entry);
		return;
	}
	if (error != 0)
		instance_end(entry); /* its memory may be what is missing */
	entry->state = RS_STATE_WAITING;
	entry->make_error = error;
	expire_in(entry, delay != 0 ? delay : MAKE_AGAIN);
}

void life_failed(struct entry *entry, enum rs_reason reason, int32_t detail)
{
	nanoseconds_t delay;

	entry->reason = reason;
	entry->detail = detail;
	if (!(entry->row.flags & RS_FLAG_RESTART)) {
		report(entry);
		if (entry->row.flags & RS_FLAG_CORE)
			machine_end(1);
		if (entry->boot->when[0] != '\0') /* a test */
			machine_end(reason == RS_REASON_EXIT ? (uint32_t)detail : 1);
		down(entry);
	} else if (!restarts_again(entry, &delay)) {
		sys_print("rs: %s failed %u times in a row: it stays down\n", entry->row.name,
			  (unsigned int)entry->backoff.failures + 1);
		down(entry);
	} else {
		again(entry, delay);
		report(entry); /* the console is slower than the rest */
	}
	caller_answer(entry, code_of(reason, detail));
}

/* --- Told to end ------------------------------------------------------------------------------ */

static void stopped(struct entry *entry)
{
	int error = 0;

	entry->reason = RS_REASON_CONTROL;
	entry->detail = 0;
	entry->backoff.failures = 0;
	if (entry->operation == RS_DOWN) {
		down(entry);
		caller_answer(entry, 0);
		return;
	}
	error = replace_and_begin(entry, entry->operation == RS_REFRESH ? SEF_INIT_RESTART
									: SEF_INIT_FRESH);
	if (error != 0) {
		down(entry);
		caller_answer(entry, error);
	}
}

void life_ended(struct entry *entry, enum rs_reason reason, int32_t detail)
{
	if (entry->state == RS_STATE_STOPPING)
		stopped(entry);
	else
		life_failed(entry, reason, detail);
}

/* It may have too much to read already: then the time-out ends it. */
static void shutdown_ask(struct entry *entry)
{
	(void)sef_tell(entry->row.endpoint, SEF_SHUTDOWN, NULL, 0);
	entry->state = RS_STATE_STOPPING;
	expire_in(entry, STOP_LIMIT);
}

int life_control(struct entry *entry, uint32_t operation)
{
	entry->operation = operation;
	switch (entry->state) {
	case RS_STATE_RUNNING:
		if (operation == RS_UP)
			return -EEXIST;
		if (operation == RS_REFRESH)
			stopped(entry);
		else
			shutdown_ask(entry);
		return 0;
	case RS_STATE_DOWN:
		if (operation == RS_DOWN)
			return -EALREADY;
		break;
	case RS_STATE_STARTING:
	case RS_STATE_WAITING:
		if (operation == RS_UP)
			return -EEXIST;
		break;
	default:
		return -EINVAL;
	}
	if (operation == RS_REFRESH)
		return -EINVAL;
	stopped(entry);
	return 0;
}

/* --- Pings, time ------------------------------------------------------------------------------ */

void life_answered(struct entry *entry)
{
	if (entry->state == RS_STATE_RUNNING && entry->pinged)
		ping_later(entry);
}

static void ping(struct entry *entry)
{
	(void)ipc_notify(entry->row.endpoint);
	entry->pinged = true;
	expire_in(entry, entry->boot->heartbeat_limit * MS);
}

void life_expired(struct entry *entry)
{
	entry->deadline = 0;
	switch (entry->state) {
	case RS_STATE_STARTING:
		life_failed(entry, RS_REASON_INIT_TIME, 0);
		break;
	case RS_STATE_RUNNING:
		if (entry->pinged)
			life_failed(entry, RS_REASON_HEARTBEAT, 0);
		else
			ping(entry);
		break;
	case RS_STATE_STOPPING:
		stopped(entry);
		break;
	case RS_STATE_WAITING:
		if (entry->body)
			life_begin(entry);
		else
			life_failed(entry, RS_REASON_MAKE, entry->make_error);
		break;
	default:
		break;
	}
}
