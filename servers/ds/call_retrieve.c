/* Calls that ask, and those that delete. */
#include "call.h"

#include "data.h"
#include "map.h"
#include "pattern.h"
#include "staging.h"
#include <string.h>
#include <sys_call.h>

static struct answer value_retrieve(uint32_t kind, const struct ds_name_req *req,
				    struct ds_value_reply *rep)
{
	const struct entry *entry = entry_find(kind, req->name, 0);

	if (entry == NULL)
		return answer(name_valid(req->name) ? -ENOENT : -EINVAL);
	rep->value = entry->value;
	rep->owner = entry->owner;
	return answer(0);
}

struct answer ds_do_retrieve_u32(endpoint_t caller, const struct ds_name_req *req,
				 struct ds_value_reply *rep)
{
	(void)caller;
	return value_retrieve(DS_U32, req, rep);
}

struct answer ds_do_retrieve_label(endpoint_t caller, const struct ds_name_req *req,
				   struct ds_value_reply *rep)
{
	(void)caller;
	return value_retrieve(DS_LABEL, req, rep);
}

struct answer ds_do_retrieve_name(endpoint_t caller, const struct ds_endpoint_req *req,
				  struct ds_name_reply *rep)
{
	(void)caller;
	for (uint32_t i = 0; i < DS_ENTRIES; i++) {
		const struct entry *entry = entry_at(i);

		if (entry->state == ENTRY_PUBLISHED && entry->kind == DS_LABEL &&
		    entry->value == req->endpoint) {
			memcpy(rep->name, entry->name, DS_NAME_SIZE);
			return answer(0);
		}
	}
	return answer(-ENOENT);
}

/* --- Data ------------------------------------------------------------------------------------- */

struct answer ds_do_retrieve_data(endpoint_t caller, const struct ds_retrieve_req *req,
				  struct ds_bytes_reply *rep)
{
	struct sys_safecopy_req copy = {.granter = caller, .grant = req->grant, .flags = CPF_TRY};
	const struct entry *entry;

	if (!kind_has_data(req->kind) || !name_valid(req->name))
		return answer(-EINVAL);
	entry = entry_find(req->kind, req->name, req->number);
	if (entry == NULL)
		return answer(-ENOENT);
	rep->bytes = entry->bytes;
	rep->owner = entry->owner;
	if (req->bytes == 0)
		return answer(0);
	if (req->bytes < entry->bytes)
		return answer(-E2BIG);
	copy.address = (uintptr_t)data_at(entry->offset);
	copy.bytes = entry->bytes;
	return answer(sys_safecopy_to(&copy, NULL));
}

/* --- Mapped ranges ---------------------------------------------------------------------------- */

/* One whose grant is no more is no more, either: its owner revoked it, or died. */
static int map_find(const char *name, struct entry **found)
{
	struct sys_grant_check_reply checked;
	struct entry *entry = entry_find(DS_MAP, name, 0);
	int error;

	if (entry == NULL)
		return name_valid(name) ? -ENOENT : -EINVAL;
	error = grant_maps(entry->owner, entry->value, entry->bytes, &checked);
	if (error != 0 && error != -EFAULT) {
		entry_delete(entry);
		return -ENOENT;
	}
	*found = entry;
	return error;
}

struct answer ds_do_retrieve_map(endpoint_t caller, const struct ds_name_req *req,
				 struct ds_map_reply *rep)
{
	struct entry *entry;
	int error = map_find(req->name, &entry);

	if (error == 0)
		error = map_give((uint32_t)(entry - entry_at(0)), caller, &rep->grant);
	if (error != 0)
		return answer(error);
	rep->granter = DS_ENDPOINT;
	rep->bytes = entry->bytes;
	return answer(0);
}

struct answer ds_do_snapshot(endpoint_t caller, const struct ds_snapshot_req *req,
			     struct ds_snapshot_reply *rep)
{
	struct entry wanted = {.kind = DS_SNAPSHOT_OF, .flags = req->flags, .owner = caller};
	uint64_t bytes = req->bytes;
	struct entry *entry;
	int error = map_find(req->name, &entry);

	if (error != 0)
		return answer(error);
	if (req->offset >= entry->bytes || bytes > entry->bytes - req->offset ||
	    (req->flags & ~DS_KEEP))
		return answer(-EINVAL);
	if (bytes == 0)
		bytes = entry->bytes - req->offset;
	if (bytes > DS_MEMORY_MAX)
		return answer(-E2BIG);
	memcpy(wanted.name, req->name, DS_NAME_SIZE);
	wanted.bytes = (uint32_t)bytes;
	wanted.number = entry_number_next();
	error = entry_check(&wanted);
	if (error == 0)
		error = staging_fill(entry->owner, entry->value, req->offset, bytes);
	if (error != 0)
		return answer(error);
	entry_commit(&wanted, staging);
	rep->number = wanted.number;
	return answer(0);
}

/* --- Deleting --------------------------------------------------------------------------------- */

struct answer ds_do_delete(endpoint_t caller, const struct ds_delete_req *req,
			   struct ds_empty_reply *rep)
{
	struct entry *entry;
	int error;

	(void)rep;
	if (req->kind == 0 || req->kind >= DS_KIND_END || !name_valid(req->name))
		return answer(-EINVAL);
	entry = entry_find(req->kind, req->name, req->number);
	if (entry == NULL)
		return answer(-ENOENT);
	error = entry_may_change(entry, caller);
	if (error == 0)
		entry_delete(entry);
	return answer(error);
}
