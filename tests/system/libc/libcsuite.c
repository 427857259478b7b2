/* The service that tests libc: has PM run every case of cases.def as a process of `libctest`. TAP;
 * its exit status ends the machine.
 *
 *   libc   all cases        libc=NAME   only that one
 */
#include "tests/system/user/runner.h"

#include <option.h>
#include <sef.h>
#include <sys.h>

static const struct runner_case cases[] = {
#define LIBC_CASE(function, behaviour) {#function, behaviour, NULL},
#include "cases.def"
#undef LIBC_CASE
};

static const struct runner_suite suite = {"libc", "libctest", cases,
					  sizeof(cases) / sizeof(cases[0])};

int sys_main(uintptr_t argument)
{
	const struct service_start *given = (const struct service_start *)argument;
	char wanted[32] = "";

	sef_startup(given, "libcsuite", NULL);
	(void)option_value((const char *)(uintptr_t)given->command_line, "libc", wanted,
			   sizeof(wanted));
	return runner_run(&suite, wanted);
}
