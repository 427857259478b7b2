/* What a board folder supplies to this port. */
#pragma once

#include <skerry/types.h>

/* Tries every way the board knows to end the machine: ABORT_POWER_OFF or ABORT_RESET, code 0 for
 * success (<skerry/kernel_call.h>). Returns only if none works. */
void board_power(uint32_t operation, uint32_t code);
