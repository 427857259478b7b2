/* Signals: told to a manager, taken and ended by it; handlers that are entered and left with the
 * whole context; ends. The case is the manager.
 */
#include "helper.h"

#include <arch/layout.h>
#include <arch/provoke.h>

#define USER_SIGNAL 12
#define OTHER_SIGNAL 15

static int kill(endpoint_t thread, uint32_t signal)
{
	return sys_kill(&(struct sys_kill_req){thread, signal}, NULL);
}

static struct sys_signal_get_reply signal_get(void)
{
	struct sys_signal_get_reply reply;

	CHECK_EQUAL(sys_signal_get(&(struct sys_empty_req){}, &reply), 0);
	return reply;
}

static struct test_thread *managed(int (*function)(void *), void *argument)
{
	const struct thread_plan plan = {
		.space = space_make(),
		.function = function,
		.argument = argument,
		.manager = thread_self(),
	};

	return thread_make(&plan);
}

/* --- Manager and managed ------------------------------------------------------------------------
 */

static void manager_is_told(void)
{
	struct spinner spinner = {};
	struct test_thread *thread = managed(spin, &spinner);
	struct sys_signal_get_reply taken;
	struct ipc_received received;
	struct message got;

	spin_wait(&spinner);
	CHECK_EQUAL(kill(thread->endpoint, USER_SIGNAL), 0);
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
	struct test_thread *thread = managed(spin, &spinner);
	const endpoint_t name = thread->endpoint;

	CHECK_EQUAL(kill(name, 1), 0);
	CHECK_EQUAL(kill(name, 62), 0);
	CHECK_EQUAL(kill(name, 33), 0);
	CHECK_EQUAL(kill(name, 33), 0);
	signal_expect(name, SIGNAL_BIT(1) | SIGNAL_BIT(33) | SIGNAL_BIT(62));
	/* One that comes now is for the next time. */
	CHECK_EQUAL(kill(name, 2), 0);
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
		threads[i] = managed(wait_for_ever, NULL);
		CHECK_EQUAL(kill(threads[i]->endpoint, i + 1), 0);
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
	CHECK_EQUAL(kill(thread->endpoint, USER_SIGNAL), 0);
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
	CHECK_EQUAL(kill(thread->endpoint, USER_SIGNAL), 0);
	signal_expect(thread->endpoint, SIGNAL_BIT(USER_SIGNAL));
	CHECK_EQUAL(signal_end(thread->endpoint), 0);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_RECEIVE_ANY);
}

static void backup_gets_what_waits(void)
{
	struct test_thread *manager = thread_start(NULL, wait_for_ever, NULL);
	struct test_thread *thread = backed(manager->endpoint, thread_self());
	struct ipc_received received;

	CHECK_EQUAL(kill(thread->endpoint, USER_SIGNAL), 0);
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

	CHECK_EQUAL(kill(thread->endpoint, USER_SIGNAL), 0);
	CHECK_EQUAL(thread_wait(manager), THREAD_EXITED);
	CHECK_EQUAL(manager->status, SIGNAL_BIT(USER_SIGNAL));
	signal_expect(thread->endpoint, SIGNAL_BIT(USER_SIGNAL));
	CHECK_EQUAL(signal_end(thread->endpoint), 0);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_RECEIVE_ANY);
}

static void without_manager(void)
{
	struct test_thread *thread = backed(EP_NONE, EP_NONE);

	CHECK_EQUAL(kill(thread->endpoint, USER_SIGNAL), 0);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_SIGNALED | RTS_RECEIVE_ANY);
	CHECK_EQUAL(signal_get().thread, EP_NONE);
	CHECK_EQUAL(signal_end(thread->endpoint), -EPERM);
}

static void signals_refused(void)
{
	struct test_thread *mine = managed(wait_for_ever, NULL);
	struct test_thread *others = thread_start(NULL, wait_for_ever, NULL);
	struct test_thread *ended = thread_start(NULL, return_at_once, NULL);

	CHECK_EQUAL(kill(mine->endpoint, 0), -EINVAL);
	CHECK_EQUAL(kill(mine->endpoint, SIGNAL_EXITED), -EINVAL);
	CHECK_EQUAL(kill(mine->endpoint, SIGNAL_COUNT), -EINVAL);
	CHECK_EQUAL(kill(mine->endpoint, ~0u), -EINVAL);
	CHECK_EQUAL(kill(endpoint_stale(), 1), -EDEADSRCDST);
	CHECK_EQUAL(kill(EP_ANY, 1), -EDEADSRCDST);
	CHECK_EQUAL(thread_wait(ended), THREAD_EXITED);
	CHECK_EQUAL(kill(ended->endpoint, 1), -EPERM);
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
	struct test_thread *thread = managed(exit_with, (void *)0x7654321);
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
	struct test_thread *thread = managed(spin, &spinner);
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

/* --- Handlers -----------------------------------------------------------------------------------
 *
 * A handler notes what it got and spoils what it may; then the restorer calls the manager, which
 * pops the frame.
 */

#define DEPTH_MAX 4u

static struct {
	endpoint_t manager;
	volatile unsigned int count, depth;
	uint32_t signal;
	vaddr_t frame[DEPTH_MAX];
	vaddr_t stack;
	volatile bool hold; /* the handler does not end */
} handled;

static void handler(uint32_t signal, vaddr_t frame)
{
	handled.signal = signal;
	handled.stack = (vaddr_t)&signal;
	handled.frame[handled.depth++] = frame;
	if (arch_fpu_present())
		arch_fpu_fill(999);
	message_set(TYPE(31), 31);
	handled.count++;
	while (handled.hold)
		;
}

static void restorer(void)
{
	message_set(TYPE(30), handled.frame[--handled.depth]);
	(void)ipc_call(handled.manager);
	__builtin_trap();
}

/* Computes in registers, FPU and message page; each must be as it was left. */
static struct {
	volatile unsigned int count;
	volatile bool stop;
	unsigned int wrong;
} work;

static int work_run(void *unused)
{
	uint64_t first = 1, second = 1;

	(void)unused;
	if (arch_fpu_present())
		arch_fpu_fill(55);
	message_set(TYPE(29), 0x123456789ull);
	while (!work.stop) {
		for (unsigned int i = 0; i < 20; i++)
			work.wrong += random_next(&first) != random_next(&second);
		if (arch_fpu_present())
			work.wrong += arch_fpu_check(55) != 0;
		work.wrong += message()->type != TYPE(29) || message()->quad[0] != 0x123456789ull;
		work.count++;
	}
	return 0;
}

static struct test_thread *work_start(void)
{
	memset(&handled, 0, sizeof(handled));
	memset(&work, 0, sizeof(work));
	handled.manager = thread_self();
	return managed(work_run, NULL);
}

static void work_wait(void)
{
	const unsigned int from = work.count;
	nanoseconds_t limit = 0;

	while (work.count == from && wait_a_moment(&limit))
		;
	CHECK(work.count != from);
}

static int frame_push(endpoint_t thread, uint32_t signal, u64 stack)
{
	const struct sys_signal_send_req request = {
		.thread = thread,
		.signal = signal,
		.handler = (vaddr_t)handler,
		.stack_pointer = stack,
		.restorer = (vaddr_t)restorer,
		.mask = 0x55,
	};

	return sys_signal_send(&request, NULL);
}

static int frame_pop(endpoint_t thread, u64 frame)
{
	return sys_signal_return(&(struct sys_signal_return_req){.thread = thread, .frame = frame},
				 NULL);
}

/* A signal to its handler. */
static void handler_enter(const struct test_thread *thread, uint32_t signal, u64 stack)
{
	CHECK_EQUAL(kill(thread->endpoint, signal), 0);
	signal_expect(thread->endpoint, SIGNAL_BIT(signal));
	CHECK_EQUAL(frame_push(thread->endpoint, signal, stack), 0);
	CHECK_EQUAL(signal_end(thread->endpoint), 0);
}

/* The restorer's call: which frame. */
static u64 handler_left(const struct test_thread *thread)
{
	struct ipc_received received;
	struct message got;

	REQUIRE(receive(thread->endpoint, 0, &got, &received) == 0);
	CHECK_EQUAL(got.type, TYPE(30));
	return got.quad[0];
}

static void work_end(struct test_thread *thread)
{
	work_wait();
	work.stop = true;
	signal_expect(thread->endpoint, SIGNAL_BIT(SIGNAL_EXITED));
	CHECK_EQUAL(work.wrong, 0);
}

static void handler_comes_and_goes(void)
{
	struct test_thread *thread = work_start();

	for (unsigned int i = 1; i <= 100; i++) {
		work_wait();
		handler_enter(thread, USER_SIGNAL + i % 3, 0);
		CHECK_EQUAL(frame_pop(thread->endpoint, handler_left(thread)), 0);
		CHECK_EQUAL(handled.count, i);
		CHECK_EQUAL(handled.signal, USER_SIGNAL + i % 3);
		CHECK_EQUAL(handled.depth, 0);
	}
	work_end(thread);
}

static void handlers_nest(void)
{
	struct test_thread *thread = work_start();
	nanoseconds_t limit = 0;

	work_wait();
	handled.hold = true;
	for (unsigned int i = 1; i <= DEPTH_MAX; i++) {
		handler_enter(thread, USER_SIGNAL, 0);
		while (handled.count < i && wait_a_moment(&limit))
			;
		CHECK_EQUAL(handled.depth, i);
		if (i > 1)
			CHECK(handled.frame[i - 1] < handled.frame[i - 2]);
	}
	handled.hold = false;
	for (unsigned int i = 0; i < DEPTH_MAX; i++)
		CHECK_EQUAL(frame_pop(thread->endpoint, handler_left(thread)), 0);
	work_end(thread);
}

static void signal_stack(void)
{
	struct test_thread *thread = work_start();
	const vaddr_t top = PRIVATE_BASE + 2 * ARCH_PAGE_SIZE;

	space_add(thread->space, PRIVATE_BASE, 2, PAGE_WRITE);
	work_wait();
	handler_enter(thread, USER_SIGNAL, top);
	CHECK_EQUAL(frame_pop(thread->endpoint, handler_left(thread)), 0);
	CHECK(handled.frame[0] < top && handled.frame[0] >= PRIVATE_BASE);
	CHECK(handled.stack < handled.frame[0] && handled.stack >= PRIVATE_BASE);
	work_end(thread);
}

/* A receive that is pulled back for a signal ends with EINTR, behind the handler. */
static int receive_for_ever(void *unused)
{
	struct ipc_received received;

	(void)unused;
	return ipc_receive(EP_HARDWARE, NULL, 0, &received);
}

static void handler_in_a_receive(void)
{
	struct test_thread *thread = managed(receive_for_ever, NULL);
	struct sys_signal_get_reply taken;

	memset(&handled, 0, sizeof(handled));
	handled.manager = thread_self();
	wait_rts(thread->endpoint, RTS_RECEIVE_FROM);
	CHECK_EQUAL(kill(thread->endpoint, USER_SIGNAL), 0);
	signal_expect(thread->endpoint, SIGNAL_BIT(USER_SIGNAL));
	CHECK_EQUAL(frame_push(thread->endpoint, USER_SIGNAL, 0), -EINVAL);
	CHECK_EQUAL(sys_ipc_cancel(&(struct sys_ipc_cancel_req){thread->endpoint}, NULL), 0);
	CHECK_EQUAL(frame_push(thread->endpoint, USER_SIGNAL, 0), 0);
	CHECK_EQUAL(signal_end(thread->endpoint), 0);
	CHECK_EQUAL(frame_pop(thread->endpoint, handler_left(thread)), 0);
	REQUIRE(signal_wait(&taken) == thread->endpoint);
	CHECK_EQUAL(taken.signals, SIGNAL_BIT(SIGNAL_EXITED));
	CHECK_EQUAL(taken.exit_status, -EINTR);
	CHECK_EQUAL(handled.count, 1);
}

/* The manager repairs what an exception stumbled on by having the handler end the thread's round.
 */
static volatile bool repaired;

static void repair(uint32_t signal, vaddr_t frame)
{
	(void)frame;
	repaired = signal == SIGNAL_ILLEGAL;
	(void)sys_exit(&(struct sys_exit_req){.status = 88}, NULL);
}

static int stumble(void *unused)
{
	(void)unused;
	arch_provoke_illegal();
	return 0;
}

static void handler_of_exception(void)
{
	struct test_thread *thread = managed(stumble, NULL);
	const struct sys_signal_send_req request = {
		.thread = thread->endpoint, .signal = SIGNAL_ILLEGAL, .handler = (vaddr_t)repair};
	struct sys_signal_get_reply taken;

	repaired = false;
	signal_expect(thread->endpoint, SIGNAL_BIT(SIGNAL_ILLEGAL));
	CHECK_EQUAL(sys_signal_send(&request, NULL), 0);
	CHECK_EQUAL(signal_end(thread->endpoint), 0);
	REQUIRE(signal_wait(&taken) == thread->endpoint);
	CHECK_EQUAL(taken.exit_status, 88);
	CHECK(repaired);
}

/* --- Frames that are refused --------------------------------------------------------------------
 */

static void pushes_refused(void)
{
	struct test_thread *thread = work_start();
	struct sys_signal_send_req good = {
		.thread = thread->endpoint,
		.signal = USER_SIGNAL,
		.handler = (vaddr_t)handler,
		.restorer = (vaddr_t)restorer,
	};
	struct sys_signal_send_req bad = good;
	static const u64 stacks[] = {8,		  100,	 PRIVATE_BASE,
				     1ull << 32,  ~0ull, ARCH_USER_LIMIT + 4096ull,
				     0x80000000u, ~63ull};

	work_wait();
	CHECK_EQUAL(sys_signal_send(&good, NULL), -EINVAL); /* it runs */
	CHECK_EQUAL(kill(thread->endpoint, USER_SIGNAL), 0);
	signal_expect(thread->endpoint, SIGNAL_BIT(USER_SIGNAL));
	bad.thread = thread_self();
	CHECK_EQUAL(sys_signal_send(&bad, NULL), -EINVAL);
	bad.thread = endpoint_stale();
	CHECK_EQUAL(sys_signal_send(&bad, NULL), -EDEADSRCDST);
	bad = good;
	bad.signal = 0;
	CHECK_EQUAL(sys_signal_send(&bad, NULL), -EINVAL);
	bad.signal = SIGNAL_COUNT;
	CHECK_EQUAL(sys_signal_send(&bad, NULL), -EINVAL);
	bad = good;
	bad.handler = ARCH_USER_LIMIT;
	CHECK_EQUAL(sys_signal_send(&bad, NULL), -EINVAL);
	bad.handler = good.handler | 1ull << 32;
	CHECK_EQUAL(sys_signal_send(&bad, NULL), -EINVAL);
	bad = good;
	bad.restorer = ~0ull;
	CHECK_EQUAL(sys_signal_send(&bad, NULL), -EINVAL);
	bad = good;
	for (unsigned int i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++) {
		bad.stack_pointer = stacks[i];
		CHECK_EQUAL(sys_signal_send(&bad, NULL), -EFAULT);
	}
	CHECK_EQUAL(signal_end(thread->endpoint), 0);
	work_end(thread);
}

static void pops_refused(void)
{
	static const u64 frames[] = {0,
				     0x10,
				     ARCH_USER_LIMIT,
				     ARCH_USER_LIMIT - 16,
				     ~0ull - 16,
				     PRIVATE_BASE + 64 * ARCH_PAGE_SIZE};
	struct test_thread *thread = work_start();
	u64 frame;

	space_add(thread->space, PRIVATE_BASE, 1, PAGE_WRITE);
	work_wait();
	handler_enter(thread, USER_SIGNAL, 0);
	frame = handler_left(thread);
	for (unsigned int i = 0; i < sizeof(frames) / sizeof(frames[0]); i++)
		CHECK_EQUAL(frame_pop(thread->endpoint, frames[i]), -EFAULT);
	CHECK_EQUAL(frame_pop(thread->endpoint, frame | 1ull << 32), -EFAULT);
	CHECK_EQUAL(frame_pop(thread->endpoint, PRIVATE_BASE), -EINVAL); /* zeros */
	CHECK_EQUAL(frame_pop(thread->endpoint, frame + 4), -EINVAL);
	CHECK_EQUAL(frame_pop(thread_self(), frame), -EINVAL);
	CHECK_EQUAL(frame_pop(endpoint_stale(), frame), -EDEADSRCDST);
	/* Nothing of that moved the thread. */
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_REPLY_WAIT);
	CHECK_EQUAL(frame_pop(thread->endpoint, frame), 0);
	work_end(thread);
}

/* A frame is the thread's memory: it may write there what it likes. It begins with the context. */
static void frames_give_no_rights(void)
{
	struct arch_user_context bad;

	for (unsigned int way = 0; arch_context_spoil(&bad, way); way++) {
		struct test_thread *thread = work_start();
		struct arch_user_context *context;
		int error;

		work_wait();
		handler_enter(thread, USER_SIGNAL, 0);
		context = (struct arch_user_context *)(vaddr_t)handler_left(thread);
		CHECK(arch_context_spoil(context, way));
		error = frame_pop(thread->endpoint, (vaddr_t)context);
		CHECK(error == 0 || error == -EINVAL);
		if (error == 0) {
			/* Made harmless; or it jumped where it may not be. */
			sleep_for(2 * MILLISECOND);
			CHECK(thread->end == THREAD_FAULTED || thread->end == THREAD_RUNS);
		}
		thread_free(thread);
	}
}

static const struct test_case cases[] = {
	{"a signal stops its thread and is told to the manager", manager_is_told, CASE_SHORT},
	{"signals add up until they are taken", signals_add_up, 0},
	{"signals of several threads are all found", several_threads, 0},
	{"a thread can manage itself", self_managed, 0},
	{"a backup manager takes over", backup_takes_over, 0},
	{"a backup manager gets what waited for the first", backup_gets_what_waits, 0},
	{"a backup manager gets what the first did not end", backup_gets_what_was_taken, 0},
	{"without a manager a signal stops for good", without_manager, 0},
	{"bad signals are refused", signals_refused, 0},
	{"an end is told with its status", exit_is_told, 0},
	{"an end wakes those who wait for the thread", exit_wakes_those_who_wait, 0},
	{"a handler leaves no trace in what it interrupts", handler_comes_and_goes, CASE_SHORT},
	{"handlers nest", handlers_nest, 0},
	{"a handler may have a stack of its own", signal_stack, 0},
	{"a handler can come in the middle of a receive", handler_in_a_receive, 0},
	{"a handler can come after an exception", handler_of_exception, 0},
	{"bad handlers and stacks are refused", pushes_refused, 0},
	{"bad frames are refused", pops_refused, 0},
	{"a frame gives no rights", frames_give_no_rights, CASE_SHORT},
};

const struct test_suite suite_signal = SUITE("signal", cases);
