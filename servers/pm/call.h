/* PM's calls, and what their handlers share. */
#pragma once

#include "process.h"
#include <service.h>
#include <skerry/pm.h>

/* What programs may do; before the first is made. */
void privilege_init(void);

/* Give a new thread the rights of programs and let it go; -errno: it is still held. */
int privilege_give(endpoint_t thread);

/* Ends a process, whatever it does: its thread and memory go, its children find another parent, its
 * own parent hears `status`. Needs no memory. */
void process_end(struct process *process, int32_t status);

/* The parent hears of it, now or when it asks. */
void child_ended(struct process *child);

/* VM says that somebody watches spaces: signals are of interest from now on. */
void watchers_come(void);

/* What the kernel has to say of programs: they exited, or got a signal. */
void signals_collect(void);

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	struct answer handler(endpoint_t caller, const struct request *req, struct reply *rep);
#include <skerry/pm.def>
#undef CALL
