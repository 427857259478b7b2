/* Calls of the debugger or emulator; nothing without CONFIG_SEMIHOSTING. */
#pragma once

#include <skerry/types.h>

#ifdef CONFIG_SEMIHOSTING
void semihosting_call(uint32_t operation, const void *block);
#else
static inline void semihosting_call(uint32_t operation, const void *block)
{
	(void)operation, (void)block;
}
#endif
