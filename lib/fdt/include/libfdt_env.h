/* What libfdt (ports/libfdt) wants to find: byte orders, and the string functions it uses. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint16_t fdt16_t;
typedef uint32_t fdt32_t;
typedef uint64_t fdt64_t;

/* Devicetrees are big-endian. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FDT_SWAP(bits, x) __builtin_bswap##bits(x)
#else
#define FDT_SWAP(bits, x) (x)
#endif

static inline uint16_t fdt16_to_cpu(fdt16_t x)
{
	return FDT_SWAP(16, x);
}

static inline fdt16_t cpu_to_fdt16(uint16_t x)
{
	return FDT_SWAP(16, x);
}

static inline uint32_t fdt32_to_cpu(fdt32_t x)
{
	return FDT_SWAP(32, x);
}

static inline fdt32_t cpu_to_fdt32(uint32_t x)
{
	return FDT_SWAP(32, x);
}

static inline uint64_t fdt64_to_cpu(fdt64_t x)
{
	return FDT_SWAP(64, x);
}

static inline fdt64_t cpu_to_fdt64(uint64_t x)
{
	return FDT_SWAP(64, x);
}

/* ISO C's and POSIX's, which the kernel's own <string.h> does not have. */
static inline void *fdt_memchr(const void *memory, int byte, size_t size)
{
	const unsigned char *p = memory;

	for (; size > 0; size--, p++)
		if (*p == (unsigned char)byte)
			return (void *)(uintptr_t)p;
	return NULL;
}

static inline size_t fdt_strnlen(const char *text, size_t size)
{
	const char *end = fdt_memchr(text, '\0', size);

	return end ? (size_t)(end - text) : size;
}

static inline char *fdt_strrchr(const char *text, int character)
{
	const char *last = NULL;

	for (;; text++) {
		if (*text == (char)character)
			last = text;
		if (*text == '\0')
			return (char *)(uintptr_t)last;
	}
}

#define memchr fdt_memchr
#define strnlen fdt_strnlen
#define strrchr fdt_strrchr
