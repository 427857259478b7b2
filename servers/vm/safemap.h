/* Memory shown under a grant. Whoever maps it has regions on a record, which names the grant and
 * keeps the shared object; the record goes with its last region. When the grant ends, the regions
 * become new private memory: who maps is never harmed by who granted.
 */
#pragma once

#include "shared.h"

/* What the kernel was asked, and what it said: it must say so still when grants are taken back. */
struct safemap_grant {
	endpoint_t granter, grantee, owner;
	grant_t grant;
	space_t granter_space, owner_space, grantee_space;
	uint32_t access; /* GRANT_* */
	uint64_t offset; /* into the grant */
	uint64_t bytes;
	uint64_t address; /* in the owner */
};

struct safemap {
	struct safemap_grant grant;
	struct shared *shared;
	struct link link; /* of all */
	uint32_t regions;
};

/* Does the kernel still say what `grant` says? Fills in owner and address. 0, -EDEADSRCDST,
 * -EBADGRANT, -EPERM, -EINVAL; -EFAULT: a table is not there. VM never waits for it. */
int safemap_grant_check(struct safemap_grant *grant);

/* Put a record before each object that is to be shown. -ENOMEM: some have one; drop the share. */
int safemap_wrap(struct share *share, const struct safemap_grant *grant);

/* The space takes back what was mapped under its grant; so goes what was mapped under a grant upon
 * it, or upon another space's memory, that does not hold any more. */
void safemap_revoke(space_t granter, grant_t grant);

/* The same for all grants of a space, and all of its memory, when it ends or is replaced. */
void safemap_revoke_space(space_t space);
