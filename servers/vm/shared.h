/* Shared memory: an object with its own pages, which regions of several spaces show. It lives as
 * long as a region shows it. Its pages hold a reference to each frame, each space that has touched
 * the page another.
 */
#pragma once

#include "sanity.h"

struct shared {
	struct pages pages;
	struct shared *next, *previous; /* of all */
	uint32_t regions;
	uint64_t bytes;
};

/* Without a region yet: map it, or free it with shared_drop(). NULL: no memory. */
struct shared *shared_create(uint64_t bytes);
void shared_drop(struct shared *shared);

/* Debug: say which frames the objects have. */
void shared_visit(struct sanity *sanity);
