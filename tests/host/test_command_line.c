/* Words, values and numbers of the kernel's command line. */
#include "test.h"

#include "kernel/command_line.h"

#include <skerry/errno.h>
#include <stdlib.h>
#include <string.h>

static char value[32];

static const char *value_of(const char *line, const char *name)
{
	int error = command_line_get(line, name, value, sizeof(value));

	return error == -ENOENT ? "ENOENT" : error == -E2BIG ? "E2BIG" : error ? "error" : value;
}

/* The number with fallback 7 and no bounds; the status in *error. */
static uint64_t number_of(const char *line, int *error)
{
	uint64_t number;

	*error = command_line_u64(line, "n", 7, 0, UINT64_MAX, &number);
	return number;
}

static void check_number(const char *line, uint64_t wanted)
{
	int error;

	CHECK_EQ(number_of(line, &error), wanted);
	CHECK_EQ(error, 0);
}

static void check_no_number(const char *line, int wanted)
{
	int error;

	CHECK_EQ(number_of(line, &error), 7);
	CHECK_EQ(error, wanted);
}

TEST("a value is found at the start, in the middle and at the end")
{
	const char *line = "a=1 bc=two d=3";

	CHECK_TEXT(value_of(line, "a"), "1");
	CHECK_TEXT(value_of(line, "bc"), "two");
	CHECK_TEXT(value_of(line, "d"), "3");
}

TEST("a name is matched as a whole")
{
	const char *line = "console=x xcon=y con.sole=z";

	CHECK_TEXT(value_of(line, "con"), "ENOENT");
	CHECK_TEXT(value_of(line, "consoles"), "ENOENT");
	CHECK_TEXT(value_of(line, "sole"), "ENOENT");
	CHECK_TEXT(value_of("", "a"), "ENOENT");
	CHECK_TEXT(value_of("   ", "a"), "ENOENT");
}

TEST("a name without = is a flag with the empty value")
{
	CHECK_TEXT(value_of("quiet debug", "quiet"), "");
	CHECK_TEXT(value_of("quiet debug", "debug"), "");
	CHECK(command_line_has("quiet debug", "debug"));
	CHECK(command_line_has("debug=1", "debug"));
	CHECK(!command_line_has("nodebug", "debug"));
}

TEST("an empty value after = is empty")
{
	CHECK_TEXT(value_of("a= b=", "a"), "");
	CHECK_TEXT(value_of("a= b=", "b"), "");
}

TEST("further = belong to the value")
{
	CHECK_TEXT(value_of("root=LABEL=x=y", "root"), "LABEL=x=y");
	CHECK_TEXT(value_of("a==", "a"), "=");
}

TEST("the last word of a name wins, flag or value")
{
	CHECK_TEXT(value_of("a=1 b=2 a=3", "a"), "3");
	CHECK_TEXT(value_of("a=1 a", "a"), "");
	CHECK_TEXT(value_of("a a=1", "a"), "1");
}

TEST("tabs, line ends and repeated blanks separate words")
{
	CHECK_TEXT(value_of("x\ra=1\rb=2\v", "a"), "1");
	CHECK_TEXT(value_of("\t a=1 \t\n b=2  ", "a"), "1");
	CHECK_TEXT(value_of("\t a=1 \t\n b=2  ", "b"), "2");
}

TEST("quotes keep blanks and are dropped")
{
	CHECK_TEXT(value_of("a=\"one two\" b=3", "a"), "one two");
	CHECK_TEXT(value_of("a=\"one two\" b=3", "b"), "3");
	CHECK_TEXT(value_of("a=on\"e t\"wo", "a"), "one two");
	CHECK_TEXT(value_of("a=\"\" b", "a"), "");
}

TEST("quotes may hold the whole word")
{
	CHECK_TEXT(value_of("\"a=one two\" b=3", "a"), "one two");
	CHECK_TEXT(value_of("\"a=one two\" b=3", "b"), "3");
}

TEST("a name inside quotes is part of the value, not a word")
{
	CHECK_TEXT(value_of("x=\"1 a=2 3\"", "a"), "ENOENT");
	CHECK(!command_line_has("x=\"quiet loud\"", "quiet"));
}

TEST("an open quote lasts to the end")
{
	CHECK_TEXT(value_of("a=\"one b=2", "a"), "one b=2");
	CHECK_TEXT(value_of("a=\"one b=2", "b"), "ENOENT");
	CHECK_TEXT(value_of("a=\"", "a"), "");
}

TEST("a value that just fits is copied, a longer one is -E2BIG and empty")
{
	char small[4] = "zzz";

	CHECK_EQ(command_line_get("a=123", "a", small, sizeof(small)), 0);
	CHECK_TEXT(small, "123");
	CHECK_EQ(command_line_get("a=1234", "a", small, sizeof(small)), -E2BIG);
	CHECK_TEXT(small, "");
	CHECK_EQ(command_line_get("a=", "a", small, 1), 0);
	CHECK_EQ(command_line_get("a=1", "a", small, 1), -E2BIG);
	CHECK_EQ(command_line_get("a=1", "a", NULL, 0), -E2BIG);
	CHECK_EQ(command_line_get("a=", "a", NULL, 0), -E2BIG);
}

TEST("a missing name empties the value")
{
	char text[4] = "zzz";

	CHECK_EQ(command_line_get("b=1", "a", text, sizeof(text)), -ENOENT);
	CHECK_TEXT(text, "");
}

TEST("no byte behind the line's NUL is read")
{
	char *line = strdup("a=\"x");

	CHECK_TEXT(value_of(line, "a"), "x");
	CHECK_TEXT(value_of(line, "abc"), "ENOENT");
	free(line);
}

TEST("a number that is not there is the fallback")
{
	check_number("m=3", 7);
	check_number("", 7);
}

TEST("decimal and hexadecimal numbers are read")
{
	check_number("n=0", 0);
	check_number("n=42", 42);
	check_number("n=007", 7);
	check_number("n=0x1f", 31);
	check_number("n=0XABCdef", 0xabcdef);
	check_number("n=0xabcDEF", 0xabcdef);
	check_number("n=18446744073709551615", UINT64_MAX);
	check_number("n=0xffffffffffffffff", UINT64_MAX);
}

TEST("suffixes k, m and g multiply")
{
	check_number("n=2k", 2048);
	check_number("n=3M", 3 << 20);
	check_number("n=4g", 4ull << 30);
	check_number("n=0x10k", 16384);
	check_number("n=\"1\"6K", 16384);
}

TEST("the last number counts, even if an earlier one is bad")
{
	check_number("n=x n=5", 5);
	check_no_number("n=5 n=x", -EINVAL);
}

TEST("garbage is -EINVAL and leaves the fallback")
{
	static const char *const lines[] = {"n",	"n=",	 "n=x",	  "n=12x",  "n=-1",
					    "n=+1",	"n=0x",	 "n=0xg", "n=1kk",  "n=k",
					    "n=0x1fk2", "n=1.5", "n=1kb", "n=00x1", "n=\" 1\""};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		check_no_number(lines[i], -EINVAL);
}

TEST("numbers beyond 64 bits are -ERANGE")
{
	check_no_number("n=18446744073709551616", -ERANGE);
	check_no_number("n=99999999999999999999999", -ERANGE);
	check_no_number("n=0x10000000000000000", -ERANGE);
	check_no_number("n=18014398509481984k", -ERANGE);
	check_no_number("n=17179869184g", -ERANGE);
	check_number("n=17179869183g", 17179869183ull << 30);
}

TEST("numbers outside the bounds are -ERANGE and leave the fallback")
{
	uint64_t number;

	CHECK_EQ(command_line_u64("hz=99", "hz", 250, 100, 1000, &number), -ERANGE);
	CHECK_EQ(number, 250);
	CHECK_EQ(command_line_u64("hz=1001", "hz", 250, 100, 1000, &number), -ERANGE);
	CHECK_EQ(number, 250);
	CHECK_EQ(command_line_u64("hz=100", "hz", 250, 100, 1000, &number), 0);
	CHECK_EQ(number, 100);
	CHECK_EQ(command_line_u64("hz=1k", "hz", 250, 100, 1024, &number), 0);
	CHECK_EQ(number, 1024);
}
