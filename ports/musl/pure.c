/* What musl's pure functions ask of the rest of musl. Services have one kernel thread: one errno
 * is theirs alone; a program with several threads reads it under its own lock or not at all.
 */
#include <errno.h>

#include "stdio_impl.h"

int *__errno_location(void)
{
	static int number;

	return &number;
}

/* musl's own name for it. */
weak_alias(__errno_location, ___errno_location);

/* Number conversions read a text as if it were a file; its NUL ends them before they ask for more.
 */
int __uflow(FILE *file)
{
	(void)file;
	return EOF;
}
