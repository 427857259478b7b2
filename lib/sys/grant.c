/* Giving and using grants. */
#include <sys_grant.h>

#include <arch/layout.h>
#include <sys.h>
#include <sys_call.h>
#include <vm_call.h>

int grants_init(struct grants *grants, struct grant_entry *table, unsigned int count)
{
	const struct sys_grant_table_req request = {(uintptr_t)table, count};
	struct sys_grant_table_reply reply;
	const int error = sys_grant_table(&request, &reply);

	if (error == 0)
		*grants = (struct grants){table, count, reply.epoch};
	return error;
}

static uint32_t generation_after(uint32_t generation)
{
	generation = (generation + 1) & GRANT_GENERATION_MASK;
	return generation != 0 ? generation : 1;
}

grant_t grant_make(struct grants *grants, const struct grant_entry *entry)
{
	for (unsigned int i = 0; i < grants->count; i++) {
		struct grant_entry *to = &grants->table[i];
		const uint32_t generation = generation_after(to->generation);

		if (to->flags != 0)
			continue;
		*to = *entry;
		to->generation = generation;
		return GRANT_ID(i, grants->epoch, generation);
	}
	return GRANT_INVALID;
}

/* First the entry: else it could be mapped again meanwhile. */
int grant_revoke(struct grants *grants, grant_t grant)
{
	const struct vm_saferevmap_req request = {.grant = grant};
	const unsigned int index = grant_index(grant);
	struct grant_entry *entry;
	uint32_t flags;

	if (index >= grants->count || grant_epoch(grant) != grants->epoch)
		return -EBADGRANT;
	entry = &grants->table[index];
	if (entry->flags == 0 || entry->generation != grant_generation(grant))
		return -EBADGRANT;
	flags = entry->flags;
	entry->flags = 0;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return flags & GRANT_MAP ? vm_saferevmap(&request, NULL) : 0;
}

/* --- Use -------------------------------------------------------------------------------------- */

static int copy(const struct sys_safecopy_req *request, bool write)
{
	return write ? sys_safecopy_to(request, NULL) : sys_safecopy_from(request, NULL);
}

/* What VM will not copy, for whatever reason, the kernel copies or refuses. */
static int copy_pages(const struct sys_safecopy_req *request, bool write)
{
	const struct vm_safecopy_req pages = {
		.granter = request->granter,
		.grant = request->grant,
		.offset = request->offset,
		.address = request->address,
		.bytes = request->bytes,
		.write = write,
	};

	if (request->bytes < SAFECOPY_SHARED_MIN || request->bytes > VM_SAFECOPY_MAX ||
	    (request->address | request->bytes) % ARCH_PAGE_SIZE != 0 ||
	    vm_safecopy(&pages, NULL) != 0)
		return copy(request, write);
	return 0;
}

int safecopy_from(endpoint_t granter, grant_t grant, u64 offset, void *to, size_t bytes,
		  uint32_t flags)
{
	const struct sys_safecopy_req request = {granter,	grant, offset,
						 (uintptr_t)to, bytes, flags};

	return copy_pages(&request, false);
}

int safecopy_to(endpoint_t granter, grant_t grant, u64 offset, const void *from, size_t bytes,
		uint32_t flags)
{
	const struct sys_safecopy_req request = {granter,	  grant, offset,
						 (uintptr_t)from, bytes, flags};

	return copy_pages(&request, true);
}

int safemap(endpoint_t granter, grant_t grant, u64 offset, size_t bytes, uint32_t protection,
	    void **at)
{
	const struct vm_safemap_req request = {
		.granter = granter,
		.grant = grant,
		.offset = offset,
		.bytes = bytes,
		.protection = protection,
	};
	const struct sys_safecopy_req nothing = {.granter = granter, .grant = grant};
	struct vm_address_reply reply = {0};
	int error = vm_safemap(&request, &reply);

	/* The granter's table may not be in memory. VM does not wait for it, but the kernel does.
	 */
	if (error == -EFAULT && copy(&nothing, false) == 0)
		error = vm_safemap(&request, &reply);
	*at = (void *)(uintptr_t)reply.address;
	return error;
}
