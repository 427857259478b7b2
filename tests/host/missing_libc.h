/* Forced into every host compilation: what lib/string has and an older glibc lacks. */
#pragma once

#include <string.h>

#if !__GLIBC_PREREQ(2, 38)
static inline size_t strlcpy(char *restrict destination, const char *restrict source, size_t size)
{
	size_t length = strlen(source);

	if (size) {
		size_t copied = length < size ? length : size - 1;

		memcpy(destination, source, copied);
		destination[copied] = 0;
	}
	return length;
}
#endif
