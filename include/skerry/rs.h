/* RS's protocol: requests and replies of rs.def. */
#pragma once

#include <skerry/errno.h>
#include <skerry/message.h>
#include <skerry/services.h>

struct rs_ready_req {
	int32_t result; /* 0 or -errno */
};

struct rs_empty_reply {
};

enum {
#define CALL(name, nr, request, reply, handler, right, what) name = MESSAGE_TYPE(PROTOCOL_RS, nr),
#include <skerry/rs.def>
#undef CALL
};

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(sizeof(struct request) <= MESSAGE_PAYLOAD_SIZE, #request " too large");     \
	_Static_assert(sizeof(struct reply) <= MESSAGE_PAYLOAD_SIZE, #reply " too large");
#include <skerry/rs.def>
#undef CALL
