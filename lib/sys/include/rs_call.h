/* Calls to RS: one stub a row of skerry/rs.def (server_call.h says what they do). */
#pragma once

#include <server_call.h>
#include <skerry/rs.h>

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	typedef struct request name##_REQUEST;                                                     \
	typedef struct reply name##_REPLY;
#include <skerry/rs.def>
#undef CALL

SERVER_STUB(rs_ready, RS_READY, RS_ENDPOINT)
SERVER_STUB(rs_complain, RS_COMPLAIN, RS_ENDPOINT)
SERVER_STUB(rs_lookup, RS_LOOKUP, RS_ENDPOINT)
SERVER_STUB(rs_status, RS_STATUS, RS_ENDPOINT)
SERVER_STUB(rs_up, RS_UP, RS_ENDPOINT)
SERVER_STUB(rs_down, RS_DOWN, RS_ENDPOINT)
SERVER_STUB(rs_restart, RS_RESTART, RS_ENDPOINT)
SERVER_STUB(rs_refresh, RS_REFRESH, RS_ENDPOINT)
SERVER_STUB(rs_inject, RS_INJECT, RS_ENDPOINT)

/* A row without a stub does not compile. */
#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(name##_STUB == 0, #name " has no stub");
#include <skerry/rs.def>
#undef CALL
