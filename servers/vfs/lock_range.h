/* Ranges of bytes that processes have locked in one file. Pure; tested on the build machine.
 *
 * Invariant: the ranges of one owner do not overlap, and those that touch differ in type.
 */
#pragma once

#include <skerry/file.h>

struct lock {
	struct lock *next;
	const void *owner;    /* a process, or an open file */
	uint64_t first, last; /* inclusive */
	int type;	      /* LOCK_TYPE_READ, LOCK_TYPE_WRITE */
	bool whole;	      /* of an open file */
};

void lock_pool_init(void);
unsigned int lock_pool_free(void);

/* One that is in the way of `wanted`; NULL: none is. */
struct lock *lock_conflict(struct lock *list, const struct lock *wanted);

/* Put the range in (LOCK_TYPE_NONE: take it out), over what its owner had there. -ENOLCK: there are
 * no more, nothing is changed. */
int lock_set(struct lock **list, const struct lock *wanted);

/* Take out all of an owner (NULL: anybody): were there any? */
bool lock_remove(struct lock **list, const void *owner, bool whole);
