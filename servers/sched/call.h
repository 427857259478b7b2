/* SCHED's calls. */
#pragma once

#include <service.h>
#include <skerry/sched.h>

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	struct answer handler(endpoint_t caller, const struct request *req, struct reply *rep);
#include <skerry/sched.def>
#undef CALL
