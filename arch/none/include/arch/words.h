/* Rows of words for lib/string, by what is fastest for some hundred bytes and more on the port's
 * CPUs. Both sides are aligned. Here word by word: the barrier keeps the compiler from making a
 * call of memcpy() out of the loop, which is made of this.
 */
#pragma once

#include <stddef.h>

typedef unsigned long __attribute__((__may_alias__)) arch_word_t;

static inline void arch_words_copy(void *to, const void *from, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		((arch_word_t *)to)[i] = ((const arch_word_t *)from)[i];
		__asm__ volatile("" : : : "memory");
	}
}

static inline void arch_words_fill(void *to, unsigned long word, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		((arch_word_t *)to)[i] = word;
		__asm__ volatile("" : : : "memory");
	}
}
