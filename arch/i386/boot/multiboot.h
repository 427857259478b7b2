/* Reader of what a Multiboot 1 loader hands over (GRUB, QEMU's -kernel).
 * Source: Multiboot Specification 0.6.96, sections 3.2 "Machine state" and 3.3 "Boot information
 * format". Field values are never trusted.
 */
#pragma once

#include "boot_memory.h"

#define MULTIBOOT_MAGIC 0x2badb002u /* in EAX at entry */

/* Fills memory's lists and info's archive (the first module; later ones are ignored and their
 * memory is free), command_line and loader. Reserves the loader's structures and strings. The
 * memory map comes from mmap_*; if that names no usable range, from mem_lower and mem_upper.
 * Returns 0;
 *   -EINVAL  wrong magic, or the first module's range is upside down
 *   -EFAULT  a structure is not mappable
 *   -ENOENT  no word about memory
 *   -E2BIG   the command line was cut to BOOT_COMMAND_LINE_MAX; all else is filled in
 */
int multiboot_read(const struct boot_memory_view *view, uint32_t magic, uint64_t info_address,
		   struct boot_memory *memory, struct boot_info *info);

/* Drops the kernel's file name, which QEMU prepends and GRUB does not: the first word goes if it
 * contains no '=' and either contains '/' or ".elf", or is "kernel" or "skerry". Blanks before
 * the first remaining word go too.
 */
void multiboot_strip_file_name(char *line);
