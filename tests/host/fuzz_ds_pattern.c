/* Input: 32 bytes that may be a pattern, then up to 32 that may be a name. Both are compared with a
 * matcher of another kind: a table of which rest of the pattern matches which rest of the name.
 */
#include "fuzz.h"

#include "servers/ds/pattern.h"

static bool plain(char c)
{
	return c >= '!' && c <= '~' && c != '*' && c != '?' && c != '[' && c != ']' && c != '^' &&
	       c != '\\';
}

/* The length of the element at `at` (0: it is none), and the characters it stands for. */
static size_t element(const char *at, bool allowed[128])
{
	const bool negated = at[0] == '[' && at[1] == '^';
	size_t i = negated ? 2 : 1;

	memset(allowed, 0, 128);
	if (at[0] != '[') {
		if (at[0] == '?')
			memset(allowed + '!', 1, 127 - '!');
		else if (plain(at[0]))
			allowed[(int)at[0]] = true;
		else
			return 0;
		return 1;
	}
	if (at[i] == ']')
		return 0;
	while (at[i] != ']') {
		char high = at[i];

		if (!plain(at[i]))
			return 0;
		if (at[i + 1] == '-' && at[i + 2] != ']') {
			high = at[i + 2];
			if (!plain(high) || high < at[i])
				return 0;
		}
		for (int c = at[i]; c <= high; c++)
			allowed[c] = true;
		i += at[i + 1] == '-' && at[i + 2] != ']' ? 3 : 1;
	}
	for (int c = '!'; negated && c < 127; c++)
		allowed[c] = !allowed[c];
	return i + 1;
}

static bool expect_valid(const char *pattern)
{
	bool allowed[128];

	if (memchr(pattern, 0, DS_NAME_SIZE) == NULL || pattern[0] == 0)
		return false;
	while (*pattern) {
		const size_t length = *pattern == '*' ? 1 : element(pattern, allowed);

		if (length == 0)
			return false;
		pattern += length;
	}
	return true;
}

/* rest[p][n]: what is left of the pattern from p on matches the name from n on. */
static bool expect_match(const char *pattern, const char *name)
{
	const size_t patterns = strlen(pattern), names = strlen(name);
	bool rest[DS_NAME_SIZE + 1][DS_NAME_SIZE + 1] = {0};
	bool allowed[128];

	rest[patterns][names] = true;
	for (size_t p = patterns; p-- > 0;) {
		const size_t length = pattern[p] == '*' ? 1 : element(pattern + p, allowed);

		if (length == 0)
			continue; /* the middle of a set */
		for (size_t n = names + 1; n-- > 0;) {
			if (pattern[p] == '*')
				rest[p][n] = rest[p + 1][n] || (n < names && rest[p][n + 1]);
			else
				rest[p][n] = n < names && allowed[(int)name[n]] &&
					     rest[p + length][n + 1];
		}
	}
	return rest[0][0];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char pattern[DS_NAME_SIZE] = {0}, name[DS_NAME_SIZE] = {0};
	bool valid;

	memcpy(pattern, data, size < DS_NAME_SIZE ? size : DS_NAME_SIZE);
	if (size > DS_NAME_SIZE)
		memcpy(name, data + DS_NAME_SIZE,
		       size - DS_NAME_SIZE < DS_NAME_SIZE ? size - DS_NAME_SIZE : DS_NAME_SIZE);
	valid = pattern_valid(pattern);
	fuzz_require(valid == expect_valid(pattern), "patterns are valid for both or neither");
	fuzz_accepted(valid && name_valid(name));
	if (valid && name_valid(name))
		fuzz_require(pattern_matches(pattern, name) == expect_match(pattern, name),
			     "both matchers agree");
	return 0;
}
