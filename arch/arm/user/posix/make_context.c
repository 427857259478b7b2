/* A context that begins with a function, on ARM: four arguments lie in registers, the rest on the
 * stack.
 */
#include "lib/ucontext/context_part.h"

#include <stdarg.h>

#define REGISTERS 4
#define AT(field) (offsetof(ucontext_t, uc_mcontext) + offsetof(mcontext_t, field))

_Static_assert(AT(arm_r0) == 32 && AT(arm_r4) == 48 && AT(arm_sp) == 84, "ucontext.S");
_Static_assert(AT(arm_lr) == 88 && AT(arm_pc) == 92, "ucontext.S");
_Static_assert(offsetof(ucontext_t, uc_sigmask) == 104, "ucontext.S");
_Static_assert(offsetof(ucontext_t, uc_regspace) == 232, "ucontext.S");

void makecontext(ucontext_t *context, void (*function)(void), int count, ...)
{
	const uintptr_t top = (uintptr_t)context->uc_stack.ss_sp + context->uc_stack.ss_size;
	const int stacked = count > REGISTERS ? count - REGISTERS : 0;
	uintptr_t *word = (uintptr_t *)((top - 4 * (uintptr_t)stacked) & ~(uintptr_t)7);
	unsigned long *registers = &context->uc_mcontext.arm_r0;
	va_list rest;

	va_start(rest, count);
	for (int i = 0; i < count; i++) {
		const uintptr_t argument = va_arg(rest, uintptr_t);

		if (i < REGISTERS)
			registers[i] = argument;
		else
			word[i - REGISTERS] = argument;
	}
	va_end(rest);
	context->uc_mcontext.arm_sp = (uintptr_t)word;
	context->uc_mcontext.arm_lr = (uintptr_t)__skerry_context_return;
	context->uc_mcontext.arm_pc = (uintptr_t)function;
	context->uc_mcontext.arm_r4 = (uintptr_t)context->uc_link;
	context->uc_mcontext.arm_fp = 0;
}
