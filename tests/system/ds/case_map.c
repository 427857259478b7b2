/* Cases of memory mapped under its owner's grant, and of snapshots. */
#include "client.h"

#define RM (GRANT_READ | GRANT_MAP)
#define NEW 5u /* seeds */
#define OLD 4u

static int map_publish(unsigned int who, const char *name, grant_t id, uint64_t bytes,
		       uint32_t flags)
{
	return data_publish_under(who, DS_MAP, name, id, bytes, flags);
}

static int map_get(unsigned int who, const char *name, struct ds_map_reply *reply)
{
	struct ds_name_req request;

	name_set(request.name, name);
	return client_call(who, DS_RETRIEVE_MAP, &request, sizeof(request), reply, sizeof(*reply));
}

/* Retrieve, and map all of it. */
static int map_see(unsigned int who, const char *name, uint64_t *address)
{
	struct ds_map_reply reply;
	const int error = map_get(who, name, &reply);

	return error != 0 ? error
			  : map(who, reply.granter, reply.grant, reply.bytes, VM_READ, address);
}

/* A's, as long as a case runs: what was ever shared stays regions of its own. */
static uint64_t area;
#define AREA_BYTES (8 * PAGE)

/* A publishes pages of it, filled from OLD. */
static bool begin(uint64_t pages, grant_t *id)
{
	area = map_new(A, AREA_BYTES);
	fill(A, area, pages * PAGE, OLD);
	*id = grant(A, area, pages * PAGE, RM, DS_ENDPOINT);
	EXPECT_EQ(map_publish(A, "map", *id, pages * PAGE, 0), 0);
	return true;
}

static bool area_end(void)
{
	EXPECT_EQ(unmap(A, area, AREA_BYTES), 0);
	return true;
}

static bool end(grant_t id)
{
	EXPECT_EQ(entry_remove(A, DS_MAP, "map", 0), 0);
	EXPECT_EQ(revoke(A, id), 0);
	return area_end();
}

/* Seeds give no page of zeros. */
static bool is_zeros(unsigned int who, uint64_t address)
{
	for (unsigned int i = 0; i < 4; i++)
		EXPECT(holds(who, address + i, 1, 0));
	return true;
}

bool case_map_round(void)
{
	uint64_t b, self;
	grant_t id;

	EXPECT(begin(2, &id));
	EXPECT_EQ(map_see(B, "map", &b), 0);
	EXPECT_EQ(map_see(SELF, "map", &self), 0);
	EXPECT(holds(B, b, 2 * PAGE, OLD));
	fill(A, area, 2 * PAGE, NEW); /* the same memory */
	EXPECT(holds(B, b, 2 * PAGE, NEW));
	EXPECT(holds(SELF, self, 2 * PAGE, NEW));
	EXPECT_EQ(unmap(B, b, 2 * PAGE), 0);
	EXPECT_EQ(unmap(SELF, self, 2 * PAGE), 0);
	return end(id);
}

bool case_map_again(void)
{
	struct ds_map_reply first, second, other;
	grant_t id;

	EXPECT(begin(1, &id));
	EXPECT_EQ(map_get(B, "map", &first), 0);
	EXPECT_EQ(map_get(B, "map", &second), 0);
	EXPECT_EQ(first.grant, second.grant);
	EXPECT_EQ(first.granter, DS_ENDPOINT);
	EXPECT_EQ(first.bytes, PAGE);
	EXPECT_EQ(map_get(SELF, "map", &other), 0);
	EXPECT(other.grant != first.grant);
	return end(id);
}

bool case_map_rights(void)
{
	struct ds_map_reply reply;
	uint64_t address;
	grant_t id;

	EXPECT(begin(1, &id));
	EXPECT_EQ(map_get(B, "map", &reply), 0);
	EXPECT_EQ(map(B, reply.granter, reply.grant, PAGE, VM_READ | VM_WRITE, &address), -EPERM);
	EXPECT_EQ(map(SELF, reply.granter, reply.grant, PAGE, VM_READ, &address), -EPERM);
	EXPECT_EQ(map(B, reply.granter, reply.grant, 2 * PAGE, VM_READ, &address), -EPERM);
	EXPECT_EQ(map(B, client_endpoint[A], id, PAGE, VM_READ, &address), -EPERM);
	EXPECT_EQ(entry_remove(B, DS_MAP, "map", 0), -EPERM);
	return end(id);
}

bool case_map_refused(void)
{
	const uint64_t at = client_buffer[A];
	const grant_t good = grant(A, at, 2 * PAGE, RM, DS_ENDPOINT);
	const grant_t unaligned = grant(A, at + 64, 2 * PAGE, RM, DS_ENDPOINT);
	const grant_t no_map = grant(A, at, 2 * PAGE, GRANT_READ, DS_ENDPOINT);
	const grant_t no_read = grant(A, at, 2 * PAGE, GRANT_WRITE | GRANT_MAP, DS_ENDPOINT);
	const grant_t foreign = grant(A, at, 2 * PAGE, RM, client_endpoint[B]);
	struct ds_map_reply reply;

	EXPECT_EQ(map_publish(A, "map", good, 0, 0), -EINVAL);
	EXPECT_EQ(map_publish(A, "map", good, PAGE + 1, 0), -EINVAL);
	EXPECT_EQ(map_publish(A, "map", good, PAGE, DS_KEEP), -EINVAL);
	EXPECT_EQ(map_publish(A, "map", good, 3 * PAGE, 0), -EPERM);
	EXPECT_EQ(map_publish(A, "map", good, DS_MAP_MAX + PAGE, 0), -E2BIG);
	EXPECT_EQ(map_publish(A, "map", unaligned, PAGE, 0), -EINVAL);
	EXPECT_EQ(map_publish(A, "map", no_map, PAGE, 0), -EPERM);
	EXPECT_EQ(map_publish(A, "map", no_read, PAGE, 0), -EPERM);
	EXPECT_EQ(map_publish(A, "map", foreign, PAGE, 0), -EPERM);
	EXPECT_EQ(map_publish(A, "map", BAD_GRANT, PAGE, 0), -EBADGRANT);
	EXPECT_EQ(map_publish(B, "map", good, PAGE, 0), -EBADGRANT); /* not B's */
	EXPECT_EQ(map_get(B, "map", &reply), -ENOENT);
	EXPECT_EQ(revoke(A, good) + revoke(A, unaligned) + revoke(A, no_map) + revoke(A, no_read) +
			  revoke(A, foreign),
		  0);
	return true;
}

bool case_map_deleted(void)
{
	struct ds_map_reply reply;
	uint64_t b, again;
	grant_t id;

	EXPECT(begin(1, &id));
	EXPECT_EQ(map_get(B, "map", &reply), 0);
	EXPECT_EQ(map_see(B, "map", &b), 0);
	EXPECT_EQ(entry_remove(A, DS_MAP, "map", 0), 0);
	EXPECT(is_zeros(B, b));
	EXPECT(holds(A, area, PAGE, OLD));
	EXPECT_EQ(map(B, reply.granter, reply.grant, PAGE, VM_READ, &again), -EBADGRANT);
	EXPECT_EQ(map_get(B, "map", &reply), -ENOENT);
	EXPECT_EQ(unmap(B, b, PAGE), 0);
	EXPECT_EQ(revoke(A, id), 0);
	return area_end();
}

bool case_map_replaced(void)
{
	uint64_t before, after;
	grant_t id, other;

	EXPECT(begin(1, &id));
	EXPECT_EQ(map_see(B, "map", &before), 0);
	fill(A, area + 4 * PAGE, 2 * PAGE, NEW);
	other = grant(A, area + 4 * PAGE, 2 * PAGE, RM, DS_ENDPOINT);
	EXPECT_EQ(map_publish(A, "map", other, 2 * PAGE, DS_OVERWRITE), 0);
	EXPECT(is_zeros(B, before));
	EXPECT_EQ(map_see(B, "map", &after), 0);
	EXPECT(holds(B, after, 2 * PAGE, NEW));
	EXPECT_EQ(unmap(B, before, PAGE), 0);
	EXPECT_EQ(unmap(B, after, 2 * PAGE), 0);
	EXPECT_EQ(revoke(A, id), 0);
	return end(other);
}

/* The owner need not tell DS: who asks next finds out. */
bool case_map_revoked(void)
{
	struct ds_map_reply reply;
	uint64_t b;
	grant_t id;

	EXPECT_EQ(subscribe(SELF, "map", DS_KIND_BIT(DS_MAP), 0), 0);
	EXPECT(begin(1, &id));
	EXPECT_EQ(map_see(B, "map", &b), 0);
	EXPECT(told(SELF, "map", DS_PUBLISHED));
	EXPECT_EQ(revoke(A, id), 0);
	EXPECT(is_zeros(B, b));
	EXPECT_EQ(map_get(B, "map", &reply), -ENOENT);
	EXPECT(told(SELF, "map", DS_DELETED));
	EXPECT_EQ(entry_remove(A, DS_MAP, "map", 0), -ENOENT);
	EXPECT_EQ(unmap(B, b, PAGE), 0);
	EXPECT_EQ(unsubscribe(SELF, ""), 0);
	return area_end();
}

bool case_map_grants_run_out(void)
{
	const grant_t id = grant(A, client_buffer[A], PAGE, RM, DS_ENDPOINT);
	struct ds_map_reply reply;

	for (unsigned int i = 0; i < DS_ENTRIES_EACH; i++)
		EXPECT_EQ(map_publish(A, name_number('g', i), id, PAGE, 0), 0);
	for (unsigned int i = 0; i < DS_MAPS; i++)
		EXPECT_EQ(map_get(B, name_number('g', i % DS_ENTRIES_EACH), &reply), 0);
	EXPECT_EQ(map_get(SELF, "g0", &reply), -ENOSPC);
	EXPECT_EQ(map_get(B, "g7", &reply), 0); /* it has one */
	EXPECT_EQ(entry_remove(A, DS_MAP, "g3", 0), 0);
	EXPECT_EQ(map_get(SELF, "g0", &reply), 0);
	EXPECT_EQ(map_get(SELF, "g1", &reply), -ENOSPC);
	for (unsigned int i = 0; i < DS_ENTRIES_EACH; i++)
		EXPECT_EQ(entry_remove(A, DS_MAP, name_number('g', i), 0), i == 3 ? -ENOENT : 0);
	EXPECT_EQ(revoke(A, id), 0);
	return true;
}

/* --- Snapshots -------------------------------------------------------------------------------- */

static int snapshot(unsigned int who, uint64_t offset, uint64_t bytes, uint32_t flags,
		    uint32_t *number)
{
	struct ds_snapshot_req request = {.flags = flags, .offset = offset, .bytes = bytes};
	struct ds_snapshot_reply reply;
	int error;

	name_set(request.name, "map");
	error = client_call(who, DS_SNAPSHOT, &request, sizeof(request), &reply, sizeof(reply));
	*number = reply.number;
	return error;
}

bool case_snapshot_round(void)
{
	uint32_t first, second;
	grant_t id;

	EXPECT(begin(2, &id));
	EXPECT_EQ(snapshot(B, 0, 0, 0, &first), 0);
	fill(A, area, 2 * PAGE, NEW);
	EXPECT_EQ(snapshot(B, 0, 2 * PAGE, DS_KEEP, &second), 0);
	fill(A, area, 2 * PAGE, 33);
	EXPECT(first != second);
	EXPECT(filled_is(B, DS_SNAPSHOT_OF, "map", first, 2 * PAGE, OLD));
	EXPECT(filled_is(SELF, DS_SNAPSHOT_OF, "map", second, 2 * PAGE, NEW));
	EXPECT_EQ(entry_remove(B, DS_SNAPSHOT_OF, "map", first), 0);
	EXPECT_EQ(data_get(B, DS_SNAPSHOT_OF, "map", first, 0, (uint32_t)PAGE), -ENOENT);
	EXPECT(filled_is(SELF, DS_SNAPSHOT_OF, "map", second, 2 * PAGE, NEW));
	EXPECT_EQ(entry_remove(B, DS_SNAPSHOT_OF, "map", second), 0);
	return end(id);
}

bool case_snapshot_part(void)
{
	uint32_t number;
	grant_t id;

	EXPECT(begin(2, &id));
	fill(A, area + 300, 500, NEW);
	EXPECT_EQ(snapshot(B, 300, 500, 0, &number), 0);
	EXPECT(filled_is(B, DS_SNAPSHOT_OF, "map", number, 500, NEW));
	EXPECT_EQ(entry_remove(B, DS_SNAPSHOT_OF, "map", number), 0);
	fill(A, area + 2 * PAGE - 7, 7, NEW);
	EXPECT_EQ(snapshot(B, 2 * PAGE - 7, 0, 0, &number), 0);
	EXPECT(filled_is(B, DS_SNAPSHOT_OF, "map", number, 7, NEW));
	EXPECT_EQ(entry_remove(B, DS_SNAPSHOT_OF, "map", number), 0);
	EXPECT_EQ(snapshot(B, 2 * PAGE, 0, 0, &number), -EINVAL);
	EXPECT_EQ(snapshot(B, 2 * PAGE - 7, 8, 0, &number), -EINVAL);
	EXPECT_EQ(snapshot(B, ~0ull, 1, 0, &number), -EINVAL);
	EXPECT_EQ(snapshot(B, 1, ~0ull, 0, &number), -EINVAL);
	EXPECT_EQ(snapshot(B, 0, PAGE, DS_OVERWRITE, &number), -EINVAL);
	EXPECT_EQ(snapshot(B, 0, PAGE, 8, &number), -EINVAL);
	return end(id);
}

bool case_snapshot_large(void)
{
	uint32_t number;
	grant_t id;

	EXPECT(begin(5, &id));
	EXPECT_EQ(snapshot(B, 0, 0, 0, &number), -E2BIG);
	EXPECT_EQ(snapshot(B, 0, DS_MEMORY_MAX + 1, 0, &number), -E2BIG);
	EXPECT_EQ(snapshot(B, 0, DS_MEMORY_MAX, 0, &number), 0);
	EXPECT(filled_is(B, DS_SNAPSHOT_OF, "map", number, DS_MEMORY_MAX, OLD));
	EXPECT_EQ(entry_remove(B, DS_SNAPSHOT_OF, "map", number), 0);
	return end(id);
}

bool case_snapshot_owner(void)
{
	uint32_t number, share[DS_DATA_EACH / DS_MEMORY_MAX], more;
	grant_t id;

	EXPECT(begin(4, &id));
	EXPECT_EQ(snapshot(B, 0, PAGE, 0, &number), 0);
	EXPECT_EQ(entry_remove(A, DS_SNAPSHOT_OF, "map", number), -EPERM);
	/* It is of the taker's share. */
	EXPECT_EQ(entry_remove(B, DS_SNAPSHOT_OF, "map", number), 0);
	for (unsigned int i = 0; i < DS_DATA_EACH / DS_MEMORY_MAX; i++)
		EXPECT_EQ(snapshot(B, 0, 0, 0, &share[i]), 0);
	EXPECT_EQ(snapshot(B, 0, 1, 0, &more), -ENOSPC);
	EXPECT_EQ(snapshot(A, 0, 1, 0, &more), 0);
	/* And outlives what it was taken of. */
	EXPECT(end(id));
	EXPECT_EQ(snapshot(A, 0, 1, 0, &number), -ENOENT);
	for (unsigned int i = 0; i < DS_DATA_EACH / DS_MEMORY_MAX; i++) {
		EXPECT(filled_is(B, DS_SNAPSHOT_OF, "map", share[i], DS_MEMORY_MAX, OLD));
		EXPECT_EQ(entry_remove(B, DS_SNAPSHOT_OF, "map", share[i]), 0);
	}
	EXPECT_EQ(entry_remove(A, DS_SNAPSHOT_OF, "map", more), 0);
	return true;
}

bool case_snapshot_absent(void)
{
	uint32_t number;
	uint64_t b;
	grant_t id;

	area = map_new(A, AREA_BYTES);
	id = grant(A, area, 2 * PAGE, RM, DS_ENDPOINT);
	EXPECT_EQ(map_publish(A, "map", id, 2 * PAGE, 0), 0);
	EXPECT_EQ(snapshot(B, 0, 0, 0, &number), -EFAULT);
	EXPECT_EQ(map_see(B, "map", &b), 0); /* VM brings it when it is touched */
	fill(A, area, 2 * PAGE, NEW);
	EXPECT(holds(B, b, 2 * PAGE, NEW));
	EXPECT_EQ(snapshot(B, 0, 0, 0, &number), 0);
	EXPECT(filled_is(SELF, DS_SNAPSHOT_OF, "map", number, 2 * PAGE, NEW));
	EXPECT_EQ(entry_remove(B, DS_SNAPSHOT_OF, "map", number), 0);
	EXPECT_EQ(unmap(B, b, 2 * PAGE), 0);
	return end(id);
}
