/* PM's protocol: requests and replies of pm.def. */
#pragma once

#include <skerry/errno.h>
#include <skerry/message.h>
#include <skerry/services.h>

struct pm_empty_req {
};

struct pm_empty_reply {
};

struct pm_pid_reply {
	pid32 pid;
	endpoint_t thread; /* PM_FORK, in the child: its own new name */
};

/* An orphan becomes its child. Without one orphans leave no status behind. */
#define PM_PID_INIT 1

/* The argument block: `argument_count` + `environment_count` NUL-ended strings one after another,
 * the program's name first of all. E2BIG when it or the count is too large. */
#define PM_ARGUMENT_BYTES_MAX 65536u
#define PM_ARGUMENT_COUNT_MAX 4096u /* strings of both kinds */
#define PM_NAME_MAX 15u

struct pm_exec_req {
	u64 name; /* address of the archive member's name, NUL-ended */
	u64 arguments;
	u64 argument_bytes;
	u32 argument_count;
	u32 environment_count;
};

struct pm_exit_req {
	int32_t status; /* its low 8 bits count */
};

#define PM_WAIT_NOHANG 1u

struct pm_wait_req {
	pid32 pid; /* -1: any child */
	u32 flags;
};

/* status: as wait() has it: exit code << 8, or the signal that ended it */
struct pm_wait_reply {
	pid32 pid; /* 0: with NOHANG, none has ended */
	int32_t status;
};

struct pm_getpid_reply {
	pid32 pid;
	pid32 parent;
};

struct pm_kill_req {
	pid32 pid;
	u32 signal;
};

enum {
#define CALL(name, nr, request, reply, handler, right, what) name = MESSAGE_TYPE(PROTOCOL_PM, nr),
#include <skerry/pm.def>
#undef CALL
};

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(sizeof(struct request) <= MESSAGE_PAYLOAD_SIZE, #request " too large");     \
	_Static_assert(sizeof(struct reply) <= MESSAGE_PAYLOAD_SIZE, #reply " too large");
#include <skerry/pm.def>
#undef CALL
