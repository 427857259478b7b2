/* The service that has ubench measure: bench=count or bench=time is handed on. Its end ends the
 * machine.
 */
#include "runner.h"

#include <option.h>
#include <sef.h>
#include <string.h>
#include <sys.h>

int sys_main(uintptr_t argument)
{
	const struct service_start *given = (const struct service_start *)argument;
	char block[16] = "ubench";
	const size_t at = strlen(block) + 1;
	int status;
	pid32 pid;

	sef_startup(given, "ubserve", NULL);
	(void)option_value((const char *)(uintptr_t)given->command_line, "bench", block + at,
			   sizeof(block) - at);
	if (program_start("ubench", block, at + strlen(block + at) + 1, 2, &pid) != 0 ||
	    program_end_of(pid, &status) != 0)
		return 1;
	return status != 0;
}
