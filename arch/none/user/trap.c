/* Traps and stack traces of user mode. */
#include <sys_arch.h>

#include <skerry/errno.h>

static int trap1(uint32_t trap, uint32_t a0)
{
	(void)trap, (void)a0;
	return -ENOSYS;
}

static int trap2(uint32_t trap, uint32_t a0, uint32_t a1, struct ipc_received *received)
{
	(void)trap, (void)a0, (void)a1;
	received->status = 0;
	received->process = EP_NONE;
	return -ENOSYS;
}

/* A real port lists its ways into the kernel, the fastest first, and leaves out what
 * kernel_page.features says this machine lacks; the stubs are assembly. */
const struct sys_trap_stubs *arch_trap_stubs(unsigned int kind)
{
	static const struct sys_trap_stubs stubs = {"none", trap1, trap2};

	return kind == 0 ? &stubs : NULL;
}

/* A real port takes each word behind a call instruction of the program's text. */
unsigned int arch_stack_scan(uintptr_t sp, uintptr_t top, uintptr_t *pc, unsigned int max)
{
	(void)sp, (void)top, (void)pc, (void)max;
	return 0;
}
