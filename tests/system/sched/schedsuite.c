/* The service that tests SCHED (`when sched` in configs/system.conf): the cases of cases.def. TAP;
 * its exit status ends the machine. `sched=NAME` runs one case.
 */
#include "worker.h"

#include <option.h>
#include <sef.h>

#define SCHED_CASE(function, behaviour)                                                            \
	static bool run_##function(void)                                                           \
	{                                                                                          \
		const bool right = case_##function();                                              \
                                                                                                   \
		return (!workers_left() || workers_stop()) && right;                               \
	}
#include "cases.def"
#undef SCHED_CASE

static const struct runner_case cases[] = {
#define SCHED_CASE(function, behaviour) {#function, behaviour, run_##function},
#include "cases.def"
#undef SCHED_CASE
};

static const struct runner_suite suite = {"sched", NULL, cases, sizeof(cases) / sizeof(cases[0])};

int sys_main(uintptr_t argument)
{
	const struct service_start *given = (const struct service_start *)argument;
	char wanted[32] = "";

	sef_startup(given, "schedsuite", NULL);
	(void)option_value((const char *)(uintptr_t)given->command_line, "sched", wanted,
			   sizeof(wanted));
	/* RS gives a service more memory than VM does: from now on it is the same after a case. */
	if (!sched_refresh())
		return 1;
	return runner_run(&suite, wanted);
}
