/* A client's part: orders, in its own name. */
#include "order.h"

#include <arch/layout.h>
#include <string.h>
#include <sys.h>
#include <sys_grant.h>
#include <sys_ipc.h>
#include <vm_call.h>

#define GRANTS 128u

static uint8_t buffer[ORDER_BUFFER] __attribute__((aligned(ARCH_PAGE_SIZE)));
static struct grant_entry table[GRANTS];
static struct grants grants;
static int stormed;

void obey_init(void)
{
	if (grants_init(&grants, table, GRANTS) != 0)
		panic("no grant table");
}

static int call(struct order *order)
{
	struct message *message = &message_page()->message;
	int code;

	message->type = order->type;
	memcpy(message->payload, order->payload, sizeof(order->payload));
	code = ipc_call(DS_ENDPOINT);
	if (code != 0)
		return code;
	memcpy(order->payload, message->payload, sizeof(order->payload));
	return (int)message->type;
}

static void fill(volatile uint8_t *at, size_t bytes, uint8_t seed)
{
	for (size_t i = 0; i < bytes; i++)
		at[i] = (uint8_t)(seed + i * 7 + (i >> 8));
}

static int first_wrong(const volatile uint8_t *at, size_t bytes, uint8_t seed)
{
	for (size_t i = 0; i < bytes; i++) {
		if (at[i] != (uint8_t)(seed + i * 7 + (i >> 8)))
			return (int)i;
	}
	return -1;
}

static int grant(struct order *order)
{
	const struct grant_entry entry = {
		.flags = GRANT_DIRECT | (uint32_t)order->c,
		.grantee = order->type,
		.address = order->a,
		.bytes = order->b,
	};

	order->a = grant_make(&grants, &entry);
	return order->a != GRANT_INVALID ? 0 : -ENOSPC;
}

static int map(struct order *order)
{
	void *at;
	const int error = safemap((endpoint_t)order->a, (grant_t)order->b, 0, (size_t)order->c,
				  order->type, &at);

	order->a = (uintptr_t)at;
	return error;
}

static int map_new(struct order *order)
{
	const struct vm_mmap_req request = {.protection = VM_READ | VM_WRITE, .bytes = order->b};
	struct vm_address_reply reply = {0};
	const int error = vm_mmap(&request, &reply);

	order->a = reply.address;
	return error;
}

static int unmap(const struct order *order)
{
	const struct vm_range_req request = {.address = order->a, .bytes = order->b};

	return vm_munmap(&request, NULL);
}

static int do_order(struct order *order)
{
	volatile uint8_t *at = (volatile uint8_t *)(uintptr_t)order->a;

	switch (order->what) {
	case ORDER_CALL:
		return call(order);
	case ORDER_WHERE:
		order->a = (uintptr_t)buffer;
		return 0;
	case ORDER_FILL:
		fill(at, (size_t)order->b, (uint8_t)order->c);
		return 0;
	case ORDER_HOLDS:
		return first_wrong(at, (size_t)order->b, (uint8_t)order->c);
	case ORDER_GRANT:
		return grant(order);
	case ORDER_REVOKE:
		return grant_revoke(&grants, (grant_t)order->a);
	case ORDER_MAP:
		return map(order);
	case ORDER_MAP_NEW:
		return map_new(order);
	case ORDER_UNMAP:
		return unmap(order);
	case ORDER_NOTIFIED:
		return (int)notified_take();
	case ORDER_STORM:
		return stormed = storm_run(order->a, (unsigned int)order->b, (unsigned int)order->c,
					   true);
	case ORDER_STORMED:
		return stormed;
	default:
		return -EINVAL;
	}
}

void obey(struct order *order)
{
	order->result = do_order(order);
}

struct grants *client_grants(void)
{
	return &grants;
}
