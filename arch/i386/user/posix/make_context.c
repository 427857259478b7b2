/* A context that begins with a function, on i386: arguments lie on the stack, above the address
 * that the function returns to.
 */
#include "lib/ucontext/context_part.h"

#include <stdarg.h>

#define AT(index) (offsetof(ucontext_t, uc_mcontext) + 4 * (index))

_Static_assert(AT(REG_EDI) == 36 && AT(REG_ESP) == 48 && AT(REG_EBX) == 52, "ucontext.S");
_Static_assert(AT(REG_EAX) == 64 && AT(REG_EIP) == 76, "ucontext.S");
_Static_assert(offsetof(ucontext_t, uc_sigmask) == 108, "ucontext.S");
_Static_assert(offsetof(ucontext_t, __fpregs_mem) == 236, "ucontext.S");

void makecontext(ucontext_t *context, void (*function)(void), int count, ...)
{
	const uintptr_t top = (uintptr_t)context->uc_stack.ss_sp + context->uc_stack.ss_size;
	uintptr_t *word = (uintptr_t *)((top - 4 * (uintptr_t)count) & ~(uintptr_t)15);
	greg_t *registers = context->uc_mcontext.gregs;
	va_list rest;

	va_start(rest, count);
	for (int i = 0; i < count; i++)
		word[i] = va_arg(rest, uintptr_t);
	va_end(rest);
	*--word = (uintptr_t)__skerry_context_return;
	registers[REG_ESP] = (greg_t)(uintptr_t)word;
	registers[REG_EIP] = (greg_t)(uintptr_t)function;
	registers[REG_EBX] = (greg_t)(uintptr_t)context->uc_link;
	registers[REG_EBP] = 0;
}
