/* Inside lib/posix: what a system call gets, and how it asks kernel and servers.
 *
 * There is no state here but two variables (console.c's is none): a signal handler may call what it
 * interrupted, because the kernel saves and restores the message with the context. Nothing here
 * uses errno, thread-local storage or a stack protector: it runs before libc has set them up.
 */
#pragma once

#include <posix_libc.h>
#include <skerry/kernel_call.h>
#include <skerry/message.h>

struct posix_call {
	struct message_page *page;
	posix_trap *trap;     /* __skerry_trap, or the one of cancellation points */
	volatile int *cancel; /* what that looks at */
	long argument[6];     /* as musl passes them */
};

/* Answers a result, or a negative errno of Linux's. */
typedef long posix_function(const struct posix_call *call);

#define POSIX(number, function, what) posix_function function;
#include "posix.def"
#undef POSIX

/* Ask a server, and again when the kernel pulled the request back for a signal, or when the server
 * says ERESTART: 0 or positive, or a negative errno. The answer is copied out in every case; it and
 * the request may be NULL with 0 bytes. ONCE: ERESTART is EINTR, for what a signal always ends. */
#define POSIX_ONCE 1u
struct posix_question {
	endpoint_t server;
	uint32_t type;
	const void *request;
	size_t request_bytes;
	void *reply;
	size_t reply_bytes;
	unsigned int flags;
};
int posix_ask(const struct posix_call *call, const struct posix_question *question);

/* One row of a .def, with the row's own types; `request` is a compound literal's braces or address.
 */
#define POSIX_ASK_FLAGS(call, server_endpoint, name, request_at, reply_at, how)                    \
	posix_ask(call, &(const struct posix_question){                                            \
				.server = (server_endpoint),                                       \
				.type = (name),                                                    \
				.request = (const name##_REQUEST *){request_at},                   \
				.request_bytes = sizeof(name##_REQUEST),                           \
				.reply = (name##_REPLY *){reply_at},                               \
				.reply_bytes = (reply_at) == NULL ? 0 : sizeof(name##_REPLY),      \
				.flags = (how),                                                    \
			})
#define POSIX_ASK(call, server, name, request, reply)                                              \
	POSIX_ASK_FLAGS(call, server, name, request, reply, 0)

/* A kernel call: 0 or a negative errno. */
int posix_kernel(struct message_page *page, uint32_t number, const void *request,
		 size_t request_bytes, void *reply, size_t reply_bytes);

/* Names of errors that are Skerry's own, for programs. */
int posix_error(int code);

/* Two arguments that are one number: the lower half comes first. */
static inline uint64_t posix_wide(const struct posix_call *call, unsigned int first)
{
	return (uint32_t)call->argument[first] | (uint64_t)(uint32_t)call->argument[first + 1]
							 << 32;
}

/* Addresses and sizes in messages. */
static inline uint64_t posix_address(long argument)
{
	return (unsigned long)argument;
}

/* Bytes of a path with its NUL; NULL: 0. One that is not mapped faults here, as in any function of
 * libc. What is longer than PATH_MAX is for VFS to refuse. */
uint32_t posix_path_bytes(const char *path);

/* --- Time ------------------------------------------------------------------------------------- */

#define POSIX_SECOND 1000000000ull

/* Since boot, or since 1970. */
nanoseconds_t posix_clock(struct message_page *page, bool realtime);

/* A struct timespec as system calls of 64 bits have it. False: no valid time. `time` is at most
 * what ns64 holds less one. */
struct posix_timespec {
	int64_t seconds, nanoseconds;
};
bool posix_time_get(const struct posix_timespec *from, nanoseconds_t *time);
void posix_time_put(struct posix_timespec *to, nanoseconds_t time);
