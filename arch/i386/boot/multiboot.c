/* The Multiboot 1 reader, and what both versions share. The information structure is copied out;
 * every later address comes from that copy and is mapped again.
 */
#include "multiboot.h"

#include <skerry/errno.h>
#include <string.h>

#define MMAP_MAX (64u * 1024) /* bytes of memory map looked at; firmware has a few hundred */
#define KIB 1024u
#define MEGABYTE 0x100000u

enum multiboot_flag {
	MULTIBOOT_HAS_MEMORY = 1 << 0,
	MULTIBOOT_HAS_COMMAND_LINE = 1 << 2,
	MULTIBOOT_HAS_MODULES = 1 << 3,
	MULTIBOOT_HAS_MMAP = 1 << 6,
};

/* Section 3.3, up to the last field of interest. */
struct multiboot_info {
	uint32_t flags;
	uint32_t mem_lower; /* KiB from 0 */
	uint32_t mem_upper; /* KiB from 1 MiB */
	uint32_t boot_device;
	uint32_t cmdline;
	uint32_t mods_count;
	uint32_t mods_addr;
	uint32_t syms[4];
	uint32_t mmap_length;
	uint32_t mmap_addr;
};

struct multiboot_module {
	uint32_t start;
	uint32_t end;
	uint32_t string;
	uint32_t reserved;
};

struct multiboot_mmap_entry {
	uint32_t size; /* of what follows, perhaps more than range */
	struct multiboot_range range;
} __attribute__((packed));

#define MMAP_AVAILABLE 1

_Static_assert(sizeof(struct multiboot_info) == 52, "Multiboot 3.3");
_Static_assert(sizeof(struct multiboot_mmap_entry) == 24, "Multiboot 3.3");

void multiboot_add_range(struct boot_memory *memory, const struct multiboot_range *range)
{
	if (range->type == MMAP_AVAILABLE)
		boot_memory_add(memory, range->base, range->length);
	else
		boot_memory_reserve(memory, range->base, range->length);
}

/* Walks the memory map; a malformed entry ends it, because the next one's place is then unknown. */
static void add_entries(const unsigned char *map, uint32_t length, struct boot_memory *memory)
{
	while (length >= sizeof(struct multiboot_mmap_entry)) {
		const struct multiboot_mmap_entry *entry = (const void *)map;
		uint32_t step = entry->size + (uint32_t)sizeof(entry->size);

		if (entry->size < sizeof(entry->range) ||
		    entry->size > length - sizeof(entry->size))
			return;
		multiboot_add_range(memory, &entry->range);
		map += step;
		length -= step;
	}
}

static int read_structure(struct multiboot_reading *reading, uint64_t address)
{
	struct boot_memory *memory = reading->memory;
	struct multiboot_module module;
	struct multiboot_info loader;

	if (boot_memory_copy(reading->view, address, &loader, sizeof(loader)))
		return -EFAULT;
	boot_memory_reserve(memory, address, sizeof(loader));
	if (loader.flags & MULTIBOOT_HAS_MEMORY) {
		reading->lower = loader.mem_lower;
		reading->upper = loader.mem_upper;
	}
	if (loader.flags & MULTIBOOT_HAS_COMMAND_LINE) {
		reading->line = loader.cmdline;
		reading->line_bytes = BOOT_COMMAND_LINE_MAX;
	}
	if (loader.flags & MULTIBOOT_HAS_MODULES && loader.mods_count) {
		if (boot_memory_copy(reading->view, loader.mods_addr, &module, sizeof(module)))
			return -EFAULT;
		boot_memory_reserve(memory, loader.mods_addr,
				    (uint64_t)loader.mods_count * sizeof(module));
		reading->module_start = module.start;
		reading->module_end = module.end;
	}
	if (loader.flags & MULTIBOOT_HAS_MMAP && loader.mmap_length) {
		uint32_t length = loader.mmap_length < MMAP_MAX ? loader.mmap_length : MMAP_MAX;
		const void *map = boot_memory_map(reading->view, loader.mmap_addr, length);

		if (!map)
			return -EFAULT;
		add_entries(map, length, memory);
		boot_memory_reserve(memory, loader.mmap_addr, length);
	}
	return 0;
}

/* -E2BIG from the copy alone means nothing: a line of line_bytes need not have its own NUL. */
static int read_command_line(const struct multiboot_reading *reading, char *line)
{
	size_t room = BOOT_COMMAND_LINE_MAX;
	int error;

	if (!reading->line)
		return 0;
	if (room > reading->line_bytes)
		room = reading->line_bytes + 1;
	error = boot_memory_copy_string(reading->view, reading->line, line, room);
	boot_memory_reserve(reading->memory, reading->line, strlen(line) + 1);
	multiboot_strip_file_name(line);
	return error == -E2BIG && room > reading->line_bytes ? 0 : error;
}

int multiboot_read(const struct boot_memory_view *view, uint32_t magic, uint64_t address,
		   struct boot_memory *memory, struct boot_info *info, uint64_t *rsdp)
{
	struct multiboot_reading reading = {.view = view, .memory = memory};
	bool is_2 = magic == MULTIBOOT2_MAGIC;
	int error = -EINVAL;

	boot_memory_init(memory);
	*rsdp = 0;
	info->archive = (struct boot_range){0, 0};
	info->command_line[0] = 0;
	strlcpy(info->loader, is_2 ? "multiboot2" : "multiboot1", sizeof(info->loader));
	if (is_2)
		error = multiboot2_read_block(&reading, address);
	else if (magic == MULTIBOOT_MAGIC)
		error = read_structure(&reading, address);
	if (!error && reading.module_end < reading.module_start)
		error = -EINVAL;
	if (error) {
		boot_memory_init(memory);
		return error;
	}
	if (!memory->usable.count) {
		boot_memory_add(memory, 0, (uint64_t)reading.lower * KIB);
		boot_memory_add(memory, MEGABYTE, (uint64_t)reading.upper * KIB);
	}
	*rsdp = reading.rsdp;
	info->archive.base = reading.module_start;
	info->archive.size = reading.module_end - reading.module_start;
	error = read_command_line(&reading, info->command_line);
	return memory->usable.count ? error : -ENOENT;
}

static bool is_blank(char character)
{
	return character == ' ' || character == '\t';
}

static bool is_file_name(const char *word)
{
	const char *dot = strchr(word, '.');

	while (dot && strncmp(dot, ".elf", 4))
		dot = strchr(dot + 1, '.');
	return !strchr(word, '=') &&
	       (dot || strchr(word, '/') || !strcmp(word, "kernel") || !strcmp(word, "skerry"));
}

static char *skip_blanks(char *text)
{
	while (is_blank(*text))
		text++;
	return text;
}

void multiboot_strip_file_name(char *line)
{
	char *word = skip_blanks(line), *end = word, behind;

	while (*end && !is_blank(*end))
		end++;
	behind = *end;
	*end = 0;
	if (is_file_name(word))
		word = end;
	*end = behind;
	word = skip_blanks(word);
	memmove(line, word, strlen(word) + 1);
}
