/* Page references in chunks.
 *
 * Invariants: a chunk has pages present or reserved; writable pages are present; pages.count is the
 * number of present bits. Between VM's operations nothing is reserved.
 */
#include "pages.h"

#include <skerry/errno.h>
#include <string.h>
#include <sys.h>

static struct page_chunk *chunk_of(const struct avl_node *node)
{
	return node ? avl_object(node, struct page_chunk, node) : NULL;
}

static int compare_number(const void *key, const struct avl_node *node)
{
	page_t wanted = *(const page_t *)key, number = chunk_of(node)->number;

	return (wanted > number) - (wanted < number);
}

static struct page_chunk *find_chunk(const struct pages *pages, page_t page)
{
	page_t number = page / CHUNK_PAGES;

	if (pages->recent && pages->recent->number == number)
		return pages->recent;
	return chunk_of(avl_find(&pages->chunks, &number, compare_number));
}

/* The first chunk with pages at or above this one. */
static struct page_chunk *chunk_from(const struct pages *pages, page_t page)
{
	page_t number = page / CHUNK_PAGES;

	return chunk_of(avl_lower_bound(&pages->chunks, &number, compare_number));
}

static struct page_chunk *next_chunk(const struct page_chunk *chunk)
{
	return chunk_of(avl_next(&chunk->node));
}

static page_t first_page(const struct page_chunk *chunk)
{
	return chunk->number * CHUNK_PAGES;
}

static uint32_t bit_of(page_t page)
{
	return 1u << page % CHUNK_PAGES;
}

/* The chunk's pages that are in [first, end). The chunk must reach into the range. */
static uint32_t mask_of(const struct page_chunk *chunk, page_t first, page_t end)
{
	page_t start = first_page(chunk);
	uint32_t mask = UINT32_MAX;

	if (first > start)
		mask <<= first - start;
	if (end - start < CHUNK_PAGES)
		mask &= (1u << (end - start)) - 1;
	return mask;
}

static bool begins_before(const struct page_chunk *chunk, page_t end)
{
	return chunk && first_page(chunk) < end;
}

void pages_init(struct pages *pages, const struct memory_source *memory)
{
	*pages = (struct pages){.chunks.write = SLAB_NODE_WRITE, .memory = memory};
}

static void drop_if_empty(struct pages *pages, struct page_chunk *chunk)
{
	if (chunk->present | chunk->reserved)
		return;
	if (pages->recent == chunk)
		pages->recent = NULL;
	avl_remove(&pages->chunks, &chunk->node);
	slab_free(pages->memory->chunks, chunk);
}

static struct page_chunk *get_chunk(struct pages *pages, page_t page)
{
	struct page_chunk *chunk = find_chunk(pages, page);

	if (chunk) {
		pages->recent = chunk;
		return chunk;
	}
	chunk = slab_allocate(pages->memory->chunks);
	if (!chunk)
		return NULL;
	pages->recent = chunk;
	chunk->number = page / CHUNK_PAGES;
	avl_insert(&pages->chunks, &chunk->node, &chunk->number, compare_number);
	return chunk;
}

/* --- Single pages --------------------------------------------------------------------------------
 */

static void fill_reference(const struct page_chunk *chunk, page_t page,
			   struct page_reference *reference)
{
	*reference = (struct page_reference){
		.page = page,
		.frame = chunk->frames[page % CHUNK_PAGES],
		.writable = chunk->writable & bit_of(page),
	};
}

bool pages_find(const struct pages *pages, page_t page, struct page_reference *reference)
{
	const struct page_chunk *chunk = find_chunk(pages, page);

	if (!chunk || !(chunk->present & bit_of(page)))
		return false;
	fill_reference(chunk, page, reference);
	return true;
}

bool pages_next(const struct pages *pages, page_t from, page_t end,
		struct page_reference *reference)
{
	const struct page_chunk *chunk = chunk_from(pages, from);

	for (; begins_before(chunk, end); chunk = next_chunk(chunk)) {
		uint32_t found = chunk->present & mask_of(chunk, from, end);

		if (!found)
			continue;
		fill_reference(chunk, first_page(chunk) + (page_t)__builtin_ctz(found), reference);
		return true;
	}
	return false;
}

int pages_reserve(struct pages *pages, page_t page)
{
	USE(NULL);
	struct page_chunk *chunk = get_chunk(pages, page);

	if (!chunk)
		return -ENOMEM;
	slab_write(chunk);
	chunk->reserved |= bit_of(page);
	return 0;
}

void pages_unreserve(struct pages *pages, page_t first, size_t count)
{
	struct page_chunk *chunk = chunk_from(pages, first), *next;
	page_t end = first + count;
	USE(NULL);

	for (; begins_before(chunk, end); chunk = next) {
		uint32_t mask = mask_of(chunk, first, end);

		next = next_chunk(chunk);
		if (!(chunk->reserved & mask))
			continue;
		slab_write(chunk);
		chunk->reserved &= ~mask;
		drop_if_empty(pages, chunk);
	}
}

void pages_set(struct pages *pages, page_t page, frame_t frame, bool writable)
{
	struct page_chunk *chunk = find_chunk(pages, page);
	uint32_t bit = bit_of(page);
	USE(chunk);

	assert(chunk && chunk->reserved & ~chunk->present & bit);
	chunk->reserved &= ~bit;
	chunk->present |= bit;
	chunk->writable |= writable ? bit : 0;
	chunk->frames[page % CHUNK_PAGES] = frame;
	pages->count++;
}

int pages_reserve_row(struct pages *pages, page_t first, size_t count)
{
	page_t end = first + count;
	struct page_chunk *chunk;
	USE(NULL);

	for (page_t page = first; page < end; page = first_page(chunk) + CHUNK_PAGES) {
		chunk = get_chunk(pages, page);
		if (!chunk) {
			pages_unreserve(pages, first, page - first);
			return -ENOMEM;
		}
		slab_write(chunk);
		chunk->reserved |= mask_of(chunk, first, end);
	}
	return 0;
}

void pages_set_row(struct pages *pages, page_t first, frame_t frame, size_t count, bool writable)
{
	struct page_chunk *chunk = find_chunk(pages, first);
	page_t page = first, end = first + count;
	USE(NULL);

	for (; page < end; chunk = next_chunk(chunk)) {
		uint32_t mask = mask_of(chunk, first, end);

		assert(!(~chunk->reserved & mask) && !(chunk->present & mask));
		slab_write(chunk);
		chunk->reserved &= ~mask;
		chunk->present |= mask;
		chunk->writable |= writable ? mask : 0;
		do
			chunk->frames[page % CHUNK_PAGES] = frame++;
		while (++page < end && page % CHUNK_PAGES);
	}
	pages->count += count;
}

void pages_replace(struct pages *pages, page_t page, frame_t frame, bool writable)
{
	struct page_chunk *chunk = find_chunk(pages, page);
	USE(chunk);

	assert(chunk && chunk->present & bit_of(page));
	frames_release(pages->memory->frames, chunk->frames[page % CHUNK_PAGES], 1);
	chunk->frames[page % CHUNK_PAGES] = frame;
	chunk->writable &= ~bit_of(page);
	chunk->writable |= writable ? bit_of(page) : 0;
}

void pages_set_writable(struct pages *pages, page_t page, bool writable)
{
	struct page_chunk *chunk = find_chunk(pages, page);
	USE(chunk);

	assert(chunk && chunk->present & bit_of(page));
	chunk->writable &= ~bit_of(page);
	chunk->writable |= writable ? bit_of(page) : 0;
}

/* --- Ranges --------------------------------------------------------------------------------------
 */

bool pages_protect(struct pages *pages, page_t first, size_t count)
{
	struct page_chunk *chunk = chunk_from(pages, first);
	page_t end = first + count;
	bool any = false;

	for (; begins_before(chunk, end); chunk = next_chunk(chunk)) {
		uint32_t mask = mask_of(chunk, first, end);

		if (!(chunk->writable & mask))
			continue;
		USE(chunk);
		chunk->writable &= ~mask;
		any = true;
	}
	return any;
}

void pages_clear(struct pages *pages, page_t first, size_t count)
{
	struct page_chunk *chunk = chunk_from(pages, first), *next;
	page_t end = first + count;
	USE(NULL);

	pages->peak = pages_peak(pages);
	for (; begins_before(chunk, end); chunk = next) {
		uint32_t present = chunk->present & mask_of(chunk, first, end);

		next = next_chunk(chunk);
		if (!present)
			continue;
		slab_write(chunk);
		frames_release_each(pages->memory->frames, chunk->frames, present);
		pages->count -= (size_t)__builtin_popcount(present);
		chunk->present &= ~present;
		chunk->writable &= ~present;
		drop_if_empty(pages, chunk);
	}
}

void pages_end(struct pages *pages)
{
	struct avl_node *node = avl_first_leaf(&pages->chunks), *next;
	USE(NULL);

	for (; node; node = next) {
		struct page_chunk *chunk = chunk_of(node);

		next = avl_next_leaf(node);
		frames_release_each(pages->memory->frames, chunk->frames, chunk->present);
		slab_free(pages->memory->chunks, chunk);
	}
	pages->chunks.root = NULL;
	pages->recent = NULL;
	pages->count = 0;
}

static void share_chunk(const struct page_chunk *from, struct pages *to, struct page_chunk *copy,
			uint32_t present)
{
	assert(!(copy->present & present));
	slab_write(copy);
	if (present == UINT32_MAX)
		memcpy(copy->frames, from->frames, sizeof(copy->frames));
	for (uint32_t left = ~present ? present : 0; left; left &= left - 1)
		copy->frames[__builtin_ctz(left)] = from->frames[__builtin_ctz(left)];
	copy->present |= present;
	to->count += (size_t)__builtin_popcount(present);
	frames_share_each(to->memory->frames, from->frames, present);
}

int pages_share(const struct pages *from, struct pages *to, page_t first, size_t count)
{
	const struct page_chunk *chunk = chunk_from(from, first);
	page_t end = first + count;
	USE(NULL);

	for (; begins_before(chunk, end); chunk = next_chunk(chunk)) {
		uint32_t present = chunk->present & mask_of(chunk, first, end);
		struct page_chunk *copy;

		if (!present)
			continue;
		copy = get_chunk(to, first_page(chunk));
		if (!copy)
			return -ENOMEM;
		share_chunk(chunk, to, copy, present);
	}
	return 0;
}

int pages_reserve_move(struct pages *pages, page_t from, page_t to, size_t count)
{
	struct page_reference reference;
	page_t page = from;

	while (pages_next(pages, page, from + count, &reference)) {
		page = reference.page;
		if (pages_reserve(pages, page - from + to)) {
			pages_unreserve(pages, to, page - from);
			return -ENOMEM;
		}
		page++;
	}
	return 0;
}

void pages_move(struct pages *pages, page_t from, page_t to, size_t count)
{
	struct page_reference reference;
	page_t page = from;
	USE(NULL);

	while (pages_next(pages, page, from + count, &reference)) {
		struct page_chunk *chunk = find_chunk(pages, reference.page);
		uint32_t bit = bit_of(reference.page);

		page = reference.page + 1;
		slab_write(chunk);
		chunk->present &= ~bit;
		chunk->writable &= ~bit;
		pages->count--;
		drop_if_empty(pages, chunk);
		pages_set(pages, reference.page - from + to, reference.frame, false);
	}
}

/* --- Checking ------------------------------------------------------------------------------------
 */

static bool ordered(const struct avl_node *a, const struct avl_node *b)
{
	return chunk_of(a)->number < chunk_of(b)->number;
}

const char *pages_check(struct pages *pages)
{
	bool recent = pages->recent == NULL;
	size_t count = 0;

	if (!avl_check(&pages->chunks, ordered))
		return "the tree of page chunks is damaged";
	for (struct avl_node *node = avl_first(&pages->chunks); node; node = avl_next(node)) {
		const struct page_chunk *chunk = chunk_of(node);

		if (chunk->reserved)
			return "a page is still reserved";
		if (!chunk->present)
			return "a page chunk is empty";
		if (chunk->writable & ~chunk->present)
			return "an absent page is writable";
		count += (size_t)__builtin_popcount(chunk->present);
		recent |= chunk == pages->recent;
	}
	if (!recent)
		return "the chunk used last is gone";
	return count == pages->count ? NULL : "pages are miscounted";
}
