/* RS's calls. */
#pragma once

#include "entry.h"

/* Has the caller the right that the row of rs.def asks for? */
bool call_allowed(endpoint_t caller, uint32_t right);

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	struct answer handler(endpoint_t caller, const struct request *req, struct reply *rep);
#include <skerry/rs.def>
#undef CALL
