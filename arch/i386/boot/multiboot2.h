/* Reader of what a Multiboot 2 loader hands over (GRUB).
 * Source: Multiboot2 Specification 2.0, section 3.6 "Boot information": a size, then tags of
 * {type, size} padded to 8 bytes, up to the end tag. Field values are never trusted.
 */
#pragma once

#include "boot_memory.h"

#define MULTIBOOT2_MAGIC 0x36d76289u	   /* in EAX at entry */
#define MULTIBOOT2_INFO_MAX (1024u * 1024) /* a larger information block is refused */

/* As multiboot_read(); *rsdp becomes the physical address of the loader's copy of the ACPI root
 * pointer (the ACPI 2.0 one if both are there), 0 if there is none: it lies in the information
 * block, which is reserved as a whole.
 * Returns 0;
 *   -EINVAL  wrong magic, misaligned, block or tag sizes make no sense, no end tag, or the first
 *            module's range is upside down
 *   -EFAULT  the block is not mappable
 *   -ENOENT  no word about memory
 *   -E2BIG   the command line was cut to BOOT_COMMAND_LINE_MAX; all else is filled in
 */
int multiboot2_read(const struct boot_memory_view *view, uint32_t magic, uint64_t info_address,
		    struct boot_memory *memory, struct boot_info *info, uint64_t *rsdp);
