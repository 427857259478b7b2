/* Copies of whole pages between spaces, without copying what can be shared copy on write. */
#pragma once

#include "space.h"

struct space_copy {
	struct space *from, *to;
	vaddr_t start;	 /* in `from` */
	vaddr_t address; /* in `to` */
	size_t bytes;
	bool never_shares; /* one of the spaces keeps its frames, and may not lose a page */
	int (*copy)(frame_t to, frame_t from); /* a page's content: 0 or -errno */
};

/* What is private on both sides is shared: both have the same frames, and neither may write them;
 * what is absent is absent then. Everything else is paged in and copied, as it is at this moment.
 * -EINVAL: not whole pages, or one range overlaps the other in the same space; -EFAULT: no memory
 * there, or not that access, or not without waiting; -ENOMEM: the destination has its old content,
 * unless copy() failed. In a USE() of both spaces. */
int space_copy(const struct space_copy *copy);
