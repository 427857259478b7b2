/* Signals: told to a manager, taken and ended by it; managers that go; ends. The case is the
 * manager.
 */
#include "helper.h"

#include <arch/provoke.h>

#define USER_SIGNAL 12

static struct sys_signal_get_reply signal_get(void)
{
	struct sys_signal_get_reply reply;

	CHECK_EQUAL(sys_signal_get(&(struct sys_empty_req){}, &reply), 0);
	return reply;
}

/* --- Manager and managed ------------------------------------------------------------------------
 */

static void manager_is_told(void)
{
	struct spinner spinner = {};
	struct test_thread *thread = managed_start(spin, &spinner);
	struct sys_signal_get_reply taken;
	struct ipc_received received;
	struct message got;

	spin_wait(&spinner);
	CHECK_EQUAL(signal_kill(thread->endpoint, USER_SIGNAL), 0);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_SIGNALED);
	CHECK(spin_stands(&spinner));
	CHECK_EQUAL(receive(EP_SYSTEM, IPC_NONBLOCK, &got, &received), 0);
	CHECK_EQUAL(got.type, MESSAGE_NOTIFY);
	CHECK(received.status & IPC_STATUS_KERNEL);
	CHECK_EQUAL(thread_info(thread->endpoint).signals, SIGNAL_BIT(USER_SIGNAL));
	taken = signal_get();
	CHECK_EQUAL(taken.thread, thread->endpoint);
	CHECK_EQUAL(taken.signals, SIGNAL_BIT(USER_SIGNAL));
	CHECK_EQUAL(signal_get().thread, EP_NONE);
	/* It waits until the manager is done. */
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_SIGNALED);
	CHECK_EQUAL(signal_end(thread->endpoint), 0);
	spin_wait(&spinner);
	CHECK_EQUAL(signal_end(thread->endpoint), -EINVAL);
}

static void signals_add_up(void)
{
	struct spinner spinner = {};
	struct test_thread *thread = managed_start(spin, &spinner);
	const endpoint_t name = thread->endpoint;

	CHECK_EQUAL(signal_kill(name, 1), 0);
	CHECK_EQUAL(signal_kill(name, 62), 0);
	CHECK_EQUAL(signal_kill(name, 33), 0);
	CHECK_EQUAL(signal_kill(name, 33), 0);
	signal_expect(name, SIGNAL_BIT(1) | SIGNAL_BIT(33) | SIGNAL_BIT(62));
	/* One that comes now is for the next time. */
	CHECK_EQUAL(signal_kill(name, 2), 0);
	CHECK_EQUAL(signal_end(name), 0);
	CHECK_EQUAL(thread_rts(name), RTS_SIGNALED);
	signal_expect(name, SIGNAL_BIT(2));
	CHECK_EQUAL(signal_end(name), 0);
	spin_wait(&spinner);
}

static void several_threads(void)
{
	struct test_thread *threads[5];
	unsigned int seen = 0;

	for (unsigned int i = 0; i < 5; i++) {
		threads[i] = managed_start(wait_for_ever, NULL);
		CHECK_EQUAL(signal_kill(threads[i]->endpoint, i + 1), 0);
	}
	for (unsigned int n = 0; n < 5; n++) {
		const struct sys_signal_get_reply taken = signal_get();

		for (unsigned int i = 0; i < 5; i++) {
			if (taken.thread == threads[i]->endpoint) {
				seen |= 1u << i;
				CHECK_EQUAL(taken.signals, SIGNAL_BIT(i + 1));
			}
		}
	}
	CHECK_EQUAL(seen, 31);
	CHECK_EQUAL(signal_get().thread, EP_NONE);
}

struct self_report {
	volatile bool ready;
	u64 signals;
	endpoint_t thread;
	int end;
};

static int manage_self(void *argument)
{
	struct self_report *report = argument;
	struct sys_signal_get_reply taken;
	struct ipc_received received;

	report->ready = true;
	if (ipc_receive(EP_SYSTEM, NULL, 0, &received) != 0)
		return -1;
	taken = signal_get();
	report->signals = taken.signals;
	report->thread = taken.thread;
	report->end = signal_end(thread_self());
	return 0;
}

static int note_and_stumble(void *argument)
{
	*(volatile bool *)argument = true;
	arch_provoke_illegal();
	return 0;
}

static void self_managed(void)
{
	struct self_report report = {};
	struct thread_plan plan = {
		.function = manage_self, .argument = &report, .manager = EP_SELF};
	struct test_thread *thread = thread_make(&plan);
	volatile bool started = false;
	nanoseconds_t limit = 0;

	wait_rts(thread->endpoint, RTS_RECEIVE_FROM);
	CHECK_EQUAL(signal_kill(thread->endpoint, USER_SIGNAL), 0);
	while (!(thread_rts(thread->endpoint) & RTS_EXITED) && wait_a_moment(&limit))
		;
	CHECK_EQUAL(report.thread, thread->endpoint);
	CHECK_EQUAL(report.signals, SIGNAL_BIT(USER_SIGNAL));
	CHECK_EQUAL(report.end, -EINVAL);
	/* It cannot handle its own exception: it stops. */
	plan.function = note_and_stumble;
	plan.argument = (void *)&started;
	thread = thread_make(&plan);
	while (thread_rts(thread->endpoint) == 0 && wait_a_moment(&limit))
		;
	CHECK(started);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_STOPPED);
	CHECK_EQUAL(thread_info(thread->endpoint).signals, SIGNAL_BIT(SIGNAL_ILLEGAL));
}

/* --- Managers that go ---------------------------------------------------------------------------
 */

static struct test_thread *backed(endpoint_t manager, endpoint_t backup)
{
	const struct thread_plan plan = {.function = wait_for_ever,
					 .flags = THREAD_HELD | THREAD_UNPRIVILEGED};
	struct test_thread *thread = thread_make(&plan);
	const struct sys_priv_set_req request = {
		.thread = thread->endpoint,
		.flags = role_service.flags,
		.traps = role_service.traps,
		.calls = role_service.calls,
		.signal_manager = manager,
		.signal_backup = backup,
	};

	CHECK_EQUAL(sys_priv_set(&request, NULL), 0);
	CHECK_EQUAL(
		sys_priv_allow(&(struct sys_priv_allow_req){thread->endpoint, PRIV_ALLOW}, NULL),
		0);
	wait_rts(thread->endpoint, RTS_RECEIVE_ANY);
	return thread;
}

static void backup_takes_over(void)
{
	struct test_thread *manager = thread_start(NULL, wait_for_ever, NULL);
	struct test_thread *thread = backed(manager->endpoint, thread_self());

	thread_free(manager);
	CHECK_EQUAL(signal_kill(thread->endpoint, USER_SIGNAL), 0);
	signal_expect(thread->endpoint, SIGNAL_BIT(USER_SIGNAL));
	CHECK_EQUAL(signal_end(thread->endpoint), 0);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_RECEIVE_ANY);
}

static void backup_gets_what_waits(void)
{
	struct test_thread *manager = thread_start(NULL, wait_for_ever, NULL);
	struct test_thread *thread = backed(manager->endpoint, thread_self());
	struct ipc_received received;

	CHECK_EQUAL(signal_kill(thread->endpoint, USER_SIGNAL), 0);
	CHECK_EQUAL(signal_get().thread, EP_NONE); /* not ours yet */
	CHECK_EQUAL(signal_end(thread->endpoint), -EPERM);
	thread_free(manager);
	CHECK_EQUAL(ipc_receive(EP_SYSTEM, NULL, IPC_NONBLOCK, &received), 0);
	signal_expect(thread->endpoint, SIGNAL_BIT(USER_SIGNAL));
	CHECK_EQUAL(signal_end(thread->endpoint), 0);
}

static int take_and_exit(void *unused)
{
	struct ipc_received received;

	(void)unused;
	if (ipc_receive(EP_SYSTEM, NULL, 0, &received) != 0)
		return -1;
	return (int)signal_get().signals;
}

static void backup_gets_what_was_taken(void)
{
	struct test_thread *manager = thread_start(NULL, take_and_exit, NULL);
	struct test_thread *thread = backed(manager->endpoint, thread_self());

	CHECK_EQUAL(signal_kill(thread->endpoint, USER_SIGNAL), 0);
	CHECK_EQUAL(thread_wait(manager), THREAD_EXITED);
	CHECK_EQUAL(manager->status, SIGNAL_BIT(USER_SIGNAL));
	signal_expect(thread->endpoint, SIGNAL_BIT(USER_SIGNAL));
	CHECK_EQUAL(signal_end(thread->endpoint), 0);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_RECEIVE_ANY);
}

static void without_manager(void)
{
	struct test_thread *thread = backed(EP_NONE, EP_NONE);

	CHECK_EQUAL(signal_kill(thread->endpoint, USER_SIGNAL), 0);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_SIGNALED | RTS_RECEIVE_ANY);
	CHECK_EQUAL(signal_get().thread, EP_NONE);
	CHECK_EQUAL(signal_end(thread->endpoint), -EPERM);
}

static void signals_refused(void)
{
	struct test_thread *mine = managed_start(wait_for_ever, NULL);
	struct test_thread *others = thread_start(NULL, wait_for_ever, NULL);
	struct test_thread *ended = thread_start(NULL, return_at_once, NULL);

	CHECK_EQUAL(signal_kill(mine->endpoint, 0), -EINVAL);
	CHECK_EQUAL(signal_kill(mine->endpoint, SIGNAL_EXITED), -EINVAL);
	CHECK_EQUAL(signal_kill(mine->endpoint, SIGNAL_COUNT), -EINVAL);
	CHECK_EQUAL(signal_kill(mine->endpoint, ~0u), -EINVAL);
	CHECK_EQUAL(signal_kill(endpoint_stale(), 1), -EDEADSRCDST);
	CHECK_EQUAL(signal_kill(EP_ANY, 1), -EDEADSRCDST);
	CHECK_EQUAL(thread_wait(ended), THREAD_EXITED);
	CHECK_EQUAL(signal_kill(ended->endpoint, 1), -EPERM);
	CHECK_EQUAL(signal_end(mine->endpoint), -EINVAL);
	CHECK_EQUAL(signal_end(others->endpoint), -EPERM);
	CHECK_EQUAL(signal_end(endpoint_stale()), -EDEADSRCDST);
	CHECK_EQUAL(signal_get().thread, EP_NONE);
}

/* --- Ends ---------------------------------------------------------------------------------------
 */

static int exit_with(void *argument)
{
	return (int)(vaddr_t)argument;
}

static void exit_is_told(void)
{
	struct test_thread *thread = managed_start(exit_with, (void *)0x7654321);
	struct sys_signal_get_reply taken;

	REQUIRE(signal_wait(&taken) == thread->endpoint);
	CHECK_EQUAL(taken.signals, SIGNAL_BIT(SIGNAL_EXITED));
	CHECK_EQUAL(taken.exit_status, 0x7654321);
	CHECK(thread_rts(thread->endpoint) & RTS_EXITED);
	CHECK_EQUAL(signal_end(thread->endpoint), 0);
	CHECK(thread_rts(thread->endpoint) & RTS_EXITED);
	CHECK_EQUAL(signal_get().thread, EP_NONE);
}

static int call_name(void *argument)
{
	return ipc_call(*(endpoint_t *)argument);
}

static void exit_wakes_those_who_wait(void)
{
	struct spinner spinner = {};
	struct test_thread *thread = managed_start(spin, &spinner);
	endpoint_t name = thread->endpoint;
	struct job sender = {.trap = TRAP_IPC_SEND, .a0 = name};
	struct job receiver = {.trap = TRAP_IPC_RECEIVE, .a0 = name};
	struct test_thread *caller = thread_start(NULL, call_name, &name);

	job_start_until(&sender, RTS_SENDING);
	job_start_until(&receiver, RTS_RECEIVE_FROM);
	wait_rts(caller->endpoint, RTS_SENDING);
	spinner.stop = true;
	CHECK_EQUAL(job_finish(&sender), -EDEADSRCDST);
	CHECK_EQUAL(job_finish(&receiver), -EDEADSRCDST);
	CHECK_EQUAL(thread_join(caller), -EDEADSRCDST);
	signal_expect(name, SIGNAL_BIT(SIGNAL_EXITED));
	CHECK_EQUAL(ipc_send(name, IPC_NONBLOCK), -EDEADSRCDST);
}

static const struct test_case cases[] = {
	CASE("a signal stops its thread and is told to the manager", manager_is_told, CASE_SHORT),
	CASE("signals add up until they are taken", signals_add_up, 0),
	CASE("signals of several threads are all found", several_threads, 0),
	CASE("a thread can manage itself", self_managed, 0),
	CASE("a backup manager takes over", backup_takes_over, 0),
	CASE("a backup manager gets what waited for the first", backup_gets_what_waits, 0),
	CASE("a backup manager gets what the first did not end", backup_gets_what_was_taken, 0),
	CASE("without a manager a signal stops for good", without_manager, 0),
	CASE("bad signals are refused", signals_refused, 0),
	CASE("an end is told with its status", exit_is_told, 0),
	CASE("an end wakes those who wait for the thread", exit_wakes_those_who_wait, 0),
};

const struct test_suite suite_signal = SUITE("signal", cases);
