/* Linux's numbers to functions: the rows of posix.def. What has no row answers ENOSYS, on which
 * musl and programs fall back to other ways.
 */
#include "posix.h"

#include <string.h>
#include <sys/syscall.h>

static posix_function *const functions[] = {
#define POSIX(number, function, what) [number] = function,
#include "posix.def"
#undef POSIX
};

static long dispatch(const struct posix_call *call, long number)
{
	const unsigned long index = (unsigned long)number;

	if (index >= sizeof(functions) / sizeof(functions[0]) || functions[index] == NULL)
		return -ENOSYS;
	return functions[index](call);
}

long __skerry_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	const struct posix_call call = {
		.page = __skerry_message_page(),
		.trap = __skerry_trap,
		.argument = {a, b, c, d, e, f},
	};

	return dispatch(&call, number);
}

long __skerry_syscall_cancel(posix_trap *trap, volatile int *cancel, long number,
			     const long argument[6])
{
	struct posix_call call = {
		.page = __skerry_message_page(),
		.trap = trap,
		.cancel = cancel,
	};

	memcpy(call.argument, argument, sizeof(call.argument));
	return dispatch(&call, number);
}
