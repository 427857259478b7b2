/* Sets of slots of a table, a bit a slot: a walk costs what is in the set, not what the table
 * could hold. Guarded as the table is.
 */
#pragma once

#include <skerry/types.h>

#define SLOT_WORDS(slots) (((slots) + 31) / 32)

static inline void slots_add(uint32_t *set, unsigned int slot)
{
	set[slot / 32] |= 1u << slot % 32;
}

static inline void slots_remove(uint32_t *set, unsigned int slot)
{
	set[slot / 32] &= ~(1u << slot % 32);
}

/* The first member from `slot` on; `count`, the table's size, if there is none. */
static inline unsigned int slots_next(const uint32_t *set, unsigned int slot, unsigned int count)
{
	uint32_t word;

	if (slot >= count)
		return count;
	word = set[slot / 32] >> slot % 32;
	if (word)
		return slot + (unsigned int)__builtin_ctz(word);
	for (slot = (slot | 31) + 1; slot < count; slot += 32)
		if (set[slot / 32])
			return slot + (unsigned int)__builtin_ctz(set[slot / 32]);
	return count;
}

/* Members may be removed, and added, meanwhile. */
#define slots_each(slot, set, count)                                                               \
	for (slot = slots_next(set, 0, count); slot < (count);                                     \
	     slot = slots_next(set, slot + 1, count))
