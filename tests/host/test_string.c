/* The kernel's string functions under other names, compared with byte loops and the host's. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#define memcpy sk_memcpy
#define memmove sk_memmove
#define memset sk_memset
#define memcmp sk_memcmp
#define strlen sk_strlen
#define strcmp sk_strcmp
#define strncmp sk_strncmp
#define strchr sk_strchr
#define strlcpy sk_strlcpy
#include "lib/string/include/string.h"
#include "lib/string/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen
#undef strcmp
#undef strncmp
#undef strchr

#define SPACE 160

static void fill(unsigned char *bytes, size_t size, unsigned int seed)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (unsigned char)(i * 7 + seed);
}

/* Runs copy for every pair of alignments and every size and compares the whole neighbourhood. */
static bool copies_exactly(void *(*copy)(void *, const void *, size_t))
{
	unsigned char source[SPACE], found[SPACE], wanted[SPACE];

	for (size_t to = 0; to < 16; to++)
		for (size_t from = 0; from < 16; from++)
			for (size_t size = 0; size < SPACE - 16; size++) {
				fill(source, SPACE, 3);
				fill(found, SPACE, 100);
				fill(wanted, SPACE, 100);
				for (size_t i = 0; i < size; i++)
					wanted[to + i] = source[from + i];
				if (copy(found + to, source + from, size) != found + to)
					return false;
				if (memcmp(found, wanted, SPACE))
					return false;
			}
	return true;
}

static void *plain_memcpy(void *to, const void *from, size_t size)
{
	return sk_memcpy(to, from, size);
}

TEST("memcpy copies every size at every alignment and nothing else")
{
	CHECK(copies_exactly(plain_memcpy));
}

TEST("memmove copies every size at every alignment and nothing else")
{
	CHECK(copies_exactly(sk_memmove));
}

TEST("memmove moves overlapping bytes up and down by every distance")
{
	unsigned char found[SPACE], wanted[SPACE];
	bool right = true;

	for (size_t to = 0; to < 40; to++)
		for (size_t from = 0; from < 40; from++)
			for (size_t size = 0; size < SPACE - 40; size++) {
				fill(found, SPACE, 9);
				fill(wanted, SPACE, 9);
				memmove(wanted + to, wanted + from, size);
				sk_memmove(found + to, found + from, size);
				right &= !memcmp(found, wanted, SPACE);
			}
	CHECK(right);
}

TEST("memcpy of size 0 touches neither side")
{
	CHECK(sk_memcpy((void *)8, (void *)16, 0) == (void *)8);
	CHECK(sk_memmove((void *)8, (void *)16, 0) == (void *)8);
}

TEST("memset sets every size at every alignment and nothing else")
{
	unsigned char found[SPACE], wanted[SPACE];
	bool right = true;

	for (size_t to = 0; to < 16; to++)
		for (size_t size = 0; size < SPACE - 16; size++) {
			fill(found, SPACE, 1);
			fill(wanted, SPACE, 1);
			for (size_t i = 0; i < size; i++)
				wanted[to + i] = 0xa5;
			right &= sk_memset(found + to, 0xa5, size) == found + to;
			right &= !memcmp(found, wanted, SPACE);
		}
	CHECK(right);
}

TEST("memset uses the low byte of its value only")
{
	unsigned char bytes[64];

	sk_memset(bytes, 0x1234, sizeof(bytes));
	CHECK_EQ(bytes[0], 0x34);
	CHECK_EQ(bytes[63], 0x34);
	sk_memset(bytes, -1, sizeof(bytes));
	CHECK_EQ(bytes[31], 0xff);
}

TEST("memcmp finds a difference at every place and alignment")
{
	unsigned char left[SPACE], right[SPACE];
	bool fine = true;

	for (size_t a = 0; a < 8; a++)
		for (size_t b = 0; b < 8; b++)
			for (size_t size = 1; size < 80; size++) {
				fill(left + a, size, 5);
				fill(right + b, size, 5);
				fine &= sk_memcmp(left + a, right + b, size) == 0;
				right[b + size / 2] ^= 0x80;
				fine &= sk_memcmp(left + a, right + b, size) ==
					(left[a + size / 2] < right[b + size / 2] ? -1 : 1);
				fine &= sk_memcmp(left + a, right + b, size / 2) == 0;
			}
	CHECK(fine);
}

TEST("memcmp orders by the first different byte, unsigned")
{
	CHECK(sk_memcmp("\x01\xff\xff\xff\xff\xff\xff\xff", "\x02\0\0\0\0\0\0\0", 8) < 0);
	CHECK(sk_memcmp("\xff", "\x01", 1) > 0);
	CHECK(sk_memcmp("a\0b", "a\0c", 3) < 0);
	CHECK_EQ(sk_memcmp("a", "b", 0), 0);
}

TEST("strlen counts up to NUL")
{
	CHECK_EQ(sk_strlen(""), 0);
	CHECK_EQ(sk_strlen("skerry"), 6);
	CHECK_EQ(sk_strlen("a\0b"), 1);
}

TEST("strlen reads no byte behind NUL")
{
	char *text = strdup("0123456789");

	for (int i = 0; i <= 10; i++)
		CHECK_EQ(sk_strlen(text + i), 10 - i);
	free(text);
}

TEST("strcmp orders like ISO C: by unsigned characters, prefixes first")
{
	CHECK_EQ(sk_strcmp("abc", "abc"), 0);
	CHECK(sk_strcmp("abc", "abd") < 0);
	CHECK(sk_strcmp("abc", "ab") > 0);
	CHECK(sk_strcmp("", "a") < 0);
	CHECK(sk_strcmp("\xe9", "z") > 0);
}

TEST("strncmp stops at its size and at NUL")
{
	CHECK_EQ(sk_strncmp("abcX", "abcY", 3), 0);
	CHECK(sk_strncmp("abcX", "abcY", 4) < 0);
	CHECK_EQ(sk_strncmp("ab\0X", "ab\0Y", 4), 0);
	CHECK_EQ(sk_strncmp("a", "b", 0), 0);
	CHECK(sk_strncmp("\xff", "\x01", 1) > 0);
}

TEST("strncmp reads no byte behind its size")
{
	char *left = malloc(3), *right = malloc(3);

	memcpy(left, "abc", 3);
	memcpy(right, "abc", 3);
	CHECK_EQ(sk_strncmp(left, right, 3), 0);
	free(left);
	free(right);
}

TEST("strchr finds the first place")
{
	const char *text = "banana";

	CHECK(sk_strchr(text, 'a') == text + 1);
	CHECK(sk_strchr(text, 'b') == text);
	CHECK(sk_strchr(text, 'x') == NULL);
}

TEST("strchr finds NUL and converts its character")
{
	const char *text = "a\xe9";

	CHECK(sk_strchr(text, 0) == text + 2);
	CHECK(sk_strchr(text, 0xe9) == text + 1);
	CHECK(sk_strchr(text, 'a' + 256) == text);
}

TEST("strlcpy copies, ends with NUL and returns the source's length")
{
	char text[8];

	CHECK_EQ(sk_strlcpy(text, "skerry", sizeof(text)), 6);
	CHECK_TEXT(text, "skerry");
}

TEST("strlcpy cuts what does not fit")
{
	char text[8] = "zzzzzzz";

	CHECK_EQ(sk_strlcpy(text, "skerry", 4), 6);
	CHECK_TEXT(text, "ske");
	CHECK_EQ(text[4], 'z');
	CHECK_EQ(sk_strlcpy(text, "skerry", 6), 6);
	CHECK_TEXT(text, "skerr");
}

TEST("strlcpy with sizes 0 and 1")
{
	char text[2] = "z";

	CHECK_EQ(sk_strlcpy(text, "abc", 0), 3);
	CHECK_TEXT(text, "z");
	CHECK_EQ(sk_strlcpy(text, "abc", 1), 3);
	CHECK_TEXT(text, "");
}
