/* The Multiboot 1 reader. The information structure is copied out field by field; every later
 * address comes from that copy and is mapped again.
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

#define MMAP_AVAILABLE 1

struct multiboot_mmap_entry {
	uint32_t size; /* of what follows, at least 20 */
	uint64_t base;
	uint64_t length;
	uint32_t type;
} __attribute__((packed));

#define MMAP_ENTRY_SIZE_MIN (sizeof(struct multiboot_mmap_entry) - sizeof(uint32_t))

_Static_assert(sizeof(struct multiboot_info) == 52, "Multiboot 3.3");
_Static_assert(sizeof(struct multiboot_mmap_entry) == 24, "Multiboot 3.3");

/* Walks the memory map; a malformed entry ends it, because the next one's place is then unknown. */
static void add_entries(const unsigned char *map, uint32_t length, struct boot_memory *memory)
{
	struct multiboot_mmap_entry entry;

	while (length >= sizeof(entry)) {
		uint32_t step;

		memcpy(&entry, map, sizeof(entry));
		if (entry.size < MMAP_ENTRY_SIZE_MIN || entry.size > length - sizeof(entry.size))
			return;
		if (entry.type == MMAP_AVAILABLE)
			boot_memory_add(memory, entry.base, entry.length);
		else
			boot_memory_reserve(memory, entry.base, entry.length);
		step = entry.size + (uint32_t)sizeof(entry.size);
		map += step;
		length -= step;
	}
}

static int read_memory(const struct boot_memory_view *view, const struct multiboot_info *loader,
		       struct boot_memory *memory)
{
	if (loader->flags & MULTIBOOT_HAS_MMAP && loader->mmap_length) {
		uint32_t length = loader->mmap_length < MMAP_MAX ? loader->mmap_length : MMAP_MAX;
		const void *map = boot_memory_map(view, loader->mmap_addr, length);

		if (!map)
			return -EFAULT;
		add_entries(map, length, memory);
		boot_memory_reserve(memory, loader->mmap_addr, length);
	}
	if (!memory->usable.count && loader->flags & MULTIBOOT_HAS_MEMORY) {
		boot_memory_add(memory, 0, (uint64_t)loader->mem_lower * KIB);
		boot_memory_add(memory, MEGABYTE, (uint64_t)loader->mem_upper * KIB);
	}
	return memory->usable.count ? 0 : -ENOENT;
}

static int read_archive(const struct boot_memory_view *view, const struct multiboot_info *loader,
			struct boot_memory *memory, struct boot_info *info)
{
	struct multiboot_module module;

	if (!(loader->flags & MULTIBOOT_HAS_MODULES) || !loader->mods_count)
		return 0;
	if (boot_memory_copy(view, loader->mods_addr, &module, sizeof(module)))
		return -EFAULT;
	if (module.end < module.start)
		return -EINVAL;
	boot_memory_reserve(memory, loader->mods_addr,
			    (uint64_t)loader->mods_count * sizeof(module));
	info->archive = (struct boot_range){module.start, module.end - module.start};
	return 0;
}

static int read_command_line(const struct boot_memory_view *view,
			     const struct multiboot_info *loader, struct boot_memory *memory,
			     struct boot_info *info)
{
	int error;

	if (!(loader->flags & MULTIBOOT_HAS_COMMAND_LINE) || !loader->cmdline)
		return 0;
	error = boot_memory_copy_string(view, loader->cmdline, info->command_line,
					sizeof(info->command_line));
	boot_memory_reserve(memory, loader->cmdline, strlen(info->command_line) + 1);
	multiboot_strip_file_name(info->command_line);
	return error;
}

int multiboot_read(const struct boot_memory_view *view, uint32_t magic, uint64_t info_address,
		   struct boot_memory *memory, struct boot_info *info)
{
	struct multiboot_info loader;
	int error;

	boot_memory_init(memory);
	info->archive = (struct boot_range){0, 0};
	info->command_line[0] = 0;
	strlcpy(info->loader, "multiboot1", sizeof(info->loader));
	if (magic != MULTIBOOT_MAGIC)
		return -EINVAL;
	if (boot_memory_copy(view, info_address, &loader, sizeof(loader)))
		return -EFAULT;
	boot_memory_reserve(memory, info_address, sizeof(loader));
	error = read_memory(view, &loader, memory);
	if (!error)
		error = read_archive(view, &loader, memory, info);
	if (!error)
		error = read_command_line(view, &loader, memory, info);
	return error;
}

static bool is_blank(char character)
{
	return character == ' ' || character == '\t';
}

static bool is_word(const char *word, size_t length, const char *name)
{
	return strlen(name) == length && !strncmp(word, name, length);
}

static bool is_file_name(const char *word, size_t length)
{
	bool looks_like_file = is_word(word, length, "kernel") || is_word(word, length, "skerry");

	for (size_t i = 0; i < length; i++) {
		if (word[i] == '=')
			return false;
		if (word[i] == '/' || (length - i >= 4 && !strncmp(word + i, ".elf", 4)))
			looks_like_file = true;
	}
	return looks_like_file;
}

void multiboot_strip_file_name(char *line)
{
	const char *rest = line;
	size_t length = 0;

	while (is_blank(*rest))
		rest++;
	while (rest[length] && !is_blank(rest[length]))
		length++;
	if (is_file_name(rest, length))
		rest += length;
	while (is_blank(*rest))
		rest++;
	memmove(line, rest, strlen(rest) + 1);
}
