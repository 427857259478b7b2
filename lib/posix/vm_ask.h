/* Questions to VM. */
#pragma once

#include "posix.h"
#include <skerry/vm.h>

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	typedef struct request name##_REQUEST;                                                     \
	typedef struct reply name##_REPLY;
#include <skerry/vm.def>
#undef CALL

#define VM_ASK(call, name, request, reply) POSIX_ASK(call, VM_ENDPOINT, name, request, reply)
