/* Exits of the fast paths, inline (kernel/arch_exit.h). */
#pragma once

static inline vaddr_t arch_context_pc(const struct thread *t)
{
	return t->arch.frame.pc;
}

static inline void arch_context_result(struct thread *t, int code, uint32_t status,
				       endpoint_t process)
{
	t->arch.frame.r[0] = (uint32_t)code;
	t->arch.frame.r[1] = status;
	t->arch.frame.r[2] = process;
}

/* The exclusive monitor must not be found open by the next thread (ARM DDI 0406C, A3.4.4). Taking a
 * lock closes it, too. */
static inline void arch_monitor_close(void)
{
#ifndef CONFIG_SMP
	__asm__ volatile("clrex" ::: "memory");
#endif
}

/* The thread pointer; and TPIDRURW, which user mode may write and nobody keeps. */
static inline void arch_switch_fast(struct cpu *cpu, struct thread *t)
{
	(void)cpu;
	arch_monitor_close();
	__asm__ volatile("mcr p15, 0, %0, c13, c0, 3\n\t"
			 "mcr p15, 0, %1, c13, c0, 2"
			 :
			 : "r"(t->arch.tls), "r"(0)
			 : "memory");
}

/* Everything from the frame; the supervisor's stack pointer stays where the next entry wants it. */
static inline void arch_exit_frame(const struct thread *t) __attribute__((noreturn, always_inline));
static inline void arch_exit_frame(const struct thread *t)
{
	__asm__ volatile("add sp, %0, %1\n\t"
			 "ldmdb sp, {r0-r14}^\n\t"
			 "rfeia sp"
			 :
			 : "r"(&t->arch.frame), "i"(offsetof(struct arch_frame, pc))
			 : "memory");
	__builtin_unreachable();
}

static inline void arch_exit_message(struct cpu *cpu, struct thread *t, uint32_t status,
				     endpoint_t process) __attribute__((noreturn, always_inline));
static inline void arch_exit_message(struct cpu *cpu, struct thread *t, uint32_t status,
				     endpoint_t process)
{
	(void)cpu;
	arch_context_result(t, 0, status, process);
	arch_exit_frame(t);
}

static inline void arch_exit_call(struct cpu *cpu, struct thread *t, int code)
	__attribute__((noreturn, always_inline));
static inline void arch_exit_call(struct cpu *cpu, struct thread *t, int code)
{
	(void)cpu;
	arch_context_result(t, code, 0, 0);
	arch_exit_frame(t);
}
