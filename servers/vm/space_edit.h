/* What the operations on spaces (space.c, space_*.c) share. For them only. */
#pragma once

#include "space.h"

#include <arch/layout.h>

/* Region objects taken in advance, so that an operation cannot fail half-way. */
#define SPARES_MAX 3

struct spares {
	const struct memory_source *memory;
	struct region *region[SPARES_MAX];
	unsigned int count;
};

/* -ENOMEM: none was taken. */
int spares_take(struct spares *spares, const struct memory_source *memory, unsigned int count);
struct region *spares_use(struct spares *spares);
/* The rest goes back. */
void spares_drop(struct spares *spares);

static inline page_t page_number(vaddr_t address)
{
	return address / ARCH_PAGE_SIZE;
}

/* Whole pages inside the space? */
bool space_holds(const struct space *space, vaddr_t start, size_t bytes);

/* Is a pinned region in the range? */
bool space_is_pinned(const struct space *space, vaddr_t start, vaddr_t end);

/* Open the operation's bracket, unless it is; close it, if it is. */
void space_edit(struct space *space);
void space_edit_end(struct space *space);

/* Where a region that is to go anywhere goes, its wish first. -ENOMEM: there is no room. */
int space_choose_free(const struct space *space, const struct space_request *request,
		      vaddr_t *start);

/* Entries and frames of the range go. */
void space_drop_pages(struct space *space, vaddr_t start, vaddr_t end);

/* Commit an unmap: at most one spare is used, where the range makes a hole in a region. */
void space_empty(struct space *space, vaddr_t start, vaddr_t end, struct spares *spares);

/* A region with its object's reference is there from now on. */
void space_insert(struct space *space, struct region *region);
/* It goes, with its reference; its pages are gone or moved. */
void space_remove(struct space *space, struct region *region);
/* Take [start, end) out of a region that holds it; pages as above. */
void space_cut(struct space *space, struct region *region, vaddr_t start, vaddr_t end,
	       struct spares *spares);
/* Split at the address, unless it is a bound. */
void space_split(struct space *space, struct region *region, vaddr_t address,
		 struct spares *spares);
/* Join what continues each other from the region before start to the one at end. */
void space_join(struct space *space, vaddr_t start, vaddr_t end);

/* May programs write this frame at this page now? */
bool space_may_write(const struct region *region, const struct page_reference *reference);
