/* Showing a range of one space in another: both then have regions on the same objects.
 *
 * Private memory becomes an object first: its pages go into the object and stay where they are,
 *those that others have copy on write are copied, absent ones are the object's to make. The owner
 *notices nothing; a fork of it still gets a copy.
 *
 *	share_take()	checks, and takes all memory that is needed
 *	...		the caller may put objects of its own before those of the parts
 *	share_show()	commits; or share_drop(): nothing has changed
 *
 * All of it inside one USE() of both spaces.
 */
#pragma once

#include "space_edit.h"

#define SHARE_PARTS 16 /* regions that one range may reach over */

struct share_part {
	vaddr_t start, end; /* in the source */
	/* What will be shown. It has its reference to the object, but no bounds yet. */
	struct region *region;
	/* What the source's region shows. */
	const struct memory_type *type;
	void *object;
	uint64_t offset;
	struct pages
		*fresh; /* of an object made now, for share_fill(); NULL: it is shown already */
};

struct share {
	struct space *from;
	struct spares spares; /* for regions that are split */
	unsigned int count;
	struct share_part part[SHARE_PARTS];
};

/* -EFAULT: there are holes; -EPERM: memory that is not shared; -EACCES: more access than a region
 * allows; -E2BIG: too many regions; -EINVAL, -ENOMEM. */
int share_take(struct share *share, struct space *from, vaddr_t start, size_t bytes,
	       uint32_t access);

/* Show it all, where that was wished if that is free. -ENOMEM: no room; drop it then. */
int share_show(struct share *share, struct space *to, vaddr_t wish, uint32_t flags,
	       vaddr_t *address);

void share_drop(struct share *share);

/* For memory_type.share() of private memory: places in the object's pages for all that is there in
 * [start, end), and copies of frames that others have too. duplicate: 0 or -ENOMEM. */
int share_fill(const struct region *region, vaddr_t start, vaddr_t end, struct pages *to,
	       int (*duplicate)(const struct region *region, frame_t from, frame_t *made));

/* The region gives up its object and is of a type without one. Its pages are gone, or not there
 * yet.
 */
void share_retype(struct region *region, const struct memory_type *type);

/* Every region of the object loses its pages and becomes new memory of the type. Needs no memory.
 */
void share_forget(struct space *space, const void *object, const struct memory_type *type);
