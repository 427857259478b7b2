/* The boot map: the page tables from the first instruction until VM's take over, and the list of
 * kernel mappings both must contain.
 *
 *   0x00000000  user mappings of the root service, added by arch_boot_map()
 *   0x80000000  window on physical memory, added by arch_boot_window()
 *   0xC0000000  direct map; the kernel's text read-only, page 0 absent
 *   0xF8000000  devices; while boot_main() runs, above them a window for the boot parsers
 */
#pragma once

#include "boot_memory.h"
#include <skerry/boot_page.h>

/* Directory and table entries: SDM vol. 3, 4.3. */
#define PAGE_PRESENT 1u
#define PAGE_WRITE 2u
#define PAGE_USER 4u
#define LARGE_BYTES 0x400000u
#define TABLE_ENTRIES 1024u

/* First of all: makes the window and boot_map_device() work. */
void boot_map_init(void);

/* A window on physical memory below 4 GB, one range of less than 1 MB + 4 KB at a time; until
 * boot_map_build(). */
extern const struct boot_memory_view boot_window;

/* Copies physical memory through the window. */
void boot_map_copy(paddr_t to, paddr_t from, size_t bytes);

/* Adds a page of device registers to the kernel's mappings, before boot_map_build(); the first
 * comes to lie at ARCH_DEVICE_BASE. NULL when the list is full or the address is above 4 GB. */
volatile void *boot_map_device(uint64_t physical);

/* Builds the final boot map and switches it on: direct map up to the end of memory or archive, the
 * devices, nothing else. Takes frames for tables off the end of info's memory. 0 or -ENOMEM. */
int boot_map_build(struct boot_info *info);

/* End of the direct map; constant from boot_map_build() on. */
extern paddr_t boot_map_top;

/* The kernel's mappings, complete: what every root must contain. */
const struct boot_page_map *boot_map_list(unsigned int *count);
