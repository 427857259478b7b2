/* Cases of what a space has used. */
#include "vm_case.h"

#include <vm_call.h>

#define PAGES 64u

static struct vm_getrusage_reply rusage_get(void)
{
	const struct vm_space_req request = {.space = 0};
	struct vm_getrusage_reply found = {0};

	CHECK_EQ(vm_getrusage(&request, &found), 0);
	return found;
}

void case_usage_peak(void)
{
	const long start = map(PAGES * PAGE, RW, 0);
	const struct vm_getrusage_reply before = rusage_get();
	struct vm_getrusage_reply now;
	pid32 pid;

	CHECK(before.peak >= usage_get(0).resident);
	CHECK_EQ(before.faults_major, 0);
	pages_fill(start, PAGES, 1);
	now = rusage_get();
	CHECK(now.peak >= before.peak + PAGES * PAGE / 2 && now.peak >= usage_get(0).resident);
	CHECK(now.faults_minor >= before.faults_minor + PAGES);
	CHECK_EQ(unmap(start, PAGES / 2 * PAGE), 0);
	CHECK_EQ(rusage_get().peak, now.peak);
	CHECK(usage_get(0).resident < now.peak);
	/* A child begins anew, and its copies are counted. */
	pid = child_make();
	if (pid == 0) {
		struct vm_getrusage_reply mine = rusage_get(), then;

		CHECK(mine.peak < now.peak && mine.faults_minor < now.faults_minor);
		pages_fill(start + (long)(PAGES / 2 * PAGE), PAGES / 2, 2);
		then = rusage_get();
		CHECK(then.faults_copied >= mine.faults_copied + PAGES / 2);
		CHECK(then.faults_minor >= mine.faults_minor + PAGES / 2);
		CHECK(then.peak <= mine.peak + 2 * PAGE); /* a copy is no more than the page was */
		program_exit(0);
	}
	CHECK_EQ(child_wait(pid), 0);
	CHECK_EQ(unmap(start, PAGES * PAGE), 0);
}
