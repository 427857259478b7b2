/* Calls to the hello driver (server_call.h says what stubs do); RS_LOOKUP tells its endpoint. */
#pragma once

#include <server_call.h>
#include <skerry/hello.h>

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	typedef struct request name##_REQUEST;                                                     \
	typedef struct reply name##_REPLY;
#include <skerry/hello.def>
#undef CALL

SERVER_STUB_AT(hello_greet, HELLO_GREET)
SERVER_STUB_AT(hello_crash, HELLO_CRASH)

/* A row without a stub does not compile. */
#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(name##_STUB == 0, #name " has no stub");
#include <skerry/hello.def>
#undef CALL
