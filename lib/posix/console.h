/* Standard output and errors before there is a VFS: the kernel's console. */
#pragma once

#include "posix.h"
#include <sys/uio.h>

/* Bytes written; EBADF but for descriptors 1 and 2. */
long posix_console_write(const struct posix_call *call, int fd, const struct iovec *vector,
			 int count);
