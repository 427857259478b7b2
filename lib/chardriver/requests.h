/* The requests that a driver holds, in the order they came, and the watches of CHR_POLL. Owned by
 * requests.c: nothing here sends or knows a driver, so that the host tests it.
 */
#pragma once

#include <chardriver.h>

#define CHAR_REQUESTS_MAX 128u
#define CHAR_REQUESTS_REFUSED 32u /* of these, for requests that are refused for want of room */
#define CHAR_WATCHES_MAX 128u

struct char_watch {
	endpoint_t from;
	u32 device;
	u32 events;
};

struct char_requests {
	unsigned int count;
	unsigned int watch_count;
	struct char_request request[CHAR_REQUESTS_MAX];
	struct char_watch watch[CHAR_WATCHES_MAX];
};

/* Keep a copy. It is answered already, with EBUSY, when there is little room left; NULL: none at
 * all, or its tag is under way. */
struct char_request *requests_add(struct char_requests *all, const struct char_request *request);

/* Must it wait for an older one, whatever the driver says? */
bool requests_behind(const struct char_requests *all, const struct char_request *request);

void request_answer(struct char_request *request, int64_t result);

/* An entry point's result. Has anything happened? */
bool request_step(struct char_request *request, struct char_result result);

/* CHR_CANCEL. Has anything happened? */
bool requests_cancel(struct char_requests *all, endpoint_t from, u32 tag);

/* What is answered and sent. */
void requests_remove(struct char_requests *all, struct char_request *request);

/* More events of a device to tell; 0 or -EBUSY. */
int watches_add(struct char_requests *all, endpoint_t from, u32 device, u32 events);
void watches_remove(struct char_requests *all, struct char_watch *watch);
