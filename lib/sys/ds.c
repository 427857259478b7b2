/* DS with plain arguments. */
#include <ds_use.h>

#include <arch/layout.h>
#include <ds_call.h>
#include <string.h>

static int name_fill(char to[DS_NAME_SIZE], const char *from)
{
	const size_t length = strlen(from);

	if (length >= DS_NAME_SIZE)
		return -EINVAL;
	memcpy(to, from, length + 1);
	return 0;
}

int ds_u32_publish(const char *name, uint32_t value, uint32_t flags)
{
	struct ds_publish_value_req request = {.flags = flags, .value = value};
	const int error = name_fill(request.name, name);

	return error != 0 ? error : ds_publish_u32(&request, NULL);
}

int ds_label_publish(const char *name, endpoint_t service, uint32_t flags)
{
	struct ds_publish_value_req request = {.flags = flags, .value = service};
	const int error = name_fill(request.name, name);

	return error != 0 ? error : ds_publish_label(&request, NULL);
}

int ds_u32(const char *name, uint32_t *value)
{
	struct ds_name_req request = {{0}};
	struct ds_value_reply reply = {0};
	int error = name_fill(request.name, name);

	if (error == 0)
		error = ds_retrieve_u32(&request, &reply);
	*value = reply.value;
	return error;
}

int ds_label(const char *name, endpoint_t *service)
{
	struct ds_name_req request = {{0}};
	struct ds_value_reply reply = {.value = EP_NONE};
	int error = name_fill(request.name, name);

	if (error == 0)
		error = ds_retrieve_label(&request, &reply);
	*service = error == 0 ? reply.value : EP_NONE;
	return error;
}

/* --- Data ------------------------------------------------------------------------------------- */

/* Every page is there, and writable if DS is to write it. */
static void touch(const void *data, size_t bytes, bool write)
{
	const uintptr_t start = (uintptr_t)data, page = ARCH_PAGE_SIZE;

	for (uintptr_t at = start; at < start + bytes; at = (at & ~(page - 1)) + page) {
		volatile uint8_t *byte = (volatile uint8_t *)at;
		const uint8_t value = *byte;

		if (write)
			*byte = value;
	}
}

static grant_t give(struct grants *grants, const void *data, size_t bytes, uint32_t flags)
{
	const struct grant_entry entry = {
		.flags = GRANT_DIRECT | flags,
		.grantee = DS_ENDPOINT,
		.address = (uintptr_t)data,
		.bytes = bytes,
	};

	touch(data, bytes, flags & GRANT_WRITE);
	return grant_make(grants, &entry);
}

int ds_data_publish(struct grants *grants, uint32_t kind, const char *name, const void *data,
		    size_t bytes, uint32_t flags)
{
	struct ds_publish_data_req request = {.flags = flags, .bytes = bytes};
	int error = name_fill(request.name, name);

	if (error != 0)
		return error;
	request.grant = give(grants, data, bytes, GRANT_READ);
	if (request.grant == GRANT_INVALID)
		return -ENOSPC;
	error = kind == DS_STRING ? ds_publish_string(&request, NULL)
				  : ds_publish_memory(&request, NULL);
	(void)grant_revoke(grants, request.grant);
	return error;
}

long ds_data(struct grants *grants, uint32_t kind, const char *name, uint32_t number, void *to,
	     size_t room)
{
	struct ds_retrieve_req request = {
		.kind = kind,
		.number = number,
		.bytes = room > DS_MEMORY_MAX ? DS_MEMORY_MAX : (uint32_t)room,
	};
	struct ds_bytes_reply reply;
	int error = name_fill(request.name, name);

	if (error != 0)
		return error;
	request.grant = give(grants, to, request.bytes, GRANT_WRITE);
	if (request.grant == GRANT_INVALID)
		return -ENOSPC;
	error = ds_retrieve_data(&request, &reply);
	(void)grant_revoke(grants, request.grant);
	return error != 0 ? error : (long)reply.bytes;
}

/* --- The rest --------------------------------------------------------------------------------- */

int ds_remove(uint32_t kind, const char *name, uint32_t number)
{
	struct ds_delete_req request = {.kind = kind, .number = number};
	const int error = name_fill(request.name, name);

	return error != 0 ? error : ds_delete(&request, NULL);
}

int ds_watch(const char *pattern, uint32_t kinds, uint32_t flags)
{
	struct ds_subscribe_req request = {.kinds = kinds, .flags = flags};
	const int error = name_fill(request.pattern, pattern);

	return error != 0 ? error : ds_subscribe(&request, NULL);
}
