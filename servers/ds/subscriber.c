/* Subscribers. Bit i of struct entry's `pending` is subscriber i's. */
#include "subscriber.h"

#include "pattern.h"
#include <string.h>

struct subscriber {
	bool used;
	bool lost;
	endpoint_t endpoint;
	uint32_t
		next; /* the entry that is looked at first: none waits for ever behind a busy one */
	uint32_t count;
	struct {
		char text[DS_NAME_SIZE];
		uint32_t kinds;
	} pattern[DS_PATTERNS];
};

static struct subscriber subscribers[DS_SUBSCRIBERS];

_Static_assert(DS_SUBSCRIBERS <= 32, "a bit each");

static uint32_t bit_of(const struct subscriber *subscriber)
{
	return 1u << (subscriber - subscribers);
}

static struct subscriber *find(endpoint_t who)
{
	for (unsigned int i = 0; i < DS_SUBSCRIBERS; i++) {
		if (subscribers[i].used && subscribers[i].endpoint == who)
			return &subscribers[i];
	}
	return NULL;
}

static bool wants(const struct subscriber *subscriber, const struct entry *entry)
{
	for (uint32_t i = 0; i < subscriber->count; i++) {
		if (subscriber->pattern[i].kinds & DS_KIND_BIT(entry->kind) &&
		    pattern_matches(subscriber->pattern[i].text, entry->name))
			return true;
	}
	return false;
}

static void drop(struct subscriber *subscriber)
{
	subscriber->used = false;
	subscriber->count = 0;
	for (uint32_t i = 0; i < DS_ENTRIES; i++)
		entry_asked(entry_at(i), bit_of(subscriber));
}

void subscriber_drop(endpoint_t who)
{
	struct subscriber *subscriber = find(who);

	if (subscriber != NULL)
		drop(subscriber);
}

/* --- Telling ---------------------------------------------------------------------------------- */

static void wake(struct subscriber *subscriber)
{
	if (subscriber_wake(subscriber->endpoint) != 0)
		drop(subscriber);
}

/* First all bits: a subscriber that is dropped must not free an entry others want to ask for. */
void subscribers_hear(struct entry *entry)
{
	uint32_t told = 0;

	for (unsigned int i = 0; i < DS_SUBSCRIBERS; i++) {
		if (subscribers[i].used && wants(&subscribers[i], entry))
			told |= bit_of(&subscribers[i]);
	}
	entry->pending |= told;
	for (unsigned int i = 0; i < DS_SUBSCRIBERS; i++) {
		if (told & bit_of(&subscribers[i]))
			wake(&subscribers[i]);
	}
}

void subscribers_lose(uint32_t pending)
{
	for (unsigned int i = 0; i < DS_SUBSCRIBERS; i++) {
		if (!(pending & bit_of(&subscribers[i])))
			continue;
		subscribers[i].lost = true;
		wake(&subscribers[i]);
	}
}

/* --- Patterns --------------------------------------------------------------------------------- */

/* A new one. When there is no room, those that died unnoticed go. */
static struct subscriber *make(endpoint_t who)
{
	for (unsigned int pass = 0; pass < 2; pass++) {
		for (unsigned int i = 0; i < DS_SUBSCRIBERS; i++) {
			if (pass > 0)
				wake(&subscribers[i]);
			if (subscribers[i].used)
				continue;
			subscribers[i] = (struct subscriber){.used = true, .endpoint = who};
			return &subscribers[i];
		}
	}
	return NULL;
}

static uint32_t pattern_find(const struct subscriber *subscriber, const char *text)
{
	uint32_t i = 0;

	while (i < subscriber->count &&
	       memcmp(subscriber->pattern[i].text, text, DS_NAME_SIZE) != 0)
		i++;
	return i;
}

/* What it has yet to ask for is what its patterns still match. */
static void pending_review(struct subscriber *subscriber)
{
	for (uint32_t i = 0; i < DS_ENTRIES; i++) {
		struct entry *entry = entry_at(i);

		if (entry->state != ENTRY_FREE && !wants(subscriber, entry))
			entry_asked(entry, bit_of(subscriber));
	}
}

static void present_hear(struct subscriber *subscriber, const char *pattern, uint32_t kinds)
{
	bool any = false;

	for (uint32_t i = 0; i < DS_ENTRIES; i++) {
		struct entry *entry = entry_at(i);

		if (entry->state != ENTRY_PUBLISHED || !(kinds & DS_KIND_BIT(entry->kind)) ||
		    !pattern_matches(pattern, entry->name))
			continue;
		entry->pending |= bit_of(subscriber);
		any = true;
	}
	if (any)
		wake(subscriber);
}

int subscriber_add(endpoint_t who, const struct ds_subscribe_req *wanted)
{
	struct subscriber *subscriber = find(who);
	char text[DS_NAME_SIZE];
	uint32_t at;

	if (!pattern_valid(wanted->pattern) || wanted->kinds == 0 ||
	    (wanted->kinds & ~DS_KINDS_ALL) || (wanted->flags & ~DS_SUBSCRIBE_PRESENT))
		return -EINVAL;
	name_copy(text, wanted->pattern);
	if (subscriber == NULL)
		subscriber = make(who);
	if (subscriber == NULL)
		return -ENOSPC;
	at = pattern_find(subscriber, text);
	if (at == DS_PATTERNS)
		return -ENOSPC;
	/* Nothing fails from here. */
	memcpy(subscriber->pattern[at].text, text, DS_NAME_SIZE);
	subscriber->pattern[at].kinds = wanted->kinds;
	if (at == subscriber->count)
		subscriber->count++;
	else
		pending_review(subscriber);
	if (wanted->flags & DS_SUBSCRIBE_PRESENT)
		present_hear(subscriber, text, wanted->kinds);
	return 0;
}

int subscriber_remove(endpoint_t who, const char pattern[DS_NAME_SIZE])
{
	struct subscriber *subscriber = find(who);
	char text[DS_NAME_SIZE];
	uint32_t at;

	if (pattern[0] != '\0' && !pattern_valid(pattern))
		return -EINVAL;
	if (subscriber == NULL)
		return -ENOENT;
	if (pattern[0] == '\0') {
		drop(subscriber);
		return 0;
	}
	name_copy(text, pattern);
	at = pattern_find(subscriber, text);
	if (at == subscriber->count)
		return -ENOENT;
	subscriber->pattern[at] = subscriber->pattern[--subscriber->count];
	if (subscriber->count == 0)
		drop(subscriber);
	else
		pending_review(subscriber);
	return 0;
}

/* --- Asking ----------------------------------------------------------------------------------- */

int subscriber_next(endpoint_t who, struct entry *changed)
{
	struct subscriber *subscriber = find(who);

	if (subscriber == NULL)
		return -EINVAL;
	if (subscriber->lost) {
		subscriber->lost = false;
		return -EOVERFLOW;
	}
	for (uint32_t i = 0; i < DS_ENTRIES; i++) {
		const uint32_t index = (subscriber->next + i) % DS_ENTRIES;
		struct entry *entry = entry_at(index);

		if (!(entry->pending & bit_of(subscriber)))
			continue;
		*changed = *entry;
		entry_asked(entry, bit_of(subscriber));
		subscriber->next = index + 1;
		return 0;
	}
	return -ENOENT;
}
