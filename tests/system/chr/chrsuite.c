/* The service that tests character drivers: plays VFS towards them. TAP; its exit status ends the
 * machine. `chr=NAME` runs one case.
 */
#include "asker.h"

#include "tests/system/user/runner.h"
#include <option.h>
#include <service.h>

static const struct runner_case cases[] = {
#define CHR_CASE(function, behaviour) {#function, behaviour, case_##function},
#include "cases.def"
#undef CHR_CASE
};

static const struct runner_suite suite = {"chr", NULL, cases, sizeof(cases) / sizeof(cases[0])};

int sys_main(uintptr_t argument)
{
	const struct service_start *given = (const struct service_start *)argument;
	char wanted[32] = "";

	service_init(given, "chrsuite");
	(void)option_value((const char *)(uintptr_t)given->command_line, "chr", wanted,
			   sizeof(wanted));
	asker_init();
	service_ready(0);
	return runner_run(&suite, wanted);
}
