/* Words of the command line that services get (service_start.command_line): blanks between them,
 * each NAME or NAME=VALUE; the last one of a name counts. */
#pragma once

#include <skerry/types.h>

/* Is the word there? Its value (empty without '=') is cut to size - 1 characters. */
bool option_value(const char *line, const char *name, char *value, size_t size);

/* Is it there, with this very value? */
bool option_is(const char *line, const char *name, const char *wanted);

/* Its value as a number, decimal or from 0x on; `fallback` if it is not there or no number. */
u64 option_integer(const char *line, const char *name, u64 fallback);
