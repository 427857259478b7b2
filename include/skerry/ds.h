/* DS's protocol: requests and replies of ds.def. */
#pragma once

#include <skerry/errno.h>
#include <skerry/message.h>
#include <skerry/services.h>

#define DS_NAME_SIZE 32u /* with the NUL */
#define DS_STRING_MAX 1024u
#define DS_MEMORY_MAX 16384u	   /* of DS_PUBLISH_MEMORY and a snapshot */
#define DS_MAP_MAX (16u << 20)	   /* of DS_PUBLISH_MAP */
#define DS_ENTRIES 256u		   /* of all owners */
#define DS_ENTRIES_FOR_RS 32u	   /* of them */
#define DS_ENTRIES_EACH 64u	   /* of one owner but RS */
#define DS_DATA_BYTES (128u << 10) /* strings, memory and snapshots of all owners */
#define DS_DATA_EACH (64u << 10)   /* of one owner */
#define DS_SUBSCRIBERS 32u
#define DS_PATTERNS 4u /* of one subscriber */
#define DS_MAPS 64u    /* grants of DS_RETRIEVE_MAP */

enum ds_kind {
	DS_U32 = 1,
	DS_LABEL,
	DS_STRING,
	DS_MEMORY,
	DS_MAP,
	DS_SNAPSHOT_OF,
	DS_KIND_END,
};

#define DS_KIND_BIT(kind) (1u << (kind))
#define DS_KINDS_ALL (DS_KIND_BIT(DS_KIND_END) - 2)

/* flags of publishing and of DS_SNAPSHOT */
#define DS_OVERWRITE 1u
#define DS_KEEP 2u /* it stays when its owner is restarted */

struct ds_empty_req {
};

struct ds_empty_reply {
};

struct ds_publish_value_req {
	char name[DS_NAME_SIZE];
	u32 flags;
	u32 value; /* number or endpoint */
};

struct ds_publish_data_req {
	char name[DS_NAME_SIZE];
	u32 flags;
	grant_t grant; /* from its start on */
	u64 bytes;
};

struct ds_name_req {
	char name[DS_NAME_SIZE];
};

struct ds_endpoint_req {
	endpoint_t endpoint;
};

struct ds_name_reply {
	char name[DS_NAME_SIZE];
};

struct ds_value_reply {
	u32 value;
	endpoint_t owner;
};

struct ds_retrieve_req {
	char name[DS_NAME_SIZE];
	u32 kind;   /* DS_STRING, DS_MEMORY, DS_SNAPSHOT_OF */
	u32 number; /* of a snapshot; else 0 */
	grant_t grant;
	u32 bytes; /* at most this many; 0: only ask how many there are */
};

struct ds_bytes_reply {
	u64 bytes;
	endpoint_t owner;
};

struct ds_map_reply {
	u64 bytes;
	endpoint_t granter;
	grant_t grant;
};

struct ds_snapshot_req {
	char name[DS_NAME_SIZE];
	u32 flags; /* DS_KEEP */
	u32 reserved;
	u64 offset;
	u64 bytes; /* 0: from offset to the end */
};

struct ds_snapshot_reply {
	u32 number;
};

struct ds_delete_req {
	char name[DS_NAME_SIZE];
	u32 kind;
	u32 number; /* of a snapshot; else 0 */
};

#define DS_SUBSCRIBE_PRESENT 1u /* what is there already counts as changed */

struct ds_subscribe_req {
	char pattern[DS_NAME_SIZE];
	u32 kinds; /* DS_KIND_BIT()s */
	u32 flags; /* DS_SUBSCRIBE_* */
};

#define DS_PUBLISHED 1u
#define DS_DELETED 2u

struct ds_entry_reply {
	char name[DS_NAME_SIZE];
	u32 kind;
	u32 number;
	u32 what;  /* DS_PUBLISHED, DS_DELETED */
	u32 value; /* number or endpoint; else the size */
	endpoint_t owner;
};

#define DS_GONE_RESTARTED 1u /* the name comes, or came, to life again */
#define DS_GONE_ENDED 2u

struct ds_gone_req {
	endpoint_t owner;
	u32 what; /* DS_GONE_* */
};

struct ds_list_req {
	u32 position; /* 0 at first, then as the reply said */
};

struct ds_list_reply {
	struct ds_entry_reply entry;
	u32 position;
};

enum {
#define CALL(name, nr, request, reply, handler, right, what) name = MESSAGE_TYPE(PROTOCOL_DS, nr),
#include <skerry/ds.def>
#undef CALL
};

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(sizeof(struct request) <= MESSAGE_PAYLOAD_SIZE, #request " too large");     \
	_Static_assert(sizeof(struct reply) <= MESSAGE_PAYLOAD_SIZE, #reply " too large");
#include <skerry/ds.def>
#undef CALL
