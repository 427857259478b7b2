/* Running cases: each in a thread of its own, with a look at what it leaves behind. */
#include "test_case.h"

#include "frames.h"
#include "latency.h"
#include "option.h"
#include "supervisor.h"
#include "tap.h"
#include "thread.h"
#include <skerry/info.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>

#define FAILURES_SHOWN 20u /* per case: a loop that fails must not flood the console */

static unsigned int failures;
static const char *skip_reason;
static const struct test_case *running;

/* --- For cases ---------------------------------------------------------------------------------
 */

static bool failure_count(void)
{
	return __atomic_fetch_add(&failures, 1, __ATOMIC_RELAXED) < FAILURES_SHOWN;
}

void check_failed(const char *file, int line, const char *text)
{
	if (failure_count())
		sys_print("# %s:%d: %s\n", file, line, text);
}

void check_failed_equal(const char *file, int line, const char *text, long long actual,
			long long expected)
{
	if (failure_count())
		sys_print("# %s:%d: %s is %lld (%#llx), expected %lld (%#llx)\n", file, line, text,
			  actual, actual, expected, expected);
}

const struct test_case *case_running(void)
{
	return running;
}

void check_stop(void)
{
	const struct sys_exit_req request = {.status = -1};

	if (thread_self() == supervisor_endpoint())
		panic("the supervisor's own check failed");
	(void)sys_exit(&request, NULL);
	__builtin_trap();
}

void case_skip(const char *reason)
{
	skip_reason = reason;
	check_stop();
}

/* --- What must be as before ------------------------------------------------------------------- */

struct balance {
	unsigned int frames;
	unsigned int threads;
	unsigned int spaces;
	unsigned int privileges;
	unsigned int async;
};

static void info_get(uint32_t what, void *to, uint32_t size)
{
	const struct sys_info_req request = {.what = what, .address = (uintptr_t)to, .size = size};

	if (sys_info(&request, NULL) != 0)
		panic("SYS_INFO %u", what);
}

static struct balance balance_now(void)
{
	struct info_machine machine;
	struct info_counters counters;

	info_get(INFO_MACHINE, &machine, sizeof(machine));
	info_get(INFO_COUNTERS, &counters, sizeof(counters));
	return (struct balance){
		.frames = frames_left(),
		.threads = machine.thread_used,
		.spaces = machine.space_used,
		.privileges = machine.privilege_used,
		.async = counters.async_used,
	};
}

static void balance_check(const struct balance *before)
{
	const struct balance now = balance_now();

	CHECK_EQUAL(now.frames, before->frames);
	CHECK_EQUAL(now.threads, before->threads);
	CHECK_EQUAL(now.spaces, before->spaces);
	CHECK_EQUAL(now.privileges, before->privileges);
	CHECK_EQUAL(now.async, before->async);
}

/* --- Storms ------------------------------------------------------------------------------------
 */

static uint32_t entries_now(void)
{
	struct info_machine machine;
	struct info_cpu cpu;
	uint32_t entries = 0;

	info_get(INFO_MACHINE, &machine, sizeof(machine));
	for (unsigned int i = 0; i < machine.cpu_count; i++) {
		const struct sys_info_req request = {.what = INFO_CPU,
						     .index = i,
						     .address = (uintptr_t)&cpu,
						     .size = sizeof(cpu)};

		if (sys_info(&request, NULL) != 0)
			panic("SYS_INFO of CPU %u", i);
		entries += (uint32_t)cpu.entries;
	}
	return entries;
}

static void storm_check(const struct test_suite *suite, const struct test_case *test,
			uint32_t entries_before)
{
	const uint32_t entries = entries_now() - entries_before;
	const unsigned int scale = (unsigned int)option_number("stress", 1);

	sys_print("# %s: %s: %u operations, %u kernel entries\n", suite->name, test->name,
		  test->budget * scale, entries);
	if (skip_reason == NULL)
		CHECK(entries >= test->entries * scale);
}

/* --- Running -----------------------------------------------------------------------------------
 */

static int case_body(void *argument)
{
	const struct test_case *test = argument;

	test->run();
	return 0;
}

static bool has_ended(void *argument)
{
	const struct test_thread *thread = argument;

	return thread->end != THREAD_RUNS;
}

static void end_check(const struct test_thread *thread)
{
	if (thread->end == THREAD_FAULTED)
		sys_print("# the case itself faulted at %#lx, address %#lx, access %u\n",
			  (unsigned long)thread->fault_pc, (unsigned long)thread->fault_address,
			  thread->fault_access);
	if (thread->end == THREAD_SIGNALED)
		sys_print("# the case itself got signals %#llx\n", thread->signals);
	if (thread->end != THREAD_EXITED) {
		failures++;
		(void)sys_diag(&(struct sys_diag_req){.operation = DIAG_BACKTRACE,
						      .thread = thread->endpoint},
			       NULL);
	}
}

static void case_run(const struct test_suite *suite, const struct test_case *test)
{
	const struct balance before = balance_now();
	const uint32_t entries = entries_now();
	struct test_thread *thread;

	running = test;
	failures = 0;
	skip_reason = NULL;
	memset(&supervisor_hooks, 0, sizeof(supervisor_hooks));
	thread = thread_start(NULL, case_body, (void *)test);
	supervisor_serve(has_ended, thread, test->name);
	end_check(thread);
	threads_free_all();
	spaces_free_all();
	balance_check(&before);
	if (test->flags & CASE_STORM)
		storm_check(suite, test, entries);
	tap_result(suite->name, test->name, failures == 0, skip_reason);
}

static bool selected(const char *selection, const struct test_suite *suite,
		     const struct test_case *test)
{
	if (strcmp(selection, "all") == 0)
		return !(test->flags & CASE_STORM);
	if (strcmp(selection, "stress") == 0)
		return test->flags & CASE_STORM;
	if (strcmp(selection, "short") == 0)
		return test->flags & CASE_SHORT;
	return list_has(selection, suite->name);
}

typedef void case_visitor(const struct test_suite *suite, const struct test_case *test);

static unsigned int budget;

static void budget_add(const struct test_suite *suite, const struct test_case *test)
{
	(void)suite;
	budget += test->budget * (unsigned int)option_number("stress", 1);
}

static unsigned int cases_visit(const char *selection, case_visitor *visit)
{
	unsigned int count = 0;

	for (unsigned int s = 0; test_suites[s] != NULL; s++) {
		for (unsigned int c = 0; c < test_suites[s]->count; c++) {
			if (!selected(selection, test_suites[s], &test_suites[s]->cases[c]))
				continue;
			count++;
			visit(test_suites[s], &test_suites[s]->cases[c]);
		}
	}
	return count;
}

void cases_run(const char *selection)
{
	const unsigned int count = cases_visit(selection, budget_add);

	tap_plan(count);
	sys_print("# seed=%llu stress=%llu\n", option_number("seed", 1),
		  option_number("stress", 1));
	sys_print("# budget: %u operations\n", budget);
	if (count == 0)
		sys_print("# test=%s selects nothing\n", selection);
	cases_visit(selection, case_run);
	latencies_print();
	tap_end();
}
