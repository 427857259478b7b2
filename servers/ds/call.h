/* DS's calls. */
#pragma once

#include "entry.h"
#include <service.h>

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	struct answer handler(endpoint_t caller, const struct request *req, struct reply *rep);
#include <skerry/ds.def>
#undef CALL
