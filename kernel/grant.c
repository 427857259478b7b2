/* Grant resolution. The table entry is read from the granter's memory once and checked as a copy.
 */
#include "kernel/grant.h"

#include "kernel/call.h"
#include <skerry/grant.h>

static int entry_read(struct thread *caller, struct thread *granter, grant_t id, bool try_only,
		      struct grant_entry *entry) REQUIRES(bkl)
{
	const struct priv *priv = granter->priv;
	unsigned int index = grant_index(id);

	if (priv->owner != granter || index >= priv->grant_entries ||
	    grant_epoch(id) != priv->grant_epoch || grant_generation(id) == 0)
		return -EBADGRANT;
	return copy_in(caller, granter, priv->grant_table + index * sizeof(*entry), entry,
		       sizeof(*entry), try_only);
}

static bool kind_valid(uint32_t flags)
{
	uint32_t kind = flags & GRANT_KIND_MASK;

	return (kind == GRANT_DIRECT || kind == GRANT_INDIRECT || kind == GRANT_MAGIC) &&
	       !(flags & ~GRANT_USED_MASK);
}

static bool is_grantee(const struct grant_entry *entry, const struct thread *grantee)
{
	return entry->grantee == EP_ANY || entry->grantee == grantee->endpoint ||
	       entry->grantee == grantee->process;
}

/* One step: check the entry, answer its error. */
static int entry_check(const struct grant_entry *entry, grant_t id, const struct thread *grantee,
		       uint64_t offset, uint64_t bytes, uint32_t access)
{
	if (!kind_valid(entry->flags) || entry->generation != grant_generation(id))
		return -EBADGRANT;
	if (!is_grantee(entry, grantee) || (entry->flags & access) != access)
		return -EPERM;
	if (entry->address + entry->bytes < entry->address)
		return -EBADGRANT;
	if (bytes > entry->bytes || offset > entry->bytes - bytes)
		return -EPERM;
	return 0;
}

int grant_resolve(struct thread *caller, struct thread *grantee, endpoint_t granter_name,
		  grant_t id, uint64_t offset, uint64_t bytes, uint32_t access,
		  struct operand *operand, bool *try_only)
{
	unsigned int depth;

	for (depth = 0; depth < GRANT_INDIRECT_DEPTH; depth++) {
		struct thread *granter = thread_find(granter_name);
		struct grant_entry entry;
		struct thread *owner;
		int code;

		if (!granter || (granter->rts & RTS_EXITED))
			return -EDEADSRCDST;
		code = entry_read(caller, granter, id, *try_only, &entry);
		if (code)
			return code;
		code = entry_check(&entry, id, grantee, offset, bytes, access);
		if (code)
			return code;
		if (entry.flags & GRANT_TRY)
			*try_only = true;
		offset += entry.address;
		if (entry.flags & GRANT_INDIRECT) {
			grantee = granter;
			granter_name = entry.owner;
			id = entry.other;
			continue;
		}
		owner = granter;
		if (entry.flags & GRANT_MAGIC) {
			if (!(granter->priv->flags & PRIV_MAGIC_GRANTS))
				return -EPERM;
			owner = thread_find(entry.owner);
			if (!owner || (owner->rts & RTS_EXITED))
				return -EDEADSRCDST;
		}
		*operand = (struct operand){owner->space, owner->endpoint, offset};
		return 0;
	}
	return -EBADGRANT; /* too deep, or a circle */
}

/* --- Calls ---------------------------------------------------------------------------------------
 */

int sys_do_grant_table(struct thread *caller, const struct sys_grant_table_req *req,
		       struct sys_grant_table_reply *rep)
{
	if (req->entries > GRANT_ENTRIES_MAX || !(caller->priv->flags & PRIV_SYSTEM) ||
	    !copy_range_valid(req->address, (uint64_t)req->entries * sizeof(struct grant_entry)))
		return -EINVAL;
	caller->priv->grant_table = (vaddr_t)req->address;
	caller->priv->grant_entries = req->entries;
	rep->epoch = caller->priv->grant_epoch;
	return 0;
}

static int safecopy(struct thread *caller, const struct safecopy_element *e, bool try_only)
	REQUIRES(bkl)
{
	struct operand own = {caller->space, caller->endpoint, e->address};
	struct operand theirs;
	int code;

	code = grant_resolve(caller, caller, e->granter, e->grant, e->offset, e->bytes,
			     e->write ? GRANT_WRITE : GRANT_READ, &theirs, &try_only);
	if (code)
		return code;
	return e->write ? copy_between(caller, theirs, own, e->bytes, try_only)
			: copy_between(caller, own, theirs, e->bytes, try_only);
}

static int safecopy_single(struct thread *caller, const struct sys_safecopy_req *req, bool write)
	REQUIRES(bkl)
{
	const struct safecopy_element e = {
		.granter = req->granter,
		.grant = req->grant,
		.offset = req->offset,
		.address = req->address,
		.bytes = req->bytes,
		.write = write,
	};

	if (req->flags & ~CPF_TRY)
		return -EINVAL;
	return safecopy(caller, &e, req->flags & CPF_TRY);
}

int sys_do_safecopy_from(struct thread *caller, const struct sys_safecopy_req *req,
			 struct sys_empty_reply *rep)
{
	(void)rep;
	return safecopy_single(caller, req, false);
}

int sys_do_safecopy_to(struct thread *caller, const struct sys_safecopy_req *req,
		       struct sys_empty_reply *rep)
{
	(void)rep;
	return safecopy_single(caller, req, true);
}

/* The elements that are done are counted in the upper half of the cursor, so that a restart goes on
 * with the element it was in. */
#define CURSOR_ELEMENT_SHIFT 48

int sys_do_safecopy_vector(struct thread *caller, const struct sys_safecopy_vector_req *req,
			   struct sys_vector_reply *rep)
{
	uint32_t i = (uint32_t)(caller->cursor >> CURSOR_ELEMENT_SHIFT);
	int code = 0;

	if (req->count == 0 || req->count > SAFECOPY_VECTOR_MAX || (req->flags & ~CPF_TRY))
		return -EINVAL;
	caller->cursor &= (1ull << CURSOR_ELEMENT_SHIFT) - 1;
	for (; i < req->count; i++) {
		struct safecopy_element e;

		code = copy_in(caller, caller, (req->address + i * sizeof(e)), &e, sizeof(e),
			       req->flags & CPF_TRY);
		if (!code)
			code = e.write > 1 ? -EINVAL : safecopy(caller, &e, req->flags & CPF_TRY);
		if (code)
			break;
	}
	if (code == TRAP_SUSPENDED)
		caller->cursor |= (uint64_t)i << CURSOR_ELEMENT_SHIFT;
	rep->done = i;
	return code;
}

int sys_do_safememset(struct thread *caller, const struct sys_safememset_req *req,
		      struct sys_empty_reply *rep)
{
	struct operand theirs;
	bool try_only = req->flags & CPF_TRY;
	int code;

	(void)rep;
	if (req->flags & ~CPF_TRY)
		return -EINVAL;
	code = grant_resolve(caller, caller, req->granter, req->grant, req->offset, req->bytes,
			     GRANT_WRITE, &theirs, &try_only);
	return code ? code : copy_set(caller, theirs, (uint8_t)req->value, req->bytes, try_only);
}

int sys_do_grant_check(struct thread *caller, const struct sys_grant_check_req *req,
		       struct sys_grant_check_reply *rep)
{
	struct thread *grantee = call_thread(caller, req->grantee);
	struct operand theirs;
	bool try_only = false;
	int code;

	if (!grantee)
		return -EDEADSRCDST;
	if (req->access & ~(GRANT_READ | GRANT_WRITE | GRANT_MAP))
		return -EINVAL;
	code = grant_resolve(caller, grantee, req->granter, req->grant, req->offset, req->bytes,
			     req->access, &theirs, &try_only);
	if (code)
		return code;
	rep->address = theirs.address;
	rep->owner = theirs.thread;
	return 0;
}
