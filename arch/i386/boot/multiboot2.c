/* The Multiboot 2 reader. The information block is mapped as a whole, each tag checked against its
 * size before its contents are looked at.
 */
#include "multiboot.h"

#include <skerry/errno.h>

#define TAG_ALIGN 8u

/* Section 3.6. */
enum tag_type {
	TAG_END = 0,
	TAG_COMMAND_LINE = 1,
	TAG_MODULE = 3,
	TAG_BASIC_MEMORY = 4,
	TAG_MEMORY_MAP = 6,
	TAG_ACPI_OLD = 14,
	TAG_ACPI_NEW = 15,
};

/* Every tag begins with the header; the fixed part of those with fields is as long as this. */
struct tag {
	uint32_t type;
	uint32_t size; /* without padding */
	union {
		struct {
			uint32_t start, end;
		} module;
		struct {
			uint32_t lower, upper; /* KiB from 0, from 1 MiB */
		} basic;
		struct {
			uint32_t entry_size; /* at least 24, a multiple of 8 */
			uint32_t entry_version;
		} map;
	};
};

#define TAG_HEADER offsetof(struct tag, module)
#define MAP_ENTRY_MIN 24u /* 3.6.8 */

static int read_memory_map(struct boot_memory *memory, const struct tag *tag)
{
	uint32_t step = tag->map.entry_size;

	if (step < MAP_ENTRY_MIN)
		return -EINVAL;
	for (uint32_t offset = sizeof(*tag); tag->size - offset >= step; offset += step)
		multiboot_add_range(memory, (const void *)((const uint8_t *)tag + offset));
	return 0;
}

static int read_tag(struct multiboot_reading *reading, const struct tag *tag, uint64_t contents)
{
	bool has_fields = tag->size >= sizeof(*tag);

	switch (tag->type) {
	case TAG_COMMAND_LINE:
		reading->line = contents;
		reading->line_bytes = tag->size - TAG_HEADER;
		return 0;
	case TAG_MODULE:
		if (has_fields && !reading->has_module) {
			reading->has_module = true;
			reading->module_start = tag->module.start;
			reading->module_end = tag->module.end;
		}
		return has_fields ? 0 : -EINVAL;
	case TAG_BASIC_MEMORY:
		if (has_fields) {
			reading->lower = tag->basic.lower;
			reading->upper = tag->basic.upper;
		}
		return has_fields ? 0 : -EINVAL;
	case TAG_MEMORY_MAP:
		return has_fields ? read_memory_map(reading->memory, tag) : -EINVAL;
	case TAG_ACPI_OLD:
		if (!reading->rsdp)
			reading->rsdp = contents;
		return 0;
	case TAG_ACPI_NEW:
		reading->rsdp = contents;
		return 0;
	default:
		return 0;
	}
}

int multiboot2_read_block(struct multiboot_reading *reading, uint64_t block)
{
	const uint8_t *bytes;
	uint32_t size;

	if (block % TAG_ALIGN)
		return -EINVAL;
	if (boot_memory_copy(reading->view, block, &size, sizeof(size)))
		return -EFAULT;
	if (size < 2 * sizeof(uint32_t) || size > MULTIBOOT2_INFO_MAX)
		return -EINVAL;
	bytes = boot_memory_map(reading->view, block, size);
	if (!bytes)
		return -EFAULT;
	boot_memory_reserve(reading->memory, block, size);
	for (uint32_t offset = 2 * sizeof(uint32_t); offset + TAG_HEADER <= size;) {
		const struct tag *tag = (const void *)(bytes + offset);
		int error;

		if (tag->size < TAG_HEADER || tag->size > size - offset)
			return -EINVAL;
		if (tag->type == TAG_END)
			return 0;
		error = read_tag(reading, tag, block + offset + TAG_HEADER);
		if (error)
			return error;
		offset += (tag->size + TAG_ALIGN - 1) & ~(TAG_ALIGN - 1);
	}
	return -EINVAL;
}
