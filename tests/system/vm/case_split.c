/* Cases of every way to cut a region into pieces and to join them again. What VM_INFO_REGIONS tells
 * must be the pieces and nothing else, and the memory keeps its content.
 */
#include "vm_case.h"

#define PAGES 8u

/* Mark pages [first, end): as a piece of its own, or as the rest is. */
struct knife {
	const char *name;
	void (*cut)(long start, unsigned int pages);
	void (*join)(long start, unsigned int pages);
	bool empties;
};

static void read_only(long start, unsigned int pages)
{
	CHECK_EQ(protect(start, pages * PAGE, VM_READ), 0);
}

static void no_access(long start, unsigned int pages)
{
	CHECK_EQ(protect(start, pages * PAGE, 0), 0);
}

static void writable(long start, unsigned int pages)
{
	CHECK_EQ(protect(start, pages * PAGE, RW), 0);
}

static void remove(long start, unsigned int pages)
{
	CHECK_EQ(unmap(start, pages * PAGE), 0);
}

static void restore(long start, unsigned int pages)
{
	CHECK_EQ(map_at(start, pages * PAGE, RW, VM_MAP_FIXED_NOREPLACE), start);
}

static void guard(long start, unsigned int pages)
{
	CHECK_EQ(map_at(start, pages * PAGE, 0, VM_MAP_FIXED | VM_MAP_GUARD), start);
}

static void replace(long start, unsigned int pages)
{
	CHECK_EQ(map_at(start, pages * PAGE, RW, VM_MAP_FIXED), start);
}

static const struct knife knives[] = {
	{"protected to read", read_only, writable, false},
	{"protected from all", no_access, writable, false},
	{"unmapped", remove, restore, true},
	{"a guard", guard, replace, true},
};

#define KNIVES (sizeof(knives) / sizeof(knives[0]))

/* The regions between here and there are as many, and no larger than the arena. */
static unsigned int regions_in(long start, unsigned int pages)
{
	struct vm_region_info region;
	unsigned int count = 0;

	for (uint64_t at = (uint64_t)start;
	     region_get(0, at, &region) && region.address < (uint64_t)start + pages * PAGE;
	     at = region.address + region.bytes) {
		CHECK(region.address >= (uint64_t)start);
		CHECK(region.address + region.bytes <= (uint64_t)start + pages * PAGE);
		count++;
	}
	return count;
}

static void piece_check(long arena, unsigned int first, unsigned int end, bool is_there)
{
	struct vm_region_info region;

	if (first == end)
		return;
	CHECK(region_get(0, (uint64_t)arena + first * PAGE, &region));
	if (!is_there) {
		CHECK(region.address >= (uint64_t)arena + end * PAGE);
		return;
	}
	CHECK_EQ(region.address, arena + first * PAGE);
	CHECK_EQ(region.bytes, (end - first) * PAGE);
}

/* In two at `at`: the part before or behind becomes something else, then the same again. */
static void cut_two(const struct knife *knife, unsigned int at, bool behind)
{
	const unsigned int first = behind ? at : 0, end = behind ? PAGES : at;
	const long arena = arena_make(PAGES), start = arena + first * PAGE;

	CHECK_EQ(map_at(arena, PAGES * PAGE, RW, VM_MAP_FIXED), arena);
	pages_fill(arena, PAGES, at);
	knife->cut(start, end - first);
	piece_check(arena, 0, at, behind || knife->cut != remove);
	piece_check(arena, at, PAGES, !behind || knife->cut != remove);
	knife->join(start, end - first);
	piece_check(arena, 0, PAGES, true);
	CHECK_EQ(regions_in(arena, PAGES), 1);
	if (!knife->empties)
		pages_check(arena, PAGES, at);
	else if (behind)
		pages_check(arena, at, at);
	arena_free(arena, PAGES);
}

void case_split_two(void)
{
	for (unsigned int i = 0; i < KNIVES; i++) {
		for (unsigned int at = 1; at < PAGES; at++) {
			cut_two(&knives[i], at, false);
			cut_two(&knives[i], at, true);
		}
	}
}

/* In three: the middle becomes something else; it is joined at once or in two steps. */
static void cut_three(const struct knife *knife, unsigned int first, unsigned int end,
		      unsigned int step)
{
	const long arena = arena_make(PAGES);
	const unsigned int between = first + step;

	CHECK_EQ(map_at(arena, PAGES * PAGE, RW, VM_MAP_FIXED), arena);
	pages_fill(arena, PAGES, first);
	knife->cut(arena + first * PAGE, end - first);
	piece_check(arena, 0, first, true);
	piece_check(arena, first, end, knife->cut != remove);
	piece_check(arena, end, PAGES, true);
	CHECK_EQ(regions_in(arena, PAGES), knife->cut == remove ? 2 : 3);
	/* The upper part of the middle first, so that it joins what follows. */
	if (between < end) {
		knife->join(arena + between * PAGE, end - between);
		piece_check(arena, step > 0 ? between : 0, PAGES, true);
	}
	if (step > 0)
		knife->join(arena + first * PAGE, step);
	piece_check(arena, 0, PAGES, true);
	CHECK_EQ(regions_in(arena, PAGES), 1);
	pages_check(arena, knife->empties ? first : PAGES, first);
	arena_free(arena, PAGES);
}

void case_split_three(void)
{
	for (unsigned int i = 0; i < KNIVES; i++) {
		for (unsigned int first = 1; first < PAGES - 1; first++) {
			for (unsigned int end = first + 1; end < PAGES; end++) {
				for (unsigned int step = 0; step <= end - first; step++)
					cut_three(&knives[i], first, end, step);
			}
		}
	}
}

/* As many runs of ones as there are regions. */
static unsigned int runs_of(unsigned int mask)
{
	unsigned int runs = 0;

	for (unsigned int i = 0; i < PAGES; i++)
		runs += (mask >> i & 1) && (i == 0 || !(mask >> (i - 1) & 1));
	return runs;
}

/* Whichever pages are taken out one by one, in either order, the rest are the runs between. */
void case_split_every(void)
{
	const long arena = arena_make(PAGES);

	for (unsigned int mask = 0; mask < 1u << PAGES; mask++) {
		CHECK_EQ(map_at(arena, PAGES * PAGE, RW, VM_MAP_FIXED), arena);
		pages_fill(arena, PAGES, mask);
		for (unsigned int i = 0; i < PAGES; i++) {
			const unsigned int page = mask & 0x10 ? PAGES - 1 - i : i;

			if (!(mask >> page & 1))
				remove(arena + page * PAGE, 1);
		}
		CHECK_EQ(regions_in(arena, PAGES), runs_of(mask));
		for (unsigned int i = 0; i < PAGES; i++) {
			const unsigned int page = mask & 0x20 ? PAGES - 1 - i : i;

			if (!(mask >> page & 1))
				restore(arena + page * PAGE, 1);
		}
		CHECK_EQ(regions_in(arena, PAGES), 1);
		for (unsigned int i = 0; i < PAGES; i++)
			CHECK_EQ(*byte_at(arena + i * PAGE),
				 mask >> i & 1 ? (uint8_t)(i * 7 + mask * 31 + 1) : 0);
		CHECK_EQ(unmap(arena, PAGES * PAGE), 0);
	}
	arena_free(arena, PAGES);
}

/* Every piece moves away and comes back, in every order: the region is whole again. */
void case_split_moved(void)
{
	static const uint8_t orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
					    {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	static const uint8_t bounds[] = {0, 3, 5, PAGES};
	const long arena = arena_make(PAGES), away = arena_make(2 * PAGES);

	for (unsigned int i = 0; i < 36; i++) {
		const uint8_t *out = orders[i / 6], *back = orders[i % 6];

		CHECK_EQ(map_at(arena, PAGES * PAGE, RW, VM_MAP_FIXED), arena);
		pages_fill(arena, PAGES, i);
		for (unsigned int j = 0; j < 3; j++) {
			const unsigned int first = bounds[out[j]], end = bounds[out[j] + 1];
			const size_t bytes = (end - first) * PAGE;

			CHECK_EQ(remap(arena + first * PAGE, bytes, bytes,
				       VM_MREMAP_MAYMOVE | VM_MREMAP_FIXED,
				       away + 2 * first * PAGE),
				 away + 2 * (long)first * PAGE);
		}
		CHECK_EQ(regions_in(arena, PAGES), 0);
		for (unsigned int j = 0; j < 3; j++) {
			const unsigned int first = bounds[back[j]], end = bounds[back[j] + 1];
			const size_t bytes = (end - first) * PAGE;

			CHECK_EQ(remap(away + 2 * first * PAGE, bytes, bytes,
				       VM_MREMAP_MAYMOVE | VM_MREMAP_FIXED, arena + first * PAGE),
				 arena + (long)first * PAGE);
		}
		CHECK_EQ(regions_in(arena, PAGES), 1);
		CHECK_EQ(regions_in(away, 2 * PAGES), 0);
		pages_check(arena, PAGES, i);
		CHECK_EQ(unmap(arena, PAGES * PAGE), 0);
	}
	arena_free(arena, PAGES);
	arena_free(away, 2 * PAGES);
}
