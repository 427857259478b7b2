/* The rest of the port's inline functions (kernel/arch.h), for which struct cpu and struct thread
 * must be complete. The port supplies them in <arch_exit.h>:
 *
 * void arch_switch_fast(struct cpu *, struct thread *)
 *        the part of arch_switch_prepare() that remains when no FPU state or I/O bitmap is live
 * vaddr_t arch_context_pc(const struct thread *)
 *        program counter of a thread that is in the kernel
 * void arch_context_result(struct thread *, int code, uint32_t status, endpoint_t process)
 *        results of the trap the thread is in
 * void arch_exit_message(struct cpu *, struct thread *, uint32_t status, endpoint_t process)
 * noreturn leave into a thread whose receive or call ends with code 0 and these results
 */
#pragma once

#include "kernel/cpu.h"
#include "kernel/thread.h"
#include <arch_exit.h>
