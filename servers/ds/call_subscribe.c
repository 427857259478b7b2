/* Calls of subscribers, of RS, and of whoever wants to see all. */
#include "call.h"

#include "map.h"
#include "subscriber.h"
#include <string.h>
#include <sys_ipc.h>

int subscriber_wake(endpoint_t who)
{
	return ipc_notify(who);
}

struct answer ds_do_subscribe(endpoint_t caller, const struct ds_subscribe_req *req,
			      struct ds_empty_reply *rep)
{
	(void)rep;
	return answer(subscriber_add(caller, req));
}

struct answer ds_do_unsubscribe(endpoint_t caller, const struct ds_subscribe_req *req,
				struct ds_empty_reply *rep)
{
	(void)rep;
	return answer(subscriber_remove(caller, req->pattern));
}

static void describe(const struct entry *entry, struct ds_entry_reply *rep)
{
	memcpy(rep->name, entry->name, DS_NAME_SIZE);
	rep->kind = entry->kind;
	rep->number = entry->number;
	rep->what = entry->state == ENTRY_PUBLISHED ? DS_PUBLISHED : DS_DELETED;
	rep->value = entry->kind == DS_U32 || entry->kind == DS_LABEL ? entry->value : entry->bytes;
	rep->owner = entry->owner;
}

struct answer ds_do_check(endpoint_t caller, const struct ds_empty_req *req,
			  struct ds_entry_reply *rep)
{
	struct entry changed;
	const int error = subscriber_next(caller, &changed);

	(void)req;
	if (error == 0)
		describe(&changed, rep);
	return answer(error);
}

struct answer ds_do_gone(endpoint_t caller, const struct ds_gone_req *req,
			 struct ds_empty_reply *rep)
{
	(void)rep;
	if (caller != RS_ENDPOINT)
		return answer(-EPERM);
	if (req->what != DS_GONE_RESTARTED && req->what != DS_GONE_ENDED)
		return answer(-EINVAL);
	subscriber_drop(req->owner);
	maps_of_caller_drop(req->owner);
	entries_of_gone(req->owner, req->what);
	return answer(0);
}

struct answer ds_do_list(endpoint_t caller, const struct ds_list_req *req,
			 struct ds_list_reply *rep)
{
	(void)caller;
	for (uint32_t i = req->position; i < DS_ENTRIES; i++) {
		const struct entry *entry = entry_at(i);

		if (entry->state != ENTRY_PUBLISHED)
			continue;
		describe(entry, &rep->entry);
		rep->position = i + 1;
		return answer(0);
	}
	return answer(-ENOENT);
}
