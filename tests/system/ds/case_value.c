/* Cases of numbers, names, owners and labels. */
#include "client.h"

#include <string.h>
#include <sys_ipc.h>

bool case_u32_round(void)
{
	for (unsigned int who = 0; who < CLIENTS; who++)
		EXPECT_EQ(u32_publish(who, name_number('n', who), 100 + who, 0), 0);
	for (unsigned int who = 0; who < CLIENTS; who++) {
		for (unsigned int by = 0; by < CLIENTS; by++)
			EXPECT(u32_is(by, name_number('n', who), 100 + who));
		EXPECT_EQ(entry_remove(who, DS_U32, name_number('n', who), 0), 0);
	}
	return true;
}

bool case_u32_values(void)
{
	static const uint32_t values[] = {0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};

	for (unsigned int i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		EXPECT_EQ(u32_publish(A, "value", values[i], DS_OVERWRITE), 0);
		EXPECT(u32_is(B, "value", values[i]));
	}
	EXPECT_EQ(entry_remove(A, DS_U32, "value", 0), 0);
	return true;
}

bool case_u32_owner(void)
{
	struct ds_name_req request;
	struct ds_value_reply reply;

	name_set(request.name, "mine");
	EXPECT_EQ(u32_publish(B, "mine", 1, 0), 0);
	EXPECT_EQ(client_call(A, DS_RETRIEVE_U32, &request, sizeof(request), &reply, sizeof(reply)),
		  0);
	EXPECT_EQ(reply.owner, client_endpoint[B]);
	EXPECT_EQ(entry_remove(B, DS_U32, "mine", 0), 0);
	return true;
}

bool case_u32_missing(void)
{
	uint32_t value;

	EXPECT_EQ(u32_get(A, "nothing", &value), -ENOENT);
	EXPECT_EQ(entry_remove(A, DS_U32, "nothing", 0), -ENOENT);
	EXPECT_EQ(u32_publish(A, "something", 1, 0), 0);
	EXPECT_EQ(u32_get(A, "somethin", &value), -ENOENT);
	EXPECT_EQ(u32_get(A, "something2", &value), -ENOENT);
	EXPECT_EQ(entry_remove(A, DS_U32, "something", 1), -ENOENT); /* no snapshot */
	EXPECT_EQ(entry_remove(A, DS_U32, "something", 0), 0);
	EXPECT_EQ(u32_get(A, "something", &value), -ENOENT);
	EXPECT_EQ(entry_remove(A, DS_U32, "something", 0), -ENOENT);
	return true;
}

bool case_overwrite(void)
{
	EXPECT_EQ(u32_publish(A, "x", 1, 0), 0);
	EXPECT_EQ(u32_publish(A, "x", 2, 0), -EEXIST);
	EXPECT_EQ(u32_publish(A, "x", 2, DS_KEEP), -EEXIST);
	EXPECT(u32_is(B, "x", 1));
	EXPECT_EQ(u32_publish(A, "x", 3, DS_OVERWRITE), 0);
	EXPECT(u32_is(B, "x", 3));
	EXPECT_EQ(u32_publish(A, "x", 4, DS_OVERWRITE | DS_KEEP), 0);
	EXPECT(u32_is(B, "x", 4));
	EXPECT_EQ(entry_remove(A, DS_U32, "x", 0), 0);
	return true;
}

bool case_foreign(void)
{
	EXPECT_EQ(u32_publish(A, "x", 1, 0), 0);
	EXPECT_EQ(u32_publish(B, "x", 2, 0), -EEXIST);
	EXPECT_EQ(u32_publish(B, "x", 2, DS_OVERWRITE), -EPERM);
	EXPECT_EQ(entry_remove(B, DS_U32, "x", 0), -EPERM);
	EXPECT_EQ(entry_remove(SELF, DS_U32, "x", 0), -EPERM);
	EXPECT(u32_is(B, "x", 1));
	EXPECT_EQ(entry_remove(A, DS_U32, "x", 0), 0);
	/* Free for anybody. */
	EXPECT_EQ(u32_publish(B, "x", 5, 0), 0);
	EXPECT_EQ(entry_remove(A, DS_U32, "x", 0), -EPERM);
	EXPECT_EQ(entry_remove(B, DS_U32, "x", 0), 0);
	return true;
}

/* --- Names ------------------------------------------------------------------------------------ */

static bool name_refused(const char *name)
{
	const grant_t id = grant(A, client_buffer[A], PAGE, GRANT_READ | GRANT_MAP, DS_ENDPOINT);
	struct ds_snapshot_req snapshot = {.flags = 0};
	struct ds_name_req request;
	struct ds_bytes_reply bytes;
	uint32_t value;

	name_set(request.name, name);
	name_set(snapshot.name, name);
	EXPECT_EQ(u32_publish(A, name, 1, 0), -EINVAL);
	EXPECT_EQ(u32_get(A, name, &value), -EINVAL);
	EXPECT_EQ(entry_remove(A, DS_U32, name, 0), -EINVAL);
	EXPECT_EQ(data_publish_under(A, DS_STRING, name, id, 10, 0), -EINVAL);
	EXPECT_EQ(data_publish_under(A, DS_MEMORY, name, id, 10, 0), -EINVAL);
	EXPECT_EQ(data_publish_under(A, DS_MAP, name, id, PAGE, 0), -EINVAL);
	EXPECT_EQ(data_get_under(A, DS_STRING, name, 0, id, 10, &bytes), -EINVAL);
	EXPECT_EQ(client_call(A, DS_RETRIEVE_LABEL, &request, sizeof(request), NULL, 0), -EINVAL);
	EXPECT_EQ(client_call(A, DS_RETRIEVE_MAP, &request, sizeof(request), NULL, 0), -EINVAL);
	EXPECT_EQ(client_call(A, DS_SNAPSHOT, &snapshot, sizeof(snapshot), NULL, 0), -EINVAL);
	EXPECT_EQ(revoke(A, id), 0);
	return true;
}

bool case_names_refused(void)
{
	static const char *const bad[] = {
		"",    "a b",  "a*",   "?",    "[x",	   "x]",
		"a^b", "a\\b", "a\nb", "\x7F", "\xC3\xA9", "0123456789abcdef0123456789abcdef"};

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (!name_refused(bad[i])) {
			sys_print("# the name \"%s\"\n", bad[i]);
			return false;
		}
	}
	return true;
}

bool case_names_long(void)
{
	char name[DS_NAME_SIZE];

	for (unsigned int length = 1; length < DS_NAME_SIZE; length++) {
		memset(name, 'm', length);
		name[length] = '\0';
		EXPECT_EQ(u32_publish(A, name, length, 0), 0);
	}
	for (unsigned int length = 1; length < DS_NAME_SIZE; length++) {
		memset(name, 'm', length);
		name[length] = '\0';
		EXPECT(u32_is(B, name, length));
		EXPECT_EQ(entry_remove(A, DS_U32, name, 0), 0);
	}
	return true;
}

bool case_names_tail(void)
{
	struct ds_publish_value_req request = {.value = 6};
	struct ds_name_req ask;
	struct ds_value_reply reply;

	memset(request.name, 'z', DS_NAME_SIZE);
	strcpy(request.name, "short");
	memset(ask.name, '*', DS_NAME_SIZE);
	strcpy(ask.name, "short");
	EXPECT_EQ(client_call(A, DS_PUBLISH_U32, &request, sizeof(request), NULL, 0), 0);
	EXPECT_EQ(client_call(B, DS_RETRIEVE_U32, &ask, sizeof(ask), &reply, sizeof(reply)), 0);
	EXPECT_EQ(reply.value, 6);
	EXPECT_EQ(u32_publish(A, "short", 7, 0), -EEXIST);
	EXPECT_EQ(entry_remove(A, DS_U32, "short", 0), 0);
	return true;
}

bool case_names_kinds(void)
{
	EXPECT_EQ(u32_publish(A, "same", 1, 0), 0);
	EXPECT_EQ(filled_publish(B, DS_MEMORY, "same", 40, 5, 0), 0);
	fill(SELF, client_buffer[SELF], 8, 0);
	memcpy((void *)(uintptr_t)client_buffer[SELF], "text", 5);
	EXPECT_EQ(data_publish(SELF, DS_STRING, "same", 0, 5, 0), 0);
	EXPECT(u32_is(B, "same", 1));
	EXPECT(filled_is(A, DS_MEMORY, "same", 0, 40, 5));
	EXPECT_EQ(entry_remove(A, DS_STRING, "same", 0), -EPERM);
	EXPECT_EQ(entry_remove(A, DS_U32, "same", 0), 0);
	EXPECT(filled_is(A, DS_MEMORY, "same", 0, 40, 5));
	EXPECT_EQ(entry_remove(B, DS_MEMORY, "same", 0), 0);
	EXPECT_EQ(data_get(A, DS_STRING, "same", 0, 0, 5), 5);
	EXPECT_EQ(entry_remove(SELF, DS_STRING, "same", 0), 0);
	return true;
}

bool case_flags_refused(void)
{
	struct ds_gone_req gone = {client_endpoint[A], DS_GONE_ENDED};

	for (uint32_t flag = 4; flag != 0; flag <<= 1)
		EXPECT_EQ(u32_publish(A, "x", 1, flag), -EINVAL);
	for (uint32_t kind = 0; kind < 40; kind++) {
		const bool known = kind >= 1 && kind < DS_KIND_END;

		EXPECT_EQ(entry_remove(A, kind, "x", 0), known ? -ENOENT : -EINVAL);
	}
	EXPECT_EQ(client_call(A, DS_GONE, &gone, sizeof(gone), NULL, 0), -EPERM);
	return true;
}

bool case_calls_unknown(void)
{
	for (uint32_t nr = 17; nr < 40; nr++)
		EXPECT_EQ(client_call(A, MESSAGE_TYPE(PROTOCOL_DS, nr), NULL, 0, NULL, 0),
			  -EBADCALL);
	EXPECT_EQ(client_call(A, MESSAGE_TYPE(PROTOCOL_VM, 0), NULL, 0, NULL, 0), -EBADCALL);
	EXPECT_EQ(client_call(A, 0, NULL, 0, NULL, 0), -EBADCALL);
	EXPECT_EQ(client_call(A, MESSAGE_TYPE(PROTOCOL_KERNEL, 3), NULL, 0, NULL, 0), -EBADCALL);
	return true;
}

bool case_no_answer(void)
{
	struct ds_publish_value_req request = {.value = 3};
	struct message *message = &message_page()->message;

	name_set(request.name, "async");
	message->type = DS_PUBLISH_U32;
	memcpy(message->payload, &request, sizeof(request));
	EXPECT_EQ(ipc_send_async(DS_ENDPOINT, 0), 0);
	/* Asynchronous messages are received first. */
	EXPECT(u32_is(SELF, "async", 3));
	EXPECT_EQ(entry_remove(SELF, DS_U32, "async", 0), 0);
	return true;
}

/* --- Labels ----------------------------------------------------------------------------------- */

bool case_label_foreign(void)
{
	struct ds_publish_value_req request = {.value = 5};
	struct ds_gone_req gone = {client_endpoint[B], DS_GONE_RESTARTED};
	struct ds_name_req ask;

	name_set(request.name, "own-label");
	name_set(ask.name, "own-label");
	for (unsigned int who = 0; who < CLIENTS; who++) {
		request.flags = who; /* none, OVERWRITE, KEEP */
		EXPECT_EQ(client_call(who, DS_PUBLISH_LABEL, &request, sizeof(request), NULL, 0),
			  -EPERM);
		EXPECT_EQ(client_call(who, DS_GONE, &gone, sizeof(gone), NULL, 0), -EPERM);
		EXPECT_EQ(client_call(who, DS_RETRIEVE_LABEL, &ask, sizeof(ask), NULL, 0), -ENOENT);
	}
	return true;
}

bool case_label_missing(void)
{
	static const endpoint_t nobody[] = {0, EP_NONE, EP_ANY, EP_SELF, ENDPOINT(3, 99)};

	for (unsigned int i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++)
		EXPECT_EQ(client_call(A, DS_RETRIEVE_NAME, &nobody[i], sizeof(nobody[i]), NULL, 0),
			  -ENOENT);
	return true;
}

/* --- Lists and shares ------------------------------------------------------------------------- */

bool case_list(void)
{
	struct ds_list_req request = {0};
	struct ds_list_reply reply;
	uint64_t found = 0;

	for (unsigned int i = 0; i < 60; i++)
		EXPECT_EQ(u32_publish(i % CLIENTS, name_number('l', i), 1000 + i, 0), 0);
	while (client_call(B, DS_LIST, &request, sizeof(request), &reply, sizeof(reply)) == 0) {
		const uint32_t i = reply.entry.value - 1000;

		EXPECT(reply.position > request.position);
		request.position = reply.position;
		if (reply.entry.kind == DS_LABEL)
			continue;
		EXPECT(i < 60 && !(found >> i & 1));
		EXPECT_EQ(strcmp(reply.entry.name, name_number('l', i)), 0);
		EXPECT_EQ(reply.entry.owner, client_endpoint[i % CLIENTS]);
		EXPECT_EQ(reply.entry.kind, DS_U32);
		EXPECT_EQ(reply.entry.what, DS_PUBLISHED);
		found |= 1ull << i;
	}
	EXPECT(found == (1ull << 60) - 1);
	for (unsigned int i = 0; i < 60; i++)
		EXPECT_EQ(entry_remove(i % CLIENTS, DS_U32, name_number('l', i), 0), 0);
	request.position = 0xFFFFFFFF;
	EXPECT_EQ(client_call(B, DS_LIST, &request, sizeof(request), NULL, 0), -ENOENT);
	return true;
}

bool case_share_of_entries(void)
{
	for (unsigned int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < DS_ENTRIES_EACH; i++)
			EXPECT_EQ(u32_publish(A, name_number('e', i), i, 0), 0);
		EXPECT_EQ(u32_publish(A, "more", 1, 0), -ENOSPC);
		EXPECT_EQ(u32_publish(A, "e0", 7, DS_OVERWRITE), 0);
		EXPECT_EQ(u32_publish(B, "more", 1, 0), 0);
		EXPECT_EQ(entry_remove(B, DS_U32, "more", 0), 0);
		EXPECT_EQ(entry_remove(A, DS_U32, "e5", 0), 0);
		EXPECT_EQ(u32_publish(A, "e5", 5, 0), 0);
		for (unsigned int i = 1; i < DS_ENTRIES_EACH; i++)
			EXPECT(u32_is(B, name_number('e', i), i));
		for (unsigned int i = 0; i < DS_ENTRIES_EACH; i++)
			EXPECT_EQ(entry_remove(A, DS_U32, name_number('e', i), 0), 0);
	}
	return true;
}
