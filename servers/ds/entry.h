/* The table of entries. An entry is free, published, or deleted while a subscriber has not asked
 * yet. Pure but for what it tells subscribers and maps: copies and grants are made by the calls.
 */
#pragma once

#include <skerry/ds.h>

enum entry_state { ENTRY_FREE, ENTRY_PUBLISHED, ENTRY_DELETED };

struct entry {
	char name[DS_NAME_SIZE]; /* zeros behind its end */
	u32 kind;
	u32 number; /* of a snapshot; else 0 */
	u32 flags;  /* DS_OVERWRITE, DS_KEEP */
	u32 state;
	endpoint_t owner;
	u32 value;   /* number or endpoint; the grant of what is mapped */
	u32 bytes;   /* of data, or of what is mapped */
	u32 offset;  /* of data */
	u32 pending; /* a bit a subscriber that has not asked yet */
};

/* Does the kind keep data here? */
bool kind_has_data(uint32_t kind);

/* May it be published: name, owner and flags, sizes, room? 0: entry_commit() will not fail, as long
 * as nothing else is done before. The name need not be valid, nor zeroed behind its end. */
int entry_check(const struct entry *wanted);

/* Publish what was checked; `data`: bytes of it, for kinds that keep them. */
void entry_commit(const struct entry *wanted, const void *data);

/* A number that no snapshot has. */
uint32_t entry_number_next(void);

/* NULL: it is not published. The name may be anything. */
struct entry *entry_find(uint32_t kind, const char name[DS_NAME_SIZE], uint32_t number);

/* Published or deleted or free: 0 .. DS_ENTRIES - 1. */
struct entry *entry_at(uint32_t index);

/* 0, or -EPERM: it is another's. */
int entry_may_change(const struct entry *entry, endpoint_t caller);

/* What was published is no more: data and maps go, subscribers hear of it. */
void entry_delete(struct entry *entry);

/* An owner is gone. DS_GONE_*. */
void entries_of_gone(endpoint_t owner, uint32_t what);

/* A subscriber asked, or is none any more: its bit goes. */
void entry_asked(struct entry *entry, uint32_t bit);
