/* The service that tests PM: has it run each case of cases.def as a program. TAP; its exit status
 * ends the machine. `pm=NAME` runs one case;
 * `pm=path`, with `pmvfs`, those of path_cases.def.
 */
#include "tests/system/user/runner.h"

#include <option.h>
#include <sef.h>
#include <service.h>
#include <string.h>
#include <sys.h>

static const struct runner_case cases[] = {
#define PM_CASE(function, behaviour) {#function, behaviour, NULL},
#include "cases.def"
#undef PM_CASE
};

static const struct runner_case path_cases[] = {
#define PATH_CASE(function, behaviour) {#function, behaviour, NULL},
#include "path_cases.def"
#undef PATH_CASE
};

static const struct runner_suite suite = {"pm", "pmcase", cases, sizeof(cases) / sizeof(cases[0])};
static const struct runner_suite paths = {"path", "pmcase", path_cases,
					  sizeof(path_cases) / sizeof(path_cases[0])};

int sys_main(uintptr_t argument)
{
	const struct service_start *given = (const struct service_start *)argument;
	char wanted[32] = "";

	sef_startup(given, "pmsuite", NULL);
	(void)option_value((const char *)(uintptr_t)given->command_line, "pm", wanted,
			   sizeof(wanted));
	if (strcmp(wanted, "path") == 0)
		return runner_run(&paths, "");
	return runner_run(&suite, wanted);
}
