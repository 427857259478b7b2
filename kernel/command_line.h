/* Lookup in the kernel's command line: words separated by blanks, each "name" or "name=value".
 * Double quotes keep blanks and are dropped: log="a b" and "log=a b" are the same word; an open
 * quote lasts to the end. When a name comes twice the last one wins, so that a user can append to
 * a configured line. Lines are NUL-ended and bounded by BOOT_COMMAND_LINE_MAX.
 */
#pragma once

#include <skerry/types.h>

bool command_line_has(const char *line, const char *name);

/* Copies the value; a name without = has the empty one. Returns 0, -ENOENT when the name is not
 * there, -E2BIG when the value and its NUL exceed size. After an error value is "" (if size > 0).
 */
int command_line_get(const char *line, const char *name, char *value, size_t size);

/* The value as a number: decimal or 0x hexadecimal, with an optional suffix k, m or g (either
 * case: times 2^10, 2^20, 2^30). Returns 0, also when the name is not there; -EINVAL when the
 * value is no such number (or empty); -ERANGE when it is not within [min, max]. In all cases but
 * a good number *value is fallback.
 */
int command_line_u64(const char *line, const char *name, uint64_t fallback, uint64_t min,
		     uint64_t max, uint64_t *value);
