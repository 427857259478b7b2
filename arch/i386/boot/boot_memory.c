/* Physical memory as the boot parsers see it, and the list of usable ranges.
 * Both working lists are kept sorted, disjoint and not adjacent at every moment, so each step is
 * one pass. Range ends are exclusive and fit 64 bits, because adding cuts at 2^64 - 1.
 */
#include "boot_memory.h"

#include <skerry/errno.h>
#include <string.h>

#define PAGE_MASK (~(uint64_t)(BOOT_PAGE_SIZE - 1))
#define KIB 1024u
#define HOLE_START 0xa0000u /* video memory, option ROMs, BIOS */
#define MEGABYTE 0x100000u
#define LOWEST_BASE_MEMORY 0x80000u

#define BDA_EBDA_SEGMENT 0x40eu
#define BDA_BASE_MEMORY 0x413u

const void *boot_memory_map(const struct boot_memory_view *view, uint64_t physical, uint64_t size)
{
	if (!size || physical > UINT64_MAX - size)
		return NULL;
	return view->map(view, physical, size);
}

int boot_memory_copy(const struct boot_memory_view *view, uint64_t physical, void *buffer,
		     size_t size)
{
	const void *bytes;

	if (!size)
		return 0;
	bytes = boot_memory_map(view, physical, size);
	if (!bytes)
		return -EFAULT;
	memcpy(buffer, bytes, size);
	return 0;
}

/* Maps what it can of [physical, physical + *size) within one page: a string may end close to
 * where mappable memory does.
 */
static const char *map_piece(const struct boot_memory_view *view, uint64_t physical, size_t *size)
{
	size_t rest = BOOT_PAGE_SIZE - (size_t)(physical % BOOT_PAGE_SIZE);

	if (*size > rest)
		*size = rest;
	for (; *size; *size /= 2) {
		const char *piece = boot_memory_map(view, physical, *size);

		if (piece)
			return piece;
	}
	return NULL;
}

int boot_memory_copy_string(const struct boot_memory_view *view, uint64_t physical, char *text,
			    size_t size, size_t *length)
{
	int error = -E2BIG;
	size_t copied = 0;

	while (copied < size && error == -E2BIG) {
		size_t piece_size = size - copied;
		const char *piece = map_piece(view, physical + copied, &piece_size);

		if (!piece)
			error = -EFAULT;
		for (size_t i = 0; i < piece_size && error == -E2BIG; i++) {
			text[copied] = piece[i];
			if (piece[i])
				copied++;
			else
				error = 0;
		}
	}
	if (copied && copied == size)
		copied--;
	if (size)
		text[copied] = 0;
	if (length)
		*length = copied;
	return error;
}

void bios_areas_read(const struct boot_memory_view *view, struct bios_areas *areas)
{
	uint16_t segment, kib;

	*areas = (struct bios_areas){.base_memory_top = HOLE_START};
	if (!boot_memory_copy(view, BDA_EBDA_SEGMENT, &segment, sizeof(segment))) {
		uint32_t ebda = (uint32_t)segment << 4;

		if (ebda >= LOWEST_BASE_MEMORY && ebda < HOLE_START)
			areas->ebda = ebda;
	}
	if (!boot_memory_copy(view, BDA_BASE_MEMORY, &kib, sizeof(kib))) {
		uint32_t top = kib * KIB;

		if (top >= LOWEST_BASE_MEMORY && top <= HOLE_START)
			areas->base_memory_top = top;
	}
}

static uint64_t range_end(const struct boot_range *range)
{
	return range->base + range->size;
}

static void ranges_remove(struct boot_range *ranges, unsigned int *count, unsigned int first,
			  unsigned int number)
{
	memmove(&ranges[first], &ranges[first + number],
		(*count - first - number) * sizeof(*ranges));
	*count -= number;
}

static unsigned int ranges_smallest(const struct boot_range *ranges, unsigned int count)
{
	unsigned int smallest = 0;

	for (unsigned int i = 1; i < count; i++)
		if (ranges[i].size < ranges[smallest].size)
			smallest = i;
	return smallest;
}

/* Adds a non-empty range, joining it with all it touches. Returns false when it touches none and
 * the list is full.
 */
static bool ranges_add(struct boot_range *ranges, unsigned int *count, struct boot_range range)
{
	unsigned int first = 0, last;

	while (first < *count && range_end(&ranges[first]) < range.base)
		first++;
	for (last = first; last < *count && ranges[last].base <= range_end(&range); last++) {
		uint64_t end = range_end(&ranges[last]) > range_end(&range)
				       ? range_end(&ranges[last])
				       : range_end(&range);

		if (ranges[last].base < range.base)
			range.base = ranges[last].base;
		range.size = end - range.base;
	}
	if (last > first) {
		ranges_remove(ranges, count, first, last - first - 1);
	} else {
		if (*count == BOOT_MEMORY_WORK_MAX)
			return false;
		memmove(&ranges[first + 1], &ranges[first], (*count - first) * sizeof(*ranges));
		++*count;
	}
	ranges[first] = range;
	return true;
}

/* Joins the two neighbours with the smallest gap. */
static void ranges_join_closest(struct boot_range *ranges, unsigned int *count)
{
	uint64_t smallest_gap = UINT64_MAX;
	unsigned int closest = 0;

	for (unsigned int i = 0; i + 1 < *count; i++) {
		uint64_t gap = ranges[i + 1].base - range_end(&ranges[i]);

		if (gap < smallest_gap) {
			smallest_gap = gap;
			closest = i;
		}
	}
	ranges[closest].size = range_end(&ranges[closest + 1]) - ranges[closest].base;
	ranges_remove(ranges, count, closest + 1, 1);
}

static struct boot_range cut_range(uint64_t base, uint64_t size)
{
	return (struct boot_range){base, size < UINT64_MAX - base ? size : UINT64_MAX - base};
}

void boot_memory_init(struct boot_memory *memory)
{
	memory->usable_count = 0;
	memory->reserved_count = 0;
	memory->dropped = 0;
}

void boot_memory_add(struct boot_memory *memory, uint64_t base, uint64_t size)
{
	struct boot_range range = cut_range(base, size);
	unsigned int smallest;

	if (!range.size || ranges_add(memory->usable, &memory->usable_count, range))
		return;
	smallest = ranges_smallest(memory->usable, memory->usable_count);
	if (range.size <= memory->usable[smallest].size) {
		memory->dropped += range.size;
		return;
	}
	memory->dropped += memory->usable[smallest].size;
	ranges_remove(memory->usable, &memory->usable_count, smallest, 1);
	ranges_add(memory->usable, &memory->usable_count, range);
}

void boot_memory_reserve(struct boot_memory *memory, uint64_t base, uint64_t size)
{
	struct boot_range range = cut_range(base, size);

	if (!range.size || ranges_add(memory->reserved, &memory->reserved_count, range))
		return;
	ranges_join_closest(memory->reserved, &memory->reserved_count);
	ranges_add(memory->reserved, &memory->reserved_count, range);
}

void boot_memory_reserve_first_megabyte(struct boot_memory *memory, const struct bios_areas *areas)
{
	uint64_t start = areas->base_memory_top;

	if (areas->ebda && areas->ebda < start)
		start = areas->ebda;
	boot_memory_reserve(memory, 0, BOOT_PAGE_SIZE);
	boot_memory_reserve(memory, start, MEGABYTE - start);
}

/* Ranges arrive in ascending order; a full list gives up the smallest it has seen. */
static void info_add(struct boot_info *info, uint64_t base, uint64_t end)
{
	if (info->memory_count == BOOT_RANGES_MAX) {
		unsigned int smallest = ranges_smallest(info->memory, info->memory_count);

		if (end - base <= info->memory[smallest].size) {
			info->memory_unusable += end - base;
			return;
		}
		info->memory_unusable += info->memory[smallest].size;
		ranges_remove(info->memory, &info->memory_count, smallest, 1);
	}
	info->memory[info->memory_count++] = (struct boot_range){base, end - base};
}

/* Adds the parts of [base, end), whole pages, that no reservation touches. */
static void info_add_unreserved(const struct boot_memory *memory, uint64_t base, uint64_t end,
				struct boot_info *info)
{
	for (unsigned int i = 0; i < memory->reserved_count && base < end; i++) {
		const struct boot_range *reserved = &memory->reserved[i];
		uint64_t reserved_base = reserved->base & PAGE_MASK;
		uint64_t reserved_end = range_end(reserved);

		/* Rounding up may not wrap; the top of PAGE_MASK is the largest end there is. */
		reserved_end = reserved_end > PAGE_MASK
				       ? PAGE_MASK
				       : (reserved_end + BOOT_PAGE_SIZE - 1) & PAGE_MASK;
		if (reserved_end <= base || reserved_base >= end)
			continue;
		if (reserved_base > base)
			info_add(info, base, reserved_base);
		base = reserved_end;
	}
	if (base < end)
		info_add(info, base, end);
}

int boot_memory_normalise(struct boot_memory *memory, uint64_t limit, struct boot_info *info)
{
	limit &= PAGE_MASK;
	boot_memory_reserve(memory, info->kernel.base, info->kernel.size);
	boot_memory_reserve(memory, info->archive.base, info->archive.size);
	info->memory_count = 0;
	info->memory_unusable = memory->dropped;
	for (unsigned int i = 0; i < memory->usable_count; i++) {
		const struct boot_range *usable = &memory->usable[i];
		uint64_t end = range_end(usable) & PAGE_MASK;
		uint64_t base = usable->base > PAGE_MASK
					? PAGE_MASK
					: (usable->base + BOOT_PAGE_SIZE - 1) & PAGE_MASK;

		if (end > limit && base < end) {
			info->memory_unusable += end - (base > limit ? base : limit);
			end = limit;
		}
		info_add_unreserved(memory, base, end, info);
	}
	return info->memory_count ? 0 : -ENOMEM;
}
