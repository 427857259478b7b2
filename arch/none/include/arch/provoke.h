/* What the kernel test does to the machine by hand: exceptions, contexts that must be refused, FPU
 * state.
 */
#pragma once

#include <arch/context.h>
#include <stdbool.h>
#include <stddef.h>

/* --- Exceptions: a real port raises each, and returns where it has no such thing ------------ */

/* An instruction that does not exist. */
static inline void arch_provoke_illegal(void)
{
}

/* One that only the kernel may execute. */
static inline void arch_provoke_privileged(void)
{
}

/* A division by zero. */
static inline void arch_provoke_divide(void)
{
}

/* The breakpoint instruction. */
static inline void arch_provoke_breakpoint(void)
{
}

/* A trap number that is not user mode's. */
static inline void arch_provoke_gate(void)
{
}

/* Segment registers, or other state the next trap's entry must set right. */
static inline void arch_provoke_segments(void)
{
}

/* --- Contexts ------------------------------------------------------------------------------- */

#define ARCH_CONTEXT_WORDS (sizeof(struct arch_user_context) / 4)
#define ARCH_CONTEXT_INDEX_PC (offsetof(struct arch_user_context, program_counter) / 4)
#define ARCH_CONTEXT_INDEX_SP (offsetof(struct arch_user_context, stack_pointer) / 4)
#define ARCH_CONTEXT_INDEX_SPIN (offsetof(struct arch_user_context, result) / 4)

/* A real port loops until the register ARCH_CONTEXT_INDEX_SPIN names is set from outside. */
static inline uint32_t arch_spin_register(void)
{
	return 0;
}

/* A real port makes `context` one that would give away rights, in way number `way`: a privileged
 * mode, interrupts off, a kernel address. False: there are no more ways. */
static inline bool arch_context_spoil(struct arch_user_context *context, unsigned int way)
{
	(void)context, (void)way;
	return false;
}

/* --- FPU ------------------------------------------------------------------------------------ */

#define ARCH_FPU_REGISTERS 0u

/* A real port fills every FPU register with a value made from `seed`. */
static inline void arch_fpu_fill(uint32_t seed)
{
	(void)seed;
}

/* How many registers are not as arch_fpu_fill(seed) left them. */
static inline unsigned int arch_fpu_check(uint32_t seed)
{
	(void)seed;
	return 0;
}

/* Is the state that of a thread that never used the FPU? */
static inline bool arch_fpu_fresh(void)
{
	return true;
}
