/* printf without floating point, allocation, locale or state, for the kernel and the services.
 *
 * Conversions: %d %i %u %x %X %o %c %s %p %%; flags - 0 + space #; width and precision as digits
 * or *; lengths hh h l ll z j t. They mean what ISO C says, with these edges:
 *   - %p is 0x and lower-case digits, also for NULL; %s of NULL prints (null).
 *   - Widths, and the precisions of numbers, are cut to FORMAT_WIDTH_MAX: a hostile width cannot
 *     hold the console for minutes.
 *   - An unknown conversion (%n and %f among them) is printed as it stands, from % to its letter,
 *     and takes no argument.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#define FORMAT_WIDTH_MAX 4096

/* Write at most size bytes, the ending NUL included (none if size is 0). Return the length the
 * whole text would have, without NUL and at most INT_MAX: the text was cut if that is not below
 * size.
 */
int format(char *text, size_t size, const char *pattern, ...)
	__attribute__((__format__(__printf__, 3, 4)));
int vformat(char *text, size_t size, const char *pattern, va_list arguments)
	__attribute__((__format__(__printf__, 3, 0)));

/* Hands the text to put, character by character, without NUL. Returns its length. */
int vformat_to(void (*put)(void *context, char character), void *context, const char *pattern,
	       va_list arguments) __attribute__((__format__(__printf__, 3, 0)));
