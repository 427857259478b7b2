/* RS's calls. */
#include "call.h"

#include "life.h"
#include "tell.h"
#include <skerry/kernel_call.h>
#include <sys_call.h>

bool call_allowed(endpoint_t caller, uint32_t right)
{
	const struct entry *entry = entry_by_endpoint(caller);

	return right == 0 || (entry != NULL && (entry->row.flags & RS_FLAG_CONTROL));
}

struct answer rs_do_ready(endpoint_t caller, const struct rs_ready_req *req,
			  struct rs_empty_reply *rep)
{
	struct entry *entry = entry_by_endpoint(caller);

	(void)rep;
	if (entry == NULL || entry->state != RS_STATE_STARTING)
		return answer(-EINVAL);
	life_ready(entry, req->result);
	return req->result == 0 ? answer(0) : answer_later();
}

struct answer rs_do_complain(endpoint_t caller, const struct rs_complain_req *req,
			     struct rs_empty_reply *rep)
{
	const struct entry *from = entry_by_endpoint(caller);
	struct entry *entry = entry_by_endpoint(req->service);

	(void)rep;
	if (entry == NULL)
		return answer(-ESRCH);
	if (from == NULL || from == entry || !entry_may_send(from, entry))
		return answer(-ENOTALLOWED);
	if (!(entry->row.flags & RS_FLAG_RESTART))
		return answer(-EPERM);
	if (entry->state != RS_STATE_RUNNING)
		return answer(-EAGAIN);
	life_failed(entry, RS_REASON_COMPLAINT, (int32_t)req->code);
	return answer(0);
}

/* --- Who is there ----------------------------------------------------------------------------- */

struct answer rs_do_lookup(endpoint_t caller, const struct rs_name_req *req,
			   struct rs_lookup_reply *rep)
{
	const struct entry *entry = entry_by_name(req->name);

	(void)caller;
	if (entry == NULL)
		return answer(-ESRCH);
	rep->row = entry->row;
	return answer(0);
}

static int row_put(const struct entry *entry, endpoint_t to, u64 address)
{
	const struct rs_status status = {
		.row = entry->row,
		.state = entry->state,
		.reason = entry->reason,
		.detail = entry->detail,
		.restarts = entry->restarts,
		.failures = entry->backoff.failures,
		.init = entry->init,
		.space = entry->body ? entry->space : 0,
	};
	const struct sys_copy_req request = {
		.source = EP_SELF,
		.destination = to,
		.source_address = (uintptr_t)&status,
		.destination_address = address,
		.bytes = sizeof(status),
	};

	return sys_vircopy(&request, NULL) == 0 ? 0 : -EFAULT;
}

struct answer rs_do_status(endpoint_t caller, const struct rs_status_req *req,
			   struct rs_status_reply *rep)
{
	const struct entry *entry;
	int error = 0;

	rep->count = entry_count();
	for (; error == 0 && rep->copied < req->count; rep->copied += error == 0) {
		const u64 offset = rep->copied * (u64)sizeof(struct rs_status);

		entry = req->first < rep->count ? entry_at(req->first + rep->copied) : NULL;
		if (entry == NULL)
			break;
		error = row_put(entry, caller, req->address + offset);
	}
	return answer(error);
}

/* --- Control ---------------------------------------------------------------------------------- */

static struct answer control(endpoint_t caller, const char name[RS_NAME_BYTES], uint32_t operation)
{
	struct entry *entry = entry_by_name(name);
	int error;

	if (entry == NULL)
		return answer(-ESRCH);
	if (!(entry->row.flags & RS_FLAG_RESTART))
		return answer(-EPERM);
	if (entry->caller != EP_NONE)
		return answer(-EBUSY);
	entry->caller = caller;
	error = life_control(entry, operation);
	if (error == 0)
		return answer_later(); /* or answered already */
	entry->caller = EP_NONE;
	return answer(error);
}

struct answer rs_do_up(endpoint_t caller, const struct rs_name_req *req, struct rs_empty_reply *rep)
{
	(void)rep;
	return control(caller, req->name, RS_UP);
}

struct answer rs_do_down(endpoint_t caller, const struct rs_name_req *req,
			 struct rs_empty_reply *rep)
{
	(void)rep;
	return control(caller, req->name, RS_DOWN);
}

struct answer rs_do_restart(endpoint_t caller, const struct rs_name_req *req,
			    struct rs_empty_reply *rep)
{
	(void)rep;
	return control(caller, req->name, RS_RESTART);
}

struct answer rs_do_refresh(endpoint_t caller, const struct rs_name_req *req,
			    struct rs_empty_reply *rep)
{
	(void)rep;
	return control(caller, req->name, RS_REFRESH);
}

/* --- Fault injection -------------------------------------------------------------------------- */

static int inject_now(const struct entry *entry, u32 kind)
{
	const struct sef_inject_req request = {.kind = kind};

	if (entry->state != RS_STATE_RUNNING)
		return -EAGAIN;
	return sef_tell(entry->row.endpoint, SEF_INJECT, &request, sizeof(request));
}

struct answer rs_do_inject(endpoint_t caller, const struct rs_inject_req *req,
			   struct rs_empty_reply *rep)
{
	struct entry *entry = entry_by_name(req->name);

	(void)caller, (void)rep;
	if (entry == NULL)
		return answer(-ESRCH);
	if (req->kind == FAIL_NONE || req->kind >= FAIL_KINDS)
		return answer(-EINVAL);
	if (!(entry->row.flags & RS_FLAG_RESTART))
		return answer(-EPERM);
	if (req->kind < FAIL_INIT_ERROR)
		return answer(inject_now(entry, req->kind));
	entry->next_fail = req->kind;
	return answer(0);
}
