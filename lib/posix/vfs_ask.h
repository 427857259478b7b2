/* Questions to VFS. */
#pragma once

#include "posix.h"
#include <skerry/vfs.h>

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	typedef struct request name##_REQUEST;                                                     \
	typedef struct reply name##_REPLY;
#include <skerry/vfs.def>
#undef CALL

#define VFS_ASK(call, name, request, reply) POSIX_ASK(call, VFS_ENDPOINT, name, request, reply)
#define VFS_ASK_ONCE(call, name, request, reply)                                                   \
	POSIX_ASK_FLAGS(call, VFS_ENDPOINT, name, request, reply, POSIX_ONCE)
