/* Words of the command line that services get. */
#include "test.h"

#include <option.h>

static char value[8];

TEST("a value is found, and the last one counts")
{
	CHECK(option_value("a=1 bb=two a=3", "a", value, sizeof(value)));
	CHECK_TEXT(value, "3");
	CHECK(option_value("a=1 bb=two a=3", "bb", value, sizeof(value)));
	CHECK_TEXT(value, "two");
	CHECK(option_is("x y=ready", "y", "ready"));
	CHECK(!option_is("x y=ready", "y", "read"));
	CHECK(!option_is("y", "y", "ready"));
}

TEST("a word without = has the empty value")
{
	CHECK(option_value("one  two", "two", value, sizeof(value)));
	CHECK_TEXT(value, "");
	CHECK(option_value("one  two=", "two", value, sizeof(value)));
	CHECK_TEXT(value, "");
}

TEST("parts of words are no words")
{
	CHECK(!option_value("abc=1", "ab", value, sizeof(value)));
	CHECK(!option_value("abc=1", "bc", value, sizeof(value)));
	CHECK(!option_value("x=abc", "abc", value, sizeof(value)));
	CHECK(!option_value("", "a", value, sizeof(value)));
	CHECK(!option_value("   ", "a", value, sizeof(value)));
}

TEST("a long value is cut")
{
	CHECK(option_value("a=123456789", "a", value, sizeof(value)));
	CHECK_TEXT(value, "1234567");
}

TEST("numbers are decimal or hexadecimal, and nothing else")
{
	CHECK(option_integer("a=12 b=0x1f c=", "a", 7) == 12);
	CHECK(option_integer("a=12 b=0x1f c=", "b", 7) == 31);
	CHECK(option_integer("a=12 b=0x1f c=", "c", 7) == 7);
	CHECK(option_integer("a=12 b=0x1f c=", "d", 7) == 7);
	CHECK(option_integer("a=1f b=12z c=-1", "a", 7) == 7);
	CHECK(option_integer("a=1f b=12z c=-1", "b", 7) == 7);
	CHECK(option_integer("a=1f b=12z c=-1", "c", 7) == 7);
}
