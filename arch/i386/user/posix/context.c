/* A signal's context on i386: the kernel's words and those of <ucontext.h>. Segments are not to be
 * changed, nor is the thread pointer.
 */
#include "lib/posix/context.h"

void posix_context_out(ucontext_t *to, const struct arch_user_context *from)
{
	greg_t *word = to->uc_mcontext.gregs;

	word[REG_GS] = (greg_t)from->gs;
	word[REG_FS] = (greg_t)from->fs;
	word[REG_ES] = (greg_t)from->es;
	word[REG_DS] = (greg_t)from->ds;
	word[REG_EDI] = (greg_t)from->edi;
	word[REG_ESI] = (greg_t)from->esi;
	word[REG_EBP] = (greg_t)from->ebp;
	word[REG_ESP] = word[REG_UESP] = (greg_t)from->esp;
	word[REG_EBX] = (greg_t)from->ebx;
	word[REG_EDX] = (greg_t)from->edx;
	word[REG_ECX] = (greg_t)from->ecx;
	word[REG_EAX] = (greg_t)from->eax;
	word[REG_EIP] = (greg_t)from->eip;
	word[REG_CS] = (greg_t)from->cs;
	word[REG_EFL] = (greg_t)from->eflags;
	word[REG_SS] = (greg_t)from->ss;
}

void posix_context_in(const ucontext_t *from, struct arch_user_context *to)
{
	const greg_t *word = from->uc_mcontext.gregs;

	to->edi = (u32)word[REG_EDI];
	to->esi = (u32)word[REG_ESI];
	to->ebp = (u32)word[REG_EBP];
	to->esp = (u32)word[REG_ESP];
	to->ebx = (u32)word[REG_EBX];
	to->edx = (u32)word[REG_EDX];
	to->ecx = (u32)word[REG_ECX];
	to->eax = (u32)word[REG_EAX];
	to->eip = (u32)word[REG_EIP];
	to->eflags = (u32)word[REG_EFL];
}
