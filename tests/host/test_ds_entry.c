/* DS's table and its subscribers: rules one by one, then random operations against a model. */
#include "test.h"

#include "servers/ds/data.h"
#include "servers/ds/entry.h"
#include "servers/ds/map.h"
#include "servers/ds/subscriber.h"
#include "tests/host/random.h"
#include <stdio.h>
#include <string.h>

#define OWNER ENDPOINT(20, 1)
#define OTHER ENDPOINT(21, 1)
#define ANY_KIND DS_KINDS_ALL

/* --- What the table tells --------------------------------------------------------------------- */

static unsigned int woken[64]; /* by slot */
static endpoint_t dead;
static unsigned int maps_dropped;

int subscriber_wake(endpoint_t who)
{
	if (who == dead)
		return -EDEADSRCDST;
	woken[endpoint_slot(who)]++;
	return 0;
}

void maps_of_entry_drop(uint32_t index)
{
	(void)index;
	maps_dropped++;
}

/* --- Short forms ------------------------------------------------------------------------------ */

static struct entry make(endpoint_t owner, uint32_t kind, const char *name)
{
	struct entry entry = {.kind = kind, .owner = owner};

	strcpy(entry.name, name);
	return entry;
}

static int publish(const struct entry *wanted, const void *data)
{
	const int error = entry_check(wanted);

	if (error == 0)
		entry_commit(wanted, data);
	return error;
}

static int publish_number(endpoint_t owner, const char *name, uint32_t value, uint32_t flags)
{
	struct entry wanted = make(owner, DS_U32, name);

	wanted.value = value;
	wanted.flags = flags;
	return publish(&wanted, NULL);
}

static int publish_data(endpoint_t owner, const char *name, const void *data, uint32_t bytes,
			uint32_t flags)
{
	struct entry wanted = make(owner, DS_MEMORY, name);

	wanted.bytes = bytes;
	wanted.flags = flags;
	return publish(&wanted, data);
}

static struct entry *find(uint32_t kind, const char *name)
{
	char field[DS_NAME_SIZE] = "";

	strcpy(field, name);
	return entry_find(kind, field, 0);
}

static int subscribe(endpoint_t who, const char *pattern, uint32_t kinds, uint32_t flags)
{
	struct ds_subscribe_req request = {.kinds = kinds, .flags = flags};

	strcpy(request.pattern, pattern);
	return subscriber_add(who, &request);
}

static int unsubscribe(endpoint_t who, const char *pattern)
{
	char field[DS_NAME_SIZE] = "";

	strcpy(field, pattern);
	return subscriber_remove(who, field);
}

static void all_gone(void)
{
	for (uint32_t slot = 0; slot < 64; slot++) {
		entries_of_gone(ENDPOINT(slot, 1), DS_GONE_ENDED);
		subscriber_drop(ENDPOINT(slot, 1));
		woken[slot] = 0;
	}
	for (uint32_t i = 0; i < DS_ENTRIES; i++)
		CHECK_EQ(entry_at(i)->state, ENTRY_FREE);
	CHECK_EQ(data_free(), DS_DATA_BYTES);
	dead = EP_NONE;
	maps_dropped = 0;
}

/* --- Owners ----------------------------------------------------------------------------------- */

TEST("what is published is found by kind and name")
{
	CHECK_EQ(publish_number(OWNER, "a", 7, 0), 0);
	CHECK_EQ(find(DS_U32, "a")->value, 7);
	CHECK_EQ(find(DS_U32, "a")->owner, OWNER);
	CHECK(find(DS_LABEL, "a") == NULL);
	CHECK(find(DS_U32, "b") == NULL);
	CHECK_EQ(publish_data(OTHER, "a", "xyz", 3, 0), 0);
	CHECK_EQ(find(DS_U32, "a")->value, 7);
	CHECK_EQ(memcmp(data_at(find(DS_MEMORY, "a")->offset), "xyz", 3), 0);
	all_gone();
}

TEST("only the owner and RS overwrite, and only when they say so")
{
	CHECK_EQ(publish_number(OWNER, "a", 1, 0), 0);
	CHECK_EQ(publish_number(OWNER, "a", 2, 0), -EEXIST);
	CHECK_EQ(publish_number(OTHER, "a", 2, 0), -EEXIST);
	CHECK_EQ(publish_number(OTHER, "a", 2, DS_OVERWRITE), -EPERM);
	CHECK_EQ(find(DS_U32, "a")->value, 1);
	CHECK_EQ(publish_number(OWNER, "a", 3, DS_OVERWRITE), 0);
	CHECK_EQ(find(DS_U32, "a")->value, 3);
	CHECK_EQ(publish_number(RS_ENDPOINT, "a", 4, DS_OVERWRITE), 0);
	CHECK_EQ(find(DS_U32, "a")->owner, RS_ENDPOINT);
	CHECK_EQ(entry_may_change(find(DS_U32, "a"), OWNER), -EPERM);
	CHECK_EQ(entry_may_change(find(DS_U32, "a"), RS_ENDPOINT), 0);
	all_gone();
}

TEST("labels are RS's")
{
	struct entry label = make(OWNER, DS_LABEL, "vfs");

	CHECK_EQ(publish(&label, NULL), -EPERM);
	CHECK(find(DS_LABEL, "vfs") == NULL);
	label.owner = RS_ENDPOINT;
	CHECK_EQ(publish(&label, NULL), 0);
	all_gone();
}

TEST("bad names and flags are refused")
{
	CHECK_EQ(publish_number(OWNER, "", 1, 0), -EINVAL);
	CHECK_EQ(publish_number(OWNER, "a*", 1, 0), -EINVAL);
	CHECK_EQ(publish_number(OWNER, "a", 1, 4), -EINVAL);
	all_gone();
}

TEST("an owner that is restarted keeps what it said, one that ended nothing")
{
	CHECK_EQ(publish_number(OWNER, "kept", 1, DS_KEEP), 0);
	CHECK_EQ(publish_number(OWNER, "lost", 1, 0), 0);
	CHECK_EQ(publish_number(OTHER, "other", 1, 0), 0);
	entries_of_gone(OWNER, DS_GONE_RESTARTED);
	CHECK(find(DS_U32, "kept") != NULL);
	CHECK(find(DS_U32, "lost") == NULL);
	CHECK_EQ(publish_number(OWNER, "kept", 2, DS_OVERWRITE), 0);
	entries_of_gone(OWNER, DS_GONE_ENDED);
	CHECK(find(DS_U32, "kept") == NULL);
	CHECK(find(DS_U32, "other") != NULL);
	all_gone();
}

TEST("maps of an entry go with it, and with what replaces it")
{
	struct entry map = make(OWNER, DS_MAP, "m");

	map.bytes = 4096;
	map.flags = DS_OVERWRITE;
	CHECK_EQ(publish(&map, NULL), 0);
	CHECK_EQ(maps_dropped, 0);
	CHECK_EQ(publish(&map, NULL), 0);
	CHECK_EQ(maps_dropped, 1);
	entry_delete(find(DS_MAP, "m"));
	CHECK_EQ(maps_dropped, 2);
	CHECK_EQ(data_free(), DS_DATA_BYTES);
	all_gone();
}

/* --- Room ------------------------------------------------------------------------------------- */

static const char *numbered(unsigned int number)
{
	static char name[DS_NAME_SIZE];

	snprintf(name, sizeof(name), "n%u", number);
	return name;
}

/* All that others than RS may have. */
static void fill_table(void)
{
	unsigned int number = 0;

	for (uint32_t owner = 30; number < DS_ENTRIES - DS_ENTRIES_FOR_RS; owner++) {
		for (unsigned int i = 0;
		     i < DS_ENTRIES_EACH && number < DS_ENTRIES - DS_ENTRIES_FOR_RS; i++)
			CHECK_EQ(publish_number(ENDPOINT(owner, 1), numbered(number++), 1, 0), 0);
	}
}

TEST("an owner has its share of entries")
{
	for (unsigned int i = 0; i < DS_ENTRIES_EACH; i++)
		CHECK_EQ(publish_number(OWNER, numbered(i), 1, 0), 0);
	CHECK_EQ(publish_number(OWNER, "more", 1, 0), -ENOSPC);
	CHECK_EQ(publish_number(OWNER, "n0", 2, DS_OVERWRITE), 0);
	CHECK_EQ(publish_number(OTHER, "more", 1, 0), 0);
	entry_delete(find(DS_U32, "n7"));
	CHECK_EQ(publish_number(OWNER, "again", 1, 0), 0);
	all_gone();
}

TEST("when the table is full there is room for RS")
{
	fill_table();
	CHECK_EQ(publish_number(OWNER, "more", 1, 0), -ENOSPC);
	for (unsigned int i = 0; i < DS_ENTRIES_FOR_RS; i++) {
		char name[DS_NAME_SIZE];
		struct entry label;

		snprintf(name, sizeof(name), "label%u", i);
		label = make(RS_ENDPOINT, DS_LABEL, name);
		CHECK_EQ(publish(&label, NULL), 0);
	}
	CHECK_EQ(publish_number(RS_ENDPOINT, "more", 1, 0), -ENOSPC);
	CHECK_EQ(publish_number(ENDPOINT(30, 1), "n0", 9, DS_OVERWRITE), 0);
	all_gone();
}

TEST("an owner has its share of memory, and all of it is enough for what is free")
{
	static const uint8_t bytes[DS_MEMORY_MAX];
	const unsigned int each = DS_DATA_EACH / DS_MEMORY_MAX;
	const unsigned int all = DS_DATA_BYTES / DS_MEMORY_MAX;

	for (unsigned int i = 0; i < all; i++) {
		const endpoint_t owner = ENDPOINT(30 + i / each, 1);

		CHECK_EQ(publish_data(owner, numbered(i), bytes, DS_MEMORY_MAX, 0), 0);
		if (i % each == each - 1)
			CHECK_EQ(publish_data(owner, "more", bytes, 1, 0), -ENOSPC);
	}
	CHECK_EQ(data_free(), 0);
	CHECK_EQ(publish_data(OWNER, "more", bytes, 1, 0), -ENOSPC);
	/* In a full memory an entry is replaced by one of its size, not by a larger one. */
	CHECK_EQ(publish_data(ENDPOINT(30, 1), "n0", bytes, DS_MEMORY_MAX - 1, DS_OVERWRITE), 0);
	CHECK_EQ(publish_data(ENDPOINT(30, 1), "n0", bytes, DS_MEMORY_MAX, DS_OVERWRITE), 0);
	entry_delete(find(DS_MEMORY, "n3"));
	CHECK_EQ(publish_data(OWNER, "more", bytes, DS_MEMORY_MAX, 0), 0);
	all_gone();
}

/* --- Subscribers ------------------------------------------------------------------------------ */

TEST("a subscriber is told once of each entry it has a pattern for")
{
	struct entry changed;

	CHECK_EQ(subscriber_next(OTHER, &changed), -EINVAL);
	CHECK_EQ(subscribe(OTHER, "a*", DS_KIND_BIT(DS_U32), 0), 0);
	CHECK_EQ(subscriber_next(OTHER, &changed), -ENOENT);
	CHECK_EQ(publish_number(OWNER, "abc", 1, 0), 0);
	CHECK_EQ(publish_number(OWNER, "abc", 2, DS_OVERWRITE), 0);
	CHECK_EQ(publish_number(OWNER, "b", 3, 0), 0);
	CHECK_EQ(publish_data(OWNER, "abc", "x", 1, 0), 0);
	CHECK_EQ(woken[21], 2);
	CHECK_EQ(subscriber_next(OTHER, &changed), 0);
	CHECK_TEXT(changed.name, "abc");
	CHECK_EQ(changed.value, 2);
	CHECK_EQ(changed.state, ENTRY_PUBLISHED);
	CHECK_EQ(subscriber_next(OTHER, &changed), -ENOENT);
	all_gone();
}

TEST("a deletion is told, and then the entry is free")
{
	struct entry changed;

	CHECK_EQ(subscribe(OTHER, "*", ANY_KIND, 0), 0);
	CHECK_EQ(publish_number(OWNER, "a", 1, 0), 0);
	CHECK_EQ(subscriber_next(OTHER, &changed), 0);
	entry_delete(find(DS_U32, "a"));
	CHECK(find(DS_U32, "a") == NULL);
	CHECK_EQ(woken[21], 2);
	CHECK_EQ(subscriber_next(OTHER, &changed), 0);
	CHECK_TEXT(changed.name, "a");
	CHECK_EQ(changed.state, ENTRY_DELETED);
	CHECK_EQ(changed.owner, OWNER);
	CHECK_EQ(subscriber_next(OTHER, &changed), -ENOENT);
	all_gone();
}

TEST("what comes and goes and comes again before it is asked for is one change")
{
	struct entry changed;

	CHECK_EQ(subscribe(OTHER, "*", ANY_KIND, 0), 0);
	CHECK_EQ(publish_number(OWNER, "a", 1, 0), 0);
	entry_delete(find(DS_U32, "a"));
	CHECK_EQ(publish_number(ENDPOINT(22, 1), "a", 5, 0), 0);
	CHECK_EQ(subscriber_next(OTHER, &changed), 0);
	CHECK_EQ(changed.state, ENTRY_PUBLISHED);
	CHECK_EQ(changed.value, 5);
	CHECK_EQ(subscriber_next(OTHER, &changed), -ENOENT);
	all_gone();
}

TEST("what is there already counts when that is wanted")
{
	struct entry changed;

	CHECK_EQ(publish_number(OWNER, "a", 1, 0), 0);
	CHECK_EQ(publish_number(OWNER, "b", 1, 0), 0);
	CHECK_EQ(subscribe(OTHER, "a", ANY_KIND, 0), 0);
	CHECK_EQ(woken[21], 0);
	CHECK_EQ(subscriber_next(OTHER, &changed), -ENOENT);
	CHECK_EQ(subscribe(OTHER, "[b-c]", ANY_KIND, DS_SUBSCRIBE_PRESENT), 0);
	CHECK_EQ(woken[21], 1);
	CHECK_EQ(subscriber_next(OTHER, &changed), 0);
	CHECK_TEXT(changed.name, "b");
	CHECK_EQ(subscriber_next(OTHER, &changed), -ENOENT);
	all_gone();
}

TEST("patterns are counted, replaced and taken back")
{
	struct entry changed;

	CHECK_EQ(subscribe(OTHER, "a*", ANY_KIND, 0), 0);
	CHECK_EQ(subscribe(OTHER, "b*", ANY_KIND, 0), 0);
	CHECK_EQ(subscribe(OTHER, "c*", ANY_KIND, 0), 0);
	CHECK_EQ(subscribe(OTHER, "d*", ANY_KIND, 0), 0);
	CHECK_EQ(subscribe(OTHER, "e*", ANY_KIND, 0), -ENOSPC);
	CHECK_EQ(subscribe(OTHER, "a*", DS_KIND_BIT(DS_LABEL), 0), 0);
	CHECK_EQ(publish_number(OWNER, "a", 1, 0), 0);
	CHECK_EQ(publish_number(OWNER, "b", 1, 0), 0);
	CHECK_EQ(publish_number(OWNER, "c", 1, 0), 0);
	CHECK_EQ(unsubscribe(OTHER, "b*"), 0);
	CHECK_EQ(unsubscribe(OTHER, "b*"), -ENOENT);
	CHECK_EQ(unsubscribe(OTHER, "["), -EINVAL);
	CHECK_EQ(subscriber_next(OTHER, &changed), 0);
	CHECK_TEXT(changed.name, "c");
	CHECK_EQ(subscriber_next(OTHER, &changed), -ENOENT);
	CHECK_EQ(unsubscribe(OTHER, ""), 0);
	CHECK_EQ(subscriber_next(OTHER, &changed), -EINVAL);
	CHECK_EQ(unsubscribe(OTHER, ""), -ENOENT);
	CHECK_EQ(subscribe(OTHER, "x", 0, 0), -EINVAL);
	CHECK_EQ(subscribe(OTHER, "x", 1, 0), -EINVAL);
	CHECK_EQ(subscribe(OTHER, "x", DS_KIND_BIT(DS_KIND_END), 0), -EINVAL);
	CHECK_EQ(subscribe(OTHER, "x", ANY_KIND, 2), -EINVAL);
	CHECK_EQ(subscribe(OTHER, "]", ANY_KIND, 0), -EINVAL);
	CHECK_EQ(subscriber_next(OTHER, &changed), -EINVAL);
	all_gone();
}

TEST("when there is no room for a subscriber, dead ones make it")
{
	for (uint32_t i = 0; i < DS_SUBSCRIBERS; i++)
		CHECK_EQ(subscribe(ENDPOINT(i, 1), "*", ANY_KIND, 0), 0);
	CHECK_EQ(subscribe(ENDPOINT(50, 1), "*", ANY_KIND, 0), -ENOSPC);
	dead = ENDPOINT(9, 1);
	CHECK_EQ(subscribe(ENDPOINT(50, 1), "*", ANY_KIND, 0), 0);
	CHECK_EQ(subscribe(ENDPOINT(51, 1), "*", ANY_KIND, 0), -ENOSPC);
	all_gone();
}

TEST("a subscriber that died does not keep what was deleted")
{
	struct entry changed;

	CHECK_EQ(subscribe(OTHER, "*", ANY_KIND, 0), 0);
	CHECK_EQ(publish_number(OWNER, "a", 1, 0), 0);
	dead = OTHER;
	entry_delete(find(DS_U32, "a"));
	for (uint32_t i = 0; i < DS_ENTRIES; i++)
		CHECK_EQ(entry_at(i)->state, ENTRY_FREE);
	CHECK_EQ(subscriber_next(OTHER, &changed), -EINVAL);
	all_gone();
}

TEST("who never asks loses deletions, is told so, and keeps nobody from publishing")
{
	struct entry changed;
	int code;

	CHECK_EQ(subscribe(OTHER, "*", ANY_KIND, 0), 0);
	for (unsigned int round = 0; round < 3; round++) {
		fill_table();
		for (uint32_t owner = 30; owner < 40; owner++)
			entries_of_gone(ENDPOINT(owner, 1), DS_GONE_ENDED);
	}
	/* Others' names: places of the deleted are needed. */
	for (unsigned int i = 0; i < DS_ENTRIES_EACH; i++) {
		char name[DS_NAME_SIZE];

		snprintf(name, sizeof(name), "other%u", i);
		CHECK_EQ(publish_number(OWNER, name, 1, 0), 0);
	}
	CHECK_EQ(subscriber_next(OTHER, &changed), -EOVERFLOW);
	while ((code = subscriber_next(OTHER, &changed)) == 0)
		;
	CHECK_EQ(code, -ENOENT);
	all_gone();
}

TEST("an entry that changes all the time does not keep others from being told")
{
	struct entry changed;
	bool seen = false;

	CHECK_EQ(subscribe(OTHER, "*", ANY_KIND, 0), 0);
	CHECK_EQ(publish_number(OWNER, "busy", 1, 0), 0);
	CHECK_EQ(publish_number(OWNER, "quiet", 1, 0), 0);
	for (unsigned int i = 0; i < 3; i++) {
		CHECK_EQ(subscriber_next(OTHER, &changed), 0);
		seen |= strcmp(changed.name, "quiet") == 0;
		CHECK_EQ(publish_number(OWNER, "busy", i, DS_OVERWRITE), 0);
	}
	CHECK(seen);
	all_gone();
}

TEST("numbers of snapshots are those of no other")
{
	struct entry snapshot = make(OWNER, DS_SNAPSHOT_OF, "s");

	snapshot.bytes = 1;
	snapshot.number = entry_number_next();
	CHECK(snapshot.number != 0);
	CHECK_EQ(publish(&snapshot, "x"), 0);
	CHECK(entry_number_next() != snapshot.number);
	CHECK(find(DS_SNAPSHOT_OF, "s") == NULL); /* number 0 */
	CHECK(entry_find(DS_SNAPSHOT_OF, snapshot.name, snapshot.number) != NULL);
	all_gone();
}

/* --- Against a model -------------------------------------------------------------------------- */

#define NAMES 24u
#define OWNERS 5u /* the last is RS */
#define LISTENERS 3u
#define SIZE_MAX_HERE 9000u

static const uint32_t kinds[] = {DS_U32, DS_MEMORY, DS_STRING};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct model {
	bool there;
	endpoint_t owner;
	uint32_t flags, value, bytes;
	bool pending[LISTENERS];
} model[KINDS][NAMES];

static uint32_t listens[LISTENERS]; /* kinds; 0: not */

static endpoint_t owner_of(uint32_t i)
{
	return i == OWNERS - 1 ? RS_ENDPOINT : ENDPOINT(20 + i, 1);
}

static endpoint_t listener_of(uint32_t i)
{
	return ENDPOINT(40 + i, 1);
}

/* Listener i hears of names whose number has i as remainder, the last of all. */
static bool model_listens(uint32_t i, uint32_t kind, uint32_t name)
{
	return (listens[i] & DS_KIND_BIT(kinds[kind])) && (i == 2 || name % 2 == i);
}

static void model_changed(uint32_t kind, uint32_t name)
{
	for (uint32_t i = 0; i < LISTENERS; i++)
		model[kind][name].pending[i] |= model_listens(i, kind, name);
}

static uint32_t model_data(endpoint_t owner, const struct model *but)
{
	uint32_t bytes = 0;

	for (uint32_t k = 1; k < KINDS; k++)
		for (uint32_t n = 0; n < NAMES; n++)
			if (model[k][n].there && &model[k][n] != but &&
			    (owner == EP_ANY || model[k][n].owner == owner))
				bytes += model[k][n].bytes;
	return bytes;
}

static int model_publish(uint32_t kind, uint32_t name, const struct model *wanted)
{
	struct model *at = &model[kind][name];
	const uint32_t bytes = kind > 0 ? wanted->bytes : 0;

	if (at->there && !(wanted->flags & DS_OVERWRITE))
		return -EEXIST;
	if (at->there && wanted->owner != at->owner && wanted->owner != RS_ENDPOINT)
		return -EPERM;
	if (model_data(wanted->owner, at) + bytes > DS_DATA_EACH ||
	    model_data(EP_ANY, at) + bytes > DS_DATA_BYTES)
		return -ENOSPC;
	at->there = true;
	at->owner = wanted->owner;
	at->flags = wanted->flags;
	at->value = wanted->value;
	at->bytes = bytes;
	model_changed(kind, name);
	return 0;
}

static const char *name_of(uint32_t name)
{
	static char text[DS_NAME_SIZE];

	memset(text, 0, sizeof(text));
	snprintf(text, sizeof(text), "%s.%u", name % 2 ? "odd" : "even", name);
	return text;
}

static bool same(uint32_t kind, uint32_t name)
{
	const struct model *at = &model[kind][name];
	const struct entry *entry = entry_find(kinds[kind], name_of(name), 0);

	if (!at->there || entry == NULL)
		return !at->there && entry == NULL;
	if (entry->owner != at->owner || entry->flags != at->flags)
		return false;
	if (kind == 0)
		return entry->value == at->value;
	for (uint32_t i = 0; i < at->bytes; i++)
		if (((const uint8_t *)data_at(entry->offset))[i] != (uint8_t)(at->value + i))
			return false;
	return entry->bytes == at->bytes;
}

static void play_publish(uint64_t *random)
{
	static uint8_t bytes[SIZE_MAX_HERE];
	const uint32_t kind = random_below(random, KINDS), name = random_below(random, NAMES);
	const struct model wanted = {
		.owner = owner_of(random_below(random, OWNERS)),
		.flags = random_below(random, 4),
		.value = random_next(random),
		.bytes = kind > 0 ? 1 + random_below(random, SIZE_MAX_HERE) : 0,
	};
	struct entry entry = make(wanted.owner, kinds[kind], name_of(name));

	entry.flags = wanted.flags;
	entry.value = wanted.value;
	entry.bytes = wanted.bytes;
	for (uint32_t i = 0; i < wanted.bytes; i++)
		bytes[i] = (uint8_t)(wanted.value + i);
	CHECK_EQ(publish(&entry, bytes), model_publish(kind, name, &wanted));
}

static void model_delete(uint32_t kind, uint32_t name)
{
	model[kind][name].there = false;
	model_changed(kind, name);
}

static void play_delete(uint64_t *random)
{
	const uint32_t kind = random_below(random, KINDS), name = random_below(random, NAMES);
	struct entry *entry = entry_find(kinds[kind], name_of(name), 0);

	CHECK_EQ(entry != NULL, model[kind][name].there);
	if (entry == NULL)
		return;
	entry_delete(entry);
	model_delete(kind, name);
}

static void play_gone(uint64_t *random)
{
	const endpoint_t owner = owner_of(random_below(random, OWNERS));
	const uint32_t what = random_below(random, 2) ? DS_GONE_ENDED : DS_GONE_RESTARTED;

	entries_of_gone(owner, what);
	for (uint32_t k = 0; k < KINDS; k++)
		for (uint32_t n = 0; n < NAMES; n++)
			if (model[k][n].there && model[k][n].owner == owner &&
			    (what == DS_GONE_ENDED || !(model[k][n].flags & DS_KEEP)))
				model_delete(k, n);
}

static void play_listen(uint64_t *random)
{
	static const char *const patterns[LISTENERS] = {"even*", "*dd.*", "*"};
	const uint32_t i = random_below(random, LISTENERS);

	if (listens[i] == 0) {
		listens[i] = DS_KIND_BIT(DS_U32) | (random_below(random, 2) ? ANY_KIND : 0);
		CHECK_EQ(subscribe(listener_of(i), patterns[i], listens[i], 0), 0);
		return;
	}
	CHECK_EQ(unsubscribe(listener_of(i), random_below(random, 2) ? "" : patterns[i]), 0);
	listens[i] = 0;
	for (uint32_t k = 0; k < KINDS; k++)
		for (uint32_t n = 0; n < NAMES; n++)
			model[k][n].pending[i] = false;
}

static void play_ask(uint64_t *random)
{
	const uint32_t i = random_below(random, LISTENERS);
	struct entry changed;
	const int code = subscriber_next(listener_of(i), &changed);
	uint32_t pending = 0;

	for (uint32_t k = 0; k < KINDS; k++)
		for (uint32_t n = 0; n < NAMES; n++) {
			struct model *at = &model[k][n];

			pending += at->pending[i];
			if (code != 0 || changed.kind != kinds[k] ||
			    strcmp(changed.name, name_of(n)) != 0)
				continue;
			CHECK(at->pending[i]);
			CHECK_EQ(changed.state == ENTRY_PUBLISHED, at->there);
			at->pending[i] = false;
		}
	CHECK_EQ(code, listens[i] == 0 ? -EINVAL : pending > 0 ? 0 : -ENOENT);
}

TEST("random operations do what a model says")
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		uint64_t random = seed * 0x9E3779B97F4A7C15ull;

		memset(model, 0, sizeof(model));
		memset(listens, 0, sizeof(listens));
		for (unsigned int step = 0; step < 3000; step++) {
			const uint32_t choice = random_below(&random, 100);
			bool all = true;

			if (choice < 50)
				play_publish(&random);
			else if (choice < 70)
				play_delete(&random);
			else if (choice < 72)
				play_gone(&random);
			else if (choice < 76)
				play_listen(&random);
			else
				play_ask(&random);
			for (uint32_t k = 0; k < KINDS; k++)
				for (uint32_t n = 0; n < NAMES; n++)
					all &= same(k, n);
			CHECK(all);
			CHECK_EQ(data_free(), DS_DATA_BYTES - model_data(EP_ANY, NULL));
		}
		all_gone();
	}
}
