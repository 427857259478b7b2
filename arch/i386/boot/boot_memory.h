/* The boot parsers' access to physical memory, and the making of boot_info.memory.
 *
 * The loader and the firmware hand over addresses; no parser dereferences one except through a
 * boot_memory_view, so a wrong address gives an error instead of a fault, and host tests feed
 * made-up memory.
 */
#pragma once

#include "kernel/boot_info.h"

#define BOOT_PAGE_SIZE 4096u
#define BOOT_MEMORY_WORK_MAX 128

struct boot_memory_view {
	/* [physical, physical + size) as readable bytes, or NULL when that cannot be. The pointer
	 * holds until the next call of map: one temporary window is enough. size is never 0 and
	 * the range never wraps.
	 */
	const void *(*map)(const struct boot_memory_view *view, uint64_t physical, uint64_t size);
};

/* Copies out of physical memory. 0 or -EFAULT. */
int boot_memory_copy(const struct boot_memory_view *view, uint64_t physical, void *buffer,
		     size_t size);

/* Maps a range; NULL also for size 0 and for a range that wraps. */
const void *boot_memory_map(const struct boot_memory_view *view, uint64_t physical, uint64_t size);

/* As boot_memory_map(); NULL also when the bytes do not sum to 0 modulo 256. */
const void *boot_memory_map_summed(const struct boot_memory_view *view, uint64_t physical,
				   uint64_t size);

/* Copies a NUL-ended string. 0, -EFAULT with what could be read, or -E2BIG with the first size - 1
 * characters.
 */
int boot_memory_copy_string(const struct boot_memory_view *view, uint64_t physical, char *text,
			    size_t size);

/* Where a PC's BIOS keeps its data in the first megabyte. */
struct bios_areas {
	uint64_t ebda;		  /* extended BIOS data area, up to 0xa0000; 0: none */
	uint64_t base_memory_top; /* end of the RAM below it */
};

/* From the BIOS data area: EBDA segment at 0x40e, base memory in KiB at 0x413. Values outside
 * 512-640 KiB count as absent (base memory: then 640 KiB).
 */
void bios_areas_read(const struct boot_memory_view *view, struct bios_areas *areas);

/* Reads what firmware tables start from; false when there is no good one at the address. */
typedef bool pointer_reader(const struct boot_memory_view *view, uint64_t physical, void *pointer);

/* The first one on a 16-byte boundary of the EBDA's first KiB, of base memory's last KiB or of
 * [bios_start, 1 MiB).
 */
bool bios_find_pointer(const struct boot_memory_view *view, uint64_t bios_start,
		       pointer_reader *read, void *pointer);

/* Sorted, disjoint and not adjacent. */
struct range_list {
	struct boot_range ranges[BOOT_MEMORY_WORK_MAX + 1]; /* the last: only while one is added */
	unsigned int count;
};

/* Working lists, filled in any order, with overlaps. No list can overflow: full, the reservations
 * merge their two closest (memory is lost, never a reservation) and the others drop their smallest
 * range, counted in dropped.
 * The struct has about 6 KiB: keep it out of small stacks.
 */
struct boot_memory {
	struct range_list usable, reserved;
	struct range_list free; /* made by boot_memory_normalise() */
	uint64_t dropped;	/* bytes */
};

void boot_memory_init(struct boot_memory *memory);

/* Ranges that wrap are cut at 2^64 - 1; empty ones are ignored. */
void boot_memory_add(struct boot_memory *memory, uint64_t base, uint64_t size);
void boot_memory_reserve(struct boot_memory *memory, uint64_t base, uint64_t size);

/* What a PC needs of its first megabyte: page 0 (interrupt vectors, BIOS data) and all from the
 * EBDA or the end of base memory to 1 MiB (BIOS data, video memory, option ROMs, BIOS).
 */
void boot_memory_reserve_first_megabyte(struct boot_memory *memory, const struct bios_areas *areas);

/* Fills info->memory, memory_count and memory_unusable from the lists. info->kernel and
 * info->archive are reserved too. Usable ranges are clipped inwards to pages, reservations
 * outwards; what lies at or above limit, and the smallest pieces beyond BOOT_RANGES_MAX, count
 * into memory_unusable. The lists come out sorted and merged. Returns 0, or -ENOMEM when nothing
 * is left.
 */
int boot_memory_normalise(struct boot_memory *memory, uint64_t limit, struct boot_info *info);

/* Takes whole pages off the end of the last of info's ranges that is larger. Their address, 0 when
 * there is none.
 */
uint64_t boot_memory_take(struct boot_info *info, uint64_t size);
