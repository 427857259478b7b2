/* Questions to PM. */
#pragma once

#include "posix.h"
#include <skerry/pm.h>

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	typedef struct request name##_REQUEST;                                                     \
	typedef struct reply name##_REPLY;
#include <skerry/pm.def>
#undef CALL

#define PM_ASK(call, name, request, reply) POSIX_ASK(call, PM_ENDPOINT, name, request, reply)
#define PM_ASK_ONCE(call, name, request, reply)                                                    \
	POSIX_ASK_FLAGS(call, PM_ENDPOINT, name, request, reply, POSIX_ONCE)
