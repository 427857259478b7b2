/* Grants (skerry/grant.h): giving them, and using what others gave. Only services give grants.
 *
 * A table belongs to its granter for good, and is kept in memory that is written before it is
 * announced. The calls use the message page.
 */
#pragma once

#include <skerry/grant.h>

struct grants {
	struct grant_entry *table;
	unsigned int count;
	uint32_t epoch;
};

/* Announce a zeroed table: 0 or -EINVAL. One a service. */
int grants_init(struct grants *grants, struct grant_entry *table, unsigned int count);

/* Give a grant; the entry's generation is set here. GRANT_INVALID: the table is full. */
grant_t grant_make(struct grants *grants, const struct grant_entry *entry);

/* The grant is no more, nor what was mapped under it: whoever did has zeroed memory there then. 0
 * or -EBADGRANT. */
int grant_revoke(struct grants *grants, grant_t grant);

/* From here on VM is asked to share pages. Estimated, not measured: the kernel copies a page in
 * about 3,600 instructions, a page that is written afterwards costs a fault of about 5,400. */
#define SAFECOPY_SHARED_MIN (8u * 4096u)

/* Copy from or to a grant. `flags`: CPF_TRY. What is large and page aligned on both sides is shared
 * copy on write. The errors are those of SYS_SAFECOPY_FROM. */
int safecopy_from(endpoint_t granter, grant_t grant, u64 offset, void *to, size_t bytes,
		  uint32_t flags);
int safecopy_to(endpoint_t granter, grant_t grant, u64 offset, const void *from, size_t bytes,
		uint32_t flags);

/* Map whole pages of a grant: VM_READ, perhaps with VM_WRITE. 0 or VM_SAFEMAP's errors. Given back
 * with vm_munmap(). */
int safemap(endpoint_t granter, grant_t grant, u64 offset, size_t bytes, uint32_t protection,
	    void **at);
