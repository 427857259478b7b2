/* RS's protocol: requests and replies of rs.def, and the rows of its table. */
#pragma once

#include <skerry/errno.h>
#include <skerry/message.h>
#include <skerry/services.h>

#define RS_NAME_BYTES 16u /* NUL-padded, at most 15 characters */

#define RS_RIGHT_CONTROL 1u

struct rs_ready_req {
	int32_t result; /* 0 or -errno */
};

struct rs_empty_reply {
};

struct rs_name_req {
	char name[RS_NAME_BYTES];
};

struct rs_complain_req {
	endpoint_t service;
	u32 code; /* the complainer's own, for the report */
};

struct rs_inject_req {
	char name[RS_NAME_BYTES];
	u32 kind; /* FAIL_*, skerry/sef.h */
};

/* The public part: whoever may call RS may know it. */
struct rs_public {
	char name[RS_NAME_BYTES];
	endpoint_t endpoint; /* the same for all instances; EP_NONE: never made */
	u32 flags;	     /* RS_FLAG_* */
};

#define RS_FLAG_CORE 0x1u    /* its death is the machine's */
#define RS_FLAG_RESTART 0x2u /* marked `restart` */
#define RS_FLAG_CONTROL 0x4u /* may use the control calls */

struct rs_lookup_reply {
	struct rs_public row;
};

enum rs_state {
	RS_STATE_ABSENT,   /* its `when` is not on the command line */
	RS_STATE_HELD,	   /* made; those before it start first */
	RS_STATE_STARTING, /* in its init */
	RS_STATE_RUNNING,
	RS_STATE_STOPPING, /* was told to end */
	RS_STATE_WAITING,  /* the next instance is made when the back-off is over */
	RS_STATE_DOWN,
};

/* Why the last instance ended. */
enum rs_reason {
	RS_REASON_NONE,
	RS_REASON_EXIT,	     /* detail: its status */
	RS_REASON_PANIC,     /* detail: the status */
	RS_REASON_SIGNAL,    /* an exception; detail: SIGNAL_* */
	RS_REASON_HEARTBEAT, /* no answer to a ping */
	RS_REASON_INIT,	     /* detail: what its init answered */
	RS_REASON_INIT_TIME, /* init took too long */
	RS_REASON_COMPLAINT, /* detail: the complainer's code */
	RS_REASON_CONTROL,   /* RS_DOWN, RS_RESTART, RS_REFRESH */
	RS_REASON_MAKE,	     /* no new instance could be made; detail: -errno */
	RS_REASONS,
};

struct rs_status {
	struct rs_public row;
	u32 state;	/* enum rs_state */
	u32 reason;	/* enum rs_reason */
	int32_t detail; /* of the reason */
	u32 restarts;	/* instances made after the first, for whatever reason */
	u32 failures;	/* in a row: what back-off and limit go by */
	u32 init;	/* SEF_INIT_* of the present instance */
	space_t space;	/* of the present instance; 0: it is down */
	u32 reserved;
};

struct rs_status_req {
	u64 address; /* room for `count` rows */
	u32 first;   /* row, in system.conf's order */
	u32 count;
};

struct rs_status_reply {
	u32 copied;
	u32 count; /* of the whole table */
};

enum {
#define CALL(name, nr, request, reply, handler, right, what) name = MESSAGE_TYPE(PROTOCOL_RS, nr),
#include <skerry/rs.def>
#undef CALL
};

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(sizeof(struct request) <= MESSAGE_PAYLOAD_SIZE, #request " too large");     \
	_Static_assert(sizeof(struct reply) <= MESSAGE_PAYLOAD_SIZE, #reply " too large");
#include <skerry/rs.def>
#undef CALL
