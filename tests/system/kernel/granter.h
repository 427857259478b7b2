/* Granters for the cases on grants: threads that announce a table and wait. The table is in memory
 * all spaces share, so the case writes its entries.
 */
#pragma once

#include "thread.h"
#include <skerry/grant.h>

#define GRANTER_ENTRIES 8u

struct granter {
	struct test_thread *thread;
	struct test_space *space;
	endpoint_t name;
	volatile bool ready;
	int error; /* of SYS_GRANT_TABLE */
	uint32_t epoch;
	struct grant_entry table[GRANTER_ENTRIES];
};

/* A granter that runs in `space`; the struct must outlive it. */
void granter_start(struct granter *granter, struct test_space *space, const struct role *role);

/* The caller as granter. */
void granter_self(struct granter *granter);

/* Put an entry into the table, with a generation if it has none; its id. */
grant_t granter_grant(struct granter *granter, unsigned int index, struct grant_entry entry);

/* Safecopies by the caller. */
int grant_read(const struct granter *granter, grant_t grant, u64 offset, void *to, u64 bytes);
int grant_write(const struct granter *granter, grant_t grant, u64 offset, const void *from,
		u64 bytes);
