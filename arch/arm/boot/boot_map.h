/* The boot map: the kernel's half, which stays for good, and the user half that the root service
 * runs on until it enables its own. Formats: ARM DDI 0406C, B3.5 (short descriptors).
 *
 *   0x00000000  user mappings of the root service, added by arch_boot_map()
 *   0x40000000  window on RAM, added by arch_boot_window()
 *   0x80000000  direct map, by sections; the kernel's text read-only, all else not executable
 *   0xF0000000  devices
 */
#pragma once

#include "kernel/arch.h"
#include <skerry/boot_page.h>

#define SECTION_BYTES 0x100000u
#define SECTION 0x2u
#define SECTION_TYPE_MASK 0x40003u
#define SECTION_READ_ONLY 0x8000u
#define SECTION_XN 0x10u
#define SECTION_NOT_GLOBAL 0x20000u
#define SECTION_KERNEL 0x400u	/* AP 01 */
#define SECTION_USER 0xC00u	/* AP 11 */
#define SECTION_NORMAL 0x1100Cu /* TEX 001 C B: write-back, write-allocate; S */

#define TABLE 0x1u
#define TABLE_TYPE_MASK 0x3u
#define TABLE_BYTES 1024u
#define TABLE_ENTRIES 256u

#define PAGE 0x2u
#define PAGE_XN 0x1u
#define PAGE_READ_ONLY 0x200u
#define PAGE_NOT_GLOBAL 0x800u
#define PAGE_KERNEL 0x10u
#define PAGE_USER 0x30u
#define PAGE_NORMAL 0x44Cu /* TEX 001 C B; S */
#define PAGE_DEVICE 0x4u   /* TEX 000 B: shareable device */

/* A frame holds four second-level tables, which stand for 4 MB. */
#define GROUP_BYTES (4 * SECTION_BYTES)

/* First of all: the kernel's half by TTBR1, an empty user half; makes the next two work. */
void boot_map_init(void);

/* Makes RAM readable before its extent is known: whole sections around [physical, physical +
 * bytes). NULL when that is not in the direct map's reach. */
const void *boot_map_early(paddr_t physical, size_t bytes);

/* Adds device registers to the kernel's mappings, before boot_map_build(). NULL when they cannot be
 * registers, or the list or the megabyte for devices is full. */
volatile void *boot_map_device(uint64_t physical, uint64_t bytes);

/* The final direct map, of all sections in `ram` (whole sections, sorted), and what may be done
 * with them. */
void boot_map_build(const struct boot_range *ram, unsigned int count);

/* End of the direct map, physical; constant from boot_map_build() on. */
extern paddr_t boot_map_top;

/* A root without user mappings: the kernel's own. */
paddr_t boot_map_empty_root(void);
