/* DS's names and patterns. */
#include "test.h"

#include "servers/ds/pattern.h"
#include <string.h>

static const char *padded(const char *text)
{
	static char field[4][DS_NAME_SIZE];
	static unsigned int next;
	char *to = field[next++ % 4];

	memset(to, 'x', DS_NAME_SIZE); /* what is behind the end does not count */
	memcpy(to, text, strlen(text) + 1);
	return to;
}

TEST("names are 1 to 31 printable characters")
{
	char name[DS_NAME_SIZE];

	CHECK(name_valid(padded("a")));
	CHECK(name_valid(padded("tty.0-:/@+,")));
	CHECK(!name_valid(padded("")));
	memset(name, 'n', sizeof(name));
	CHECK(!name_valid(name));
	name[31] = '\0';
	CHECK(name_valid(name));
	for (int c = 1; c < 256; c++) {
		name[0] = (char)c;
		CHECK_EQ(name_valid(name), c > ' ' && c < 127 && strchr("*?[]^\\", c) == NULL);
	}
}

TEST("a copied name has zeros behind its end")
{
	char name[DS_NAME_SIZE];

	memset(name, 0xFF, sizeof(name));
	name_copy(name, padded("abc"));
	CHECK_TEXT(name, "abc");
	for (unsigned int i = 3; i < DS_NAME_SIZE; i++)
		CHECK_EQ(name[i], 0);
}

TEST("patterns that mean nothing are refused")
{
	static const char *const bad[] = {"",	"[",   "[]",   "[^]", "[a",    "[z-a]",
					  "a]", "a^b", "a\\b", "a b", "[a b]", "[a*]",
					  "[^", "[a-", "[?]",  "[[]"};
	static const char *const good[] = {"*",	   "?",	    "a",     "[a]",	"[^a]",	    "[a-]",
					   "[-a]", "[a-z]", "**??*", "x[0-9]*", "[a-cx-z_]"};
	char endless[DS_NAME_SIZE];

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!pattern_valid(padded(bad[i])));
	for (unsigned int i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(pattern_valid(padded(good[i])));
	memset(endless, '*', sizeof(endless));
	CHECK(!pattern_valid(endless));
}

TEST("plain text matches itself alone")
{
	CHECK(pattern_matches("tty", "tty"));
	CHECK(!pattern_matches("tty", "tt"));
	CHECK(!pattern_matches("tty", "ttyx"));
	CHECK(!pattern_matches("tty", "Tty"));
}

TEST("a question mark is one character")
{
	CHECK(pattern_matches("?", "x"));
	CHECK(pattern_matches("t?y", "tay"));
	CHECK(!pattern_matches("??", "x"));
	CHECK(!pattern_matches("?", "xy"));
}

TEST("a star is any text, also none")
{
	CHECK(pattern_matches("*", "x"));
	CHECK(pattern_matches("drv.*", "drv."));
	CHECK(pattern_matches("drv.*", "drv.ata.0"));
	CHECK(!pattern_matches("drv.*", "drv"));
	CHECK(pattern_matches("*.0", "drv.ata.0"));
	CHECK(!pattern_matches("*.0", "drv.ata.1"));
	CHECK(pattern_matches("*a*b*", "xxaxxbxx"));
	CHECK(!pattern_matches("*a*b*", "xxbxxaxx"));
	CHECK(pattern_matches("a*ab", "aaab"));
	CHECK(pattern_matches("*aab", "aaaab"));
	CHECK(pattern_matches("**", "x"));
}

TEST("a set is one of its characters, or none of them")
{
	CHECK(pattern_matches("tty[0-9]", "tty7"));
	CHECK(!pattern_matches("tty[0-9]", "ttyA"));
	CHECK(pattern_matches("[a-cx_]", "x"));
	CHECK(pattern_matches("[a-cx_]", "_"));
	CHECK(!pattern_matches("[a-cx_]", "d"));
	CHECK(pattern_matches("[^a-c]", "d"));
	CHECK(!pattern_matches("[^a-c]", "b"));
	CHECK(pattern_matches("[a-]", "-"));
	CHECK(pattern_matches("[-a]", "-"));
	CHECK(!pattern_matches("[a-]", "b"));
	CHECK(!pattern_matches("[^a]", ""));
	CHECK(pattern_matches("*[0-9][0-9]", "disk123"));
}

TEST("the worst pattern for the longest name ends")
{
	CHECK(!pattern_matches("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b",
			       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
	CHECK(pattern_matches("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}
