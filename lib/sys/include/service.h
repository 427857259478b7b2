/* What every service has: its start, and a loop that answers calls.
 *
 * The calls are the rows of a .def. SERVICE_RUN(request, reply, handler) for each makes a function
 * run_HANDLER; a const table of them, indexed by call number, goes into struct service (an example
 * is servers/rs/main.c). A handler gets a private copy of the request and a zeroed reply; it may
 * use the message page.
 */
#pragma once

#include <skerry/message.h>
#include <skerry/service_start.h>
#include <sys_ipc.h>

/* What a handler says: the answer's type, or that the caller gets it later or never. */
struct answer {
	bool later;
	int code; /* 0 or -errno */
};

static inline struct answer answer(int code)
{
	return (struct answer){.code = code};
}

static inline struct answer answer_later(void)
{
	return (struct answer){.later = true};
}

struct service_row {
	struct answer (*run)(endpoint_t caller, const void *payload, void *reply);
};

#define SERVICE_RUN(request_type, reply_type, handler)                                             \
	static struct answer run_##handler(endpoint_t caller, const void *payload, void *to)       \
	{                                                                                          \
		struct request_type request;                                                       \
		struct reply_type reply;                                                           \
		struct answer said;                                                                \
                                                                                                   \
		__builtin_memcpy(&request, payload, sizeof(request));                              \
		__builtin_memset(&reply, 0, sizeof(reply));                                        \
		said = handler(caller, &request, &reply);                                          \
		__builtin_memcpy(to, &reply, sizeof(reply));                                       \
		return said;                                                                       \
	}

struct service {
	uint32_t protocol;
	const struct service_row *rows;
	unsigned int row_count;
	void (*notified)(endpoint_t source); /* EP_SYSTEM and the like, or who notified */
	/* What the kernel says in the name of the message's source (kernel_message.h). NULL:
	 * dropped. */
	void (*told)(const struct message *message);
	void (*message)(
		const struct message *message); /* asynchronous, of another protocol; NULL */
};

/* First of all: attach the first thread, keep `start`, set the name. */
void service_init(const struct service_start *start, const char *name);

/* What service_init() was given. */
const struct service_start *service_start(void);

/* lib/sef's: tell RS that this service has started (0); its calls come from now on. With -errno RS
 * ends it. */
void service_ready(int result);

/* Serve the message just received; sef_run() of lib/sef does so for ever. Whom to answer: the
 * message page holds the answer; EP_NONE: nobody. Calls of other protocols and numbers are answered
 * EBADCALL. An asynchronous message counts as a call whose answer nobody wants; other messages are
 * dropped. */
endpoint_t service_serve(const struct service *service, const struct ipc_received *received);

/* Answer a caller whose handler said answer_later(). It may be gone. */
void service_answer(endpoint_t caller, int code, const void *reply, size_t reply_size);
