/* Kernel calls: dispatch from kernel.def, prototypes of all handlers. A handler gets a private copy
 * of the request and a zeroed reply; it answers 0, -errno, TRAP_SUSPENDED or TRAP_NO_RESULT. */
#pragma once

#include "kernel/priv.h"
#include "kernel/space.h"
#include "kernel/trace.h"
#include <skerry/ipc.h>
#include <skerry/kernel_call.h>

/* Check and dispatch; the code to return, or TRAP_*. */
int kernel_call(struct thread *caller, uint32_t nr) REQUIRES(bkl);

/* Debug kernels panic over an answer that kernel.def does not list. */
#ifdef CONFIG_DEBUG
void kernel_call_check(uint32_t nr, int code);
#else
static inline void kernel_call_check(uint32_t nr, int code)
{
	(void)nr, (void)code;
}
#endif

extern int (*const kernel_call_runners[SYS_CALL_COUNT])(struct thread *caller);

static inline int kernel_call_inline(struct thread *caller, uint32_t nr) REQUIRES(bkl)
{
	int code;

	if (unlikely(nr >= SYS_CALL_COUNT))
		return -EBADCALL;
	/* No call is in the mask of a privilege without the trap. */
	if (unlikely(!(caller->priv->calls[nr >> 5] >> (nr & 31) & 1)))
		return -ENOTALLOWED;
	code = kernel_call_runners[nr](caller);
	kernel_call_check(nr, code);
	trace_record(this_cpu(), TRACE_CALL, caller->endpoint, nr, (uint32_t)code);
	return code;
}

#define CALL(name, nr, request, reply, handler, refusals, what)                                    \
	int handler(struct thread *caller, const struct request *req, struct reply *rep)           \
		REQUIRES(bkl);
#include <skerry/kernel.def>
#undef CALL

/* The thread an endpoint argument names; EP_SELF is the caller; NULL: stale. */
static inline struct thread *call_thread(struct thread *caller, endpoint_t e)
{
	return e == EP_SELF ? caller : thread_find(e);
}
