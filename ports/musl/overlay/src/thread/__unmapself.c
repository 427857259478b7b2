/* The end of a detached thread: its stack goes with it, which only PM can do. */
#include "pthread_impl.h"
#include <posix_libc.h>

void __unmapself(void *base, size_t bytes)
{
	__skerry_thread_exit((uintptr_t)base, bytes);
}
