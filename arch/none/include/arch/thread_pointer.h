/* The thread pointer, set by SYS_TLS_SET. */
#pragma once

#include <stdint.h>

/* Word `index`, a constant, of the block the thread pointer points at. A real port loads it through
 * the register its ABI keeps for that. */
static inline uintptr_t arch_thread_word(unsigned int index)
{
	uintptr_t word = 0;

	(void)index;
	__asm__("" : "+r"(word)); /* nothing is known of what a register holds */
	return word;
}
