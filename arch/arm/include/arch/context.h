/* A thread's whole user context on ARM, as SYS_CONTEXT_GET/SET and signal frames carry it. */
#pragma once

#include <skerry/types.h>

/* VFPv3: a unit with 16 registers leaves the upper half 0. */
struct arch_fpu {
	u64 d[32];
	u32 fpscr;
	u32 reserved;
};

struct arch_user_context {
	u32 r[13], sp, lr, pc;
	u32 cpsr; /* user mode; flags, Thumb state */
	u32 tls;  /* TPIDRURO */
	u32 fpu_used;
	u32 reserved;
	struct arch_fpu fpu;
};

static inline vaddr_t arch_user_context_stack(const struct arch_user_context *context)
{
	return context->sp;
}
