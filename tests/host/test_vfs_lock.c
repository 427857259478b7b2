/* Locked ranges against a model of single bytes. */
#include "test.h"

#include "random.h"
#include "servers/vfs/lock_range.h"
#include <skerry/errno.h>

#define BYTES 24
#define OWNERS 3

static struct lock *list;

static int set(long owner, int type, uint64_t first, uint64_t last)
{
	const struct lock wanted = {
		.owner = (void *)owner, .first = first, .last = last, .type = type};

	return lock_set(&list, &wanted);
}

static void begin(void)
{
	lock_pool_init();
	list = NULL;
}

static unsigned int count(void)
{
	unsigned int locks = 0;

	for (const struct lock *lock = list; lock != NULL; lock = lock->next)
		locks++;
	return locks;
}

TEST("a lock in the middle of another splits it")
{
	begin();
	CHECK_EQ(set(1, LOCK_TYPE_WRITE, 0, 9), 0);
	CHECK_EQ(set(1, LOCK_TYPE_READ, 4, 5), 0);
	CHECK_EQ(count(), 3);
	CHECK_EQ(set(1, LOCK_TYPE_WRITE, 4, 5), 0);
	CHECK_EQ(count(), 1);
	CHECK_EQ(set(1, LOCK_TYPE_NONE, 0, INT64_MAX), 0);
	CHECK_EQ(count(), 0);
}

TEST("whole files and ranges do not see each other")
{
	const struct lock whole = {
		.owner = (void *)9, .last = INT64_MAX, .type = LOCK_TYPE_WRITE, .whole = true};

	begin();
	CHECK_EQ(set(1, LOCK_TYPE_WRITE, 0, 9), 0);
	CHECK(lock_conflict(list, &whole) == NULL);
	CHECK_EQ(lock_set(&list, &whole), 0);
	CHECK_EQ(count(), 2);
	CHECK(lock_remove(&list, (void *)9, true));
	CHECK(!lock_remove(&list, (void *)9, true));
	CHECK_EQ(count(), 1);
}

TEST("when there are no more locks nothing changes")
{
	uint64_t at = 0;

	begin();
	while (set(1, LOCK_TYPE_WRITE, at, at) == 0)
		at += 2;
	CHECK_EQ(lock_pool_free(), 1);
	CHECK_EQ(set(1, LOCK_TYPE_NONE, 0, INT64_MAX), -ENOLCK);
	CHECK_EQ(count(), at / 2);
	CHECK(lock_remove(&list, (void *)1, false));
	CHECK_EQ(count(), 0);
}

/* What each owner has of each byte: 0 nothing, else type + 1. */
static int model[OWNERS][BYTES];

static bool model_conflict(unsigned int owner, int type, unsigned int first, unsigned int last)
{
	for (unsigned int other = 0; other < OWNERS; other++) {
		for (unsigned int i = first; i <= last && other != owner; i++) {
			if (model[other][i] != 0 &&
			    (type == LOCK_TYPE_WRITE || model[other][i] == LOCK_TYPE_WRITE + 1))
				return true;
		}
	}
	return false;
}

static bool model_holds(void)
{
	int found[OWNERS][BYTES] = {{0}};

	for (const struct lock *lock = list; lock != NULL; lock = lock->next) {
		for (uint64_t i = lock->first; i <= lock->last; i++) {
			int *byte = &found[(long)lock->owner][i];

			if (*byte != 0)
				return false;
			*byte = lock->type + 1;
		}
	}
	for (unsigned int owner = 0; owner < OWNERS; owner++) {
		for (unsigned int i = 0; i < BYTES; i++) {
			if (found[owner][i] != model[owner][i])
				return false;
		}
	}
	return true;
}

TEST("random locks are those of a model of single bytes")
{
	uint64_t random = 1;

	begin();
	for (unsigned int round = 0; round < 20000; round++) {
		const unsigned int owner = random_below(&random, OWNERS);
		const unsigned int first = random_below(&random, BYTES);
		const unsigned int last = first + random_below(&random, BYTES - first);
		const int type = (int)random_below(&random, 3);
		const struct lock wanted = {
			.owner = (void *)(long)owner, .first = first, .last = last, .type = type};

		if (type != LOCK_TYPE_NONE) {
			const bool conflict = lock_conflict(list, &wanted) != NULL;

			CHECK_EQ(conflict, model_conflict(owner, type, first, last));
			if (conflict)
				continue;
		}
		CHECK_EQ(lock_set(&list, &wanted), 0);
		for (unsigned int i = first; i <= last; i++)
			model[owner][i] = type == LOCK_TYPE_NONE ? 0 : type + 1;
		CHECK(model_holds());
	}
}
