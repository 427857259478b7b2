/* Storms about time: alarms and timers in processor time that are set, replaced and disarmed while
 * their threads migrate; quanta whose ends a scheduler answers late. Each rings once.
 */
#include "storm.h"
#include "ticker.h"

#define FAR (1000000 * MILLISECOND)
#define SPINNERS 3u
#define PRIORITY_SPIN (PRIORITY_TEST + 1)

static uint64_t cpu_bit(uint64_t *random)
{
	return 1ull << storm_below(random, cpu_count());
}

/* From a few microseconds to a millisecond. */
static nanoseconds_t time_choose(uint64_t *random)
{
	return (1ull << (12 + storm_below(random, 8))) + storm_below(random, 4096);
}

/* --- Alarms -------------------------------------------------------------------------------------
 */

static nanoseconds_t alarm_set(nanoseconds_t time, uint32_t flags)
{
	const struct sys_alarm_req request = {time, flags};
	struct sys_alarm_reply reply = {};

	CHECK_EQUAL(sys_alarm(&request, &reply), 0);
	return reply.left;
}

static bool alarm_came(void)
{
	struct ipc_received received;
	const int error = ipc_receive(EP_CLOCK, NULL, IPC_NONBLOCK, &received);

	CHECK(error == 0 || error == -ENOTREADY);
	return error == 0;
}

static void migrate(uint64_t *random)
{
	switch (storm_below(random, 4)) {
	case 0:
		thread_place(EP_SELF, PRIORITY_TEST, storm_below(random, cpu_count()));
		break;
	case 1:
		yield();
		break;
	default:
		break;
	}
}

/* The alarm that is set now is due at `end`; `old_may`: one before it may have rung meanwhile. */
static void alarm_wait(nanoseconds_t end, bool old_may)
{
	struct ipc_received received;

	CHECK_EQUAL(ipc_receive(EP_CLOCK, NULL, 0, &received), 0);
	CHECK_EQUAL(message()->source, EP_CLOCK);
	if (old_may) {
		/* One message may stand for both, and the new one may be yet to come. */
		(void)alarm_set(0, 0);
		(void)alarm_came();
	} else {
		CHECK(clock_now() >= end);
	}
	CHECK(!alarm_came());
}

static nanoseconds_t alarm_start(uint64_t *random)
{
	const nanoseconds_t time = time_choose(random), now = clock_now();

	if (storm_below(random, 2) == 0)
		CHECK_EQUAL(alarm_set(time, 0), 0);
	else
		CHECK_EQUAL(alarm_set(now + time, ALARM_ABSOLUTE), 0);
	return now + time;
}

static void alarm_replace(uint64_t *random)
{
	const nanoseconds_t time = time_choose(random), now = clock_now();
	const nanoseconds_t left = alarm_set(time, 0);

	migrate(random);
	alarm_wait(now + time, left == 0);
}

static void alarm_disarm(void)
{
	/* What has time left has not rung, and will not. */
	if (alarm_set(0, 0) == 0)
		(void)alarm_came();
	CHECK(!alarm_came());
}

static void alarm_far(uint64_t *random)
{
	CHECK_EQUAL(alarm_set(FAR, 0), 0);
	migrate(random);
	CHECK(alarm_set(0, 0) != 0);
	CHECK(!alarm_came());
}

static int alarm_and_end(void *unused)
{
	(void)unused;
	CHECK(!alarm_came()); /* whoever had this privilege before */
	return (int)alarm_set(MILLISECOND / 2, 0);
}

static int alarms_on(void *argument)
{
	struct storm_worker *worker = argument;
	uint64_t *random = &worker->random;

	while (worker->done < worker->operations) {
		const nanoseconds_t end = alarm_start(random);

		migrate(random);
		switch (storm_below(random, 8)) {
		case 0:
		case 1:
			alarm_replace(random);
			break;
		case 2:
		case 3:
			alarm_disarm();
			break;
		case 4:
			alarm_wait(end, false);
			alarm_far(random);
			break;
		default:
			alarm_wait(end, false);
		}
		if (storm_below(random, 64) == 0)
			CHECK_EQUAL(thread_join(thread_start(NULL, alarm_and_end, NULL)), 0);
		worker->done++;
	}
	return 0;
}

static void alarms_ring_once(void)
{
	struct storm_worker workers[STORM_WORKERS];

	storm_start(workers, 0, alarms_on, NULL);
	storm_finish(workers, 0);
}

/* --- Timers in processor time -------------------------------------------------------------------
 */

struct crowd {
	struct test_thread *thread[SPINNERS];
	struct spinner spinner[SPINNERS];
	bool held[SPINNERS]; /* its quantum is over */
	unsigned int count[SPINNERS];
	uint64_t *random;
};

static struct crowd crowds[STORM_WORKERS];

static struct crowd *crowd_begin(struct storm_worker *worker)
{
	struct crowd *crowd = &crowds[worker->index];

	memset(crowd, 0, sizeof(*crowd));
	crowd->random = &worker->random;
	return crowd;
}

static void crowd_free(struct crowd *crowd)
{
	for (unsigned int i = 0; i < SPINNERS; i++)
		thread_free(crowd->thread[i]);
}

static nanoseconds_t vtimer(endpoint_t thread, uint32_t signal, nanoseconds_t interval)
{
	const struct sys_vtimer_req request = {thread, signal, interval};
	struct sys_vtimer_reply reply = {};

	CHECK_EQUAL(sys_vtimer(&request, &reply), 0);
	return reply.left;
}

static nanoseconds_t user_time(endpoint_t thread)
{
	struct sys_times_reply reply = {};

	CHECK_EQUAL(sys_times(&(struct sys_times_req){thread}, &reply), 0);
	return reply.user_time;
}

static void vtimer_once(struct crowd *crowd)
{
	const endpoint_t thread = crowd->thread[storm_below(crowd->random, SPINNERS)]->endpoint;
	const nanoseconds_t interval = time_choose(crowd->random), before = user_time(thread);
	struct sys_signal_get_reply taken;

	CHECK_EQUAL(vtimer(thread, 26, interval), 0);
	if (storm_below(crowd->random, 2) == 0)
		thread_place(thread, PRIORITY_SPIN, storm_below(crowd->random, cpu_count()));
	if (storm_below(crowd->random, 4) != 0) {
		signal_expect(thread, SIGNAL_BIT(26));
		CHECK(user_time(thread) - before >= interval - interval / 100);
		CHECK_EQUAL(signal_end(thread), 0);
	} else if (vtimer(thread, 0, 0) == 0) {
		/* It may have rung. */
		CHECK_EQUAL(sys_signal_get(&(struct sys_empty_req){}, &taken), 0);
		if (taken.thread == thread)
			CHECK_EQUAL(signal_end(thread), 0);
		else
			CHECK_EQUAL(taken.thread, EP_NONE);
	}
	CHECK_EQUAL(thread_info(thread).signals, 0);
}

static int vtimers_on(void *argument)
{
	struct storm_worker *worker = argument;
	struct crowd *crowd = crowd_begin(worker);

	for (unsigned int i = 0; i < SPINNERS; i++)
		crowd->thread[i] = thread_make(&(struct thread_plan){
			.function = spin,
			.argument = &crowd->spinner[i],
			.manager = thread_self(),
			.priority = PRIORITY_SPIN,
			.quantum = MILLISECOND,
		});
	while (worker->done < worker->operations) {
		vtimer_once(crowd);
		worker->done++;
	}
	crowd_free(crowd);
	return 0;
}

static void virtual_timers_ring_once(void)
{
	struct storm_worker workers[STORM_WORKERS];
	struct ticker ticker;

	if (machine_info().cycles_per_second == 0)
		case_skip("processor time is not counted");
	ticker_start(&ticker);
	storm_start(workers, 2, vtimers_on, NULL);
	storm_finish(workers, 2);
	ticker_stop(&ticker);
}

/* --- Quanta -------------------------------------------------------------------------------------
 */

/* Held until the scheduler knows its name. */
static void scheduled_start(struct crowd *crowd, unsigned int i)
{
	const struct thread_plan plan = {
		.function = spin,
		.argument = &crowd->spinner[i],
		.scheduler = thread_self(),
		.priority = PRIORITY_SPIN,
		.quantum = MILLISECOND,
		.flags = THREAD_HELD,
	};
	struct sys_priv_allow_req request = {.operation = PRIV_ALLOW};

	crowd->held[i] = false;
	crowd->thread[i] = thread_make(&plan);
	request.thread = crowd->thread[i]->endpoint;
	CHECK_EQUAL(sys_priv_allow(&request, NULL), 0);
}

static int schedule(struct crowd *crowd, endpoint_t thread)
{
	const struct sys_schedule_req request = {
		.thread = thread,
		.priority = PRIORITY_SPIN + storm_below(crowd->random, 2),
		.quantum = MILLISECOND + storm_below(crowd->random, MILLISECOND),
		.affinity = storm_below(crowd->random, 2) == 0 ? 0 : cpu_bit(crowd->random),
	};

	return sys_schedule(&request, NULL);
}

/* A thread without a quantum has not run. */
static void quantum_answer(struct crowd *crowd, unsigned int i)
{
	CHECK_EQUAL(crowd->spinner[i].count, crowd->count[i]);
	CHECK_EQUAL(thread_rts(crowd->thread[i]->endpoint), RTS_NO_QUANTUM);
	crowd->held[i] = false;
	CHECK_EQUAL(schedule(crowd, crowd->thread[i]->endpoint), 0);
}

static void quantum_take(struct crowd *crowd)
{
	struct ipc_received received;
	unsigned int i = 0;

	CHECK_EQUAL(ipc_receive(EP_ANY, NULL, 0, &received), 0);
	CHECK_EQUAL(message()->type, MESSAGE_QUANTUM_END);
	while (i < SPINNERS && crowd->thread[i]->endpoint != message()->source)
		i++;
	REQUIRE(i < SPINNERS);
	CHECK(!crowd->held[i]);
	crowd->held[i] = true;
	crowd->count[i] = crowd->spinner[i].count;
}

static bool all_held(const struct crowd *crowd)
{
	for (unsigned int i = 0; i < SPINNERS; i++) {
		if (!crowd->held[i])
			return false;
	}
	return true;
}

static void scheduled_replace(struct crowd *crowd, unsigned int i)
{
	const endpoint_t old = crowd->thread[i]->endpoint;

	thread_free(crowd->thread[i]);
	CHECK_EQUAL(schedule(crowd, old), -EDEADSRCDST);
	scheduled_start(crowd, i);
}

static int quanta_on(void *argument)
{
	struct storm_worker *worker = argument;
	struct crowd *crowd = crowd_begin(worker);

	for (unsigned int i = 0; i < SPINNERS; i++)
		scheduled_start(crowd, i);
	while (worker->done < worker->operations) {
		quantum_take(crowd);
		do {
			const unsigned int i = storm_below(crowd->random, SPINNERS);

			if (crowd->held[i])
				quantum_answer(crowd, i);
			if (storm_below(crowd->random, 32) == 0)
				scheduled_replace(crowd, i);
		} while (all_held(crowd));
		worker->done++;
	}
	crowd_free(crowd);
	return 0;
}

static void quanta_end_once(void)
{
	struct storm_worker workers[STORM_WORKERS];
	struct ticker ticker;

	ticker_start(&ticker);
	storm_start(workers, 2, quanta_on, NULL);
	storm_finish(workers, 2);
	ticker_stop(&ticker);
}

static const struct test_case cases[] = {
	STORM("alarms ring once", alarms_ring_once, 4000, 15000),
	STORM("timers in processor time ring once", virtual_timers_ring_once, 800, 6000),
	STORM("a quantum ends once", quanta_end_once, 800, 4000),
};

const struct test_suite suite_storm_time = SUITE("storm_time", cases);
