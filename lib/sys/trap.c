/* Choice of the way into the kernel. */
#include <sys_trap.h>

#include <skerry/errno.h>

struct sys_trap_stubs sys_trap_stubs;

int sys_trap_select(unsigned int kind)
{
	const struct sys_trap_stubs *stubs = arch_trap_stubs(kind);

	if (stubs == NULL)
		return -ENODEV;
	sys_trap_stubs = *stubs;
	return 0;
}

void sys_trap_select_best(void)
{
	for (unsigned int kind = 0; kind < ARCH_TRAP_KINDS_MAX; kind++) {
		if (sys_trap_select(kind) == 0)
			return;
	}
}
