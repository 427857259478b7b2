/* Ranges of locked bytes. */
#include "lock_range.h"

#include <skerry/errno.h>

#define LOCKS 512u
#define NEEDED_MAX 2u /* a range in the middle of another leaves two pieces, and is one itself */

static struct lock pool[LOCKS];
static struct lock *free_list;
static unsigned int free_count;

void lock_pool_init(void)
{
	free_list = NULL;
	for (unsigned int i = 0; i < LOCKS; i++) {
		pool[i].next = free_list;
		free_list = &pool[i];
	}
	free_count = LOCKS;
}

unsigned int lock_pool_free(void)
{
	return free_count;
}

static struct lock *take(void)
{
	struct lock *lock = free_list;

	free_list = lock->next;
	free_count--;
	return lock;
}

static void release(struct lock *lock)
{
	lock->next = free_list;
	free_list = lock;
	free_count++;
}

static bool same_owner(const struct lock *a, const struct lock *b)
{
	return a->owner == b->owner && a->whole == b->whole;
}

static bool overlap(const struct lock *a, const struct lock *b)
{
	return a->first <= b->last && b->first <= a->last;
}

struct lock *lock_conflict(struct lock *list, const struct lock *wanted)
{
	for (; list != NULL; list = list->next) {
		if (list->whole == wanted->whole && !same_owner(list, wanted) &&
		    overlap(list, wanted) &&
		    (list->type == LOCK_TYPE_WRITE || wanted->type == LOCK_TYPE_WRITE))
			return list;
	}
	return NULL;
}

/* Cut `wanted` out of one lock: what is left of it, none, one or two pieces. */
static void cut(struct lock **link, const struct lock *wanted)
{
	struct lock *lock = *link;

	if (lock->first < wanted->first && lock->last > wanted->last) {
		struct lock *rest = take();

		*rest = *lock;
		rest->first = wanted->last + 1;
		lock->last = wanted->first - 1;
		lock->next = rest;
	} else if (lock->first < wanted->first) {
		lock->last = wanted->first - 1;
	} else if (lock->last > wanted->last) {
		lock->first = wanted->last + 1;
	} else {
		*link = lock->next;
		release(lock);
	}
}

/* Ranges of one owner and type that touch become one. */
static void join(struct lock **list, struct lock *lock)
{
	struct lock **link = list;

	while (*link != NULL) {
		struct lock *other = *link;

		if (other == lock || !same_owner(other, lock) || other->type != lock->type ||
		    (other->last != lock->first - 1 && lock->last != other->first - 1)) {
			link = &other->next;
			continue;
		}
		if (other->first < lock->first)
			lock->first = other->first;
		if (other->last > lock->last)
			lock->last = other->last;
		*link = other->next;
		release(other);
	}
}

int lock_set(struct lock **list, const struct lock *wanted)
{
	struct lock **link = list, *lock;

	if (free_count < NEEDED_MAX)
		return -ENOLCK;

	/* Nothing fails from here. */
	while (*link != NULL) {
		lock = *link;
		if (same_owner(lock, wanted) && overlap(lock, wanted))
			cut(link, wanted);
		if (*link == lock)
			link = &lock->next;
	}
	if (wanted->type == LOCK_TYPE_NONE)
		return 0;
	lock = take();
	*lock = *wanted;
	lock->next = *list;
	*list = lock;
	join(list, lock);
	return 0;
}

bool lock_remove(struct lock **list, const void *owner, bool whole)
{
	bool any = false;

	while (*list != NULL) {
		struct lock *lock = *list;

		if (lock->whole != whole || (owner != NULL && lock->owner != owner)) {
			list = &lock->next;
			continue;
		}
		any = true;
		*list = lock->next;
		release(lock);
	}
	return any;
}
