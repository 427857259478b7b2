/* The service that tests PM: has it run each case of cases.def as a program. TAP; its exit status
 * ends the machine. `pm=NAME` runs one case.
 */
#include "tests/system/user/runner.h"

#include <option.h>
#include <sef.h>
#include <service.h>
#include <sys.h>

#define PM_CASE(function, behaviour)
#define FILE_CASE(function, behaviour)                                                             \
	static bool run_##function(void)                                                           \
	{                                                                                          \
		return runner_program_kept("pmcase", #function);                                   \
	}
#include "cases.def"
#undef PM_CASE
#undef FILE_CASE

static const struct runner_case cases[] = {
#define PM_CASE(function, behaviour) {#function, behaviour, NULL},
#define FILE_CASE(function, behaviour) {#function, behaviour, run_##function},
#include "cases.def"
#undef PM_CASE
#undef FILE_CASE
};

static const struct runner_suite suite = {"pm", "pmcase", cases, sizeof(cases) / sizeof(cases[0])};
int sys_main(uintptr_t argument)
{
	const struct service_start *given = (const struct service_start *)argument;
	char wanted[32] = "";

	sef_startup(given, "pmsuite", NULL);
	(void)option_value((const char *)(uintptr_t)given->command_line, "pm", wanted,
			   sizeof(wanted));
	return runner_run(&suite, wanted);
}
