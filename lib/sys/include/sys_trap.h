/* Trapping into the kernel, in the fastest way this machine has. sys_trap_select() is called once
 * at start, before the first trap; tests select other ways.
 */
#pragma once

#include <sys_arch.h>

extern struct sys_trap_stubs sys_trap_stubs;

/* Take the stubs of a kind, 0 the fastest of all; -ENODEV when this machine lacks it. */
int sys_trap_select(unsigned int kind);
/* The fastest kind this machine has. */
void sys_trap_select_best(void);

static inline int sys_trap1(uint32_t trap, uint32_t a0)
{
	return sys_trap_stubs.trap1(trap, a0);
}

static inline int sys_trap2(uint32_t trap, uint32_t a0, uint32_t a1, struct ipc_received *received)
{
	return sys_trap_stubs.trap2(trap, a0, a1, received);
}
