/* The machine's end. */
#include "machine.h"

#include <skerry/kernel_call.h>
#include <sys_call.h>

void machine_end(uint32_t code)
{
	const struct sys_abort_req request = {.operation = ABORT_POWER_OFF, .code = code};

	(void)sys_abort(&request, NULL);
}

void end_as_failure(void)
{
	machine_end(1);
}
