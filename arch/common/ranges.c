/* Each step is one pass over a short list. Ends are exclusive and fit 64 bits, because adding cuts
 * at 2^64 - 1.
 */
#include "ranges.h"

#include <string.h>

#define PAGE_BYTES 4096u

static uint64_t range_end(const struct boot_range *range)
{
	return range->base + range->size;
}

static uint64_t cut_end(uint64_t base, uint64_t size)
{
	return size < UINT64_MAX - base ? base + size : UINT64_MAX;
}

static void take_out(struct ranges *ranges, unsigned int index)
{
	ranges->count--;
	memmove(&ranges->range[index], &ranges->range[index + 1],
		(ranges->count - index) * sizeof(*ranges->range));
}

static void put_in(struct ranges *ranges, unsigned int index, uint64_t base, uint64_t end)
{
	if (ranges->count == ranges->max) {
		ranges->dropped += end - base;
		return;
	}
	memmove(&ranges->range[index + 1], &ranges->range[index],
		(ranges->count - index) * sizeof(*ranges->range));
	ranges->range[index] = (struct boot_range){base, end - base};
	ranges->count++;
}

void ranges_add(struct ranges *ranges, uint64_t base, uint64_t size)
{
	uint64_t end = cut_end(base, size);
	unsigned int i = 0;

	if (base >= end)
		return;
	while (i < ranges->count && range_end(&ranges->range[i]) < base)
		i++;
	while (i < ranges->count && ranges->range[i].base <= end) {
		if (ranges->range[i].base < base)
			base = ranges->range[i].base;
		if (range_end(&ranges->range[i]) > end)
			end = range_end(&ranges->range[i]);
		take_out(ranges, i);
	}
	put_in(ranges, i, base, end);
}

void ranges_remove(struct ranges *ranges, uint64_t base, uint64_t size)
{
	const uint64_t start = base & ~(uint64_t)(PAGE_BYTES - 1);
	const uint64_t last = cut_end(base, size);
	const uint64_t end = last > ~(uint64_t)(PAGE_BYTES - 1)
				     ? last
				     : (last + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
	unsigned int i = 0;

	if (size == 0)
		return;
	while (i < ranges->count) {
		const struct boot_range old = ranges->range[i];

		if (range_end(&old) <= start || old.base >= end) {
			i++;
			continue;
		}
		take_out(ranges, i);
		if (old.base < start)
			put_in(ranges, i++, old.base, start);
		if (range_end(&old) > end)
			put_in(ranges, i++, end, range_end(&old));
	}
}

uint64_t ranges_clip(struct ranges *ranges, uint64_t unit, uint64_t low, uint64_t high)
{
	uint64_t lost = 0;
	unsigned int i = 0;

	while (i < ranges->count) {
		struct boot_range *range = &ranges->range[i];
		const uint64_t size = range->size;
		uint64_t base = range->base < low ? low : range->base;
		uint64_t end = range_end(range) > high ? high : range_end(range);

		base = base < high ? (base + unit - 1) & ~(unit - 1) : high;
		end &= ~(unit - 1);
		if (base < end) {
			*range = (struct boot_range){base, end - base};
			lost += size - range->size;
			i++;
		} else {
			lost += size;
			take_out(ranges, i);
		}
	}
	return lost;
}
