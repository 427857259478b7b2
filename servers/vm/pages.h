/* Page references: which frame stands at which page of a space, or of an object that several spaces
 * share. A table of pages holds one reference (frames.h) to each frame in it; frames that are no
 * memory of ours (a device's) may be in it too and are not counted. A frame of ours must be in use.
 *
 * There is no copy-on-write mark: a page of private memory is its owner's to write iff its frame
 * has one reference. `writable` says that a page-table entry may let a program write, hence also
 * that the frame must be taken for dirty; what is not writable needs no write protection.
 *
 * Pages lie in chunks of 32, in an AVL tree by page number: 5 bytes a page where memory is dense.
 * The table belongs to the space, not to its regions: regions are split, merged and re-protected
 * without touching it.
 *
 * Units: page numbers (address or offset / ARCH_PAGE_SIZE) and counts of pages.
 */
#pragma once

#include "frames.h"
#include "slab.h"

typedef uintptr_t page_t; /* page number */

#define CHUNK_PAGES 32

/* Where objects and frames come from; shared by everything. */
struct memory_source {
	struct frames *frames;
	struct slab *chunks;  /* of struct page_chunk */
	struct slab *regions; /* of struct region */
};

struct page_chunk {
	struct avl_node node;
	page_t number;	   /* first page / CHUNK_PAGES */
	uint32_t present;  /* a bit for each page with a frame */
	uint32_t writable; /* of those present */
	uint32_t reserved; /* pages_set() will find its place, present or not now */
	frame_t frames[CHUNK_PAGES];
};

struct pages {
	struct avl_tree chunks; /* none is without present or reserved pages */
	const struct memory_source *memory;
	struct page_chunk
		*recent; /* the one a place was reserved in last; NULL: none, or it is gone */
	size_t count;	 /* present pages */
	size_t peak;	 /* the most before pages_clear(); pages_peak() knows the present too */
};

struct page_reference {
	page_t page;
	frame_t frame;
	bool writable;
};

void pages_init(struct pages *pages, const struct memory_source *memory);

/* False: there is no frame. */
bool pages_find(const struct pages *pages, page_t page, struct page_reference *reference);

/* The first present page of [from, end). */
bool pages_next(const struct pages *pages, page_t from, page_t end,
		struct page_reference *reference);

/* Make sure that there is a place for pages_set() of this page, which is absent or will be cleared
 * first. -ENOMEM, nothing changed. */
int pages_reserve(struct pages *pages, page_t page);

/* Take back the reservations that were not used. */
void pages_unreserve(struct pages *pages, page_t first, size_t count);

/* Put a frame at a reserved, absent page. Takes over the caller's reference to it. */
void pages_set(struct pages *pages, page_t page, frame_t frame, bool writable);

/* Both for `count` pages and adjacent frames. */
int pages_reserve_row(struct pages *pages, page_t first, size_t count);
void pages_set_row(struct pages *pages, page_t first, frame_t frame, size_t count, bool writable);

/* Put another frame at a present page, taking over the caller's reference; the old one is let go.
 */
void pages_replace(struct pages *pages, page_t page, frame_t frame, bool writable);

void pages_set_writable(struct pages *pages, page_t page, bool writable);

/* No page of the range is writable any more; true if one was: then page tables must follow. */
bool pages_protect(struct pages *pages, page_t first, size_t count);

/* The most pages that were ever present. */
static inline size_t pages_peak(const struct pages *pages)
{
	return pages->peak > pages->count ? pages->peak : pages->count;
}

/* Let go of the range's frames. No page-table entry may name them any more. */
void pages_clear(struct pages *pages, page_t first, size_t count);

/* Let go of everything, for good. The same holds for page tables that live on. */
void pages_end(struct pages *pages);

/* Share the range: `to`, which has none of it, gets references to the same frames at the same
 * pages, not writable. -ENOMEM: a part is shared already, for the caller to clear. */
int pages_share(const struct pages *from, struct pages *to, page_t first, size_t count);

/* Reserve at `to` what pages_move() of the same arguments needs; what is there may be cleared after
 * that. -ENOMEM, nothing changed. */
int pages_reserve_move(struct pages *pages, page_t from, page_t to, size_t count);

/* Move the range's references to `to`, where none are; the ranges are apart. None is writable
 * then. */
void pages_move(struct pages *pages, page_t from, page_t to, size_t count);

/* NULL, or what is wrong in the table itself. */
const char *pages_check(struct pages *pages);
