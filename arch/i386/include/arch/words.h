/* Rows of words for lib/string: from the Pentium Pro on string instructions move whole cache lines,
 * and before they are no slower than a loop (SDM vol. 1, 7.3.9). The direction flag is clear
 * wherever C runs.
 */
#pragma once

#include <stddef.h>

static inline void arch_words_copy(void *to, const void *from, size_t count)
{
	__asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
}

static inline void arch_words_fill(void *to, unsigned long word, size_t count)
{
	__asm__ volatile("rep stosl" : "+D"(to), "+c"(count) : "a"(word) : "memory");
}
