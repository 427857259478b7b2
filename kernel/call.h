/* Kernel calls: dispatch from kernel.def, prototypes of all handlers. A handler gets a private copy
 * of the request and a zeroed reply; it answers 0, -errno, TRAP_SUSPENDED or TRAP_NO_RESULT. */
#pragma once

#include "kernel/priv.h"
#include "kernel/space.h"
#include <skerry/ipc.h>
#include <skerry/kernel_call.h>

/* Check and dispatch; the code to return, or TRAP_*. */
int kernel_call(struct thread *caller, uint32_t nr) REQUIRES(bkl);

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
