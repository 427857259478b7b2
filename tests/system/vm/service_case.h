/* What the cases of the service share. A case answers whether all was well. */
#pragma once

#include "memory.h"
#include "tests/system/user/expect.h"
#include <skerry/info.h>
#include <sys.h>

/* An empty space; its end; a copy of a space whose thread is this one. */
int space_make(space_t *space);
int space_end(space_t space);
int fork_of(space_t space, endpoint_t thread, space_t *made);

/* The first thread of that name; false: there is none. */
bool thread_named(const char *name, struct info_thread *found);

/* Where the service's memory lies. */
int physical_of(long address, size_t bytes, uint64_t *physical);

#define SERVICE_CASE(function, behaviour) bool service_##function(void);
#include "service_cases.def"
#undef SERVICE_CASE
#define EXHAUST_CASE(function, behaviour) bool exhaust_##function(void);
#include "exhaust_cases.def"
#undef EXHAUST_CASE
