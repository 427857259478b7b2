/* What the sources of lib/sef share. */
#pragma once

#include <skerry/types.h>

/* Fail as FAIL_* says; comes back where there is no such fault. */
void sef_fail(uint32_t kind);
