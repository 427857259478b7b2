/* panic() of programs on the build machine: says it, and ends. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys.h>

void panic(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	abort();
}
