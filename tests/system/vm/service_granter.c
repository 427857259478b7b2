/* The service as granter. */
#include "service_granter.h"

#include <service.h>
#include <sys.h>
#include <vm_call.h>

struct grants *granter(void)
{
	static struct grant_entry table[32];
	static struct grants grants;

	if (grants.table == NULL && grants_init(&grants, table, 32) != 0)
		panic("no grant table");
	return &grants;
}

grant_t granter_give(const struct peer *peer, long start, uint64_t bytes, uint32_t flags)
{
	const struct grant_entry entry = {
		.flags = GRANT_DIRECT | flags,
		.grantee = peer->thread,
		.address = (uint64_t)start,
		.bytes = bytes,
	};

	return grant_make(granter(), &entry);
}

long peer_safemap(struct peer *peer, grant_t grant, uint64_t offset, uint64_t bytes,
		  uint32_t protection)
{
	const struct vm_safemap_req request = {
		.granter = service_start()->endpoint,
		.grant = grant,
		.offset = offset,
		.bytes = bytes,
		.protection = protection,
	};
	struct vm_address_reply reply;
	const int error =
		peer_call(peer, VM_SAFEMAP, &request, sizeof(request), &reply, sizeof(reply));

	return error != 0 ? error : (long)reply.address;
}
