/* The kinds of memory, one file each. */
#pragma once

#include "vm_space.h"

/* Zeroed at the first touch, copied on write after a fork. */
extern const struct memory_type type_anonymous;
/* A private copy of the frame at a page that has none. -ENOMEM. */
int type_copy_page(struct region *to, vaddr_t page, frame_t from);
/* A write to private memory whose frame others have, too: a frame of its own with what `from` has,
 * in place of the present one or where there is none. The caller sees to it that `from` stays. */
enum fault_result type_copy_fault(struct region *region, vaddr_t page, frame_t from, bool present);
/* Adjacent frames, there from the start; a fork does not get it: devices know the frames. */
extern const struct memory_type type_contiguous;
/* Its frames; low: below 16 MB. -ENOMEM. */
int type_contiguous_take(const struct vm_space *space, uint32_t count, bool low, frame_t *first);
/* They become a fresh region's. -ENOMEM: no page tables; those that have a page go with the region,
 * the others are let go. */
int type_contiguous_fill(struct region *region, frame_t first);
/* Physical memory that is not VM's: offset is the address. */
extern const struct memory_type type_physical;
/* An object several spaces may show (shared.h). */
extern const struct memory_type type_shared;
/* Memory shown under a grant, until the granter takes it back (safemap.h). */
extern const struct memory_type type_safemap;
/* A file's pages, from the cache (file.h). */
extern const struct memory_type type_file;
/* What a file system has of the cache, or put into it: all pages are there from the start. */
extern const struct memory_type type_cache;
/* A thread's message page: nobody may change it; a fork gets its own. */
extern const struct memory_type type_message;
/* Nothing, ever. */
extern const struct memory_type type_guard;
