/* What one CPU does to another: park a thread, wait for a CPU to settle, owe it a flush. The
 * protocol is drawn in docs/smp.md. On one CPU only the local halves remain.
 */
#pragma once

#include "kernel/space.h"

/* When this returns no CPU executes `t` in user mode. One IPI, only if it really runs. */
void smp_park(struct thread *t) REQUIRES(bkl);

/* When this returns `t` is current nowhere, its FPU state is in memory, and a trap it had pending
 * will be dropped. */
void smp_take(struct thread *t) REQUIRES(bkl);

/* Wait until `cpu` has settled: neither user mode nor live FPU state nor a user root. */
void smp_settle(struct cpu *cpu) REQUIRES(bkl);

/* Mark a flush owed on every CPU that may hold translations of `space`. Answers the new epoch. */
uint64_t smp_flush_space(struct space *space) REQUIRES(bkl);

/* Do the flush this CPU owes and publish the lowest epoch all CPUs have passed. */
void smp_flush_owed(struct cpu *cpu) REQUIRES(bkl);

/* Wait until no CPU publishes `root`. */
void smp_leave_root(paddr_t root) REQUIRES(bkl);

/* Tell a CPU to look at its queues again. */
void smp_kick(struct cpu *cpu) REQUIRES(bkl);

/* Start the CPUs the firmware listed; those that do not come are reported and left out. */
void smp_start_all(const struct boot_info *info) REQUIRES(bkl);

/* Between giving the lock back and asking for it again: without a gap whoever had it wins again
 * over those that look for it. */
void smp_lock_gap(void);

/* The uncontended lock was not free: settle, wait for it, count. */
void smp_lock_contended(struct cpu *cpu) ACQUIRES(bkl);

void smp_interrupt(struct cpu *cpu) REQUIRES(bkl);
