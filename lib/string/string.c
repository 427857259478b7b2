/* Memory and string functions of the kernel. Memory is moved by machine words where both sides
 * have the same alignment, which pages, messages and archives have, and by bytes elsewhere: no
 * unaligned access, so that it also runs on ARM before the MMU is on.
 * NO_IDIOMS keeps the compiler from recognising these loops and calling the functions themselves.
 */
#include <string.h>

#include <arch/words.h>
#include <stdint.h>

#ifdef __clang__
#define NO_IDIOMS __attribute__((no_builtin))
#else
#define NO_IDIOMS __attribute__((__optimize__("no-tree-loop-distribute-patterns")))
#endif

typedef unsigned long __attribute__((__may_alias__)) word_t;

#define WORD sizeof(word_t)
#define BLOCK (4 * WORD)
#define ROW 256u /* bytes: from there on a port's own way is worth its start */

static inline size_t bytes_to_alignment(const void *pointer)
{
	return -(uintptr_t)pointer % WORD;
}

static inline int same_alignment(const void *left, const void *right)
{
	return ((uintptr_t)left ^ (uintptr_t)right) % WORD == 0;
}

NO_IDIOMS static inline void copy_up(unsigned char *to, const unsigned char *from, size_t size)
{
	if (size >= BLOCK && same_alignment(to, from)) {
		for (size_t head = bytes_to_alignment(to); head; head--, size--)
			*to++ = *from++;
		if (size >= ROW) {
			size_t bytes = size & ~(WORD - 1);

			arch_words_copy(to, from, bytes / WORD);
			to += bytes;
			from += bytes;
			size -= bytes;
		}
		for (; size >= BLOCK; size -= BLOCK, to += BLOCK, from += BLOCK) {
			word_t *words = (word_t *)to;
			const word_t *source = (const word_t *)from;

			words[0] = source[0];
			words[1] = source[1];
			words[2] = source[2];
			words[3] = source[3];
		}
		for (; size >= WORD; size -= WORD, to += WORD, from += WORD)
			*(word_t *)to = *(const word_t *)from;
	}
	while (size--)
		*to++ = *from++;
}

/* From the last byte to the first; to and from point past the ends. */
NO_IDIOMS static inline void copy_down(unsigned char *to, const unsigned char *from, size_t size)
{
	if (size >= BLOCK && same_alignment(to, from)) {
		for (size_t tail = (uintptr_t)to % WORD; tail; tail--, size--)
			*--to = *--from;
		for (; size >= WORD; size -= WORD) {
			to -= WORD;
			from -= WORD;
			*(word_t *)to = *(const word_t *)from;
		}
	}
	while (size--)
		*--to = *--from;
}

NO_IDIOMS void *memcpy(void *restrict destination, const void *restrict source, size_t size)
{
	copy_up(destination, source, size);
	return destination;
}

NO_IDIOMS void *memmove(void *destination, const void *source, size_t size)
{
	/* Unsigned distance: below size only when destination lies inside the source. */
	if ((uintptr_t)destination - (uintptr_t)source >= size)
		copy_up(destination, source, size);
	else
		copy_down((unsigned char *)destination + size, (const unsigned char *)source + size,
			  size);
	return destination;
}

NO_IDIOMS void *memset(void *destination, int byte, size_t size)
{
	unsigned char *to = destination;

	if (size >= BLOCK) {
		word_t pattern = (unsigned char)byte * (~(word_t)0 / 255);

		for (size_t head = bytes_to_alignment(to); head; head--, size--)
			*to++ = (unsigned char)byte;
		if (size >= ROW) {
			size_t bytes = size & ~(WORD - 1);

			arch_words_fill(to, pattern, bytes / WORD);
			to += bytes;
			size -= bytes;
		}
		for (; size >= BLOCK; size -= BLOCK, to += BLOCK) {
			word_t *words = (word_t *)to;

			words[0] = pattern;
			words[1] = pattern;
			words[2] = pattern;
			words[3] = pattern;
		}
	}
	while (size--)
		*to++ = (unsigned char)byte;
	return destination;
}

NO_IDIOMS int memcmp(const void *left, const void *right, size_t size)
{
	const unsigned char *l = left;
	const unsigned char *r = right;

	if (size >= BLOCK && same_alignment(l, r)) {
		for (; (uintptr_t)l % WORD && *l == *r; l++, r++, size--)
			;
		if ((uintptr_t)l % WORD == 0)
			for (; size >= WORD && *(const word_t *)l == *(const word_t *)r;
			     size -= WORD, l += WORD, r += WORD)
				;
	}
	for (; size; l++, r++, size--)
		if (*l != *r)
			return *l < *r ? -1 : 1;
	return 0;
}

NO_IDIOMS size_t strlen(const char *text)
{
	const char *end = text;

	while (*end)
		end++;
	return (size_t)(end - text);
}

NO_IDIOMS int strncmp(const char *left, const char *right, size_t size)
{
	for (; size; left++, right++, size--) {
		if (*left != *right)
			return (unsigned char)*left < (unsigned char)*right ? -1 : 1;
		if (!*left)
			break;
	}
	return 0;
}

int strcmp(const char *left, const char *right)
{
	return strncmp(left, right, SIZE_MAX);
}

NO_IDIOMS char *strchr(const char *text, int character)
{
	for (; *text != (char)character; text++)
		if (!*text)
			return NULL;
	return (char *)text;
}

size_t strlcpy(char *restrict destination, const char *restrict source, size_t size)
{
	size_t length = strlen(source);

	if (size) {
		size_t copied = length < size ? length : size - 1;

		memcpy(destination, source, copied);
		destination[copied] = 0;
	}
	return length;
}
