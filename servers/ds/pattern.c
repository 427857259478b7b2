/* Names and patterns. */
#include "pattern.h"

#include <string.h>

static bool character_plain(char c)
{
	return c > ' ' && c < 0x7F && strchr("*?[]^\\", c) == NULL;
}

static bool ended(const char text[DS_NAME_SIZE])
{
	return memchr(text, '\0', DS_NAME_SIZE) != NULL;
}

bool name_valid(const char name[DS_NAME_SIZE])
{
	if (!ended(name) || name[0] == '\0')
		return false;
	while (*name != '\0') {
		if (!character_plain(*name++))
			return false;
	}
	return true;
}

void name_copy(char to[DS_NAME_SIZE], const char from[DS_NAME_SIZE])
{
	const size_t length = strlen(from);

	memcpy(to, from, length);
	memset(to + length, 0, DS_NAME_SIZE - length);
}

/* --- Sets ------------------------------------------------------------------------------------- */

/* An element of a set, at its first character: its ends, and what follows. */
static const char *range_read(const char *at, char *low, char *high)
{
	*low = *high = *at++;
	if (*low != '\0' && at[0] == '-' && at[1] != ']' && at[1] != '\0') {
		*high = at[1];
		at += 2;
	}
	return at;
}

/* What follows the set that begins at '['; NULL: it is none. */
static const char *set_check(const char *at)
{
	char low, high;

	at++;
	if (*at == '^')
		at++;
	do {
		at = range_read(at, &low, &high);
		if (!character_plain(low) || !character_plain(high) || low > high)
			return NULL;
	} while (*at != ']');
	return at + 1;
}

/* What follows the set; *found: the character is one that it lets through. */
static const char *set_match(const char *at, char c, bool *found)
{
	const bool negated = at[1] == '^';
	char low, high;

	at += negated ? 2 : 1;
	*found = negated;
	while (*at != ']') {
		at = range_read(at, &low, &high);
		if (c >= low && c <= high)
			*found = !negated;
	}
	return at + 1;
}

/* --- Patterns --------------------------------------------------------------------------------- */

bool pattern_valid(const char pattern[DS_NAME_SIZE])
{
	if (!ended(pattern) || pattern[0] == '\0')
		return false;
	while (*pattern != '\0') {
		if (*pattern == '[') {
			pattern = set_check(pattern);
			if (pattern == NULL)
				return false;
		} else if (*pattern == '*' || *pattern == '?' || character_plain(*pattern)) {
			pattern++;
		} else {
			return false;
		}
	}
	return true;
}

/* One character against what stands at `pattern`, no star: what follows; NULL: it does not fit. */
static const char *step(const char *pattern, char c)
{
	bool found;

	if (*pattern == '[') {
		pattern = set_match(pattern, c, &found);
		return found ? pattern : NULL;
	}
	return *pattern == '?' || *pattern == c ? pattern + 1 : NULL;
}

/* A later star takes all that an earlier one could, so only the last is tried again: with one
 * character more. */
bool pattern_matches(const char *pattern, const char *name)
{
	const char *star = NULL, *resume = NULL, *next;

	while (*name != '\0') {
		if (*pattern == '*') {
			star = ++pattern;
			resume = name;
			continue;
		}
		next = *pattern != '\0' ? step(pattern, *name) : NULL;
		if (next != NULL) {
			pattern = next;
			name++;
		} else if (star != NULL) {
			pattern = star;
			name = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}
