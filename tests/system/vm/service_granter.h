/* The service as granter: its table, grants in a line, and what a peer maps under them. */
#pragma once

#include "peer.h"
#include <skerry/grant.h>
#include <sys_grant.h>

/* The service's table; announced at the first call. */
struct grants *granter(void);

/* A grant of its own memory to the peer; `flags` besides GRANT_DIRECT. */
grant_t granter_give(const struct peer *peer, long start, uint64_t bytes, uint32_t flags);

/* VM_SAFEMAP in the peer's name: the address or -errno. */
long peer_safemap(struct peer *peer, grant_t grant, uint64_t offset, uint64_t bytes,
		  uint32_t protection);
