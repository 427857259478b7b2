/* A signal's context on ARM: the kernel's words and those of <ucontext.h>. A handler that changes
 * the program counter names Thumb code by the lowest bit, as every function pointer does.
 */
#include "lib/posix/context.h"

#include <string.h>

#define CPSR_THUMB 0x20u

/* r0 to r10, fp, ip, sp, lr, pc lie in this order in both. */
#define WORDS 16

_Static_assert(offsetof(mcontext_t, arm_pc) - offsetof(mcontext_t, arm_r0) == 4 * (WORDS - 1), "");
_Static_assert(offsetof(struct arch_user_context, pc) == 4 * (WORDS - 1), "");

void posix_context_out(ucontext_t *to, const struct arch_user_context *from)
{
	memcpy(&to->uc_mcontext.arm_r0, from, 4 * WORDS);
	to->uc_mcontext.arm_cpsr = from->cpsr;
}

void posix_context_in(const ucontext_t *from, struct arch_user_context *to)
{
	const u32 before = to->pc;

	memcpy(to, &from->uc_mcontext.arm_r0, 4 * WORDS);
	to->cpsr = (u32)from->uc_mcontext.arm_cpsr;
	if (to->pc != before) {
		to->cpsr &= ~CPSR_THUMB;
		to->cpsr |= to->pc & 1 ? CPSR_THUMB : 0;
		to->pc &= ~1u;
	}
}
