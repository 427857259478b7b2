/* Requests that wait, and watches. */
#include "requests.h"

#include <skerry/errno.h>
#include <string.h>

static struct char_request *find(struct char_requests *all, endpoint_t from, u32 tag)
{
	for (unsigned int i = 0; i < all->count; i++) {
		if (all->request[i].tag == tag && all->request[i].from == from)
			return &all->request[i];
	}
	return NULL;
}

struct char_request *requests_add(struct char_requests *all, const struct char_request *request)
{
	struct char_request *added;

	if (all->count == CHAR_REQUESTS_MAX || find(all, request->from, request->tag) != NULL)
		return NULL;
	added = &all->request[all->count++];
	*added = *request;
	if (all->count > CHAR_REQUESTS_MAX - CHAR_REQUESTS_REFUSED)
		request_answer(added, -EBUSY);
	return added;
}

/* Else a short write could slip in between the parts of a long one. */
bool requests_behind(const struct char_requests *all, const struct char_request *request)
{
	if (request->type != CHR_READ && request->type != CHR_WRITE)
		return false;
	for (const struct char_request *older = all->request; older < request; older++) {
		if (!older->answered && older->type == request->type &&
		    older->device == request->device)
			return true;
	}
	return false;
}

void request_answer(struct char_request *request, int64_t result)
{
	request->answered = true;
	request->result = result;
}

bool request_step(struct char_request *request, struct char_result result)
{
	const bool is_write = request->type == CHR_WRITE;

	if (result.later && !(request->flags & CHR_NONBLOCK && request->type != CHR_OPEN))
		return false;
	if (is_write && !result.later && result.value > 0) {
		request->done += (u64)result.value;
		if (request->done < request->bytes)
			return true;
	}
	if (is_write && request->done > 0)
		request_answer(request, (int64_t)request->done);
	else
		request_answer(request, result.later ? -EAGAIN : result.value);
	return true;
}

bool requests_cancel(struct char_requests *all, endpoint_t from, u32 tag)
{
	struct char_request *request = find(all, from, tag);

	if (request == NULL || request->answered)
		return false;
	request_answer(request, request->done > 0 ? (int64_t)request->done : -EINTR);
	return true;
}

void requests_remove(struct char_requests *all, struct char_request *request)
{
	struct char_request *end = &all->request[all->count--];

	memmove(request, request + 1, (size_t)(end - request - 1) * sizeof(*request));
}

int watches_add(struct char_requests *all, endpoint_t from, u32 device, u32 events)
{
	for (unsigned int i = 0; i < all->watch_count; i++) {
		if (all->watch[i].from == from && all->watch[i].device == device) {
			all->watch[i].events |= events;
			return 0;
		}
	}
	if (all->watch_count == CHAR_WATCHES_MAX)
		return -EBUSY;
	all->watch[all->watch_count++] = (struct char_watch){from, device, events};
	return 0;
}

void watches_remove(struct char_requests *all, struct char_watch *watch)
{
	*watch = all->watch[--all->watch_count];
}
