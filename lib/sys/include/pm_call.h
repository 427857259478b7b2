/* Calls to PM: one stub a row of skerry/pm.def (server_call.h says what they do). */
#pragma once

#include <server_call.h>
#include <skerry/pm.h>

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	typedef struct request name##_REQUEST;                                                     \
	typedef struct reply name##_REPLY;
#include <skerry/pm.def>
#undef CALL

SERVER_STUB(pm_fork, PM_FORK, PM_ENDPOINT)
SERVER_STUB(pm_exec, PM_EXEC, PM_ENDPOINT)
SERVER_STUB(pm_exit, PM_EXIT, PM_ENDPOINT)
SERVER_STUB(pm_wait, PM_WAIT, PM_ENDPOINT)
SERVER_STUB(pm_getpid, PM_GETPID, PM_ENDPOINT)
SERVER_STUB(pm_kill, PM_KILL, PM_ENDPOINT)
SERVER_STUB(pm_start, PM_START, PM_ENDPOINT)

/* A row without a stub does not compile. */
#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(name##_STUB == 0, #name " has no stub");
#include <skerry/pm.def>
#undef CALL
