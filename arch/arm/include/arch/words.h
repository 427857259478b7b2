/* Rows of words for lib/string: eight at a time by load and store multiple, then one by one. Both
 * sides are aligned to words.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

static inline void arch_words_copy(void *to, const void *from, size_t count)
{
	uint32_t word;

	__asm__ volatile(".syntax unified\n"
			 "1: subs %2, %2, #8\n\t"
			 "ldmiahs %1!, {r4-r6, r8-r10, r12, lr}\n\t"
			 "stmiahs %0!, {r4-r6, r8-r10, r12, lr}\n\t"
			 "bhs 1b\n\t"
			 "adds %2, %2, #8\n"
			 "2: ldrne %3, [%1], #4\n\t"
			 "strne %3, [%0], #4\n\t"
			 "subsne %2, %2, #1\n\t"
			 "bne 2b"
			 : "+r"(to), "+r"(from), "+r"(count), "=&r"(word)
			 :
			 : "r4", "r5", "r6", "r8", "r9", "r10", "r12", "lr", "memory", "cc");
}

static inline void arch_words_fill(void *to, unsigned long word, size_t count)
{
	__asm__ volatile(".syntax unified\n\t"
			 "mov r4, %2\n\tmov r5, %2\n\tmov r6, %2\n\tmov r8, %2\n"
			 "1: subs %1, %1, #8\n\t"
			 "stmiahs %0!, {r4-r6, r8}\n\t"
			 "stmiahs %0!, {r4-r6, r8}\n\t"
			 "bhs 1b\n\t"
			 "adds %1, %1, #8\n"
			 "2: strne %2, [%0], #4\n\t"
			 "subsne %1, %1, #1\n\t"
			 "bne 2b"
			 : "+r"(to), "+r"(count)
			 : "r"(word)
			 : "r4", "r5", "r6", "r8", "memory", "cc");
}
