/* The boot page: what the kernel tells the root service (VM; in kernel tests the test) about the
 * machine. The kernel maps it read-only at ARCH_BOOT_PAGE in the root's space and hands that
 * address to the root's entry point as its argument. Addresses are physical unless named otherwise.
 */
#pragma once

#include <skerry/endpoint.h>

#define BOOT_PAGE_MAGIC 0x536B7279u
#define BOOT_PAGE_RANGES 32
#define BOOT_PAGE_MAPS 12

struct boot_page_range {
	u64 base;
	u64 bytes;
};

/* A mapping the kernel needs in every space, supervisor only. */
#define KERNEL_MAP_WRITE 1u
#define KERNEL_MAP_EXECUTE 2u
#define KERNEL_MAP_DEVICE 4u /* uncached */

struct boot_page_map {
	u64 physical;
	u64 virtual_address;
	u64 bytes;
	u32 flags; /* KERNEL_MAP_* */
	u32 reserved;
};

struct boot_page {
	u32 magic;
	u32 cpu_count; /* CPUs that will run once paging is on, at most */
	endpoint_t root_thread;
	space_t root_space;
	u64 memory_bytes; /* RAM the kernel can reach: a sum, not an address */
	struct boot_page_range archive;
	u64 root_window; /* virtual: physical memory [0, window_bytes) as the root sees it */
	u64 root_window_bytes;
	u64 root_table;	     /* the boot map's root: the root's own pages can be read from it */
	u64 message_frame;   /* the root's message page */
	u64 message_address; /* virtual */
	u64 kernel_page;     /* frame of the shared read-only kernel page (kernel_page.h) */
	u64 features;	     /* the port's: arch/boot_features.h */
	u32 free_count;
	u32 root_count;
	u32 map_count;
	u32 page_size;
	struct boot_page_range free[BOOT_PAGE_RANGES]; /* free RAM, page aligned, sorted */
	struct boot_page_range
		root[BOOT_PAGE_RANGES];		  /* frames the root's image and stack occupy */
	struct boot_page_map map[BOOT_PAGE_MAPS]; /* to be present in every page-table root */
	char command_line[512];
	char board[32];
} __attribute__((aligned(4096)));

_Static_assert(sizeof(struct boot_page) == 4096, "alone in its page");
