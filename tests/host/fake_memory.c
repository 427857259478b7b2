/* The view's implementation. The window is the only state that changes. */
#include "fake_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const void *fake_map(const struct boot_memory_view *view, uint64_t physical, uint64_t size)
{
	struct fake_memory *memory = (struct fake_memory *)view;

	free(memory->window);
	memory->window = NULL;
	for (unsigned int i = 0; i < memory->region_count; i++) {
		uint64_t offset = physical - memory->regions[i].base;

		if (physical < memory->regions[i].base || offset > memory->regions[i].size ||
		    size > memory->regions[i].size - offset)
			continue;
		memory->window = malloc(size);
		memcpy(memory->window, (const char *)memory->regions[i].bytes + offset, size);
		return memory->window;
	}
	return NULL;
}

void fake_memory_init(struct fake_memory *memory)
{
	*memory = (struct fake_memory){.view.map = fake_map};
}

void fake_memory_add(struct fake_memory *memory, uint64_t base, const void *bytes, uint64_t size)
{
	unsigned int index = memory->region_count++;

	memory->regions[index].base = base;
	memory->regions[index].bytes = bytes;
	memory->regions[index].size = size;
}

void fake_memory_free(struct fake_memory *memory)
{
	free(memory->window);
	memory->window = NULL;
}

static void require(bool condition, const char *text)
{
	if (condition)
		return;
	fprintf(stderr, "broken promise: %s\n", text);
	abort();
}

void fake_memory_verify(const struct boot_memory *memory, const struct boot_info *info)
{
	uint64_t end = 0;

	require(info->memory_count <= BOOT_RANGES_MAX, "memory_count is in bounds");
	for (unsigned int i = 0; i < info->memory_count; i++) {
		const struct boot_range *range = &info->memory[i];

		require(range->size && range->base % BOOT_PAGE_SIZE == 0 &&
				range->size % BOOT_PAGE_SIZE == 0,
			"ranges are whole pages");
		require(!i || range->base >= end, "ranges are sorted and disjoint");
		end = range->base + range->size;
		require(end > range->base, "ranges do not wrap");
		for (unsigned int j = 0; j < memory->reserved.count; j++) {
			const struct boot_range *reserved = &memory->reserved.ranges[j];

			require(reserved->base >= end ||
					reserved->base + reserved->size <= range->base,
				"ranges keep clear of reservations");
		}
	}
}
