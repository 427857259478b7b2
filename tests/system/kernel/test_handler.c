/* Signal handlers: entered, nested and left with the whole context; frames that are refused. The
 * case is the manager.
 *
 * A handler notes what it got and spoils what it may; then the restorer calls the manager, which
 * pops the frame.
 */
#include "helper.h"

#include <arch/layout.h>
#include <arch/provoke.h>
#include <skerry/signal_frame.h>

#define USER_SIGNAL 12
#define DEPTH_MAX 4u

static struct {
	endpoint_t manager;
	volatile unsigned int count, depth;
	uint32_t signal;
	vaddr_t frame[DEPTH_MAX];
	vaddr_t stack;
	uint8_t info[SIGNAL_INFO_BYTES];
	volatile bool hold; /* the handler does not end */
} handled;

static void handler(uint32_t signal, vaddr_t frame)
{
	handled.signal = signal;
	handled.stack = (vaddr_t)&signal;
	handled.frame[handled.depth++] = frame;
	memcpy(handled.info, ((const struct signal_frame *)frame)->info, SIGNAL_INFO_BYTES);
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
	return managed_start(work_run, NULL);
}

static void work_wait(void)
{
	const unsigned int from = work.count;
	nanoseconds_t limit = 0;

	while (work.count == from && wait_a_moment(&limit))
		;
	CHECK(work.count != from);
}

static const uint8_t info[SIGNAL_INFO_BYTES] = {1, 2, 3, [SIGNAL_INFO_BYTES - 1] = 64};

static int frame_push(endpoint_t thread, uint32_t signal, u64 stack)
{
	const struct sys_signal_send_req request = {
		.thread = thread,
		.signal = signal,
		.handler = (vaddr_t)handler,
		.stack_pointer = stack,
		.restorer = (vaddr_t)restorer,
		.mask = 0x55,
		.info = (vaddr_t)info,
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
	CHECK_EQUAL(signal_kill(thread->endpoint, signal), 0);
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
		CHECK(memcmp(handled.info, info, sizeof(info)) == 0);
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
	struct test_thread *thread = managed_start(receive_for_ever, NULL);
	struct sys_signal_get_reply taken;

	memset(&handled, 0, sizeof(handled));
	handled.manager = thread_self();
	wait_rts(thread->endpoint, RTS_RECEIVE_FROM);
	CHECK_EQUAL(signal_kill(thread->endpoint, USER_SIGNAL), 0);
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
	struct test_thread *thread = managed_start(stumble, NULL);
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
	CHECK_EQUAL(signal_kill(thread->endpoint, USER_SIGNAL), 0);
	signal_expect(thread->endpoint, SIGNAL_BIT(USER_SIGNAL));
	bad.thread = thread_self();
	CHECK_EQUAL(sys_signal_send(&bad, NULL), -EINVAL);
	bad.thread = endpoint_stale();
	CHECK_EQUAL(sys_signal_send(&bad, NULL), -EDEADSRCDST);
	bad = good;
	bad.signal = 0;
	CHECK_EQUAL(sys_signal_send(&bad, NULL), -EINVAL);
	bad.signal = SIGNAL_HANDLED_MAX + 1;
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
	bad = good;
	bad.info = ARCH_USER_LIMIT - SIGNAL_INFO_BYTES + 1;
	CHECK_EQUAL(sys_signal_send(&bad, NULL), -EFAULT);
	bad.info = ~0ull;
	CHECK_EQUAL(sys_signal_send(&bad, NULL), -EFAULT);
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
	CASE("a handler leaves no trace in what it interrupts", handler_comes_and_goes, CASE_SHORT),
	CASE("handlers nest", handlers_nest, 0),
	CASE("a handler may have a stack of its own", signal_stack, 0),
	CASE("a handler can come in the middle of a receive", handler_in_a_receive, 0),
	CASE("a handler can come after an exception", handler_of_exception, 0),
	CASE("bad handlers and stacks are refused", pushes_refused, 0),
	CASE("bad frames are refused", pops_refused, 0),
	CASE("a frame gives no rights", frames_give_no_rights, 0),
};

const struct test_suite suite_handler = SUITE("handler", cases);
