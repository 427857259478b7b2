/* Made-up physical memory for the boot parsers. Each mapping is a fresh copy of exactly the asked
 * size and dies at the next one, so that AddressSanitizer sees a parser that reads past its
 * mapping or keeps an old one.
 */
#pragma once

#include "arch/i386/boot/boot_memory.h"

#define FAKE_REGIONS_MAX 8

struct fake_memory {
	struct boot_memory_view view; /* first: map() finds the rest from it */
	struct {
		uint64_t base;
		const void *bytes;
		uint64_t size;
	} regions[FAKE_REGIONS_MAX];
	unsigned int region_count;
	void *window;
};

void fake_memory_init(struct fake_memory *memory);
void fake_memory_add(struct fake_memory *memory, uint64_t base, const void *bytes, uint64_t size);
void fake_memory_free(struct fake_memory *memory);

/* Aborts unless info's memory list is what boot_info.h promises and shares no byte with a
 * reservation of the working lists.
 */
void fake_memory_verify(const struct boot_memory *memory, const struct boot_info *info);
