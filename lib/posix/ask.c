/* Asking servers and the kernel with the calling thread's message page. */
#include "posix.h"

#include <arch/layout.h>
#include <skerry/ipc.h>
#include <skerry/program_start.h>
#include <string.h>

int posix_error(int code)
{
	switch (code) {
	case -ENOTALLOWED:
	case -EBADCALL:
		return -ENOSYS;
	case -EDEADSRCDST:
		return -EIO;
	case -ERESTART:
		return -EINTR;
	default:
		return code;
	}
}

int posix_ask(const struct posix_call *call, const struct posix_question *question)
{
	struct message *message = &call->page->message;
	int code;

	do {
		message->type = question->type;
		memcpy(message->payload, question->request, question->request_bytes);
		code = call->trap(TRAP_IPC_CALL, question->server, call->cancel);
		if (code == -EINTR)
			code = -ERESTART; /* no server has seen it */
		else if (code == 0)
			code = (int)message->type;
		if (code == -ERESTART && (question->flags & POSIX_ONCE))
			code = -EINTR;
	} while (code == -ERESTART);
	memcpy(question->reply, message->payload, question->reply_bytes);
	return posix_error(code);
}

int posix_kernel(struct message_page *page, uint32_t number, const void *request,
		 size_t request_bytes, void *reply, size_t reply_bytes)
{
	uint8_t *payload = page->message.payload;
	int code;

	memcpy(payload, request, request_bytes);
	code = __skerry_trap(TRAP_KERNEL_CALL, number, NULL);
	memcpy(reply, payload, reply_bytes);
	return posix_error(code);
}

struct message_page *__skerry_start_page(const size_t *auxiliary)
{
	const struct program_start *start;

	while (auxiliary[0] != AUX_NULL && auxiliary[0] != AUX_PROGRAM_START)
		auxiliary += 2;
	start = (const struct program_start *)auxiliary[1];
	return (struct message_page *)(uintptr_t)start->message_page;
}

int __skerry_thread_pointer_set(struct message_page *page, uintptr_t pointer)
{
	const struct sys_tls_set_req request = {pointer};

	return posix_kernel(page, SYS_TLS_SET, &request, sizeof(request), NULL, 0);
}

uint32_t posix_path_bytes(const char *path)
{
	return path == NULL ? 0 : (uint32_t)strnlen(path, 4096) + 1;
}
