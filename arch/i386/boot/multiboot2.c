/* The Multiboot 2 reader: two passes over the tags, each tag checked against the block's size
 * before its contents are looked at. The first pass proves that the chain of tags ends properly,
 * so the second one acts on a block that is whole.
 */
#include "multiboot2.h"

#include "multiboot.h"

#include <skerry/errno.h>
#include <string.h>

#define KIB 1024u
#define MEGABYTE 0x100000u
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

struct tag {
	uint32_t type;
	uint32_t size; /* with these two fields, without padding */
};

struct module_tag {
	struct tag tag;
	uint32_t start;
	uint32_t end;
};

struct basic_memory_tag {
	struct tag tag;
	uint32_t lower; /* KiB from 0 */
	uint32_t upper; /* KiB from 1 MiB */
};

struct memory_map_tag {
	struct tag tag;
	uint32_t entry_size; /* at least 24, a multiple of 8 */
	uint32_t entry_version;
};

#define MMAP_AVAILABLE 1

struct memory_map_entry {
	uint64_t base;
	uint64_t length;
	uint32_t type;
	uint32_t reserved;
};

_Static_assert(sizeof(struct memory_map_tag) == 16, "Multiboot2 3.6.8");
_Static_assert(sizeof(struct memory_map_entry) == 24, "Multiboot2 3.6.8");

/* What the tags told so far. */
struct reading {
	const struct boot_memory_view *view;
	struct boot_memory *memory;
	struct boot_info *info;
	uint64_t rsdp_old, rsdp_new;
	struct basic_memory_tag basic; /* size 0: not seen */
	bool has_module;
	bool line_cut;
};

static int read_memory_map(struct reading *reading, uint64_t address, uint32_t size)
{
	struct memory_map_tag header;
	struct memory_map_entry entry;
	const unsigned char *bytes;

	if (size < sizeof(header))
		return -EINVAL;
	bytes = boot_memory_map(reading->view, address, size);
	if (!bytes)
		return -EFAULT;
	memcpy(&header, bytes, sizeof(header));
	if (header.entry_size < sizeof(entry))
		return -EINVAL;
	for (uint32_t offset = sizeof(header); size - offset >= header.entry_size;
	     offset += header.entry_size) {
		memcpy(&entry, bytes + offset, sizeof(entry));
		if (entry.type == MMAP_AVAILABLE)
			boot_memory_add(reading->memory, entry.base, entry.length);
		else
			boot_memory_reserve(reading->memory, entry.base, entry.length);
	}
	return 0;
}

static int read_module(struct reading *reading, uint64_t address, uint32_t size)
{
	struct module_tag module;

	if (reading->has_module)
		return 0;
	if (size < sizeof(module))
		return -EINVAL;
	if (boot_memory_copy(reading->view, address, &module, sizeof(module)))
		return -EFAULT;
	if (module.end < module.start)
		return -EINVAL;
	reading->has_module = true;
	reading->info->archive = (struct boot_range){module.start, module.end - module.start};
	return 0;
}

static int read_command_line(struct reading *reading, uint64_t address, uint32_t size)
{
	char *line = reading->info->command_line;
	const size_t room = sizeof(reading->info->command_line);
	size_t length = size - sizeof(struct tag);
	char last = 0;

	if (length > room)
		length = room;
	if (boot_memory_copy(reading->view, address + sizeof(struct tag), line, length))
		return -EFAULT;
	if (length == room)
		last = line[--length];
	line[length] = 0; /* the loader's own NUL may be missing */
	reading->line_cut = last && strlen(line) == length;
	multiboot_strip_file_name(line);
	return 0;
}

static int read_basic_memory(struct reading *reading, uint64_t address, uint32_t size)
{
	if (size < sizeof(reading->basic))
		return -EINVAL;
	return boot_memory_copy(reading->view, address, &reading->basic, sizeof(reading->basic));
}

static int read_tag(struct reading *reading, const struct tag *tag, uint64_t address)
{
	switch (tag->type) {
	case TAG_COMMAND_LINE:
		return read_command_line(reading, address, tag->size);
	case TAG_MODULE:
		return read_module(reading, address, tag->size);
	case TAG_BASIC_MEMORY:
		return read_basic_memory(reading, address, tag->size);
	case TAG_MEMORY_MAP:
		return read_memory_map(reading, address, tag->size);
	case TAG_ACPI_OLD:
		reading->rsdp_old = address + sizeof(*tag);
		return 0;
	case TAG_ACPI_NEW:
		reading->rsdp_new = address + sizeof(*tag);
		return 0;
	default:
		return 0;
	}
}

/* Walks the tags of the block; reading NULL: only checks the chain. */
static int walk_tags(const struct boot_memory_view *view, uint64_t block, uint32_t block_size,
		     struct reading *reading)
{
	uint32_t offset = 2 * sizeof(uint32_t);
	struct tag tag;

	while (block_size - offset >= sizeof(tag)) {
		int error = boot_memory_copy(view, block + offset, &tag, sizeof(tag));

		if (error)
			return error;
		if (tag.size < sizeof(tag) || tag.size > block_size - offset)
			return -EINVAL;
		if (tag.type == TAG_END)
			return 0;
		error = reading ? read_tag(reading, &tag, block + offset) : 0;
		if (error)
			return error;
		tag.size = (tag.size + TAG_ALIGN - 1) & ~(TAG_ALIGN - 1);
		if (tag.size > block_size - offset)
			break;
		offset += tag.size;
	}
	return -EINVAL;
}

static int check_block(const struct boot_memory_view *view, uint64_t block, uint32_t *size)
{
	if (block % TAG_ALIGN)
		return -EINVAL;
	if (boot_memory_copy(view, block, size, sizeof(*size)))
		return -EFAULT;
	if (*size < 2 * sizeof(uint32_t) || *size > MULTIBOOT2_INFO_MAX ||
	    block > UINT64_MAX - *size)
		return -EINVAL;
	return walk_tags(view, block, *size, NULL);
}

static int add_basic_memory(const struct reading *reading)
{
	struct boot_memory *memory = reading->memory;

	if (!memory->usable.count && reading->basic.tag.size) {
		boot_memory_add(memory, 0, (uint64_t)reading->basic.lower * KIB);
		boot_memory_add(memory, MEGABYTE, (uint64_t)reading->basic.upper * KIB);
	}
	return memory->usable.count ? 0 : -ENOENT;
}

int multiboot2_read(const struct boot_memory_view *view, uint32_t magic, uint64_t info_address,
		    struct boot_memory *memory, struct boot_info *info, uint64_t *rsdp)
{
	struct reading reading = {.view = view, .memory = memory, .info = info};
	uint32_t size;
	int error;

	boot_memory_init(memory);
	*rsdp = 0;
	info->archive = (struct boot_range){0, 0};
	info->command_line[0] = 0;
	strlcpy(info->loader, "multiboot2", sizeof(info->loader));
	if (magic != MULTIBOOT2_MAGIC)
		return -EINVAL;
	error = check_block(view, info_address, &size);
	if (!error)
		error = walk_tags(view, info_address, size, &reading);
	if (error)
		return error;
	boot_memory_reserve(memory, info_address, size);
	*rsdp = reading.rsdp_new ? reading.rsdp_new : reading.rsdp_old;
	error = add_basic_memory(&reading);
	if (!error && reading.line_cut)
		error = -E2BIG;
	return error;
}
