/* The suite's side of its clients. */
#include "client.h"

#include <service.h>
#include <string.h>
#include <sys_call.h>
#include <sys_ipc.h>
#include <vm_call.h>
#include "tests/system/user/runner.h"

endpoint_t client_endpoint[CLIENTS];
uint64_t client_buffer[CLIENTS];

unsigned int notified_take(void)
{
	struct ipc_received received;
	unsigned int count = 0;

	while (ipc_receive(DS_ENDPOINT, NULL, IPC_NONBLOCK, &received) == 0)
		count++;
	return count;
}

static void send_build(const struct order *order)
{
	const struct order_req request = {(uintptr_t)order};
	struct message *message = &message_page()->message;

	message->type = MESSAGE_TYPE(ORDER_PROTOCOL, 0);
	memcpy(message->payload, &request, sizeof(request));
}

int client_order(unsigned int who, struct order *order)
{
	int error;

	if (who == SELF) {
		obey(order);
		return order->result;
	}
	send_build(order);
	error = ipc_call(client_endpoint[who]);
	if (error == 0)
		error = (int)message_page()->message.type;
	if (error != 0)
		panic("client %u: %d", who, error);
	return order->result;
}

void client_begin(unsigned int who, struct order *order)
{
	int error;

	send_build(order);
	error = ipc_send_async(client_endpoint[who], 0);
	if (error != 0)
		panic("client %u: %d", who, error);
}

int client_wait(unsigned int who)
{
	struct order order = {.what = ORDER_STORMED};

	return client_order(who, &order);
}

static endpoint_t thread_named(const char *name)
{
	struct info_thread info;
	u32 next = 0;

	while (runner_thread(&next, &info)) {
		if (strcmp(info.name, name) == 0)
			return info.thread;
	}
	panic("no service %s", name);
}

void clients_init(void)
{
	client_endpoint[SELF] = service_start()->endpoint;
	client_endpoint[A] = thread_named("dsa");
	client_endpoint[B] = thread_named("dsb");
	obey_init();
	for (unsigned int who = 0; who < CLIENTS; who++) {
		struct order order = {.what = ORDER_WHERE};

		(void)client_order(who, &order);
		client_buffer[who] = order.a;
	}
}

int client_call(unsigned int who, uint32_t type, const void *request, size_t bytes, void *reply,
		size_t reply_bytes)
{
	struct order order = {.what = ORDER_CALL, .type = type};
	int code;

	memcpy(order.payload, request, bytes);
	code = client_order(who, &order);
	if (reply != NULL)
		memcpy(reply, order.payload, reply_bytes);
	return code;
}

/* --- DS --------------------------------------------------------------------------------------- */

void name_set(char field[DS_NAME_SIZE], const char *name)
{
	const size_t length = strnlen(name, DS_NAME_SIZE);

	memset(field, 0, DS_NAME_SIZE);
	memcpy(field, name, length);
}

const char *name_number(char letter, unsigned int number)
{
	static char name[12];
	char *at = name + sizeof(name) - 1;

	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	*--at = letter;
	return at;
}

int u32_publish(unsigned int who, const char *name, uint32_t value, uint32_t flags)
{
	struct ds_publish_value_req request = {.flags = flags, .value = value};

	name_set(request.name, name);
	return client_call(who, DS_PUBLISH_U32, &request, sizeof(request), NULL, 0);
}

int u32_get(unsigned int who, const char *name, uint32_t *value)
{
	struct ds_name_req request;
	struct ds_value_reply reply;
	int error;

	name_set(request.name, name);
	error = client_call(who, DS_RETRIEVE_U32, &request, sizeof(request), &reply, sizeof(reply));
	*value = reply.value;
	return error;
}

bool u32_is(unsigned int who, const char *name, uint32_t value)
{
	uint32_t found;

	return u32_get(who, name, &found) == 0 && found == value;
}

int entry_remove(unsigned int who, uint32_t kind, const char *name, uint32_t number)
{
	struct ds_delete_req request = {.kind = kind, .number = number};

	name_set(request.name, name);
	return client_call(who, DS_DELETE, &request, sizeof(request), NULL, 0);
}

int data_publish_under(unsigned int who, uint32_t kind, const char *name, grant_t id,
		       uint64_t bytes, uint32_t flags)
{
	struct ds_publish_data_req request = {.flags = flags, .grant = id, .bytes = bytes};
	const uint32_t type = kind == DS_STRING	  ? DS_PUBLISH_STRING
			      : kind == DS_MEMORY ? DS_PUBLISH_MEMORY
						  : DS_PUBLISH_MAP;

	name_set(request.name, name);
	return client_call(who, type, &request, sizeof(request), NULL, 0);
}

int data_publish(unsigned int who, uint32_t kind, const char *name, uint64_t offset, uint64_t bytes,
		 uint32_t flags)
{
	const grant_t id = grant(who, client_buffer[who] + offset, bytes, GRANT_READ, DS_ENDPOINT);
	const int error = data_publish_under(who, kind, name, id, bytes, flags);

	(void)revoke(who, id);
	return error;
}

int data_get_under(unsigned int who, uint32_t kind, const char *name, uint32_t number, grant_t id,
		   uint32_t room, struct ds_bytes_reply *reply)
{
	struct ds_retrieve_req request = {
		.kind = kind, .number = number, .grant = id, .bytes = room};

	name_set(request.name, name);
	return client_call(who, DS_RETRIEVE_DATA, &request, sizeof(request), reply, sizeof(*reply));
}

long data_get(unsigned int who, uint32_t kind, const char *name, uint32_t number, uint64_t offset,
	      uint32_t room)
{
	const grant_t id = grant(who, client_buffer[who] + offset, room, GRANT_WRITE, DS_ENDPOINT);
	struct ds_bytes_reply reply;
	const int error = data_get_under(who, kind, name, number, id, room, &reply);

	(void)revoke(who, id);
	return error != 0 ? error : (long)reply.bytes;
}

int filled_publish(unsigned int who, uint32_t kind, const char *name, uint64_t bytes, uint8_t seed,
		   uint32_t flags)
{
	fill(who, client_buffer[who], bytes, seed);
	return data_publish(who, kind, name, 0, bytes, flags);
}

#define SEEN_AT ((uint64_t)(64u << 10))

bool filled_is(unsigned int who, uint32_t kind, const char *name, uint32_t number, uint64_t bytes,
	       uint8_t seed)
{
	const uint64_t at = client_buffer[who] + SEEN_AT;

	fill(who, at, bytes + 1, (uint8_t)(seed + 1));
	EXPECT_EQ(data_get(who, kind, name, number, SEEN_AT, (uint32_t)bytes), bytes);
	return holds(who, at, bytes, seed);
}

/* --- Memory ----------------------------------------------------------------------------------- */

void fill(unsigned int who, uint64_t address, uint64_t bytes, uint8_t seed)
{
	struct order order = {.what = ORDER_FILL, .a = address, .b = bytes, .c = seed};

	(void)client_order(who, &order);
}

bool holds(unsigned int who, uint64_t address, uint64_t bytes, uint8_t seed)
{
	struct order order = {.what = ORDER_HOLDS, .a = address, .b = bytes, .c = seed};
	const int wrong = client_order(who, &order);

	if (wrong >= 0)
		sys_print("# client %u: byte %d of %llu is another\n", who, wrong, bytes);
	return wrong < 0;
}

grant_t grant(unsigned int who, uint64_t address, uint64_t bytes, uint32_t flags,
	      endpoint_t grantee)
{
	struct order order = {
		.what = ORDER_GRANT, .a = address, .b = bytes, .c = flags, .type = grantee};

	if (client_order(who, &order) != 0)
		panic("client %u has no grants left", who);
	return (grant_t)order.a;
}

int revoke(unsigned int who, grant_t id)
{
	struct order order = {.what = ORDER_REVOKE, .a = id};

	return client_order(who, &order);
}

int map(unsigned int who, endpoint_t granter, grant_t id, uint64_t bytes, uint32_t protection,
	uint64_t *address)
{
	struct order order = {
		.what = ORDER_MAP, .a = granter, .b = id, .c = bytes, .type = protection};
	const int error = client_order(who, &order);

	*address = order.a;
	return error;
}

uint64_t map_new(unsigned int who, uint64_t bytes)
{
	struct order order = {.what = ORDER_MAP_NEW, .b = bytes};

	if (client_order(who, &order) != 0)
		panic("client %u has no memory", who);
	return order.a;
}

uint64_t map_shared(void)
{
	const struct vm_mmap_req request = {
		.protection = VM_READ | VM_WRITE,
		.flags = VM_MAP_SHARED | VM_MAP_POPULATE,
		.bytes = PAGE,
	};
	struct vm_address_reply reply = {0};

	if (vm_mmap(&request, &reply) != 0)
		panic("no shared memory");
	return reply.address;
}

int unmap(unsigned int who, uint64_t address, uint64_t bytes)
{
	struct order order = {.what = ORDER_UNMAP, .a = address, .b = bytes};

	return client_order(who, &order);
}

/* --- Subscribers ------------------------------------------------------------------------------ */

int subscribe(unsigned int who, const char *pattern, uint32_t kinds, uint32_t flags)
{
	struct ds_subscribe_req request = {.kinds = kinds, .flags = flags};

	name_set(request.pattern, pattern);
	return client_call(who, DS_SUBSCRIBE, &request, sizeof(request), NULL, 0);
}

int unsubscribe(unsigned int who, const char *pattern)
{
	struct ds_subscribe_req request = {.kinds = 0};

	name_set(request.pattern, pattern);
	return client_call(who, DS_UNSUBSCRIBE, &request, sizeof(request), NULL, 0);
}

int check(unsigned int who, struct ds_entry_reply *reply)
{
	return client_call(who, DS_CHECK, NULL, 0, reply, sizeof(*reply));
}

bool told(unsigned int who, const char *name, uint32_t what)
{
	struct ds_entry_reply reply;

	EXPECT_EQ(check(who, &reply), 0);
	EXPECT_EQ(strcmp(reply.name, name), 0);
	EXPECT_EQ(reply.what, what);
	return true;
}

bool told_all(unsigned int who)
{
	struct ds_entry_reply reply;

	EXPECT_EQ(check(who, &reply), -ENOENT);
	return true;
}

unsigned int notified(unsigned int who)
{
	struct order order = {.what = ORDER_NOTIFIED};

	return (unsigned int)client_order(who, &order);
}

static void remove_as_owner(const struct ds_entry_reply *entry)
{
	for (unsigned int who = 0; who < CLIENTS; who++) {
		if (entry->owner == client_endpoint[who])
			(void)entry_remove(who, entry->kind, entry->name, entry->number);
	}
}

bool all_taken_away(bool quiet)
{
	struct ds_list_req request = {0};
	struct ds_list_reply reply;
	bool clean = true;

	for (unsigned int who = 0; who < CLIENTS; who++) {
		clean &= unsubscribe(who, "") == -ENOENT;
		(void)notified(who);
	}
	while (client_call(SELF, DS_LIST, &request, sizeof(request), &reply, sizeof(reply)) == 0) {
		request.position = reply.position;
		if (reply.entry.kind == DS_LABEL)
			continue;
		if (!quiet)
			sys_print("# \"%s\" is left\n", reply.entry.name);
		clean = false;
		remove_as_owner(&reply.entry);
	}
	return clean;
}

/* xorshift64* */
uint32_t random_below(uint64_t *state, uint32_t limit)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)((*state * 0x2545F4914F6CDD1Dull) >> 32) % limit;
}
