/* What is copied from others, before it is known to be whole; and their grants. */
#pragma once

#include <skerry/ds.h>
#include <skerry/kernel_call.h>

/* Scratch of one call. */
extern uint8_t staging[DS_MEMORY_MAX];

/* From a grant to DS: 0 or SYS_SAFECOPY_FROM's errors. Memory is never waited for: whoever brings
 * it might wait for DS. */
int staging_fill(endpoint_t granter, grant_t grant, uint64_t offset, uint64_t bytes);

/* Does the granter let DS map the grant's first `bytes`? 0 or SYS_GRANT_CHECK's errors. */
int grant_maps(endpoint_t granter, grant_t grant, uint64_t bytes,
	       struct sys_grant_check_reply *checked);
