/* Threads: come, go, fork, exec. */
#include "program.h"

#include <skerry/vm.h>
#include <vm_call.h>

#define HELPERS 8u

static struct helper helpers[HELPERS];
static volatile u32 gate, done;

static int count(void *argument)
{
	volatile u32 *own = argument;

	while (gate == 0)
		(void)futex_wait(&gate, 0, 0, PM_TIME_NEVER);
	for (unsigned int i = 0; i < 1000; i++)
		(*own)++;
	(void)__atomic_fetch_add(&done, 1, __ATOMIC_SEQ_CST);
	return 0;
}

void case_thread_join(void)
{
	static volatile u32 own[HELPERS];

	for (unsigned int i = 0; i < HELPERS; i++)
		helper_start(&helpers[i], count, (void *)&own[i]);
	CHECK_EQ(done, 0);
	gate = 1;
	(void)futex_wake(&gate, HELPERS, 0);
	for (unsigned int i = 0; i < HELPERS; i++) {
		helper_join(&helpers[i]);
		CHECK_EQ(own[i], 1000);
		CHECK(helpers[i].thread.place.tid != own_pid());
	}
	CHECK_EQ(done, HELPERS);
}

static int nothing(void *unused)
{
	(void)unused;
	return 0;
}

void case_thread_churn(void)
{
	const struct pm_usage_req self = {PM_USAGE_SELF};
	struct pm_usage_reply before, after;

	for (unsigned int i = 0; i < 300; i++) {
		if (i == 2 * HELPERS)
			CHECK_EQ(pm_usage(&self, &before), 0);
		if (i >= HELPERS)
			helper_join(&helpers[i % HELPERS]);
		helper_start(&helpers[i % HELPERS], nothing, NULL);
	}
	for (unsigned int i = 0; i < HELPERS; i++)
		helper_join(&helpers[i]);
	CHECK_EQ(pm_usage(&self, &after), 0);
	/* No page a thread, but one for each that is there at a time. */
	CHECK(after.peak_bytes <= before.peak_bytes + 2 * HELPERS * ARCH_PAGE_SIZE);
}

static int last(void *unused)
{
	const pid32 child = child_make();

	(void)unused;
	if (child == 0)
		program_exit(5);
	CHECK_EQ(child_wait(child), EXITED(5));
	program_exit(7);
}

void case_thread_first_ends(void)
{
	const struct pm_thread_exit_req end = {0, 0};
	const pid32 child = child_make();

	if (child == 0) {
		helper_start(&helpers[0], last, NULL);
		(void)pm_thread_exit(&end, NULL);
	}
	CHECK_EQ(child_wait(child), EXITED(7));
}

static int busy(void *argument)
{
	volatile u32 word = 0;

	(void)__atomic_fetch_add(&done, 1, __ATOMIC_SEQ_CST);
	for (;;) {
		if ((uintptr_t)argument % 3 == 0)
			word++;
		else if ((uintptr_t)argument % 3 == 1)
			yield();
		else
			(void)futex_wait(&word, 0, 0, PM_TIME_NEVER);
	}
	return 0;
}

void case_thread_exit_all(void)
{
	for (unsigned int round = 0; round < 10; round++) {
		const pid32 child = child_make();

		if (child == 0) {
			for (unsigned int i = 0; i < HELPERS; i++)
				helper_start(&helpers[i], busy, (void *)(uintptr_t)i);
			while (done < HELPERS)
				yield();
			if (round % 2 == 0)
				program_exit(3);
			for (;;)
				yield();
		}
		if (round % 2 == 0) {
			CHECK_EQ(child_wait(child), EXITED(3));
		} else {
			CHECK_EQ(sleep_for(MILLISECOND, NULL), 0);
			child_kill(child);
		}
	}
}

static int forks(void *unused)
{
	const pid32 child = child_make();

	(void)unused;
	if (child == 0) {
		const u32 before = done;

		for (unsigned int i = 0; i < 50; i++)
			yield();
		program_exit(done == before ? 9 : 1);
	}
	CHECK_EQ(child_wait(child), EXITED(9));
	return 0;
}

static volatile bool stop;

static int counts_on(void *unused)
{
	(void)unused;
	while (!stop) {
		done++;
		yield();
	}
	return 0;
}

void case_thread_fork(void)
{
	helper_start(&helpers[0], counts_on, NULL);
	for (unsigned int i = 0; i < 5; i++) {
		helper_start(&helpers[1], forks, NULL);
		helper_join(&helpers[1]);
	}
	stop = true;
	helper_join(&helpers[0]);
}

static int execs(void *unused)
{
	static const char block[] = "pmcase\0@pid";

	(void)unused;
	CHECK_EQ(program_exec("pmcase", block, sizeof(block), 2), 0);
	return 1;
}

int executed(const struct program *program)
{
	const char *what = program->arguments[1] + 1;
	const struct pm_empty_req empty = {};
	struct pm_getpid_reply self;
	struct pm_signal_action_req action = {.signal = SIGNAL_USER1};
	struct pm_signal_action_reply found;

	CHECK_EQ(pm_getpid(&empty, &self), 0);
	if (strcmp(what, "pid") == 0)
		return self.pid == self.tid ? 11 : 1;
	if (strcmp(what, "signals") != 0)
		return executed_by_path(program);
	CHECK_EQ(pm_signal_action(&action, &found), 0);
	CHECK_EQ(found.handler, PM_SIGNAL_DEFAULT);
	action.signal = SIGNAL_USER2;
	CHECK_EQ(pm_signal_action(&action, &found), 0);
	CHECK_EQ(found.handler, PM_SIGNAL_IGNORE);
	CHECK_EQ(mask_set(PM_SIGNAL_GETMASK, 0), BIT(SIGNAL_TERMINATE));
	CHECK_EQ(signals_pending(), BIT(SIGNAL_TERMINATE));
	return 12;
}

void case_thread_exec(void)
{
	for (unsigned int kind = 0; kind < 3; kind++) {
		const pid32 child = child_make();

		if (child == 0) {
			helper_start(&helpers[1], busy, NULL);
			helper_start(&helpers[0], execs, NULL);
			if (kind == 0)
				helper_join(&helpers[1]); /* for ever */
			if (kind == 1)
				(void)pm_thread_exit(&(struct pm_thread_exit_req){0, 0}, NULL);
			for (;;)
				done++;
		}
		CHECK_EQ(child_wait(child), EXITED(11));
	}
}

void case_thread_refused(void)
{
	struct pm_thread_create_req request = {
		.entry = ARCH_USER_LIMIT,
		.stack_pointer = (uintptr_t)helpers[0].stack,
		.place = (uintptr_t)&helpers[0].thread.place,
	};

	CHECK_EQ(pm_thread_create(&request, NULL), -EINVAL);
	request.entry = (uintptr_t)nothing;
	request.place = ARCH_USER_LIMIT - 8;
	CHECK_EQ(pm_thread_create(&request, NULL), -EFAULT);
	request.place = 0x10;
	CHECK_EQ(pm_thread_create(&request, NULL), -EFAULT);
	helper_start(&helpers[0], nothing, NULL);
	helper_join(&helpers[0]);
}
