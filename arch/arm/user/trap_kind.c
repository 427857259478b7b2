/* The way into the kernel on ARM: there is one. */
#include <sys_arch.h>

int trap1_svc(uint32_t trap, uint32_t a0) ARCH_TRAP_STUB;
int trap2_svc(uint32_t trap, uint32_t a0, uint32_t a1,
	      struct ipc_received *received) ARCH_TRAP_STUB;

static const struct sys_trap_stubs svc = {"svc", trap1_svc, trap2_svc};

const struct sys_trap_stubs *arch_trap_stubs(unsigned int kind)
{
	return kind == 0 ? &svc : NULL;
}
