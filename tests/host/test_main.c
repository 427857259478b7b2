/* Runs the registered tests and reports to tests/host/run: "run X" before each, "ok X" or
 * "not ok X" after it, "done" at the very end, "# ..." for details. Exits 1 if one failed.
 */
#include "test.h"

#include <stdio.h>
#include <string.h>

static struct test *first;
static struct test **end = &first;
static bool failed;

void test_register(struct test *test)
{
	*end = test;
	end = &test->next;
}

void test_check(bool passed, const char *file, int line, const char *text)
{
	if (passed)
		return;
	printf("# %s:%d: false: %s\n", file, line, text);
	failed = true;
}

void test_check_equal(long long found, long long wanted, const char *file, int line,
		      const char *text)
{
	if (found == wanted)
		return;
	printf("# %s:%d: %s is %lld (0x%llx), not %lld (0x%llx)\n", file, line, text, found, found,
	       wanted, wanted);
	failed = true;
}

void test_check_text(const char *found, const char *wanted, const char *file, int line,
		     const char *text)
{
	if (!strcmp(found, wanted))
		return;
	printf("# %s:%d: %s is \"%s\", not \"%s\"\n", file, line, text, found, wanted);
	failed = true;
}

int main(void)
{
	int status = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (struct test *test = first; test; test = test->next) {
		printf("run %s\n", test->behaviour);
		failed = false;
		test->run();
		printf("%s %s\n", failed ? "not ok" : "ok", test->behaviour);
		status |= failed;
	}
	printf("done\n");
	return status;
}
