/* SEF, what every service understands of RS: the messages of sef.def, and the faults it can be made
 * to take.
 */
#pragma once

#include <skerry/errno.h>
#include <skerry/message.h>
#include <skerry/services.h>

/* How an instance begins: struct service_start. */
#define SEF_INIT_FRESH 0u
#define SEF_INIT_RESTART 1u /* in the place of one that failed, under its endpoint */

struct sef_empty_req {
};

struct sef_empty_reply {
};

struct sef_signal_req {
	u32 signal; /* SIGNAL_* */
};

/* Faults: FAIL_INIT_* are those of the next start (RS_INJECT), the others of the next receive. */
#define FAIL_NONE 0u
#define FAIL_EXCEPTION 1u /* a read near NULL */
#define FAIL_HANG 2u	  /* an endless loop */
#define FAIL_EXIT 3u
#define FAIL_PANIC 4u
#define FAIL_INIT_ERROR 5u /* init answers EIO */
#define FAIL_INIT_HANG 6u
#define FAIL_INIT_EXCEPTION 7u
#define FAIL_KINDS 8u

struct sef_inject_req {
	u32 kind; /* FAIL_EXCEPTION .. FAIL_PANIC */
};

/* A service's panic ends with this exit status; other ends have 0 .. 255. */
#define SERVICE_STATUS_PANIC (-1)

enum {
#define CALL(name, nr, request, reply, handler, right, what) name = MESSAGE_TYPE(PROTOCOL_SEF, nr),
#include <skerry/sef.def>
#undef CALL
};

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(sizeof(struct request) <= MESSAGE_PAYLOAD_SIZE, #request " too large");     \
	_Static_assert(sizeof(struct reply) <= MESSAGE_PAYLOAD_SIZE, #reply " too large");
#include <skerry/sef.def>
#undef CALL
