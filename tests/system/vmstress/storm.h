/* Storms: threads of one space that work on and on while others change what they stand on. */
#pragma once

#include <skerry/types.h>

/* A worker's part in the running storm. */
int32_t storm_work(uint32_t role, const uint32_t *argument);
