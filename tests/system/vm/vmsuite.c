/* The service that tests VM: runs the cases of cases.def as programs, those of service_cases.def
 * itself, and compares after each what is in use with what was before the first. TAP; its exit
 * status ends the machine. `vm=NAME` runs one case; `vm=exhaust` those of exhaust_cases.def, which
 * take time in proportion to the memory.
 */
#include "service_case.h"

#include "tests/system/user/runner.h"
#include <option.h>
#include <sef.h>
#include <string.h>

static const struct runner_case cases[] = {
#define VM_CASE(function, behaviour) {#function, behaviour, NULL},
#include "cases.def"
#undef VM_CASE
#define SERVICE_CASE(function, behaviour) {#function, behaviour, service_##function},
#include "service_cases.def"
#undef SERVICE_CASE
};

static const struct runner_case exhaust_cases[] = {
#define EXHAUST_CASE(function, behaviour) {#function, behaviour, exhaust_##function},
#include "exhaust_cases.def"
#undef EXHAUST_CASE
};

static const struct runner_suite suite = {"vm", "vmcase", cases, sizeof(cases) / sizeof(cases[0])};
static const struct runner_suite exhaust = {"exhaust", "vmcase", exhaust_cases,
					    sizeof(exhaust_cases) / sizeof(exhaust_cases[0])};

static bool has(const struct runner_suite *which, const char *name)
{
	for (unsigned int i = 0; i < which->count; i++) {
		if (strcmp(which->cases[i].name, name) == 0)
			return true;
	}
	return false;
}

int sys_main(uintptr_t argument)
{
	const struct service_start *given = (const struct service_start *)argument;
	char wanted[32] = "";

	sef_startup(given, "vmsuite", NULL);
	(void)option_value((const char *)(uintptr_t)given->command_line, "vm", wanted,
			   sizeof(wanted));
	if (strcmp(wanted, "exhaust") == 0)
		return runner_run(&exhaust, "");
	return runner_run(has(&exhaust, wanted) ? &exhaust : &suite, wanted);
}
