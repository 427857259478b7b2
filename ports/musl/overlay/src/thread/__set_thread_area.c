/* The thread pointer, and with it where a thread finds its message page: musl's `sysinfo`, which
 * on Linux holds what Skerry has no use for.
 */
#include "libc.h"
#include "pthread_impl.h"
#include <posix_libc.h>

static int has_thread_pointer;

struct message_page *__skerry_message_page(void)
{
	if (!has_thread_pointer)
		return __skerry_start_page(libc.auxv);
	return (struct message_page *)__pthread_self()->sysinfo;
}

int __set_thread_area(void *pointer)
{
	struct message_page *page = __skerry_message_page();
	const int error = __skerry_thread_pointer_set(page, (uintptr_t)pointer);

	if (error)
		return error;
	__sysinfo = (uintptr_t)page;
	__pthread_self()->sysinfo = (uintptr_t)page;
	has_thread_pointer = 1;
	return 0;
}

void __skerry_thread_begin(const struct posix_thread *thread, struct message_page *page)
{
	if (__skerry_thread_pointer_set(page, thread->pointer) != 0)
		a_crash();
	__pthread_self()->sysinfo = (uintptr_t)page;
	thread->function(thread->argument);
	__skerry_thread_exit(0, 0);
}
