/* Time: alarms, the clocks, processor time and the timers that run in it.
 */
#include "helper.h"

#include <arch/layout.h>
#include <arch/provoke.h>
#include <skerry/kernel_page.h>

/* Further than any test runs. */
#define FAR (1000000 * MILLISECOND)

static const struct kernel_page *const page = (const struct kernel_page *)ARCH_KERNEL_PAGE;

static int alarm_set(nanoseconds_t time, uint32_t flags, nanoseconds_t *left)
{
	const struct sys_alarm_req request = {time, flags};
	struct sys_alarm_reply reply;
	const int error = sys_alarm(&request, &reply);

	if (left != NULL)
		*left = reply.left;
	return error;
}

static int alarm_wait(void)
{
	struct ipc_received received;

	return ipc_receive(EP_CLOCK, NULL, 0, &received);
}

static bool alarm_came(void)
{
	struct ipc_received received;

	return ipc_receive(EP_CLOCK, NULL, IPC_NONBLOCK, &received) == 0;
}

/* Time passes without an alarm of ours. */
static void pass(nanoseconds_t time)
{
	const nanoseconds_t end = clock_now() + time;

	while (clock_now() < end)
		yield();
}

/* --- Alarms -------------------------------------------------------------------------------------
 */

static void relative_alarm(void)
{
	for (unsigned int i = 0; i < 10; i++) {
		const nanoseconds_t time = (i + 1) * MILLISECOND / 2, before = clock_now();
		const struct notify_message *notify = (const void *)message()->payload;

		CHECK_EQUAL(alarm_set(time, 0, NULL), 0);
		CHECK_EQUAL(alarm_wait(), 0);
		CHECK_EQUAL(message()->source, EP_CLOCK);
		CHECK_EQUAL(notify->interrupts, 0);
		CHECK(clock_now() >= before + time);
	}
}

static void absolute_alarm(void)
{
	const nanoseconds_t time = clock_now() + 3 * MILLISECOND;

	CHECK_EQUAL(alarm_set(time, ALARM_ABSOLUTE, NULL), 0);
	CHECK_EQUAL(alarm_wait(), 0);
	CHECK(clock_now() >= time);
	/* What is past comes at once. */
	CHECK_EQUAL(alarm_set(1, ALARM_ABSOLUTE, NULL), 0);
	CHECK_EQUAL(alarm_wait(), 0);
	CHECK_EQUAL(alarm_set(clock_now(), ALARM_ABSOLUTE, NULL), 0);
	CHECK_EQUAL(alarm_wait(), 0);
	CHECK_EQUAL(alarm_set(1, 0, NULL), 0);
	CHECK_EQUAL(alarm_wait(), 0);
}

static void alarm_is_replaced(void)
{
	nanoseconds_t left;

	CHECK_EQUAL(alarm_set(FAR, 0, &left), 0);
	CHECK_EQUAL(left, 0);
	CHECK_EQUAL(alarm_set(2 * FAR, 0, &left), 0);
	CHECK(left > FAR / 2 && left <= FAR);
	CHECK_EQUAL(alarm_set(2 * MILLISECOND, 0, &left), 0);
	CHECK(left > FAR && left <= 2 * FAR);
	CHECK_EQUAL(alarm_wait(), 0);
	/* Only that one came, and it is over. */
	CHECK_EQUAL(alarm_set(FAR, 0, &left), 0);
	CHECK_EQUAL(left, 0);
	pass(4 * MILLISECOND);
	CHECK(!alarm_came());
	CHECK_EQUAL(alarm_set(0, 0, NULL), 0);
}

static void alarm_is_disarmed(void)
{
	nanoseconds_t left;

	CHECK_EQUAL(alarm_set(0, 0, &left), 0);
	CHECK_EQUAL(left, 0);
	/* Far enough away that a busy host cannot make it due before it is disarmed. */
	CHECK_EQUAL(alarm_set(FAR, 0, NULL), 0);
	CHECK_EQUAL(alarm_set(0, 0, &left), 0);
	CHECK(left != 0 && left <= FAR);
	CHECK_EQUAL(alarm_set(FAR, 0, NULL), 0);
	CHECK_EQUAL(alarm_set(0, ALARM_ABSOLUTE, &left), 0);
	CHECK(left != 0 && left <= FAR);
	CHECK_EQUAL(alarm_set(0, 0, &left), 0);
	CHECK_EQUAL(left, 0);
	pass(6 * MILLISECOND);
	CHECK(!alarm_came());
}

static void alarm_waits(void)
{
	/* Nobody receives while it fires; it is there when somebody looks, once. */
	for (unsigned int i = 0; i < 3; i++) {
		unsigned int rounds = 0;

		CHECK_EQUAL(alarm_set(MILLISECOND, 0, NULL), 0);
		do
			pass(3 * MILLISECOND);
		while (!alarm_came() && ++rounds < 10000);
		CHECK(rounds < 10000);
		CHECK(!alarm_came());
	}
}

static int alarm_and_end(void *unused)
{
	(void)unused;
	return alarm_set(3 * MILLISECOND, 0, NULL);
}

static int pass_and_look(void *unused)
{
	(void)unused;
	pass(8 * MILLISECOND);
	return alarm_came();
}

static void alarm_dies_with_its_service(void)
{
	struct test_thread *first = thread_start(NULL, alarm_and_end, NULL), *second;

	CHECK_EQUAL(thread_wait(first), THREAD_EXITED);
	thread_free(first);
	second = thread_start(NULL, pass_and_look, NULL);
	CHECK_EQUAL(second->privilege, first->privilege);
	CHECK_EQUAL(thread_join(second), 0);
}

#define SLEEPERS 12u

static int sleeper(void *argument)
{
	nanoseconds_t *end = argument;

	CHECK_EQUAL(alarm_set(*end, ALARM_ABSOLUTE, NULL), 0);
	CHECK_EQUAL(alarm_wait(), 0);
	CHECK(clock_now() >= *end);
	*end = 0;
	return 0;
}

static void many_alarms(void)
{
	struct test_thread *threads[SLEEPERS];
	nanoseconds_t ends[SLEEPERS];
	const nanoseconds_t from = clock_now() + 5 * MILLISECOND;

	for (unsigned int i = 0; i < SLEEPERS; i++) {
		/* In no order, some at once. */
		ends[i] = from + (i * 7 % SLEEPERS / 2) * MILLISECOND;
		threads[i] = thread_start(NULL, sleeper, &ends[i]);
	}
	for (unsigned int i = 0; i < SLEEPERS; i++) {
		CHECK_EQUAL(thread_join(threads[i]), 0);
		CHECK_EQUAL(ends[i], 0);
	}
}

static int alarm_as_program(void *unused)
{
	(void)unused;
	return alarm_set(MILLISECOND, 0, NULL);
}

static void alarms_refused(void)
{
	const struct thread_plan program = {.role = &role_program, .function = alarm_as_program};

	CHECK_EQUAL(alarm_set(MILLISECOND, 2, NULL), -EINVAL);
	CHECK_EQUAL(alarm_set(MILLISECOND, ~0u, NULL), -EINVAL);
	CHECK_EQUAL(alarm_set(~0ull, 0, NULL), -EINVAL);
	CHECK_EQUAL(alarm_set(~0ull, ALARM_ABSOLUTE, NULL), -EINVAL);
	CHECK_EQUAL(alarm_set((1ull << 62) + 1, 0, NULL), -EINVAL);
	CHECK_EQUAL(alarm_set(1ull << 62, 0, NULL), 0);
	CHECK_EQUAL(alarm_set(1ull << 62, ALARM_ABSOLUTE, NULL), 0);
	CHECK_EQUAL(alarm_set(0, 0, NULL), 0);
	CHECK_EQUAL(thread_join(thread_make(&program)), -EINVAL);
}

/* --- Clocks -------------------------------------------------------------------------------------
 */

static void time_goes_on(void)
{
	nanoseconds_t before = clock_now(), now, step = 0;

	for (unsigned int i = 0; i < 2000; i++) {
		now = clock_now();
		CHECK(now >= before);
		step |= now - before;
		before = now;
	}
	CHECK(step != 0);
	CHECK(machine_info().uptime >= before);
}

/* The clock as the kernel page's reader computes it, the product in 96 bits. */
static nanoseconds_t page_clock(void)
{
	nanoseconds_t time;
	uint32_t sequence;
	cycles_t cycles;

	do {
		sequence = *(volatile const u32 *)&page->clock.sequence;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		cycles = arch_cycles_read() - page->clock.base_cycles;
		time = page->clock.base_time +
		       ((cycles >> 32) * page->clock.multiplier << (32 - page->clock.shift)) +
		       ((cycles & 0xFFFFFFFFu) * page->clock.multiplier >> page->clock.shift);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while ((sequence & 1) || sequence != *(volatile const u32 *)&page->clock.sequence);
	return time;
}

static void page_clock_agrees(void)
{
	if (!page->clock.readable)
		case_skip("the cycle counter cannot be read");
	for (unsigned int i = 0; i < 300; i++) {
		nanoseconds_t before, now, after;

		thread_place(EP_SELF, PRIORITY_TEST, i % cpu_count());
		before = clock_now();
		now = page_clock();
		after = clock_now();
		CHECK(before <= now && now <= after);
	}
}

static int time_set(nanoseconds_t realtime)
{
	return sys_time_set(&(struct sys_time_set_req){realtime}, NULL);
}

static void wall_clock(void)
{
	const u32 sequence = page->clock.sequence;
	const nanoseconds_t offset = page->clock.realtime_offset;
	const nanoseconds_t wanted = 1800000000ull * 1000 * MILLISECOND; /* in 2027 */
	nanoseconds_t before = clock_now();

	CHECK_EQUAL(sequence & 1, 0);
	CHECK_EQUAL(time_set(wanted), 0);
	CHECK_EQUAL(page->clock.sequence, sequence + 2);
	CHECK(page->clock.realtime_offset + before <= wanted);
	CHECK(page->clock.realtime_offset + clock_now() >= wanted);
	CHECK_EQUAL(time_set(0), -EINVAL); /* before boot */
	CHECK_EQUAL(time_set(before - 1), -EINVAL);
	CHECK_EQUAL(page->clock.sequence, sequence + 2);
	/* Time since boot knows nothing of it. */
	CHECK(clock_now() >= before && clock_now() - before < 10000 * MILLISECOND);
	CHECK_EQUAL(time_set(offset + clock_now() + MILLISECOND), 0);
}

/* --- Processor time -----------------------------------------------------------------------------
 */

static struct sys_times_reply times(endpoint_t thread)
{
	struct sys_times_reply reply;

	CHECK_EQUAL(sys_times(&(struct sys_times_req){thread}, &reply), 0);
	return reply;
}

static void need_cycles(void)
{
	if (machine_info().cycles_per_second == 0)
		case_skip("processor time is not counted");
}

static void who_runs_is_charged(void)
{
	struct spinner spinner = {};
	struct test_thread *runs, *waits = thread_start(NULL, wait_for_ever, NULL);
	struct sys_times_reply before, now, idle;

	need_cycles();
	runs = thread_start(NULL, spin, &spinner);
	wait_rts(waits->endpoint, RTS_RECEIVE_ANY);
	idle = times(waits->endpoint);
	spin_wait(&spinner);
	before = times(runs->endpoint);
	sleep_for(30 * MILLISECOND);
	now = times(runs->endpoint);
	CHECK(now.user_time > before.user_time + MILLISECOND);
	CHECK(now.user_time - before.user_time <= now.now - before.now + 50 * MILLISECOND);
	CHECK(now.user_cycles > before.user_cycles);
	CHECK_EQUAL(times(waits->endpoint).user_cycles, idle.user_cycles);
	CHECK_EQUAL(now.priority, PRIORITY_TEST);
	CHECK(now.cpu < cpu_count());
}

static void messages_are_counted(void)
{
	struct test_thread *server = thread_start(NULL, echo_server, NULL);
	const u64 before = times(EP_SELF).ipc_count;

	for (unsigned int i = 0; i < 10; i++) {
		message_set(TYPE(1), i);
		CHECK_EQUAL(ipc_call(server->endpoint), 0);
	}
	CHECK_EQUAL(times(EP_SELF).ipc_count - before, 10);
	echo_stop(server);
}

static void times_refused(void)
{
	struct sys_times_reply reply;

	CHECK_EQUAL(sys_times(&(struct sys_times_req){endpoint_stale()}, &reply), -EDEADSRCDST);
	CHECK_EQUAL(sys_times(&(struct sys_times_req){EP_NONE}, &reply), -EDEADSRCDST);
}

/* --- Timers in processor time -------------------------------------------------------------------
 */

static int vtimer(endpoint_t thread, uint32_t signal, nanoseconds_t interval, nanoseconds_t *left)
{
	const struct sys_vtimer_req request = {thread, signal, interval};
	struct sys_vtimer_reply reply;
	const int error = sys_vtimer(&request, &reply);

	if (left != NULL)
		*left = reply.left;
	return error;
}

static struct test_thread *managed(int (*function)(void *), void *argument)
{
	const struct thread_plan plan = {
		.function = function, .argument = argument, .manager = thread_self()};

	return thread_make(&plan);
}

static void virtual_timer_fires(void)
{
	struct spinner spinner = {};
	struct test_thread *thread;
	nanoseconds_t before, left;

	need_cycles();
	thread = managed(spin, &spinner);
	for (unsigned int i = 0; i < 3; i++) {
		spin_wait(&spinner);
		before = times(thread->endpoint).user_time;
		CHECK_EQUAL(vtimer(thread->endpoint, 26, 3 * MILLISECOND, &left), 0);
		CHECK_EQUAL(left, 0);
		signal_expect(thread->endpoint, SIGNAL_BIT(26));
		CHECK(times(thread->endpoint).user_time - before >= 3 * MILLISECOND - 1000);
		CHECK_EQUAL(signal_end(thread->endpoint), 0);
	}
}

static void virtual_timer_stands_with_its_thread(void)
{
	struct spinner spinner = {};
	struct test_thread *thread;
	nanoseconds_t left;

	need_cycles();
	thread = managed(wait_for_ever, NULL);
	wait_rts(thread->endpoint, RTS_RECEIVE_ANY);
	CHECK_EQUAL(vtimer(thread->endpoint, 26, MILLISECOND, NULL), 0);
	sleep_for(5 * MILLISECOND);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_RECEIVE_ANY);
	CHECK_EQUAL(vtimer(thread->endpoint, 0, 0, &left), 0);
	CHECK(left > MILLISECOND - 1000 && left <= MILLISECOND + 1000);
	/* Disarmed it signals nobody. */
	thread = managed(spin, &spinner);
	CHECK_EQUAL(vtimer(thread->endpoint, 26, FAR, NULL), 0);
	CHECK_EQUAL(vtimer(thread->endpoint, 27, 2 * FAR, &left), 0);
	CHECK(left > FAR / 2 && left <= FAR);
	CHECK_EQUAL(vtimer(thread->endpoint, 0, 0, NULL), 0);
	sleep_for(5 * MILLISECOND);
	CHECK_EQUAL(thread_info(thread->endpoint).signals, 0);
}

static void own_virtual_timer(void)
{
	struct spinner spinner = {};
	struct test_thread *thread;

	need_cycles();
	thread = thread_start(NULL, spin, &spinner);
	CHECK_EQUAL(vtimer(EP_SELF, 26, 1000 * MILLISECOND, NULL), 0);
	CHECK_EQUAL(vtimer(EP_SELF, 0, 0, NULL), 0);
	/* A thread may go with its timer running. */
	CHECK_EQUAL(vtimer(thread->endpoint, 26, 2 * MILLISECOND, NULL), 0);
	thread_free(thread);
	thread = thread_start(NULL, spin, &spinner);
	sleep_for(5 * MILLISECOND);
	CHECK_EQUAL(thread->end, THREAD_RUNS);
}

static void virtual_timers_refused(void)
{
	CHECK_EQUAL(vtimer(EP_SELF, 1, 0, NULL), -EINVAL);
	CHECK_EQUAL(vtimer(EP_SELF, SIGNAL_EXITED, MILLISECOND, NULL), -EINVAL);
	CHECK_EQUAL(vtimer(EP_SELF, ~0u, MILLISECOND, NULL), -EINVAL);
	CHECK_EQUAL(vtimer(EP_SELF, 1, ~0ull, NULL), -EINVAL);
	CHECK_EQUAL(vtimer(endpoint_stale(), 1, MILLISECOND, NULL), -EDEADSRCDST);
	CHECK_EQUAL(vtimer(EP_ANY, 0, 0, NULL), -EDEADSRCDST);
}

static const struct test_case cases[] = {
	CASE("an alarm comes after its time", relative_alarm, CASE_SHORT),
	CASE("an alarm comes at a time, or at once", absolute_alarm, 0),
	CASE("a new alarm takes the place of the old", alarm_is_replaced, 0),
	CASE("an alarm that is disarmed does not come", alarm_is_disarmed, 0),
	CASE("an alarm waits for its receiver", alarm_waits, 0),
	CASE("an alarm dies with its service", alarm_dies_with_its_service, 0),
	CASE("alarms of many threads do not mix", many_alarms, 0),
	CASE("bad alarms are refused", alarms_refused, 0),
	CASE("time does not go back", time_goes_on, 0),
	CASE("the kernel page's clock is the kernel's", page_clock_agrees, CASE_SHORT),
	CASE("the wall clock is set, with its sequence number", wall_clock, 0),
	CASE("processor time is charged to who runs", who_runs_is_charged, 0),
	CASE("messages are counted to their sender", messages_are_counted, 0),
	CASE("nobody has no times", times_refused, 0),
	CASE("a timer in processor time signals its thread", virtual_timer_fires, 0),
	CASE("a timer in processor time stands with its thread",
	     virtual_timer_stands_with_its_thread, 0),
	CASE("timers in processor time go with their threads", own_virtual_timer, 0),
	CASE("bad timers are refused", virtual_timers_refused, 0),
};

const struct test_suite suite_time = SUITE("time", cases);
