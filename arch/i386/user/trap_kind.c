/* The ways into the kernel on i386, and which of them this machine has. */
#include <sys_arch.h>

#include <arch/features.h>
#include <arch/layout.h>
#include <skerry/kernel_page.h>

int trap1_sysenter(uint32_t trap, uint32_t a0) ARCH_TRAP_STUB;
int trap1_syscall(uint32_t trap, uint32_t a0) ARCH_TRAP_STUB;
int trap1_int(uint32_t trap, uint32_t a0) ARCH_TRAP_STUB;
int trap2_sysenter(uint32_t trap, uint32_t a0, uint32_t a1,
		   struct ipc_received *received) ARCH_TRAP_STUB;
int trap2_syscall(uint32_t trap, uint32_t a0, uint32_t a1,
		  struct ipc_received *received) ARCH_TRAP_STUB;
int trap2_int(uint32_t trap, uint32_t a0, uint32_t a1,
	      struct ipc_received *received) ARCH_TRAP_STUB;

static const struct {
	uint32_t feature; /* 0: every machine has it */
	struct sys_trap_stubs stubs;
} kinds[] = {
	{ARCH_FEATURE_SYSENTER, {"sysenter", trap1_sysenter, trap2_sysenter}},
	{ARCH_FEATURE_SYSCALL, {"syscall", trap1_syscall, trap2_syscall}},
	{0, {"int", trap1_int, trap2_int}},
};

const struct sys_trap_stubs *arch_trap_stubs(unsigned int kind)
{
	const struct kernel_page *page = (const struct kernel_page *)ARCH_KERNEL_PAGE;

	if (kind >= sizeof(kinds) / sizeof(kinds[0]))
		return NULL;
	if ((page->features & kinds[kind].feature) != kinds[kind].feature)
		return NULL;
	return &kinds[kind].stubs;
}
