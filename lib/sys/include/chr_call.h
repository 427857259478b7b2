/* Requests to character drivers: one stub a row of skerry/chr.def, chr_read_send(driver, &request).
 * Nobody waits: 0 or an error of ipc_send_async; the answer is a later message (skerry/chr.h).
 */
#pragma once

#include <skerry/chr.h>
#include <sys_ipc.h>

#define CALL(name, nr, request, reply, handler, right, what) typedef struct request name##_REQUEST;
#include <skerry/chr.def>
#undef CALL

#define CHR_STUB(function, name)                                                                   \
	enum { name##_STUB };                                                                      \
	static inline int function(endpoint_t driver, const name##_REQUEST *request)               \
	{                                                                                          \
		struct message *message = &message_page()->message;                                \
                                                                                                   \
		message->type = name;                                                              \
		__builtin_memcpy(message->payload, request, sizeof(*request));                     \
		return ipc_send_async(driver, 0);                                                  \
	}

CHR_STUB(chr_open_send, CHR_OPEN)
CHR_STUB(chr_close_send, CHR_CLOSE)
CHR_STUB(chr_read_send, CHR_READ)
CHR_STUB(chr_write_send, CHR_WRITE)
CHR_STUB(chr_ioctl_send, CHR_IOCTL)
CHR_STUB(chr_poll_send, CHR_POLL)
CHR_STUB(chr_cancel_send, CHR_CANCEL)
CHR_STUB(chr_session_end_send, CHR_SESSION_END)

#undef CHR_STUB

/* A row without a stub does not compile. */
#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(name##_STUB == 0, #name " has no stub");
#include <skerry/chr.def>
#undef CALL
