/* The kernel's own memory and string functions: ISO C names and contracts, plus BSD's strlcpy.
 * Usable as <string.h> in a freestanding build; services and programs have musl's instead.
 * The compiler itself emits calls of the first four.
 */
#pragma once

#include <stddef.h>

void *memcpy(void *restrict destination, const void *restrict source, size_t size);
void *memmove(void *destination, const void *source, size_t size);
void *memset(void *destination, int byte, size_t size);
int memcmp(const void *left, const void *right, size_t size);

size_t strlen(const char *text);
int strcmp(const char *left, const char *right);
int strncmp(const char *left, const char *right, size_t size);

/* The first place of character in text, its NUL included; NULL when there is none. */
char *strchr(const char *text, int character);

/* Copies at most size - 1 characters and always ends them with NUL (unless size is 0). Returns
 * strlen(source): the copy was cut if that is not below size.
 */
size_t strlcpy(char *restrict destination, const char *restrict source, size_t size);
