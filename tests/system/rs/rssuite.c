/* The service that tests RS, lib/sef and the hello driver: makes services fail in every way and
 * compares after each case what is in use with what was before. TAP; its exit status ends the
 * machine.
 *
 *   rs           all cases                 rs=NAME        only that one
 *   rs=bench     how long recovery takes, as a table
 */
#include "client.h"
#include "help.h"

#include <option.h>
#include <sef.h>
#include <string.h>

static const struct runner_case cases[] = {
#define RS_CASE(function, behaviour) {#function, behaviour, case_##function},
#include "cases.def"
#undef RS_CASE
};

static const struct runner_suite suite = {"rs", NULL, cases, sizeof(cases) / sizeof(cases[0])};

/* The victim comes after the suite. Restarted once, both have the memory that RS gives them. */
static void prepare(void)
{
	if (!becomes(VICTIM, RS_STATE_RUNNING))
		panic("no victim");
	endpoints_find();
	clients_init();
	if (!services_ready())
		panic("the services cannot be restarted");
}

int sys_main(uintptr_t argument)
{
	const struct service_start *given = (const struct service_start *)argument;
	char wanted[32] = "";

	sef_startup(given, SUITE, NULL);
	(void)option_value((const char *)(uintptr_t)given->command_line, "rs", wanted,
			   sizeof(wanted));
	prepare();
	if (strcmp(wanted, "bench") == 0)
		return bench_run();
	return runner_run(&suite, wanted);
}
