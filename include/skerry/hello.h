/* The hello driver's protocol: requests and replies of hello.def. */
#pragma once

#include <skerry/errno.h>
#include <skerry/message.h>
#include <skerry/services.h>

struct hello_empty_req {
};

struct hello_empty_reply {
};

struct hello_greet_reply {
	u32 greetings; /* of this instance, this one included */
	u32 init;      /* how the instance began: SEF_INIT_* */
};

enum {
#define CALL(name, nr, request, reply, handler, right, what)                                       \
	name = MESSAGE_TYPE(PROTOCOL_HELLO, nr),
#include <skerry/hello.def>
#undef CALL
};

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(sizeof(struct request) <= MESSAGE_PAYLOAD_SIZE, #request " too large");     \
	_Static_assert(sizeof(struct reply) <= MESSAGE_PAYLOAD_SIZE, #reply " too large");
#include <skerry/hello.def>
#undef CALL
