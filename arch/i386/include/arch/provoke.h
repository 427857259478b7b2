/* What the kernel test does to the machine by hand on i386: exceptions, contexts that must be
 * refused, FPU state. Every port has the same names.
 */
#pragma once

#include <arch/context.h>
#include <stdbool.h>
#include <stddef.h>

/* --- Exceptions: each raises one, or returns where the architecture has no such thing -----------
 */

static inline void arch_provoke_illegal(void)
{
	__asm__ volatile("ud2");
}

static inline void arch_provoke_privileged(void)
{
	__asm__ volatile("cli");
}

static inline void arch_provoke_divide(void)
{
	__asm__ volatile("xorl %%edx, %%edx; movl %%edx, %%ecx; movl $1, %%eax; divl %%ecx" ::
				 : "eax", "ecx", "edx", "cc");
}

static inline void arch_provoke_breakpoint(void)
{
	__asm__ volatile("int3");
}

/* A gate only the kernel may use: INT of an exception vector. */
static inline void arch_provoke_gate(void)
{
	__asm__ volatile("int $14");
}

/* A selector beyond every table, loaded by the thread itself; then a trap's entry with it. */
static inline void arch_provoke_segments(void)
{
	__asm__ volatile("xorl %%eax, %%eax; movw %%ax, %%fs; movw %%ax, %%es" ::: "eax");
}

/* --- Contexts ----------------------------------------------------------------------------------
 */

#define ARCH_CONTEXT_WORDS (sizeof(struct arch_user_context) / 4)
#define ARCH_CONTEXT_INDEX_PC (offsetof(struct arch_user_context, eip) / 4)
#define ARCH_CONTEXT_INDEX_SP (offsetof(struct arch_user_context, esp) / 4)
#define ARCH_CONTEXT_INDEX_SPIN (offsetof(struct arch_user_context, eax) / 4)

/* Loops until the register ARCH_CONTEXT_INDEX_SPIN names is set from outside; its value. */
static inline uint32_t arch_spin_register(void)
{
	uint32_t value = 0;

	__asm__ volatile("1: testl %0, %0; jz 1b" : "+a"(value)::"cc");
	return value;
}

/* Make `context` one that would give away rights, in way number `way`; false: there are no more. */
static inline bool arch_context_spoil(struct arch_user_context *context, unsigned int way)
{
	switch (way) {
	case 0:
		context->cs = 0x08; /* the kernel's code segment */
		return true;
	case 1:
		context->ss = 0x10;
		return true;
	case 2:
		context->ds = 0x10;
		return true;
	case 3:
		context->gs = 0x38;
		return true;
	case 4:
		context->eflags |= 0x3000; /* IOPL 3 */
		return true;
	case 5:
		context->eflags |= 0x20000; /* virtual 8086 mode */
		return true;
	case 6:
		context->eflags &= ~0x200u; /* interrupts off */
		return true;
	case 7:
		context->eip = 0xC0100000u;
		return true;
	case 8:
		context->eflags |= 0x4000; /* nested task */
		return true;
	default:
		return false;
	}
}

/* --- FPU ----------------------------------------------------------------------------------------
 */

#define ARCH_FPU_REGISTERS 8u

/* Fill every FPU register with a value made from `seed`. */
static inline void arch_fpu_fill(uint32_t seed)
{
	__asm__ volatile("fninit");
	for (unsigned int i = 0; i < ARCH_FPU_REGISTERS; i++) {
		const int32_t value = (int32_t)(seed * 8 + i);

		__asm__ volatile("fildl %0" ::"m"(value));
	}
}

/* Take the registers out; how many are not as arch_fpu_fill(seed) left them. They are refilled. */
static inline unsigned int arch_fpu_check(uint32_t seed)
{
	unsigned int wrong = 0;
	uint16_t status;

	__asm__ volatile("fnstsw %0" : "=m"(status));
	if ((status >> 11 & 7) != 0)
		return ARCH_FPU_REGISTERS;
	for (unsigned int i = ARCH_FPU_REGISTERS; i-- > 0;) {
		int32_t value;

		__asm__ volatile("fistpl %0" : "=m"(value));
		wrong += value != (int32_t)(seed * 8 + i);
	}
	arch_fpu_fill(seed);
	return wrong;
}

/* Is the state that of a thread that never used the FPU? */
static inline bool arch_fpu_fresh(void)
{
	uint16_t control, status;

	__asm__ volatile("fnstcw %0; fnstsw %1" : "=m"(control), "=m"(status));
	return control == 0x37F && (status & 0x3800) == 0;
}
