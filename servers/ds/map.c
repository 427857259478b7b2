/* Grants upon owners' grants. */
#include "map.h"

#include <sys.h>
#include <sys_call.h>
#include <sys_grant.h>

struct map {
	grant_t grant; /* GRANT_INVALID: free */
	uint32_t index;
	endpoint_t caller;
};

static struct grant_entry table[DS_MAPS];
static struct grants grants;
static struct map maps[DS_MAPS];

void maps_init(void)
{
	const int error = grants_init(&grants, table, DS_MAPS);

	if (error != 0)
		panic("no grant table: %d", error);
}

static void drop(struct map *map)
{
	const int error = grant_revoke(&grants, map->grant);

	assert(error == 0);
	map->grant = GRANT_INVALID;
}

void maps_of_entry_drop(uint32_t index)
{
	for (unsigned int i = 0; i < DS_MAPS; i++) {
		if (maps[i].grant != GRANT_INVALID && maps[i].index == index)
			drop(&maps[i]);
	}
}

void maps_of_caller_drop(endpoint_t caller)
{
	for (unsigned int i = 0; i < DS_MAPS; i++) {
		if (maps[i].grant != GRANT_INVALID && maps[i].caller == caller)
			drop(&maps[i]);
	}
}

static bool is_dead(endpoint_t caller)
{
	const struct sys_times_req request = {.thread = caller};

	return sys_times(&request, NULL) == -EDEADSRCDST;
}

static struct map *place_take(void)
{
	for (unsigned int i = 0; i < DS_MAPS; i++) {
		if (maps[i].grant == GRANT_INVALID)
			return &maps[i];
	}
	for (unsigned int i = 0; i < DS_MAPS; i++) {
		if (is_dead(maps[i].caller)) {
			drop(&maps[i]);
			return &maps[i];
		}
	}
	return NULL;
}

int map_give(uint32_t index, endpoint_t caller, grant_t *grant)
{
	const struct entry *entry = entry_at(index);
	const struct grant_entry upon = {
		.flags = GRANT_INDIRECT | GRANT_READ | GRANT_MAP,
		.grantee = caller,
		.owner = entry->owner,
		.other = entry->value,
		.bytes = entry->bytes,
	};
	struct map *map;

	for (unsigned int i = 0; i < DS_MAPS; i++) {
		if (maps[i].grant != GRANT_INVALID && maps[i].index == index &&
		    maps[i].caller == caller) {
			*grant = maps[i].grant;
			return 0;
		}
	}
	map = place_take();
	if (map == NULL)
		return -ENOSPC;
	*map = (struct map){grant_make(&grants, &upon), index, caller};
	assert(map->grant != GRANT_INVALID);
	*grant = map->grant;
	return 0;
}
