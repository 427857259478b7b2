/* Cases of strings and copied memory. */
#include "client.h"

#include <string.h>

/* In the suite's buffer. */
static void text_set(size_t length)
{
	char *at = (char *)(uintptr_t)client_buffer[SELF];

	for (size_t i = 0; i < length; i++)
		at[i] = (char)('a' + i % 26);
	at[length] = '\0';
}

static bool text_is(unsigned int who, const char *name, size_t length)
{
	struct ds_bytes_reply reply;

	EXPECT_EQ(data_get_under(who, DS_STRING, name, 0, BAD_GRANT, 0, &reply), 0);
	EXPECT_EQ(reply.bytes, length + 1);
	EXPECT_EQ(reply.owner, client_endpoint[SELF]);
	EXPECT_EQ(data_get(SELF, DS_STRING, name, 0, 0, DS_STRING_MAX), length + 1);
	EXPECT_EQ(strlen((char *)(uintptr_t)client_buffer[SELF]), length);
	for (size_t i = 0; i < length; i++)
		EXPECT_EQ(((char *)(uintptr_t)client_buffer[SELF])[i], 'a' + i % 26);
	return true;
}

bool case_string_round(void)
{
	static const unsigned int lengths[] = {0, 1, 2, 31, 32, 33, 200, DS_STRING_MAX - 1};

	for (unsigned int i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		text_set(lengths[i]);
		EXPECT_EQ(data_publish(SELF, DS_STRING, "text", 0, lengths[i] + 1, DS_OVERWRITE),
			  0);
		EXPECT(text_is(A, "text", lengths[i]));
	}
	EXPECT_EQ(entry_remove(SELF, DS_STRING, "text", 0), 0);
	return true;
}

bool case_string_refused(void)
{
	text_set(40);
	EXPECT_EQ(data_publish(SELF, DS_STRING, "text", 0, 40, 0), -EINVAL); /* no end */
	EXPECT_EQ(data_publish(SELF, DS_STRING, "text", 0, 0, 0), -EINVAL);
	EXPECT_EQ(data_publish(SELF, DS_STRING, "text", 0, DS_STRING_MAX + 1, 0), -E2BIG);
	EXPECT_EQ(data_publish(SELF, DS_STRING, "text", 0, 1ull << 32 | 41, 0), -E2BIG);
	((char *)(uintptr_t)client_buffer[SELF])[10] = '\0';
	EXPECT_EQ(data_publish(SELF, DS_STRING, "text", 0, 41, 0), -EINVAL); /* two */
	EXPECT_EQ(data_get(A, DS_STRING, "text", 0, 0, 100), -ENOENT);
	return true;
}

bool case_string_resized(void)
{
	EXPECT_EQ(filled_publish(A, DS_MEMORY, "before", 100, 1, 0), 0);
	text_set(10);
	EXPECT_EQ(data_publish(SELF, DS_STRING, "text", 0, 11, 0), 0);
	EXPECT_EQ(filled_publish(A, DS_MEMORY, "after", 100, 2, 0), 0);
	for (unsigned int length = 500; length > 3; length = length * 2 / 3) {
		text_set(length);
		EXPECT_EQ(data_publish(SELF, DS_STRING, "text", 0, length + 1, DS_OVERWRITE), 0);
		EXPECT(text_is(A, "text", length));
		EXPECT(filled_is(B, DS_MEMORY, "before", 0, 100, 1));
		EXPECT(filled_is(B, DS_MEMORY, "after", 0, 100, 2));
	}
	EXPECT_EQ(entry_remove(SELF, DS_STRING, "text", 0), 0);
	EXPECT(filled_is(B, DS_MEMORY, "after", 0, 100, 2));
	EXPECT_EQ(entry_remove(A, DS_MEMORY, "before", 0), 0);
	EXPECT_EQ(entry_remove(A, DS_MEMORY, "after", 0), 0);
	return true;
}

bool case_data_room(void)
{
	struct ds_bytes_reply reply;

	EXPECT_EQ(filled_publish(A, DS_MEMORY, "m", 300, 9, 0), 0);
	fill(B, client_buffer[B], 400, 77);
	EXPECT_EQ(data_get(B, DS_MEMORY, "m", 0, 0, 299), -E2BIG);
	EXPECT(holds(B, client_buffer[B], 400, 77));
	EXPECT_EQ(data_get_under(B, DS_MEMORY, "m", 0, BAD_GRANT, 1, &reply), -E2BIG);
	EXPECT_EQ(reply.bytes, 300);
	EXPECT_EQ(data_get_under(B, DS_MEMORY, "m", 0, BAD_GRANT, 0, &reply), 0);
	EXPECT_EQ(reply.bytes, 300);
	EXPECT_EQ(reply.owner, client_endpoint[A]);
	/* More room than is needed: what is behind stays. */
	EXPECT_EQ(data_get(B, DS_MEMORY, "m", 0, 0, 400), 300);
	EXPECT(holds(B, client_buffer[B], 300, 9));
	EXPECT_EQ(entry_remove(A, DS_MEMORY, "m", 0), 0);
	return true;
}

bool case_data_kinds(void)
{
	for (uint32_t kind = 0; kind < 12; kind++) {
		const bool has = kind == DS_STRING || kind == DS_MEMORY || kind == DS_SNAPSHOT_OF;

		EXPECT_EQ(data_get(A, kind, "x", 0, 0, 1), has ? -ENOENT : -EINVAL);
	}
	return true;
}

/* --- Grants ----------------------------------------------------------------------------------- */

static bool publish_refused(grant_t id, uint64_t bytes, int error)
{
	EXPECT_EQ(data_publish_under(A, DS_MEMORY, "m", id, bytes, DS_OVERWRITE), error);
	EXPECT(filled_is(B, DS_MEMORY, "m", 0, 50, 3)); /* as before */
	return true;
}

bool case_grants_to_publish(void)
{
	const uint64_t at = client_buffer[A];
	const grant_t foreign = grant(A, at, 100, GRANT_READ, client_endpoint[B]);
	const grant_t small = grant(A, at, 49, GRANT_READ, DS_ENDPOINT);
	const grant_t write = grant(A, at, 100, GRANT_WRITE, DS_ENDPOINT);
	const grant_t gone = grant(A, at, 100, GRANT_READ, DS_ENDPOINT);
	const grant_t others = grant(B, client_buffer[B], 100, GRANT_READ, DS_ENDPOINT);

	EXPECT_EQ(filled_publish(A, DS_MEMORY, "m", 50, 3, 0), 0);
	EXPECT_EQ(revoke(A, gone), 0);
	EXPECT(publish_refused(foreign, 50, -EPERM));
	EXPECT(publish_refused(small, 50, -EPERM));
	EXPECT(publish_refused(write, 50, -EPERM));
	EXPECT(publish_refused(gone, 50, -EBADGRANT));
	EXPECT(publish_refused(GRANT_INVALID, 50, -EBADGRANT));
	EXPECT(publish_refused(0xFFFFFFFF, 50, -EBADGRANT));
	EXPECT(publish_refused(BAD_GRANT, 50, -EBADGRANT));
	EXPECT_EQ(entry_remove(A, DS_MEMORY, "m", 0), 0);
	EXPECT_EQ(revoke(A, foreign) + revoke(A, small) + revoke(A, write) + revoke(B, others), 0);
	return true;
}

bool case_grants_to_retrieve(void)
{
	const uint64_t at = client_buffer[B];
	const grant_t foreign = grant(B, at, 100, GRANT_WRITE, client_endpoint[A]);
	const grant_t small = grant(B, at, 49, GRANT_WRITE, DS_ENDPOINT);
	const grant_t read = grant(B, at, 100, GRANT_READ, DS_ENDPOINT);
	struct ds_bytes_reply reply;

	EXPECT_EQ(filled_publish(A, DS_MEMORY, "m", 50, 3, 0), 0);
	fill(B, at, 100, 60);
	EXPECT_EQ(data_get_under(B, DS_MEMORY, "m", 0, foreign, 100, &reply), -EPERM);
	EXPECT_EQ(data_get_under(B, DS_MEMORY, "m", 0, small, 100, &reply), -EPERM);
	EXPECT_EQ(data_get_under(B, DS_MEMORY, "m", 0, read, 100, &reply), -EPERM);
	EXPECT_EQ(data_get_under(B, DS_MEMORY, "m", 0, BAD_GRANT, 100, &reply), -EBADGRANT);
	EXPECT(holds(B, at, 100, 60));
	EXPECT_EQ(entry_remove(A, DS_MEMORY, "m", 0), 0);
	EXPECT_EQ(revoke(B, foreign) + revoke(B, small) + revoke(B, read), 0);
	return true;
}

/* DS waits for nobody's memory. */
bool case_memory_absent(void)
{
	const uint64_t at = map_new(A, 2 * PAGE);
	const grant_t id = grant(A, at, 2 * PAGE, GRANT_READ | GRANT_WRITE, DS_ENDPOINT);
	struct ds_bytes_reply reply;

	EXPECT_EQ(data_publish_under(A, DS_MEMORY, "m", id, 2 * PAGE, 0), -EFAULT);
	EXPECT_EQ(data_get(B, DS_MEMORY, "m", 0, 0, 1), -ENOENT);
	fill(A, at, PAGE, 1);
	EXPECT_EQ(data_publish_under(A, DS_MEMORY, "m", id, 2 * PAGE, 0), -EFAULT);
	EXPECT_EQ(data_publish_under(A, DS_MEMORY, "m", id, PAGE, 0), 0);
	EXPECT(filled_is(B, DS_MEMORY, "m", 0, PAGE, 1));
	EXPECT_EQ(revoke(A, id), 0);
	EXPECT_EQ(unmap(A, at, 2 * PAGE), 0);
	{
		const uint64_t to = map_new(B, PAGE);
		const grant_t room = grant(B, to, PAGE, GRANT_WRITE, DS_ENDPOINT);

		EXPECT_EQ(data_get_under(B, DS_MEMORY, "m", 0, room, (uint32_t)PAGE, &reply),
			  -EFAULT);
		fill(B, to, PAGE, 9);
		EXPECT_EQ(data_get_under(B, DS_MEMORY, "m", 0, room, (uint32_t)PAGE, &reply), 0);
		EXPECT(holds(B, to, PAGE, 1));
		EXPECT_EQ(revoke(B, room), 0);
		EXPECT_EQ(unmap(B, to, PAGE), 0);
	}
	EXPECT_EQ(entry_remove(A, DS_MEMORY, "m", 0), 0);
	return true;
}

/* --- Copies ----------------------------------------------------------------------------------- */

bool case_memory_round(void)
{
	static const unsigned int sizes[] = {1, 2, 63, 4095, 4096, 4097, 8192, DS_MEMORY_MAX};

	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		EXPECT_EQ(filled_publish(A, DS_MEMORY, "m", sizes[i], (uint8_t)i, DS_OVERWRITE), 0);
		EXPECT(filled_is(B, DS_MEMORY, "m", 0, sizes[i], (uint8_t)i));
	}
	EXPECT_EQ(entry_remove(A, DS_MEMORY, "m", 0), 0);
	return true;
}

bool case_memory_refused(void)
{
	EXPECT_EQ(data_publish(A, DS_MEMORY, "m", 0, 0, 0), -EINVAL);
	EXPECT_EQ(data_publish(A, DS_MEMORY, "m", 0, DS_MEMORY_MAX + 1, 0), -E2BIG);
	EXPECT_EQ(data_publish(A, DS_MEMORY, "m", 0, ~0ull, 0), -E2BIG);
	EXPECT_EQ(data_publish(A, DS_MEMORY, "m", 0, 1ull << 32, 0), -E2BIG);
	return true;
}

bool case_memory_copied(void)
{
	EXPECT_EQ(filled_publish(A, DS_MEMORY, "m", 5000, 11, 0), 0);
	fill(A, client_buffer[A], 5000, 99);
	EXPECT(filled_is(B, DS_MEMORY, "m", 0, 5000, 11));
	EXPECT(filled_is(SELF, DS_MEMORY, "m", 0, 5000, 11));
	EXPECT_EQ(entry_remove(A, DS_MEMORY, "m", 0), 0);
	return true;
}

/* Sizes of all kinds side by side; what is deleted moves others. */
bool case_memory_many(void)
{
	const unsigned int count = 60;

	for (unsigned int i = 0; i < count; i++)
		EXPECT_EQ(filled_publish(A, DS_MEMORY, name_number('m', i), 1 + i * 29, (uint8_t)i,
					 0),
			  0);
	for (unsigned int step = 0; step < 3; step++) {
		for (unsigned int i = step; i < count; i += 3)
			EXPECT_EQ(entry_remove(A, DS_MEMORY, name_number('m', i), 0), 0);
		for (unsigned int i = 0; i < count; i++) {
			const char *name = name_number('m', i);

			if (i % 3 <= step)
				EXPECT_EQ(data_get(B, DS_MEMORY, name, 0, 0, 1), -ENOENT);
			else
				EXPECT(filled_is(B, DS_MEMORY, name, 0, 1 + i * 29, (uint8_t)i));
		}
	}
	return true;
}

bool case_share_of_memory(void)
{
	const unsigned int each = DS_DATA_EACH / DS_MEMORY_MAX;

	for (unsigned int i = 0; i < each; i++)
		EXPECT_EQ(filled_publish(A, DS_MEMORY, name_number('m', i), DS_MEMORY_MAX,
					 (uint8_t)i, 0),
			  0);
	EXPECT_EQ(data_publish(A, DS_MEMORY, "more", 0, 1, 0), -ENOSPC);
	EXPECT_EQ(data_publish(B, DS_MEMORY, "more", 0, 1, 0), 0);
	EXPECT_EQ(filled_publish(A, DS_MEMORY, "m0", DS_MEMORY_MAX, 50, DS_OVERWRITE), 0);
	EXPECT(filled_is(B, DS_MEMORY, "m0", 0, DS_MEMORY_MAX, 50));
	EXPECT_EQ(entry_remove(A, DS_MEMORY, "m1", 0), 0);
	EXPECT_EQ(data_publish(A, DS_MEMORY, "more", 0, 1, 0), -EEXIST);
	EXPECT_EQ(filled_publish(A, DS_MEMORY, "m1", DS_MEMORY_MAX, 51, 0), 0);
	for (unsigned int i = 0; i < each; i++)
		EXPECT_EQ(entry_remove(A, DS_MEMORY, name_number('m', i), 0), 0);
	EXPECT_EQ(entry_remove(B, DS_MEMORY, "more", 0), 0);
	return true;
}

/* Two owners fill it; a third has nothing of its share. */
bool case_memory_full(void)
{
	const unsigned int all = DS_DATA_BYTES / DS_MEMORY_MAX;

	for (unsigned int i = 0; i < all; i++)
		EXPECT_EQ(filled_publish(A + i % 2, DS_MEMORY, name_number('m', i), DS_MEMORY_MAX,
					 (uint8_t)i, 0),
			  0);
	EXPECT_EQ(data_publish(SELF, DS_MEMORY, "more", 0, 1, 0), -ENOSPC);
	EXPECT_EQ(u32_publish(SELF, "number", 1, 0), 0); /* that needs none */
	EXPECT_EQ(filled_publish(B, DS_MEMORY, "m1", 100, 90, DS_OVERWRITE), 0);
	EXPECT_EQ(data_publish(SELF, DS_MEMORY, "more", 0, DS_MEMORY_MAX - 99, 0), -ENOSPC);
	EXPECT_EQ(filled_publish(SELF, DS_MEMORY, "more", DS_MEMORY_MAX - 100, 91, 0), 0);
	EXPECT_EQ(data_publish(B, DS_MEMORY, "m1", 0, 101, DS_OVERWRITE), -ENOSPC);
	EXPECT(filled_is(A, DS_MEMORY, "m1", 0, 100, 90));
	EXPECT(filled_is(A, DS_MEMORY, "more", 0, DS_MEMORY_MAX - 100, 91));
	for (unsigned int i = 2; i < all; i++)
		EXPECT(filled_is(SELF, DS_MEMORY, name_number('m', i), 0, DS_MEMORY_MAX,
				 (uint8_t)i));
	for (unsigned int i = 0; i < all; i++)
		EXPECT_EQ(entry_remove(A + i % 2, DS_MEMORY, name_number('m', i), 0), 0);
	EXPECT_EQ(entry_remove(SELF, DS_MEMORY, "more", 0), 0);
	EXPECT_EQ(entry_remove(SELF, DS_U32, "number", 0), 0);
	return true;
}
