/* Inline functions of the port's contract, second part (kernel/arch_exit.h): the exits of the fast
 * paths. These versions use the full exit; a real port leaves by the way the thread came in,
 * results in registers, everything else that is no result scrubbed.
 */
#pragma once

/* What remains of arch_switch_prepare() when no FPU state is live: thread pointer, stack of the
 * next interrupt. */
static inline void arch_switch_fast(struct cpu *cpu, struct thread *t)
{
	(void)cpu, (void)t;
}

static inline vaddr_t arch_context_pc(const struct thread *t)
{
	return (vaddr_t)t->arch.context.program_counter;
}

static inline void arch_context_result(struct thread *t, int code, uint32_t status,
				       endpoint_t process)
{
	t->arch.context.result[0] = (uint32_t)code;
	t->arch.context.result[1] = status;
	t->arch.context.result[2] = process;
}

static inline void arch_exit_message(struct cpu *cpu, struct thread *t, uint32_t status,
				     endpoint_t process) __attribute__((noreturn));
static inline void arch_exit_message(struct cpu *cpu, struct thread *t, uint32_t status,
				     endpoint_t process)
{
	arch_context_result(t, 0, status, process);
	arch_exit_user(cpu, t);
}

static inline void arch_exit_call(struct cpu *cpu, struct thread *t, int code)
	__attribute__((noreturn));
static inline void arch_exit_call(struct cpu *cpu, struct thread *t, int code)
{
	arch_context_result(t, code, 0, 0);
	arch_exit_user(cpu, t);
}
