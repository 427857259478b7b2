/* Subscribers: their patterns, and what they have yet to ask for. */
#pragma once

#include "entry.h"

/* DS_SUBSCRIBE, DS_UNSUBSCRIBE: 0 or the row's errors. */
int subscriber_add(endpoint_t who, const struct ds_subscribe_req *wanted);
int subscriber_remove(endpoint_t who, const char pattern[DS_NAME_SIZE]);

/* DS_CHECK: a copy of what changed. */
int subscriber_next(endpoint_t who, struct entry *changed);

/* It subscribes to nothing any more. */
void subscriber_drop(endpoint_t who);

/* The entry changed: whoever has a pattern for it is notified. One that turns out to be dead is
 * dropped. */
void subscribers_hear(struct entry *entry);

/* A deletion that these (a bit each) have not asked for is forgotten. */
void subscribers_lose(uint32_t pending);

/* Notify: 0, or -errno if it is gone. */
int subscriber_wake(endpoint_t who);
