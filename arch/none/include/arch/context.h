/* A thread's whole user context, as SYS_CONTEXT_GET/SET and signal frames carry it. A real port
 * lists its registers, processor status and FPU state, at the same offsets for good.
 */
#pragma once

#include <skerry/types.h>

struct arch_user_context {
	u64 program_counter;
	u64 stack_pointer;
	u64 thread_pointer;
	u64 result[3]; /* code, status, process; the first holds the argument at the start */
};

static inline vaddr_t arch_user_context_stack(const struct arch_user_context *context)
{
	return (vaddr_t)context->stack_pointer;
}
