/* The service that tests DS (`when ds` in configs/system.conf): the cases of cases.def, after each
 * of which DS must be as empty as before. TAP; its exit status ends the machine. `ds=NAME` runs one
 * case.
 */
#include "client.h"

#include "tests/system/user/runner.h"
#include <option.h>
#include <sef.h>

#define DS_CASE(function, behaviour)                                                               \
	static bool run_##function(void)                                                           \
	{                                                                                          \
		const bool right = case_##function();                                              \
                                                                                                   \
		return all_taken_away(false) && right;                                             \
	}
#include "cases.def"
#undef DS_CASE

static const struct runner_case cases[] = {
#define DS_CASE(function, behaviour) {#function, behaviour, run_##function},
#include "cases.def"
#undef DS_CASE
};

static const struct runner_suite suite = {"ds", NULL, cases, sizeof(cases) / sizeof(cases[0])};

int sys_main(uintptr_t argument)
{
	const struct service_start *given = (const struct service_start *)argument;
	char wanted[32] = "";

	sef_startup(given, "dssuite", NULL);
	(void)option_value((const char *)(uintptr_t)given->command_line, "ds", wanted,
			   sizeof(wanted));
	clients_init();
	return runner_run(&suite, wanted);
}
