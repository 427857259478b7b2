/* musl's two uses of clone: a thread of this process, and a child that runs on the parent's memory
 * until it execs (posix_spawn). The child is a plain fork here: it has a copy.
 */
#define _GNU_SOURCE
#include "pthread_impl.h"
#include <posix_libc.h>
#include <sched.h>
#include <stdarg.h>

static int spawn(int (*function)(void *), int flags, void *argument)
{
	const int pid = __syscall(SYS_clone, flags & 0xFF, 0, 0, 0, 0);

	if (pid != 0)
		return pid;
	__pthread_self()->tid = __syscall(SYS_set_tid_address, &__thread_list_lock);
	for (;;)
		__syscall(SYS_exit_group, function(argument));
}

int __clone(int (*function)(void *), void *stack, int flags, void *argument, ...)
{
	struct posix_thread_wish wish;
	va_list rest;

	if (!(flags & CLONE_THREAD))
		return spawn(function, flags, argument);
	wish.function = function;
	wish.argument = argument;
	wish.stack = (uintptr_t)stack;
	va_start(rest, argument);
	wish.tid = va_arg(rest, int *);
	wish.pointer = (uintptr_t)va_arg(rest, void *);
	wish.clear = va_arg(rest, volatile int *);
	va_end(rest);
	return __skerry_thread_create(&wish);
}
