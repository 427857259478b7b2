/* getcontext(), setcontext(), swapcontext(), makecontext(), which musl declares and does not have:
 * what is the same on every port. The registers are the port's, in arch/X/user/posix. Parts of
 * libc.
 */
#include "context_part.h"

#include <signal.h>
#include <stdlib.h>

int __skerry_context_mask(const sigset_t *set, sigset_t *old)
{
	return sigprocmask(SIG_SETMASK, set, old);
}

void __skerry_context_end(const ucontext_t *next)
{
	if (next != NULL)
		(void)setcontext(next);
	exit(0);
}
