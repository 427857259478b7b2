/* Checks of the framework and of the benchmarks: what fails ends the run, for its figures would
 * mean nothing.
 */
#include "bench.h"

#include "tests/system/kernel/tap.h"
#include <sys.h>

void check_failed(const char *file, int line, const char *text)
{
	sys_print("# %s:%d: %s\n", file, line, text);
	check_stop();
}

void check_failed_equal(const char *file, int line, const char *text, long long actual,
			long long expected)
{
	sys_print("# %s:%d: %s is %lld, expected %lld\n", file, line, text, actual, expected);
	check_stop();
}

void check_stop(void)
{
	power_off(false);
}
