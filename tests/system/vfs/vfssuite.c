/* The service that tests VFS: has PM run every case of cases.def as a program. TAP; its exit status
 * ends the machine.
 *
 *   vfs         all cases                 vfs=NAME      only that one
 */
#include "tests/system/user/runner.h"

#include <option.h>
#include <sef.h>
#include <sys.h>

static const struct runner_case cases[] = {
#define VFS_CASE(function, behaviour) {#function, behaviour, NULL},
#include "cases.def"
#undef VFS_CASE
};

static const struct runner_suite suite = {
	.name = "vfs",
	.program = "vfscase",
	.cases = cases,
	.count = sizeof(cases) / sizeof(cases[0]),
};

int sys_main(uintptr_t argument)
{
	const struct service_start *given = (const struct service_start *)argument;
	char wanted[32] = "";

	sef_startup(given, "vfssuite", NULL);
	(void)option_value((const char *)(uintptr_t)given->command_line, "vfs", wanted,
			   sizeof(wanted));
	runner_keeps();
	return runner_run(&suite, wanted);
}
