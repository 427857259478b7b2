/* Copies from others, and checks of their grants. */
#include "staging.h"

#include <skerry/grant.h>
#include <sys_call.h>

uint8_t staging[DS_MEMORY_MAX];

int staging_fill(endpoint_t granter, grant_t grant, uint64_t offset, uint64_t bytes)
{
	const struct sys_safecopy_req request = {
		.granter = granter,
		.grant = grant,
		.offset = offset,
		.address = (uintptr_t)staging,
		.bytes = bytes,
		.flags = CPF_TRY,
	};

	return sys_safecopy_from(&request, NULL);
}

int grant_maps(endpoint_t granter, grant_t grant, uint64_t bytes,
	       struct sys_grant_check_reply *checked)
{
	const struct sys_grant_check_req request = {
		.granter = granter,
		.grantee = EP_SELF,
		.grant = grant,
		.access = GRANT_READ | GRANT_MAP,
		.bytes = bytes,
	};

	return sys_grant_check(&request, checked);
}
