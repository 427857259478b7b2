/* The time, in nanoseconds. */
#pragma once

#include <stdint.h>

uint64_t clock_now(void);   /* since boot */
uint64_t clock_today(void); /* since 1970 */
