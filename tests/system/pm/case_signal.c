/* Signals: handlers, masks, waiting. */
#include "program.h"

#include <sys_call.h>

static volatile unsigned int came;
static volatile struct pm_signal_info last;
static struct helper helper;

static void note(uint32_t signal, const struct pm_signal_info *info, struct signal_frame *frame)
{
	CHECK_EQ(info->signal, signal);
	CHECK_EQ(frame->signal, signal);
	last = *info;
	came++;
}

void case_signal_handler(void)
{
	const pid32 parent = own_pid();
	pid32 child;

	handler_set(SIGNAL_USER1, note, PM_SIGNAL_SIGINFO, 0);
	CHECK_EQ(kill(own_pid(), SIGNAL_USER1), 0);
	CHECK_EQ(came, 1); /* before kill() comes back */
	CHECK_EQ(last.pid, own_pid());
	CHECK_EQ(last.code, PM_SIGNAL_CODE_USER);
	CHECK_EQ(last.flags, PM_SIGNAL_SIGINFO);
	child = child_make();
	if (child == 0) {
		CHECK_EQ(kill(parent, SIGNAL_USER1), 0);
		program_exit(0);
	}
	while (came < 2)
		yield();
	CHECK_EQ(last.pid, child);
	CHECK_EQ(child_wait(child), 0);
	action_set(SIGNAL_USER1, PM_SIGNAL_IGNORE, 0);
	CHECK_EQ(kill(own_pid(), SIGNAL_USER1), 0);
	CHECK_EQ(came, 2);
}

static pid32 kills_often(pid32 whom, uint32_t signal, unsigned int times)
{
	const pid32 child = child_make();

	if (child == 0) {
		for (unsigned int i = 0; i < times; i++) {
			CHECK_EQ(kill(whom, signal), 0);
			CHECK_EQ(sleep_for(MILLISECOND / 10, NULL), 0);
		}
		program_exit(0);
	}
	return child;
}

void case_signal_computing(void)
{
	uint64_t a = 1, b = 1;
	pid32 child;

	handler_set(SIGNAL_USER1, note, 0, 0);
	child = kills_often(own_pid(), SIGNAL_USER1, 50);
	while (came < 20) {
		for (unsigned int i = 0; i < 100; i++) {
			a = a * 6364136223846793005ull + 1442695040888963407ull;
			b = b * 6364136223846793005ull + 1442695040888963407ull;
		}
		CHECK(a == b);
	}
	while (child_state(child, PM_WAIT_EXITED | PM_WAIT_NOHANG) == 0 && kill(child, 0) == 0)
		yield();
}

void case_signal_mask(void)
{
	handler_set(SIGNAL_USER1, note, 0, 0);
	handler_set(SIGNAL_USER2, note, 0, 0);
	CHECK_EQ(mask_set(PM_SIGNAL_BLOCK, BIT(SIGNAL_USER1)), 0);
	CHECK_EQ(kill(own_pid(), SIGNAL_USER1), 0);
	CHECK_EQ(kill(own_pid(), SIGNAL_USER1), 0);
	CHECK_EQ(came, 0);
	CHECK_EQ(signals_pending(), BIT(SIGNAL_USER1));
	CHECK_EQ(kill(own_pid(), SIGNAL_USER2), 0);
	CHECK_EQ(came, 1);
	CHECK_EQ(mask_set(PM_SIGNAL_UNBLOCK, BIT(SIGNAL_USER1)), BIT(SIGNAL_USER1));
	CHECK_EQ(came, 2); /* a standard signal waits once */
	CHECK_EQ(signals_pending(), 0);
	/* What cannot be blocked is not; what comes to be ignored is forgotten. */
	CHECK_EQ(mask_set(PM_SIGNAL_SETMASK, ~0ull), 0);
	CHECK_EQ(mask_set(PM_SIGNAL_GETMASK, 0), ~(BIT(SIGNAL_KILL) | BIT(SIGNAL_STOP)));
	CHECK_EQ(kill(own_pid(), SIGNAL_USER1), 0);
	action_set(SIGNAL_USER1, PM_SIGNAL_IGNORE, 0);
	CHECK_EQ(signals_pending(), 0);
}

static volatile unsigned int depth, deepest;

static void nests(uint32_t signal, const struct pm_signal_info *info, struct signal_frame *frame)
{
	(void)info, (void)frame;
	if (++depth > deepest)
		deepest = depth;
	if (came++ < 3)
		CHECK_EQ(kill(own_pid(), signal), 0);
	depth--;
}

static void blocks(uint32_t signal, const struct pm_signal_info *info, struct signal_frame *frame)
{
	(void)signal, (void)info, (void)frame;
	CHECK_EQ(mask_set(PM_SIGNAL_GETMASK, 0), BIT(SIGNAL_USER1) | BIT(SIGNAL_HANGUP));
	came++;
}

void case_signal_nested(void)
{
	struct pm_signal_action_req read = {.signal = SIGNAL_USER1};
	struct pm_signal_action_reply found;

	handler_set(SIGNAL_USER1, nests, 0, 0);
	CHECK_EQ(kill(own_pid(), SIGNAL_USER1), 0);
	CHECK_EQ(came, 4);
	CHECK_EQ(deepest, 1);
	came = 0;
	handler_set(SIGNAL_USER1, nests, PM_SIGNAL_NODEFER, 0);
	CHECK_EQ(kill(own_pid(), SIGNAL_USER1), 0);
	CHECK_EQ(came, 4);
	CHECK_EQ(deepest, 4);
	handler_set(SIGNAL_USER1, blocks, 0, BIT(SIGNAL_HANGUP) | BIT(SIGNAL_KILL));
	CHECK_EQ(kill(own_pid(), SIGNAL_USER1), 0);
	CHECK_EQ(mask_set(PM_SIGNAL_GETMASK, 0), 0);
	handler_set(SIGNAL_USER1, note, PM_SIGNAL_RESETHAND, 0);
	came = 0;
	CHECK_EQ(kill(own_pid(), SIGNAL_USER1), 0);
	CHECK_EQ(came, 1);
	CHECK_EQ(pm_signal_action(&read, &found), 0);
	CHECK_EQ(found.handler, PM_SIGNAL_DEFAULT);
}

void case_signal_suspend(void)
{
	const struct pm_signal_mask_req all_but = {~BIT(SIGNAL_USER1), 0};
	const u64 mask = BIT(SIGNAL_USER1) | BIT(SIGNAL_USER2);

	handler_set(SIGNAL_USER1, note, 0, 0);
	(void)mask_set(PM_SIGNAL_SETMASK, mask);
	CHECK_EQ(kill(own_pid(), SIGNAL_USER1), 0);
	CHECK_EQ(pm_signal_suspend(&all_but, NULL), -EINTR);
	CHECK_EQ(came, 1);
	CHECK_EQ(mask_set(PM_SIGNAL_GETMASK, 0), mask);
	for (unsigned int i = 0; i < 20; i++) {
		const pid32 child = kills_often(own_pid(), SIGNAL_USER1, 1);

		CHECK_EQ(pm_signal_suspend(&all_but, NULL), -EINTR);
		CHECK_EQ(came, i + 2);
		CHECK_EQ(child_wait(child), 0);
	}
}

static int kills_soon(void *argument)
{
	CHECK_EQ(sleep_for(10 * MILLISECOND, NULL), 0);
	CHECK_EQ(thread_kill((pid32)(uintptr_t)argument, SIGNAL_USER1), 0);
	return 0;
}

/* What a call that sleeps answers when a handler has run. */
static void soon(void)
{
	helper_start(&helper, kills_soon, (void *)(uintptr_t)own_pid());
}

void case_signal_interrupts(void)
{
	static volatile u32 word;
	const pid32 idle = child_idle();
	nanoseconds_t left;
	int status;

	handler_set(SIGNAL_USER1, note, 0, 0);
	soon();
	CHECK_EQ(sleep_for(60000 * MILLISECOND, &left), -EINTR);
	CHECK(left > 30000 * MILLISECOND && left < 60000 * MILLISECOND);
	helper_join(&helper);
	soon();
	CHECK_EQ(futex_wait(&word, 0, 0, PM_TIME_NEVER), -EINTR);
	helper_join(&helper);
	soon();
	CHECK_EQ(program_wait(idle, 0, &status), -EINTR);
	helper_join(&helper);
	handler_set(SIGNAL_USER1, note, PM_SIGNAL_RESTART, 0);
	soon();
	CHECK_EQ(program_wait(idle, 0, &status), -ERESTART);
	helper_join(&helper);
	soon();
	CHECK_EQ(sleep_for(60000 * MILLISECOND, NULL), -EINTR);
	helper_join(&helper);
	CHECK_EQ(came, 5);
	child_kill(idle);
}

void case_signal_wait(void)
{
	const u64 set = BIT(40) | BIT(SIGNAL_USER1);
	struct pm_signal_wait_req wait = {set, 0};
	struct pm_signal_queue_req queue = {
		.pid = own_pid(), .signal = 40, .code = PM_SIGNAL_CODE_QUEUE};
	struct pm_signal_wait_reply got;

	(void)mask_set(PM_SIGNAL_BLOCK, set);
	CHECK_EQ(pm_signal_wait(&wait, &got), -EAGAIN);
	wait.time = 5 * MILLISECOND;
	CHECK_EQ(pm_signal_wait(&wait, &got), -EAGAIN);
	for (queue.value = 1; queue.value <= 5; queue.value++)
		CHECK_EQ(pm_signal_queue(&queue, NULL), 0);
	CHECK_EQ(kill(own_pid(), SIGNAL_USER1), 0);
	CHECK_EQ(pm_signal_wait(&wait, &got), 0);
	CHECK_EQ(got.signal, SIGNAL_USER1);
	for (unsigned int i = 1; i <= 5; i++) {
		CHECK_EQ(pm_signal_wait(&wait, &got), 0);
		CHECK_EQ(got.signal, 40);
		CHECK_EQ(got.value, i);
		CHECK_EQ(got.code, PM_SIGNAL_CODE_QUEUE);
		CHECK_EQ(got.pid, own_pid());
	}
	CHECK_EQ(signals_pending(), 0);
	wait.time = PM_TIME_NEVER;
	soon();
	CHECK_EQ(pm_signal_wait(&wait, &got), 0);
	CHECK_EQ(got.signal, SIGNAL_USER1);
	CHECK_EQ(got.code, PM_SIGNAL_CODE_THREAD);
	helper_join(&helper);
}

static volatile pid32 took;

static void note_thread(uint32_t signal, const struct pm_signal_info *info,
			struct signal_frame *frame)
{
	const struct pm_empty_req request = {};
	struct pm_getpid_reply self;

	(void)signal, (void)info, (void)frame;
	CHECK_EQ(pm_getpid(&request, &self), 0);
	took = self.tid;
	came++;
}

static volatile bool stop;

static int waits(void *unused)
{
	(void)unused;
	while (!stop)
		yield();
	return 0;
}

void case_signal_thread(void)
{
	pid32 tid;

	handler_set(SIGNAL_USER1, note_thread, 0, 0);
	helper_start(&helper, waits, NULL);
	tid = helper.thread.place.tid;
	CHECK_EQ(thread_kill(tid, SIGNAL_USER1), 0);
	while (came < 1)
		yield();
	CHECK_EQ(took, tid);
	CHECK_EQ(thread_kill(own_pid(), SIGNAL_USER1), 0);
	CHECK_EQ(came, 2);
	CHECK_EQ(took, own_pid());
	(void)mask_set(PM_SIGNAL_BLOCK, BIT(SIGNAL_USER1));
	CHECK_EQ(kill(own_pid(), SIGNAL_USER1), 0);
	while (came < 3)
		yield();
	CHECK_EQ(took, tid);
	CHECK_EQ(thread_kill(own_pid(), SIGNAL_USER1), 0);
	CHECK_EQ(signals_pending(), BIT(SIGNAL_USER1));
	stop = true;
	helper_join(&helper);
	CHECK_EQ(thread_kill(tid, SIGNAL_USER1), -ESRCH);
	CHECK_EQ(came, 3);
}

void case_signal_exec(void)
{
	static const char block[] = "pmcase\0@signals";
	const pid32 child = child_make();

	if (child == 0) {
		handler_set(SIGNAL_USER1, note, 0, 0);
		action_set(SIGNAL_USER2, PM_SIGNAL_IGNORE, 0);
		(void)mask_set(PM_SIGNAL_BLOCK, BIT(SIGNAL_TERMINATE));
		CHECK_EQ(kill(own_pid(), SIGNAL_TERMINATE), 0);
		CHECK_EQ(program_exec("pmcase", block, sizeof(block), 2), 0);
	}
	CHECK_EQ(child_wait(child), EXITED(12));
}

void case_signal_fork(void)
{
	pid32 child;

	handler_set(SIGNAL_USER1, note, 0, 0);
	(void)mask_set(PM_SIGNAL_BLOCK, BIT(SIGNAL_USER1));
	CHECK_EQ(kill(own_pid(), SIGNAL_USER1), 0);
	child = child_make();
	if (child == 0) {
		CHECK_EQ(signals_pending(), 0);
		CHECK_EQ(mask_set(PM_SIGNAL_SETMASK, 0), BIT(SIGNAL_USER1));
		CHECK_EQ(came, 0);
		CHECK_EQ(kill(own_pid(), SIGNAL_USER1), 0);
		program_exit((int)came);
	}
	CHECK_EQ(child_wait(child), EXITED(1));
	CHECK_EQ(signals_pending(), BIT(SIGNAL_USER1));
}

#define CROWD 4u
#define SHOTS 64u

static struct helper crowd[CROWD];
static volatile u32 shots, word;

static void shot(uint32_t signal, const struct pm_signal_info *info, struct signal_frame *frame)
{
	(void)signal, (void)info, (void)frame;
	(void)__atomic_fetch_add(&shots, 1, __ATOMIC_SEQ_CST);
}

/* Computing, calling PM, calling VM, sleeping on a word: signals come everywhere. */
static int works(void *argument)
{
	uint64_t a = 1, b = 1;
	int error;

	while (!stop) {
		for (unsigned int i = 0; i < 50; i++) {
			a = a * 6364136223846793005ull + 1;
			b = b * 6364136223846793005ull + 1;
		}
		CHECK(a == b);
		switch ((uintptr_t)argument % 4) {
		case 0:
			CHECK(own_pid() > 0);
			break;
		case 1: {
			volatile uint8_t *page = memory_map(ARCH_PAGE_SIZE, 0);

			CHECK(page != NULL);
			page[5] = 5;
			memory_unmap((void *)page, ARCH_PAGE_SIZE);
			break;
		}
		case 2:
			error = futex_wait(&word, 0, 0, MILLISECOND);
			CHECK(error == -EINTR || error == -ETIMEDOUT);
			break;
		default:
			break;
		}
	}
	return 0;
}

void case_signal_storm(void)
{
	handler_set(SIGNAL_USER1, shot, 0, 0);
	for (unsigned int i = 0; i < CROWD; i++)
		helper_start(&crowd[i], works, (void *)(uintptr_t)i);
	for (unsigned int i = 0; i < SHOTS; i++) {
		CHECK_EQ(thread_kill(crowd[i % CROWD].thread.place.tid, SIGNAL_USER1), 0);
		if (i % 8 == 0)
			CHECK_EQ(sleep_for(MILLISECOND / 4, NULL), 0);
	}
	while (shots < CROWD)
		yield();
	stop = true;
	for (unsigned int i = 0; i < CROWD; i++)
		helper_join(&crowd[i]);
}

void case_signal_refused(void)
{
	struct pm_signal_action_req action = {.signal = SIGNAL_KILL, .set = 1, .handler = 1};
	struct pm_signal_queue_req queue = {.pid = own_pid(), .signal = 65, .code = -1};

	CHECK_EQ(pm_signal_action(&action, NULL), -EINVAL);
	action.signal = SIGNAL_STOP;
	CHECK_EQ(pm_signal_action(&action, NULL), -EINVAL);
	action.signal = 0;
	CHECK_EQ(pm_signal_action(&action, NULL), -EINVAL);
	action.signal = 65;
	CHECK_EQ(pm_signal_action(&action, NULL), -EINVAL);
	action.signal = SIGNAL_USER1;
	action.entry = ARCH_USER_LIMIT;
	CHECK_EQ(pm_signal_action(&action, NULL), -EINVAL);
	CHECK_EQ(pm_signal_queue(&queue, NULL), -EINVAL);
	queue.signal = 0;
	CHECK_EQ(pm_signal_queue(&queue, NULL), 0);
	queue.tid = 99998;
	CHECK_EQ(pm_signal_queue(&queue, NULL), -ESRCH);
	queue.pid = queue.tid = 0;
	CHECK_EQ(pm_signal_queue(&queue, NULL), -EINVAL);
	CHECK_EQ(pm_signal_send(&(struct pm_signal_send_req){.process = EP_NONE}, NULL),
		 -ENOTALLOWED);
}
