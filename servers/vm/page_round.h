/* Rounding to whole pages. In 64 bits, so that an address or size near the end of a smaller type
 * does not wrap; the caller narrows what it knows to fit.
 */
#pragma once

#include <arch/layout.h>
#include <skerry/types.h>

/* The page that holds the address begins there. */
static inline uint64_t page_floor(uint64_t address)
{
	return address & ~(uint64_t)(ARCH_PAGE_SIZE - 1);
}

/* The first page boundary that is not below the address. */
static inline uint64_t page_ceiling(uint64_t address)
{
	return page_floor(address + ARCH_PAGE_SIZE - 1);
}

/* Pages that so many bytes, from a boundary on, lie in. */
static inline uint64_t page_count(uint64_t bytes)
{
	return page_ceiling(bytes) / ARCH_PAGE_SIZE;
}
