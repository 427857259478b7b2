/* Fault injection: a service fails as a bug would have it fail, in its own code. */
#include "fail.h"

#include <skerry/kernel_call.h>
#include <skerry/sef.h>
#include <sys_call.h>

static void exception(void)
{
	volatile uintptr_t near_null = 8; /* the compiler must not know it */

	*(volatile int *)near_null = 1;
}

void sef_fail(uint32_t kind)
{
	const struct sys_exit_req end = {
		.status = kind == FAIL_PANIC ? SERVICE_STATUS_PANIC : 0,
	};

	switch (kind) {
	case FAIL_EXCEPTION:
	case FAIL_INIT_EXCEPTION:
		exception();
		break;
	case FAIL_HANG:
	case FAIL_INIT_HANG:
		for (;;)
			__asm__ volatile("");
	case FAIL_EXIT:
	case FAIL_PANIC: /* without its words, which tests take for a real one */
		(void)sys_exit(&end, NULL);
		break;
	}
}
