/* The rows of words of lib/string as the port i386 has them. */
#include "test.h"

#include "arch/i386/include/arch/words.h"
#include <stdint.h>

#define WORDS 64

TEST("rows of words are copied and filled from the first to the last and no further")
{
	uint32_t from[WORDS], to[WORDS];

	for (size_t count = 0; count <= WORDS - 2; count++) {
		for (size_t i = 0; i < WORDS; i++) {
			from[i] = (uint32_t)(i * 0x01010101);
			to[i] = 0x5A5A5A5A;
		}
		arch_words_copy(to + 1, from + 1, count);
		for (size_t i = 0; i < WORDS; i++)
			CHECK_EQ(to[i], i - 1 < count ? from[i] : 0x5A5A5A5A);
		arch_words_fill(to + 1, 0xA5A5A5A5, count);
		for (size_t i = 0; i < WORDS; i++)
			CHECK_EQ(to[i], i - 1 < count ? 0xA5A5A5A5 : 0x5A5A5A5A);
	}
}
