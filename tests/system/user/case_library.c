/* Cases of what programs have from musl (ports/musl): that the library was put together rightly,
 * its assembly and its errno included, not whether musl's own tests would pass. */
#include "case.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#define ROOM 96

static unsigned char found[ROOM], wanted[ROOM];

static void fill(void)
{
	for (unsigned int i = 0; i < ROOM; i++)
		found[i] = wanted[i] = (unsigned char)(i * 7 + 1);
}

/* From `from` to `to`, by a copy that cannot overlap. */
static void move_slowly(size_t to, size_t from, size_t size)
{
	unsigned char copy[ROOM];

	for (size_t i = 0; i < size; i++)
		copy[i] = wanted[from + i];
	for (size_t i = 0; i < size; i++)
		wanted[to + i] = copy[i];
}

void case_library_memory(void)
{
	/* Kept from the compiler, which knows these functions. */
	void *(*volatile move)(void *, const void *, size_t) = memmove;
	void *(*volatile copy)(void *, const void *, size_t) = memcpy;
	void *(*volatile set)(void *, int, size_t) = memset;

	for (size_t to = 0; to < 12; to++)
		for (size_t from = 0; from < 12; from++)
			for (size_t size = 0; size < 80; size += size < 20 ? 1 : 7) {
				fill();
				CHECK(move(found + to, found + from, size) == found + to);
				move_slowly(to, from, size);
				CHECK_EQ(memcmp(found, wanted, ROOM), 0);
			}
	for (size_t to = 0; to < 4; to++)
		for (size_t size = 0; size + to < ROOM; size++) {
			fill();
			CHECK(set(found + to, 0x1AB, size) == found + to);
			for (size_t i = 0; i < size; i++)
				wanted[to + i] = 0xAB;
			for (size_t i = 0; i < ROOM; i++)
				CHECK_EQ(found[i], wanted[i]);
			CHECK(copy(wanted, found, ROOM) == wanted);
		}
}

void case_library_string(void)
{
	char text[16] = "one,two;;three";
	char *rest;

	CHECK_EQ(strcmp(strtok_r(text, ",;", &rest), "one"), 0);
	CHECK_EQ(strcmp(strtok_r(NULL, ",;", &rest), "two"), 0);
	CHECK_EQ(strcmp(strtok_r(NULL, ",;", &rest), "three"), 0);
	CHECK(strtok_r(NULL, ",;", &rest) == NULL);
	CHECK_EQ(strlcpy(text, "longer than it may be", sizeof(text)), 21);
	CHECK_EQ(strcmp(text, "longer than it "), 0);
	CHECK(strstr(text, "than") == text + 7 && strstr(text, "that") == NULL);
	CHECK(strrchr(text, 'n') == text + 10);
	CHECK_EQ(strcasecmp("TeXt", "tExT"), 0);
	CHECK(strverscmp("vm9", "vm10") < 0);
	CHECK(isxdigit('F') && !isxdigit('G') && toupper('a') == 'A');
	CHECK_EQ(ffs(0x50), 5);
}

void case_library_number(void)
{
	char *end;

	errno = 0;
	CHECK_EQ(strtol(" -0x7fg", &end, 0), -0x7f);
	CHECK(*end == 'g' && errno == 0);
	CHECK_EQ(strtoul("777", NULL, 8), 0777);
	CHECK_EQ(strtoll("9223372036854775807", NULL, 10) == INT64_MAX && errno == 0, true);
	CHECK_EQ(strtoll("9223372036854775808", NULL, 10) == INT64_MAX && errno == ERANGE, true);
	errno = 0;
	CHECK_EQ(strtoul("4294967295", &end, 10) == UINT32_MAX && *end == '\0', true);
	CHECK_EQ(strtol("no number", &end, 10), 0);
	CHECK_EQ(*end, 'n');
	CHECK_EQ(atoi("-12monkeys"), -12);
}

static int compare(const void *left, const void *right)
{
	const unsigned int l = *(const unsigned int *)left, r = *(const unsigned int *)right;

	return l < r ? -1 : l > r;
}

void case_library_sort(void)
{
	static unsigned int numbers[500];
	const unsigned int count = sizeof(numbers) / sizeof(numbers[0]);
	unsigned int sum = 0, key;

	for (unsigned int i = 0; i < count; i++)
		sum += numbers[i] = i * 2654435761u % 1009;
	qsort(numbers, count, sizeof(numbers[0]), compare);
	for (unsigned int i = 0; i < count; i++) {
		CHECK(i == 0 || numbers[i - 1] <= numbers[i]);
		sum -= numbers[i];
	}
	CHECK_EQ(sum, 0);
	key = numbers[123];
	CHECK_EQ(*(unsigned int *)bsearch(&key, numbers, count, sizeof(key), compare), key);
	key = 1009;
	CHECK(bsearch(&key, numbers, count, sizeof(key), compare) == NULL);
}
