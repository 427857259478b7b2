/* Exits of the fast paths, inline (kernel/arch_exit.h). */
#pragma once

static inline vaddr_t arch_context_pc(const struct thread *t)
{
	return t->arch.frame.eip;
}

static inline void arch_context_result(struct thread *t, int code, uint32_t status,
				       endpoint_t process)
{
	t->arch.frame.eax = (uint32_t)code;
	t->arch.frame.ebx = status;
	t->arch.frame.esi = process;
}

/* Descriptor of the thread pointer and the stack of the next interrupt. */
static inline void arch_switch_fast(struct cpu *cpu, struct thread *t)
{
	cpu->arch.gdt[SEL_TLS >> 3][0] = t->arch.tls_low;
	cpu->arch.gdt[SEL_TLS >> 3][1] = t->arch.tls_high;
	cpu->arch.tss->esp0 = (uint32_t)(&t->arch.frame + 1);
	/* The last thread's fs must not show in the next. */
	__asm__ volatile("movl %0, %%gs\n\t"
			 "movl %1, %%fs"
			 :
			 : "r"(SEL_TLS), "r"(0)
			 : "memory");
}

/* SYSEXIT: to edx with stack ecx. What is not a result is scrubbed. */
static inline void arch_exit_sysenter(const struct thread *t, uint32_t eax, uint32_t ebx,
				      uint32_t esi) __attribute__((noreturn, always_inline));
static inline void arch_exit_sysenter(const struct thread *t, uint32_t eax, uint32_t ebx,
				      uint32_t esi)
{
	__asm__ volatile("xorl %%edi, %%edi\n\t"
			 "xorl %%ebp, %%ebp\n\t"
			 "sti\n\t"
			 "sysexit"
			 :
			 : "a"(eax), "b"(ebx), "S"(esi), "c"(t->arch.frame.esp),
			   "d"(t->arch.frame.eip)
			 : "memory");
	__builtin_unreachable();
}

/* SYSRET: to ecx; the stack is switched while interrupts are off. */
static inline void arch_exit_syscall(const struct thread *t, uint32_t eax, uint32_t ebx,
				     uint32_t esi) __attribute__((noreturn));
static inline void arch_exit_syscall(const struct thread *t, uint32_t eax, uint32_t ebx,
				     uint32_t esi)
{
	__asm__ volatile("movl %%edx, %%esp\n\t"
			 "xorl %%edx, %%edx\n\t"
			 "xorl %%edi, %%edi\n\t"
			 "xorl %%ebp, %%ebp\n\t"
			 "sysretl"
			 :
			 : "a"(eax), "b"(ebx), "S"(esi), "c"(t->arch.frame.eip),
			   "d"(t->arch.frame.esp)
			 : "memory");
	__builtin_unreachable();
}

static inline void arch_exit_message(struct cpu *cpu, struct thread *t, uint32_t status,
				     endpoint_t process) __attribute__((noreturn, always_inline));
static inline void arch_exit_message(struct cpu *cpu, struct thread *t, uint32_t status,
				     endpoint_t process)
{
	if (t->arch.entry == ENTRY_SYSENTER)
		arch_exit_sysenter(t, 0, status, process);
	arch_context_result(t, 0, status, process);
	arch_exit_user(cpu, t);
}

static inline void arch_exit_call(struct cpu *cpu, struct thread *t, int code)
	__attribute__((noreturn, always_inline));
static inline void arch_exit_call(struct cpu *cpu, struct thread *t, int code)
{
	if (t->arch.entry == ENTRY_SYSENTER)
		arch_exit_sysenter(t, (uint32_t)code, 0, 0);
	arch_context_result(t, code, 0, 0);
	arch_exit_user(cpu, t);
}
