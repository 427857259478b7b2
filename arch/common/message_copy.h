/* arch_message_copy() of kernel/arch.h for ports that move a word at a time. */
#pragma once

#include <skerry/types.h>

#define ARCH_MESSAGE_WORDS 16u

static inline void arch_message_copy(uint32_t *to, const uint32_t *from, uint32_t first)
{
	unsigned int i;

	to[0] = first;
	to[1] = *(const volatile uint32_t *)&from[1];
#pragma GCC unroll 14
	for (i = 2; i < ARCH_MESSAGE_WORDS; i++)
		to[i] = from[i];
}
