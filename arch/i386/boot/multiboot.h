/* Readers of what a Multiboot 1 or 2 loader hands over (GRUB; QEMU's -kernel: 1).
 * Sources: Multiboot Specification 0.6.96, sections 3.2 "Machine state" and 3.3 "Boot information
 * format"; Multiboot2 Specification 2.0, section 3.6 "Boot information". Field values are never
 * trusted.
 */
#pragma once

#include "boot_memory.h"

/* In EAX at entry. */
#define MULTIBOOT_MAGIC 0x2badb002u
#define MULTIBOOT2_MAGIC 0x36d76289u

/* A larger information block of Multiboot 2 is refused: any can be mapped at once. */
#define MULTIBOOT2_INFO_MAX (1024u * 1024 - BOOT_PAGE_SIZE)

/* Fills memory's lists and info's archive (the first module; later ones are ignored and, with
 * Multiboot 1, their memory is free), command_line and loader. Reserves the loader's structures and
 * strings. The memory map counts; if that names no usable range, the loader's basic memory sizes.
 * *rsdp becomes the physical address of the loader's copy of the ACPI root pointer (the ACPI 2.0
 * one if both are there), 0 if there is none.
 * Returns 0;
 *   -EINVAL  wrong magic, the first module's range is upside down, or (Multiboot 2) misaligned,
 *            block or tag sizes make no sense, no end tag
 *   -EFAULT  a structure is not mappable
 *   -ENOENT  no word about memory
 *   -E2BIG   the command line was cut to BOOT_COMMAND_LINE_MAX; all else is filled in
 */
int multiboot_read(const struct boot_memory_view *view, uint32_t magic, uint64_t address,
		   struct boot_memory *memory, struct boot_info *info, uint64_t *rsdp);

/* Drops the kernel's file name, which QEMU prepends and GRUB does not: the first word goes if it
 * contains no '=' and either contains '/' or ".elf", or is "kernel" or "skerry". Blanks before
 * the first remaining word go too.
 */
void multiboot_strip_file_name(char *line);

/* What a version's reader is given, and what it tells; memory map and reservations it adds itself.
 */
struct multiboot_reading {
	const struct boot_memory_view *view;
	struct boot_memory *memory;
	uint32_t lower, upper; /* basic memory: KiB from 0, from 1 MiB */
	uint64_t line;	       /* command line; 0: none */
	size_t line_bytes;     /* at most, without its NUL */
	bool has_module;
	uint32_t module_start, module_end;
	uint64_t rsdp;
};

/* A range of the memory map, the same in both versions. */
struct multiboot_range {
	uint64_t base;
	uint64_t length;
	uint32_t type;
} __attribute__((packed));

void multiboot_add_range(struct boot_memory *memory, const struct multiboot_range *range);

int multiboot2_read_block(struct multiboot_reading *reading, uint64_t block);
