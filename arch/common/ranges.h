/* Lists of memory ranges as boot code makes them: sorted, disjoint, not adjacent at every moment.
 * Whatever firmware says may be added and removed: ranges that wrap are cut, empty ones ignored.
 */
#pragma once

#include "kernel/boot_info.h"

struct ranges {
	struct boot_range *range; /* room for `max` */
	unsigned int count, max;
	uint64_t dropped; /* bytes for which there was no room */
};

void ranges_add(struct ranges *ranges, uint64_t base, uint64_t size);

/* Takes [base, base + size) out, whole pages outwards. */
void ranges_remove(struct ranges *ranges, uint64_t base, uint64_t size);

/* Cuts every range inwards to multiples of `unit`, a power of two, and to [low, high). Answers how
 * many bytes were lost. */
uint64_t ranges_clip(struct ranges *ranges, uint64_t unit, uint64_t low, uint64_t high);
