/* Names of entries, and patterns of subscribers. Pure. Both come in DS_NAME_SIZE bytes that may be
 * anything; the other functions take only what was found valid.
 */
#pragma once

#include <skerry/ds.h>

/* At least one character, all of them allowed, and an end. */
bool name_valid(const char name[DS_NAME_SIZE]);

/* Copied with zeros behind its end, so that names are equal iff their bytes are. */
void name_copy(char to[DS_NAME_SIZE], const char from[DS_NAME_SIZE]);

/*   *       any text, also none
 *   ?       one character
 *   [a-z_]  one of these; [^a-z_] one that is none of these; never empty, no range backwards
 * and what may be in a name stands for itself. */
bool pattern_valid(const char pattern[DS_NAME_SIZE]);

bool pattern_matches(const char *pattern, const char *name);
