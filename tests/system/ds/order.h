/* What the suite asks of a client: a service, or the suite itself, that calls DS in its own name
 * and has a buffer to publish from and retrieve to.
 */
#pragma once

#include <skerry/ds.h>
#include <sys_grant.h>

enum order_what {
	ORDER_CALL,    /* of DS: type, payload -> result, payload */
	ORDER_WHERE,   /* -> a: the buffer's address */
	ORDER_FILL,    /* a: address, b: bytes, c: seed */
	ORDER_HOLDS,   /* the same -> the first byte that is another; -1: none is */
	ORDER_GRANT,   /* a: address, b: bytes, c: flags, type: grantee -> a: the grant */
	ORDER_REVOKE,  /* a: the grant */
	ORDER_MAP,     /* a: granter, b: grant, c: bytes, type: protection -> a: address */
	ORDER_MAP_NEW, /* b: bytes of memory that is not there before it is touched -> a: address */
	ORDER_UNMAP,   /* a: address, b: bytes */
	ORDER_NOTIFIED, /* -> notifications of DS since it was last asked */
	ORDER_STORM,	/* a: seed, b: operations, c: number -> the line of the first failure; 0 */
	ORDER_STORMED,	/* -> the result of the last ORDER_STORM */
};

#define ORDER_PROTOCOL 0x7D50u
#define ORDER_BUFFER (160u << 10)

struct order {
	u32 what;
	int32_t result;
	u32 type;
	u32 reserved;
	u64 a, b, c;
	uint8_t payload[MESSAGE_PAYLOAD_SIZE];
};

/* By message: where the order is in the sender. */
struct order_req {
	u64 address;
};

struct order_reply {
};

void obey_init(void);
void obey(struct order *order);
struct grants *client_grants(void);

/* Each client's own. */
unsigned int notified_take(void);

/* Random calls on names that are this number's alone, each answer as expected. `grants`: it has a
 * grant table. 0, or the line of the first failure. */
int storm_run(uint64_t seed, unsigned int operations, unsigned int number, bool grants);
