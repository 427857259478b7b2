/* The thread pointer on i386: the base of the GS segment, set by SYS_TLS_SET. */
#pragma once

#include <stdint.h>

/* Word `index`, a constant, of the thread's block. It never changes under the thread, so the
 * compiler may keep it. */
__attribute__((always_inline)) static inline uintptr_t arch_thread_word(unsigned int index)
{
	uintptr_t word;

	__asm__("movl %%gs:%c1, %0" : "=r"(word) : "i"(index * 4));
	return word;
}
