/* The machine's end. */
#pragma once

#include <skerry/types.h>

/* The machine ends, if it can. */
void machine_end(uint32_t code);
void end_as_failure(void);
