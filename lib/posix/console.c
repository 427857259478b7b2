/* Text of a program that has no VFS to write to; it goes when every program has. */
#include "console.h"

static int piece_write(const struct posix_call *call, const char *text, size_t bytes)
{
	while (bytes > 0) {
		const size_t part = bytes < DIAG_PRINT_MAX ? bytes : DIAG_PRINT_MAX;
		const struct sys_diag_req request = {
			.operation = DIAG_PRINT,
			.thread = EP_NONE,
			.address = (uintptr_t)text,
			.bytes = (u32)part,
		};
		const int error =
			posix_kernel(call->page, SYS_DIAG, &request, sizeof(request), NULL, 0);

		if (error != 0)
			return error;
		text += part;
		bytes -= part;
	}
	return 0;
}

long posix_console_write(const struct posix_call *call, int fd, const struct iovec *vector,
			 int count)
{
	long written = 0;

	if (fd != 1 && fd != 2)
		return -EBADF;
	for (int i = 0; i < count; i++) {
		const int error = piece_write(call, vector[i].iov_base, vector[i].iov_len);

		if (error != 0)
			return error;
		written += (long)vector[i].iov_len;
	}
	return written;
}
