/* The formatter, compared with the host's printf where ISO C defines the result. */
#include "test.h"

#include <format.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define SPACE 8192

/* Both formatters, text and length; the pattern must mean the same to both. */
#define CHECK_SAME(...)                                                                            \
	do {                                                                                       \
		char wanted[SPACE], found[SPACE];                                                  \
		int length = snprintf(wanted, SPACE, __VA_ARGS__);                                 \
		CHECK_EQ(format(found, SPACE, __VA_ARGS__), length);                               \
		CHECK_TEXT(found, wanted);                                                         \
	} while (0)

#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-extra-args"

static const char *formatted(const char *pattern, ...)
{
	static char text[SPACE];
	va_list arguments;

	va_start(arguments, pattern);
	vformat(text, sizeof(text), pattern, arguments);
	va_end(arguments);
	return text;
}

TEST("text without conversions is copied")
{
	CHECK_SAME("plain");
	CHECK_SAME("%s", "");
	CHECK_TEXT(formatted(""), "");
}

TEST("%d and %i print signed numbers to both ends")
{
	CHECK_SAME("%d %d %d", 0, 42, -42);
	CHECK_SAME("%i %i", INT_MAX, INT_MIN);
}

TEST("%u prints unsigned numbers")
{
	CHECK_SAME("%u %u %u", 0u, 10u, UINT_MAX);
}

TEST("%x, %X and %o print bases 16 and 8")
{
	CHECK_SAME("%x %X %o", 0xbeefu, 0xbeefu, 0777u);
	CHECK_SAME("%x %X %o", 0u, 0u, 0u);
}

TEST("every power of ten and its neighbours print in decimal")
{
	unsigned long long power = 1;

	for (int i = 0; i < 20; i++, power *= 10)
		CHECK_SAME("%llu %llu %llu", power - 1, power, power + 1);
	CHECK_SAME("%llu", ULLONG_MAX);
}

TEST("every single bit of 64 prints in decimal, hexadecimal and octal")
{
	for (int i = 0; i < 64; i++)
		CHECK_SAME("%llu %llx %llo", 1ull << i, 1ull << i, 1ull << i);
}

TEST("division carries over 16- and 32-bit digits")
{
	CHECK_SAME("%llu %llu", 0xffffffffull, 0x100000000ull);
	CHECK_SAME("%llu %llu", 0xffff0000ffffull, 0x9999999999999999ull);
	CHECK_SAME("%lld %lld", LLONG_MIN, LLONG_MAX);
}

TEST("lengths hh and h cut to char and short")
{
	CHECK_SAME("%hhd %hhu %hhx", 0x1ff, 0x1ff, 0x180);
	CHECK_SAME("%hd %hu %hx", 0x1ffff, 0x1ffff, 0x18000);
}

TEST("lengths l, ll, z, j and t take whole arguments")
{
	CHECK_SAME("%ld %lu %d", LONG_MIN, ULONG_MAX, 7);
	CHECK_SAME("%lld %llx %d", LLONG_MIN, ULLONG_MAX, 7);
	CHECK_SAME("%zu %zx %d", SIZE_MAX, SIZE_MAX, 7);
	CHECK_SAME("%jd %ju %d", INTMAX_MIN, UINTMAX_MAX, 7);
	CHECK_SAME("%td %d", PTRDIFF_MIN, 7);
}

TEST("%c prints any character, NUL included")
{
	char text[4];

	CHECK_SAME("%c%c", 'o', 'k');
	CHECK_EQ(format(text, sizeof(text), "%c!", 0), 2);
	CHECK_EQ(text[0], 0);
	CHECK_EQ(text[1], '!');
}

TEST("%s prints text, (null) for NULL")
{
	CHECK_SAME("<%s>", "text");
	CHECK_TEXT(formatted("<%s>", NULL), "<(null)>");
}

TEST("%s with a precision reads no further")
{
	char unended[3] = {'a', 'b', 'c'};

	CHECK_TEXT(formatted("%.3s|%.0s|%.2s", unended, unended, unended), "abc||ab");
	CHECK_SAME("%.10s", "short");
	CHECK_TEXT(formatted("%.5000s", "long"), "long");
}

TEST("%p prints 0x and digits, also for NULL")
{
	CHECK_TEXT(formatted("%p", (void *)0xabc), "0xabc");
	CHECK_TEXT(formatted("%p", NULL), "0x0");
	CHECK_TEXT(formatted("%10p|%-10p|%010p", (void *)1, (void *)1, (void *)1),
		   "       0x1|0x1       |0x00000001");
}

TEST("%% prints one percent sign")
{
	CHECK_SAME("100%% %%d");
}

TEST("width pads on the left, with - on the right")
{
	CHECK_SAME("<%5d> <%-5d> <%1d>", 42, 42, 12345);
	CHECK_SAME("<%5s> <%-5s> <%2s>", "abc", "abc", "abc");
	CHECK_SAME("<%3c> <%-3c>", 'x', 'x');
}

TEST("flag 0 pads with zeros behind the sign")
{
	CHECK_SAME("%05d %05d %+05d", 42, -42, 42);
	CHECK_SAME("%08x %#08x", 0xabcu, 0xabcu);
	CHECK_SAME("%-05d|", 42);
}

TEST("flags + and space show a sign for %d only")
{
	CHECK_SAME("%+d %+d % d % d %+ d", 5, -5, 5, -5, 5);
	CHECK_TEXT(formatted("%+u % x", 5u, 5u), "5 5");
}

TEST("flag # adds 0x, 0X or 0, but not to zero")
{
	CHECK_SAME("%#x %#X %#o", 255u, 255u, 8u);
	CHECK_SAME("%#x %#X %#o", 0u, 0u, 0u);
	CHECK_SAME("%#.5o %#6x %#-6x|", 8u, 255u, 255u);
}

TEST("precision of numbers is a minimum of digits and cancels flag 0")
{
	CHECK_SAME("%.5d %.5d %8.5d %-8.5d|", 42, -42, 42, 42);
	CHECK_SAME("%08.5d %08.3x", 42, 0xabcdu);
	CHECK_SAME("%.d %.0u", 7, 7u);
}

TEST("precision 0 prints no digit for 0")
{
	CHECK_SAME("<%.0d> <%.0x> <%#.0o> <%3.0d> <%+.0d>", 0, 0u, 0u, 0, 0);
}

TEST("* takes width and precision from the arguments")
{
	CHECK_SAME("<%*d> <%*d>", 5, 42, -5, 42);
	CHECK_SAME("<%.*d> <%.*d>", 5, 42, -5, 42);
	CHECK_SAME("<%*.*s>", 6, 2, "abcdef");
}

TEST("a huge width is cut to FORMAT_WIDTH_MAX")
{
	CHECK_EQ(strlen(formatted("%2000000000d", 1)), FORMAT_WIDTH_MAX);
	CHECK_EQ(strlen(formatted("%*d", INT_MIN, 1)), FORMAT_WIDTH_MAX);
	CHECK_EQ(strlen(formatted("%.99999999999999d", 1)), FORMAT_WIDTH_MAX);
}

TEST("an unknown conversion is printed as it stands")
{
	CHECK_TEXT(formatted("a %y %5.2f %n b %d", 7), "a %y %5.2f %n b 7");
	CHECK_TEXT(formatted("%lly"), "%lly");
}

TEST("a pattern that ends inside a conversion ends the text")
{
	CHECK_TEXT(formatted("x%"), "x%");
	CHECK_TEXT(formatted("x%-05.3ll"), "x%-05.3ll");
	CHECK_TEXT(formatted("x%h"), "x%h");
}

TEST("a buffer that is too small is ended with NUL and the full length returned")
{
	char text[8] = "zzzzzzz";

	CHECK_EQ(format(text, 5, "%s", "skerry"), 6);
	CHECK_TEXT(text, "sker");
	CHECK_EQ(text[5], 'z');
	CHECK_EQ(format(text, 7, "%s", "skerry"), 6);
	CHECK_TEXT(text, "skerry");
}

TEST("buffers of size 0 and 1 only measure")
{
	char text[2] = "z";

	CHECK_EQ(format(NULL, 0, "%d", 12345), 5);
	CHECK_EQ(format(text, 1, "%d", 12345), 5);
	CHECK_TEXT(text, "");
}

static void put_upper(void *context, char character)
{
	char **end = context;

	*(*end)++ = character >= 'a' && character <= 'z' ? (char)(character - 32) : character;
}

static int format_upper(char *text, const char *pattern, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, pattern);
	length = vformat_to(put_upper, &text, pattern, arguments);
	va_end(arguments);
	*text = 0;
	return length;
}

TEST("vformat_to hands every character to put, without NUL")
{
	char text[32];

	memset(text, 'z', sizeof(text));
	CHECK_EQ(format_upper(text, "cpu %d: %s", 3, "up"), 9);
	CHECK_TEXT(text, "CPU 3: UP");
}

TEST("vformat leaves the caller's argument list usable")
{
	CHECK_TEXT(formatted("%s %d %s %lld %c", "a", 1, "b", 1ll << 40, 'c'),
		   "a 1 b 1099511627776 c");
}
