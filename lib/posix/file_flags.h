/* Open flags: the port's numbers, which programs see, and VFS's. */
#pragma once

#include <stdint.h>

/* Flags that have no bit in VFS's numbers are left out. */
uint32_t posix_flags_get(long flags);
long posix_flags_put(uint32_t flags);
