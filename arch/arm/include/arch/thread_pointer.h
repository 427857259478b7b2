/* The thread pointer on ARM: TPIDRURO, set by SYS_TLS_SET. */
#pragma once

#include <stdint.h>

/* Word `index`, a constant, of the thread's block. It never changes under the thread, so the
 * compiler may keep it. */
__attribute__((always_inline)) static inline uintptr_t arch_thread_word(unsigned int index)
{
	uintptr_t word;

	__asm__("mrc p15, 0, %0, c13, c0, 3\n\tldr %0, [%0, %1]" : "=r"(word) : "i"(index * 4));
	return word;
}
