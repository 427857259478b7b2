/* SCHED's protocol: requests and replies of sched.def. */
#pragma once

#include <skerry/errno.h>
#include <skerry/message.h>
#include <skerry/services.h>

#define SCHED_NICE_MIN (-20)
#define SCHED_NICE_MAX 19

struct sched_empty_reply {
};

struct sched_start_req {
	endpoint_t thread;
	int32_t nice;
	u64 affinity; /* a bit a CPU; 0: every CPU */
};

struct sched_inherit_req {
	endpoint_t parent;
	endpoint_t child;
};

struct sched_thread_req {
	endpoint_t thread;
};

struct sched_nice_req {
	endpoint_t thread;
	int32_t nice;
};

struct sched_affinity_req {
	endpoint_t thread;
	u32 reserved;
	u64 affinity; /* as SCHED_START's */
};

struct sched_cpu_req {
	u32 cpu;
};

struct sched_cpu_reply {
	u32 cpu; /* where it was put */
};

struct sched_get_reply {
	endpoint_t owner; /* EP_NONE: nobody's yet */
	int32_t nice;
	u64 affinity;
	u32 priority;	    /* now */
	u32 priority_first; /* where it started, and rises to */
	u32 cpu;
	u32 reserved;
	u64 quanta; /* that it used up */
};

struct sched_load_reply {
	u32 threads; /* that SCHED put there */
	u32 busy;    /* of them, those that compute all the time */
	u64 moved;   /* threads that were moved away for balance */
};

enum {
#define CALL(name, nr, request, reply, handler, right, what)                                       \
	name = MESSAGE_TYPE(PROTOCOL_SCHED, nr),
#include <skerry/sched.def>
#undef CALL
};

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(sizeof(struct request) <= MESSAGE_PAYLOAD_SIZE, #request " too large");     \
	_Static_assert(sizeof(struct reply) <= MESSAGE_PAYLOAD_SIZE, #reply " too large");
#include <skerry/sched.def>
#undef CALL
