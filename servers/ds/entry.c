/* Entries: what is published, by whom, and what of it a subscriber has yet to ask for.
 *
 * Deleted entries that somebody has yet to ask for take room only as long as nobody else needs it:
 * a subscriber that never asks loses them, and is told so, but keeps nobody from publishing.
 */
#include "entry.h"

#include "data.h"
#include "map.h"
#include "pattern.h"
#include "subscriber.h"
#include <string.h>

static struct {
	struct entry entry[DS_ENTRIES];
	uint32_t last_number;
} entries;

bool kind_has_data(uint32_t kind)
{
	return kind == DS_STRING || kind == DS_MEMORY || kind == DS_SNAPSHOT_OF;
}

struct entry *entry_at(uint32_t index)
{
	return &entries.entry[index];
}

static bool is(const struct entry *entry, uint32_t kind, const char *name, uint32_t number)
{
	return entry->state != ENTRY_FREE && entry->kind == kind && entry->number == number &&
	       memcmp(entry->name, name, DS_NAME_SIZE) == 0;
}

/* Published or deleted; `name` is zeroed behind its end. */
static struct entry *slot_find(uint32_t kind, const char *name, uint32_t number)
{
	for (uint32_t i = 0; i < DS_ENTRIES; i++) {
		if (is(&entries.entry[i], kind, name, number))
			return &entries.entry[i];
	}
	return NULL;
}

struct entry *entry_find(uint32_t kind, const char name[DS_NAME_SIZE], uint32_t number)
{
	char key[DS_NAME_SIZE];
	struct entry *found;

	if (!name_valid(name))
		return NULL;
	name_copy(key, name);
	found = slot_find(kind, key, number);
	return found != NULL && found->state == ENTRY_PUBLISHED ? found : NULL;
}

uint32_t entry_number_next(void)
{
	bool taken;

	do {
		taken = ++entries.last_number == 0;
		for (uint32_t i = 0; i < DS_ENTRIES; i++)
			taken |= entries.entry[i].state != ENTRY_FREE &&
				 entries.entry[i].number == entries.last_number;
	} while (taken);
	return entries.last_number;
}

int entry_may_change(const struct entry *entry, endpoint_t caller)
{
	return entry->owner == caller || caller == RS_ENDPOINT ? 0 : -EPERM;
}

/* --- Room ------------------------------------------------------------------------------------- */

struct room {
	uint32_t entries, entries_own, entries_rs;
	uint32_t data_own;
};

/* What is used, but for `but`. */
static struct room room_used(endpoint_t owner, const struct entry *but)
{
	struct room used = {0};

	for (uint32_t i = 0; i < DS_ENTRIES; i++) {
		const struct entry *entry = &entries.entry[i];

		if (entry->state != ENTRY_PUBLISHED || entry == but)
			continue;
		used.entries++;
		used.entries_rs += entry->owner == RS_ENDPOINT;
		if (entry->owner != owner)
			continue;
		used.entries_own++;
		if (kind_has_data(entry->kind))
			used.data_own += entry->bytes;
	}
	return used;
}

static uint32_t data_bytes(const struct entry *entry)
{
	return entry != NULL && kind_has_data(entry->kind) ? entry->bytes : 0;
}

static bool room_for(const struct entry *wanted, const struct entry *old)
{
	const struct room used = room_used(wanted->owner, old);
	const uint32_t bytes = data_bytes(wanted);
	const bool rs = wanted->owner == RS_ENDPOINT;

	return used.entries < DS_ENTRIES &&
	       (rs || used.entries - used.entries_rs < DS_ENTRIES - DS_ENTRIES_FOR_RS) &&
	       (rs || used.entries_own < DS_ENTRIES_EACH) && bytes <= DS_DATA_EACH &&
	       used.data_own <= DS_DATA_EACH - bytes && bytes <= data_free() + data_bytes(old);
}

/* --- Publishing ------------------------------------------------------------------------------- */

int entry_check(const struct entry *wanted)
{
	const struct entry *old;

	if (!name_valid(wanted->name) || (wanted->flags & ~(DS_OVERWRITE | DS_KEEP)))
		return -EINVAL;
	if (wanted->kind == DS_LABEL && wanted->owner != RS_ENDPOINT)
		return -EPERM;
	old = entry_find(wanted->kind, wanted->name, wanted->number);
	if (old != NULL && !(wanted->flags & DS_OVERWRITE))
		return -EEXIST;
	if (old != NULL && entry_may_change(old, wanted->owner) != 0)
		return -EPERM;
	return room_for(wanted, old) ? 0 : -ENOSPC;
}

/* Data and maps of what is replaced or deleted. */
static void content_release(struct entry *entry)
{
	if (entry->kind == DS_MAP)
		maps_of_entry_drop((uint32_t)(entry - entries.entry));
	if (!kind_has_data(entry->kind) || entry->bytes == 0)
		return;
	data_remove(entry->offset, entry->bytes);
	for (uint32_t i = 0; i < DS_ENTRIES; i++) {
		if (entries.entry[i].offset > entry->offset)
			entries.entry[i].offset -= entry->bytes;
	}
}

/* A place for a new entry. Fewer are published than there are places. */
static struct entry *place_take(void)
{
	struct entry *deleted = NULL;

	for (uint32_t i = 0; i < DS_ENTRIES; i++) {
		if (entries.entry[i].state == ENTRY_FREE)
			return &entries.entry[i];
		if (entries.entry[i].state == ENTRY_DELETED)
			deleted = &entries.entry[i];
	}
	subscribers_lose(deleted->pending);
	return deleted;
}

static void forget_if_asked(struct entry *entry)
{
	if (entry->state == ENTRY_DELETED && entry->pending == 0)
		*entry = (struct entry){.state = ENTRY_FREE};
}

void entry_commit(const struct entry *wanted, const void *data)
{
	char name[DS_NAME_SIZE];
	uint32_t pending = 0;
	struct entry *place;

	name_copy(name, wanted->name);
	place = slot_find(wanted->kind, name, wanted->number);
	if (place == NULL) {
		place = place_take();
	} else {
		pending = place->pending;
		if (place->state == ENTRY_PUBLISHED)
			content_release(place);
	}
	*place = *wanted;
	memcpy(place->name, name, DS_NAME_SIZE);
	place->state = ENTRY_PUBLISHED;
	place->pending = pending;
	place->offset = data_bytes(place) > 0 ? data_append(data, place->bytes) : 0;
	subscribers_hear(place);
}

/* --- The end ---------------------------------------------------------------------------------- */

void entry_delete(struct entry *entry)
{
	content_release(entry);
	entry->state = ENTRY_DELETED;
	entry->bytes = entry->value = entry->offset = 0;
	subscribers_hear(entry);
	forget_if_asked(entry);
}

void entries_of_gone(endpoint_t owner, uint32_t what)
{
	for (uint32_t i = 0; i < DS_ENTRIES; i++) {
		struct entry *entry = &entries.entry[i];

		if (entry->state == ENTRY_PUBLISHED && entry->owner == owner &&
		    (what == DS_GONE_ENDED || !(entry->flags & DS_KEEP)))
			entry_delete(entry);
	}
}

void entry_asked(struct entry *entry, uint32_t bit)
{
	entry->pending &= ~bit;
	forget_if_asked(entry);
}
