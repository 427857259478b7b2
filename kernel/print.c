/* Console output. */
#include "kernel/print.h"

#include "kernel/arch.h"
#include <format.h>

static void put(void *context, char c)
{
	(void)context;
	arch_console_put(c);
}

void print_list(const char *format, va_list args)
{
	vformat_to(put, NULL, format, args);
}

void print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_list(format, args);
	va_end(args);
}
