/* Calls to SCHED: one stub a row of skerry/sched.def (server_call.h says what they do). */
#pragma once

#include <server_call.h>
#include <skerry/sched.h>

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	typedef struct request name##_REQUEST;                                                     \
	typedef struct reply name##_REPLY;
#include <skerry/sched.def>
#undef CALL

SERVER_STUB(sched_start, SCHED_START, SCHED_ENDPOINT)
SERVER_STUB(sched_inherit, SCHED_INHERIT, SCHED_ENDPOINT)
SERVER_STUB(sched_stop, SCHED_STOP, SCHED_ENDPOINT)
SERVER_STUB(sched_setnice, SCHED_SETNICE, SCHED_ENDPOINT)
SERVER_STUB(sched_setaffinity, SCHED_SETAFFINITY, SCHED_ENDPOINT)
SERVER_STUB(sched_get, SCHED_GET, SCHED_ENDPOINT)
SERVER_STUB(sched_cpu, SCHED_CPU, SCHED_ENDPOINT)

/* A row without a stub does not compile. */
#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(name##_STUB == 0, #name " has no stub");
#include <skerry/sched.def>
#undef CALL
