/* Shared memory: an object with its own pages, which regions of several spaces show. It lives as
 * long as a region shows it. Its pages hold a reference to each frame, each space that has touched
 * the page another.
 *
 * A region with REGION_SHARED is shared by a fork; of one without it (private memory that was shown
 * in another space) the child gets a copy. What is shown in another space keeps to the access and
 * size it was shown with, whatever its object has.
 */
#pragma once

#include "link.h"
#include "sanity.h"
#include "space_share.h"

/* Of regions: access they may never get, whatever mprotect asks; and that they do not grow. */
#define SHARED_DENY(access) ((uint32_t)(access) << 8) /* of REGION_ACCESS bits */
#define SHARED_LIMITED 0x800u

struct shared {
	struct pages pages;
	struct link link; /* of all */
	uint32_t regions; /* and others that keep it */
	uint64_t bytes;
};

/* Without a region yet: map it, or free it with shared_drop(). NULL: no memory. */
struct shared *shared_create(uint64_t bytes);
void shared_drop(struct shared *shared);

/* memory_type.share() of private memory: an object for [start, end) of the region. */
int shared_from_private(const struct region *region, vaddr_t start, vaddr_t end,
			struct share_part *part);

/* The flags of regions in other spaces. */
uint32_t shared_limits(uint32_t access);

/* For types that show such objects. Keep it, let go of it; map its page; copy what the region shows
 * into private memory of a child; may the region's protection be so. */
void shared_keep(struct shared *shared);
void shared_release(struct shared *shared);
enum fault_result shared_fault(struct shared *shared, struct region *region, vaddr_t page);
int shared_copy(const struct shared *shared, struct region *to);
int shared_protect(const struct region *region, uint32_t access);
bool shared_writable(const struct region *region, const struct page_reference *reference);

/* Debug: say which frames the objects have. */
void shared_visit(struct sanity *sanity);
