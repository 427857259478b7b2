/* A thread's whole user context on i386, as SYS_CONTEXT_GET/SET and signal frames carry it. */
#pragma once

#include <skerry/types.h>

struct arch_user_context {
	u32 gs, fs, es, ds;
	u32 edi, esi, ebp, ebx, edx, ecx, eax;
	u32 eip, cs, eflags, esp, ss;
	u32 tls; /* base of the GS segment */
	u32 fpu_used;
	u32 reserved[2];
	uint8_t fpu[512]
		__attribute__((aligned(16))); /* FXSAVE image; FSAVE's 108 bytes without FXSR */
};

static inline vaddr_t arch_user_context_stack(const struct arch_user_context *context)
{
	return context->esp;
}
