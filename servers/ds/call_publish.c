/* Calls that publish. Data is copied to `staging` first: a copy may fail, a commit does not. */
#include "call.h"

#include "staging.h"
#include <arch/layout.h>
#include <string.h>
#include <sys_call.h>

static struct answer value_publish(endpoint_t caller, uint32_t kind,
				   const struct ds_publish_value_req *req)
{
	struct entry wanted = {
		.kind = kind, .flags = req->flags, .owner = caller, .value = req->value};
	int error;

	memcpy(wanted.name, req->name, DS_NAME_SIZE);
	error = entry_check(&wanted);
	if (error == 0)
		entry_commit(&wanted, NULL);
	return answer(error);
}

struct answer ds_do_publish_u32(endpoint_t caller, const struct ds_publish_value_req *req,
				struct ds_empty_reply *rep)
{
	(void)rep;
	return value_publish(caller, DS_U32, req);
}

struct answer ds_do_publish_label(endpoint_t caller, const struct ds_publish_value_req *req,
				  struct ds_empty_reply *rep)
{
	(void)rep;
	return value_publish(caller, DS_LABEL, req);
}

/* --- Data ------------------------------------------------------------------------------------- */

static struct answer data_publish(endpoint_t caller, uint32_t kind,
				  const struct ds_publish_data_req *req)
{
	struct entry wanted = {
		.kind = kind, .flags = req->flags, .owner = caller, .bytes = (uint32_t)req->bytes};
	int error;

	memcpy(wanted.name, req->name, DS_NAME_SIZE);
	error = entry_check(&wanted);
	if (error == 0)
		error = staging_fill(caller, req->grant, 0, req->bytes);
	if (error != 0)
		return answer(error);
	/* One NUL, at the end. */
	if (kind == DS_STRING && memchr(staging, '\0', wanted.bytes) != staging + wanted.bytes - 1)
		return answer(-EINVAL);
	entry_commit(&wanted, staging);
	return answer(0);
}

struct answer ds_do_publish_string(endpoint_t caller, const struct ds_publish_data_req *req,
				   struct ds_empty_reply *rep)
{
	(void)rep;
	if (req->bytes == 0)
		return answer(-EINVAL);
	if (req->bytes > DS_STRING_MAX)
		return answer(-E2BIG);
	return data_publish(caller, DS_STRING, req);
}

struct answer ds_do_publish_memory(endpoint_t caller, const struct ds_publish_data_req *req,
				   struct ds_empty_reply *rep)
{
	(void)rep;
	if (req->bytes == 0)
		return answer(-EINVAL);
	if (req->bytes > DS_MEMORY_MAX)
		return answer(-E2BIG);
	return data_publish(caller, DS_MEMORY, req);
}

struct answer ds_do_publish_map(endpoint_t caller, const struct ds_publish_data_req *req,
				struct ds_empty_reply *rep)
{
	struct entry wanted = {
		.kind = DS_MAP,
		.flags = req->flags,
		.owner = caller,
		.value = req->grant,
		.bytes = (uint32_t)req->bytes,
	};
	struct sys_grant_check_reply checked;
	int error;

	(void)rep;
	if (req->bytes == 0 || req->bytes % ARCH_PAGE_SIZE != 0 || (req->flags & DS_KEEP))
		return answer(-EINVAL);
	if (req->bytes > DS_MAP_MAX)
		return answer(-E2BIG);
	memcpy(wanted.name, req->name, DS_NAME_SIZE);
	error = entry_check(&wanted);
	if (error == 0)
		error = grant_maps(caller, req->grant, req->bytes, &checked);
	if (error == 0 && checked.address % ARCH_PAGE_SIZE != 0)
		error = -EINVAL;
	if (error == 0)
		entry_commit(&wanted, NULL);
	return answer(error);
}
