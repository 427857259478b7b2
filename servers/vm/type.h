/* The kinds of memory, one file each. */
#pragma once

#include "vm_space.h"

/* Zeroed at the first touch, copied on write after a fork. */
extern const struct memory_type type_anonymous;
/* Adjacent frames, there from the start (space_map, then type_contiguous_fill); a fork does not get
 * it: devices know the frames. */
extern const struct memory_type type_contiguous;
int type_contiguous_fill(struct region *region, bool low);
/* Physical memory that is not VM's: offset is the address. */
extern const struct memory_type type_physical;
/* An object several spaces may show (shared.h). */
extern const struct memory_type type_shared;
/* Memory shown under a grant, until the granter takes it back (safemap.h). */
extern const struct memory_type type_safemap;
/* A thread's message page: nobody may change it; a fork gets its own. */
extern const struct memory_type type_message;
/* Nothing, ever. */
extern const struct memory_type type_guard;
