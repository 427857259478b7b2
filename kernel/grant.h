/* Grants: checking an id against the granter's table, through indirection. */
#pragma once

#include "kernel/copy.h"

/* Resolve `bytes` at `offset` of a grant of `granter` for `grantee`. access: GRANT_READ,
 * GRANT_WRITE and GRANT_MAP bits, all needed. On success *operand is the memory, *try_only whether
 * the grant forbids waiting. 0, TRAP_SUSPENDED, or -EDEADSRCDST, -EBADGRANT, -EPERM, -EINVAL,
 * -EFAULT. */
int grant_resolve(struct thread *caller, struct thread *grantee, endpoint_t granter, grant_t id,
		  uint64_t offset, uint64_t bytes, uint32_t access, struct operand *operand,
		  bool *try_only) REQUIRES(bkl) must_check;
