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

#define POINTER_ALIGN 16

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

const void *boot_memory_map_summed(const struct boot_memory_view *view, uint64_t physical,
				   uint64_t size)
{
	const uint8_t *bytes = boot_memory_map(view, physical, size);
	uint8_t sum = 0;

	for (uint64_t i = 0; bytes && i < size; i++)
		sum += bytes[i];
	return sum ? NULL : bytes;
}

/* One character at a time: a string may end close to where mappable memory does. */
int boot_memory_copy_string(const struct boot_memory_view *view, uint64_t physical, char *text,
			    size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (boot_memory_copy(view, physical + i, &text[i], 1)) {
			text[i] = 0;
			return -EFAULT;
		}
		if (!text[i])
			return 0;
	}
	if (size)
		text[size - 1] = 0;
	return -E2BIG;
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

static bool find_between(const struct boot_memory_view *view, uint64_t start, uint64_t end,
			 pointer_reader *read, void *pointer)
{
	while (start < end && !read(view, start, pointer))
		start += POINTER_ALIGN;
	return start < end;
}

bool bios_find_pointer(const struct boot_memory_view *view, uint64_t bios_start,
		       pointer_reader *read, void *pointer)
{
	struct bios_areas areas;
	uint64_t top;

	bios_areas_read(view, &areas);
	top = areas.base_memory_top;
	return (areas.ebda && find_between(view, areas.ebda, areas.ebda + KIB, read, pointer)) ||
	       find_between(view, top - KIB, top, read, pointer) ||
	       find_between(view, bios_start, MEGABYTE, read, pointer);
}

static uint64_t range_end(const struct boot_range *range)
{
	return range->base + range->size;
}

static void list_remove(struct range_list *list, unsigned int index)
{
	list->count--;
	memmove(&list->ranges[index], &list->ranges[index + 1],
		(list->count - index) * sizeof(*list->ranges));
}

/* Adds [base, end), joining it with all it touches; nothing when it is empty. */
static void list_add(struct range_list *list, uint64_t base, uint64_t end)
{
	struct boot_range *place = list->ranges;

	if (base >= end)
		return;
	while (place < &list->ranges[list->count] && range_end(place) < base)
		place++;
	while (place < &list->ranges[list->count] && place->base <= end) {
		if (place->base < base)
			base = place->base;
		if (range_end(place) > end)
			end = range_end(place);
		list_remove(list, place - list->ranges);
	}
	memmove(place + 1, place, (&list->ranges[list->count] - place) * sizeof(*place));
	*place = (struct boot_range){base, end - base};
	list->count++;
}

/* Adds [base, end); a list then longer than limit gives up its smallest. Returns how much. */
static uint64_t list_add_limited(struct range_list *list, uint64_t base, uint64_t end,
				 unsigned int limit)
{
	unsigned int smallest = 0;
	uint64_t size;

	list_add(list, base, end);
	if (list->count <= limit)
		return 0;
	for (unsigned int i = 1; i < list->count; i++)
		if (list->ranges[i].size < list->ranges[smallest].size)
			smallest = i;
	size = list->ranges[smallest].size;
	list_remove(list, smallest);
	return size;
}

/* Fills the smallest gap. */
static void list_join_closest(struct range_list *list)
{
	struct boot_range gap = {0, UINT64_MAX};

	for (unsigned int i = 1; i < list->count; i++) {
		uint64_t end = range_end(&list->ranges[i - 1]);

		if (list->ranges[i].base - end < gap.size)
			gap = (struct boot_range){end, list->ranges[i].base - end};
	}
	list_add(list, gap.base, range_end(&gap));
}

static uint64_t cut_end(uint64_t base, uint64_t size)
{
	return size < UINT64_MAX - base ? base + size : UINT64_MAX;
}

void boot_memory_init(struct boot_memory *memory)
{
	memset(memory, 0, sizeof(*memory));
}

void boot_memory_add(struct boot_memory *memory, uint64_t base, uint64_t size)
{
	memory->dropped +=
		list_add_limited(&memory->usable, base, cut_end(base, size), BOOT_MEMORY_WORK_MAX);
}

void boot_memory_reserve(struct boot_memory *memory, uint64_t base, uint64_t size)
{
	list_add(&memory->reserved, base, cut_end(base, size));
	if (memory->reserved.count > BOOT_MEMORY_WORK_MAX)
		list_join_closest(&memory->reserved);
}

void boot_memory_reserve_first_megabyte(struct boot_memory *memory, const struct bios_areas *areas)
{
	uint64_t start = areas->base_memory_top;

	if (areas->ebda && areas->ebda < start)
		start = areas->ebda;
	boot_memory_reserve(memory, 0, BOOT_PAGE_SIZE);
	boot_memory_reserve(memory, start, MEGABYTE - start);
}

/* Rounding up may not wrap; the top of PAGE_MASK is the largest end there is. */
static uint64_t page_up(uint64_t address)
{
	return address > PAGE_MASK ? PAGE_MASK : (address + BOOT_PAGE_SIZE - 1) & PAGE_MASK;
}

static void add_free(struct boot_memory *memory, uint64_t base, uint64_t end)
{
	memory->dropped += list_add_limited(&memory->free, base, end, BOOT_RANGES_MAX);
}

/* Adds the parts of [base, end), whole pages, that no reservation touches. */
static void add_unreserved(struct boot_memory *memory, uint64_t base, uint64_t end)
{
	for (unsigned int i = 0; i < memory->reserved.count && base < end; i++) {
		const struct boot_range *reserved = &memory->reserved.ranges[i];
		uint64_t reserved_base = reserved->base & PAGE_MASK;
		uint64_t reserved_end = page_up(range_end(reserved));

		if (reserved_end <= base || reserved_base >= end)
			continue;
		add_free(memory, base, reserved_base);
		base = reserved_end;
	}
	add_free(memory, base, end);
}

int boot_memory_normalise(struct boot_memory *memory, uint64_t limit, struct boot_info *info)
{
	limit &= PAGE_MASK;
	boot_memory_reserve(memory, info->kernel.base, info->kernel.size);
	boot_memory_reserve(memory, info->archive.base, info->archive.size);
	memory->free.count = 0;
	for (unsigned int i = 0; i < memory->usable.count; i++) {
		uint64_t base = page_up(memory->usable.ranges[i].base);
		uint64_t end = range_end(&memory->usable.ranges[i]) & PAGE_MASK;

		if (end > limit && base < end) {
			memory->dropped += end - (base > limit ? base : limit);
			end = limit;
		}
		add_unreserved(memory, base, end);
	}
	memcpy(info->memory, memory->free.ranges, sizeof(info->memory));
	info->memory_count = memory->free.count;
	info->memory_unusable = memory->dropped;
	return info->memory_count ? 0 : -ENOMEM;
}

uint64_t boot_memory_take(struct boot_info *info, uint64_t size)
{
	size = page_up(size);
	for (unsigned int i = info->memory_count; i-- > 0;)
		if (info->memory[i].size > size) {
			info->memory[i].size -= size;
			return range_end(&info->memory[i]);
		}
	return 0;
}
