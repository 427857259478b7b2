/* TAP output and the end of the run. */
#include "tap.h"

#include <skerry/kernel_call.h>
#include <sys.h>
#include <sys_call.h>

static unsigned int number;
static unsigned int failed;

void tap_plan(unsigned int count)
{
	sys_print("TAP version 14\n1..%u\n", count);
}

void tap_result(const char *suite, const char *name, bool passed, const char *skip_reason)
{
	number++;
	failed += !passed;
	sys_print("%sok %u - %s: %s%s%s\n", passed ? "" : "not ", number, suite, name,
		  skip_reason != NULL ? " # SKIP " : "", skip_reason != NULL ? skip_reason : "");
}

void power_off(bool success)
{
	const struct sys_abort_req request = {
		.operation = ABORT_POWER_OFF,
		.code = success ? 0 : 1,
	};

	(void)sys_abort(&request, NULL);
	for (;;)
		sys_print("# the machine does not power off\n");
}

void power_off_failed(void)
{
	power_off(false);
}

void tap_end(void)
{
	sys_print("# %u of %u cases failed\nVERDICT %s\n", failed, number,
		  failed == 0 ? "pass" : "fail");
	power_off(failed == 0);
}
