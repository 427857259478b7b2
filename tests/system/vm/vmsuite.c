/* The service that tests VM: runs the cases of cases.def as programs, those of service_cases.def
 * itself, and compares after each what is in use with what was before the first. TAP; its exit
 * status ends the machine. `vm=NAME` runs one case.
 */
#include "service_case.h"

#include "tests/system/user/runner.h"
#include <option.h>
#include <service.h>
#include <string.h>

static const struct {
	const char *name;
	const char *behaviour;
	bool (*run)(void); /* NULL: it is a program's */
} cases[] = {
#define VM_CASE(function, behaviour) {#function, behaviour, NULL},
#include "cases.def"
#undef VM_CASE
#define SERVICE_CASE(function, behaviour) {#function, behaviour, service_##function},
#include "service_cases.def"
#undef SERVICE_CASE
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

static bool selected(const char *wanted, unsigned int i)
{
	return wanted[0] == '\0' || strcmp(wanted, cases[i].name) == 0;
}

static unsigned int cases_run(const char *wanted)
{
	unsigned int number = 0, failed = 0;
	struct balance before;

	for (unsigned int i = 0; i < CASES; i++)
		number += selected(wanted, i);
	sys_print("TAP version 14\n1..%u\n", number);
	number = 0;
	balance_take(&before);
	for (unsigned int i = 0; i < CASES; i++) {
		bool passed;

		if (!selected(wanted, i))
			continue;
		passed = cases[i].run != NULL ? cases[i].run()
					      : program_run("vmcase", cases[i].name);
		passed = balance_holds(&before) && passed;
		failed += !passed;
		sys_print("%sok %u - vm %s: %s\n", passed ? "" : "not ", ++number, cases[i].name,
			  cases[i].behaviour);
		if (!passed)
			balance_take(&before); /* its loss is not that of the next */
	}
	return failed;
}

int sys_main(uintptr_t argument)
{
	const struct service_start *given = (const struct service_start *)argument;
	char wanted[32] = "";
	unsigned int failed;

	service_init(given, "vmsuite");
	(void)option_value((const char *)(uintptr_t)given->command_line, "vm", wanted,
			   sizeof(wanted));
	service_ready(0);
	failed = cases_run(wanted);
	sys_print("VERDICT %s\n", failed == 0 ? "pass" : "fail");
	return failed == 0 ? 0 : 1;
}
