/* Words of the kernel's command line: "name" or "name=value", separated by blanks. When a name
 * comes twice the last one wins.
 */
#pragma once

#include <skerry/types.h>

/* Copies the value, cut to size - 1 characters; false and "" when the name is not there. */
bool option_get(const char *name, char *value, size_t size);

/* The value as a number, decimal or 0x; fallback when it is none. */
uint64_t option_number(const char *name, uint64_t fallback);

/* Is `word` one of the words of `list`, which commas separate? */
bool list_has(const char *list, const char *word);
