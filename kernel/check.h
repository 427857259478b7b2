/* Debug kernels compare the whole state with what must hold whenever the lock is had: a broken
 * invariant panics where it is seen, not where it hurts. Empty without CONFIG_DEBUG.
 */
#pragma once

#include "kernel/cpu.h"

struct space;

#ifdef CONFIG_DEBUG
/* The lock is this CPU's from here on; to here. */
void check_locked(const struct cpu *cpu);
void check_releasing(const struct cpu *cpu);
/* No CPU publishes the root; each CPU that may hold translations of the space owes a flush. */
void check_root_left(paddr_t root) REQUIRES(bkl);
void check_flushed(const struct cpu *cpu, const struct space *space) REQUIRES(bkl);
/* Everything, at every 64th call. */
void check_state(const struct cpu *cpu) REQUIRES(bkl);
#else
#define check_locked(cpu) ((void)(cpu))
#define check_releasing(cpu) ((void)(cpu))
#define check_root_left(root) ((void)(root))
#define check_flushed(cpu, space) ((void)(cpu), (void)(space))
#define check_state(cpu) ((void)(cpu))
#endif
