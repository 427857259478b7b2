/* Grants by which others map what an owner published: each stands on the owner's own grant, for one
 * service and one entry.
 */
#pragma once

#include "entry.h"

void maps_init(void);

/* For this caller, the same as before if there is one: 0, or -ENOSPC. */
int map_give(uint32_t index, endpoint_t caller, grant_t *grant);

/* The grants, and what was mapped under them, are no more. */
void maps_of_entry_drop(uint32_t index);
void maps_of_caller_drop(endpoint_t caller);
