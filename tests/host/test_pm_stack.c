/* The first bytes of a program's stack: what its entry point finds there. */
#include "test.h"

#include "servers/pm/stack_image.h"
#include <string.h>

static struct stack_image image;

static const struct stack_facts facts = {
	.top = 0x7FFF0000,
	.thread = 0x1005,
	.pid = 12,
	.message_page = 0x5000,
	.entry = 0x400010,
	.headers = 0x400034,
	.header_size = 32,
	.header_count = 3,
	.page_size = 4096,
};

static bool begin(const char *strings, size_t bytes, unsigned int arguments,
		  unsigned int environment)
{
	void *to = stack_image_begin(&image, bytes, arguments, environment);

	if (to == NULL)
		return false;
	memcpy(to, strings, bytes);
	return stack_image_valid(&image);
}

/* Where the image has what the program will see at the address. */
static const void *at(uintptr_t address)
{
	return image.bytes + sizeof(image.bytes) - (facts.top - address);
}

static const uintptr_t *aux_find(const uintptr_t *pair, uintptr_t kind)
{
	for (; pair[0] != AUX_NULL; pair += 2) {
		if (pair[0] == kind)
			return &pair[1];
	}
	return NULL;
}

TEST("arguments, environment and auxiliary vector follow one another")
{
	struct stack_places places;
	const struct program_start *start;
	const uintptr_t *word;

	CHECK(begin("prog\0\0two\0A=1\0B=", sizeof("prog\0\0two\0A=1\0B="), 3, 2));
	stack_image_finish(&image, &facts, &places);
	CHECK_EQ(places.stack_pointer % 16, 0);
	CHECK_EQ(places.start % 16, 0);
	CHECK_EQ(facts.top - places.stack_pointer, image.used);
	word = at(places.stack_pointer);
	CHECK_EQ(word[0], 3);
	CHECK_TEXT(at(word[1]), "prog");
	CHECK_TEXT(at(word[2]), "");
	CHECK_TEXT(at(word[3]), "two");
	CHECK_EQ(word[4], 0);
	CHECK_TEXT(at(word[5]), "A=1");
	CHECK_TEXT(at(word[6]), "B=");
	CHECK_EQ(word[7], 0);
	CHECK_EQ(*aux_find(word + 8, AUX_PAGE_SIZE), 4096);
	CHECK_EQ(*aux_find(word + 8, AUX_ENTRY), 0x400010);
	CHECK_EQ(*aux_find(word + 8, AUX_PROGRAM_HEADERS), 0x400034);
	CHECK_EQ(*aux_find(word + 8, AUX_PROGRAM_HEADER_SIZE), 32);
	CHECK_EQ(*aux_find(word + 8, AUX_PROGRAM_HEADER_COUNT), 3);
	CHECK_EQ(*aux_find(word + 8, AUX_PROGRAM_START), places.start);
	start = at(places.start);
	CHECK_EQ(start->endpoint, 0x1005);
	CHECK_EQ(start->pid, 12);
	CHECK_EQ(start->message_page, 0x5000);
	CHECK_EQ(start->stack_top, facts.top);
	CHECK_EQ(start->arguments, places.stack_pointer);
}

TEST("strings that are not as many as was said are refused")
{
	CHECK(begin("a\0b", 4, 2, 0));
	CHECK(!begin("a\0b", 4, 1, 0));
	CHECK(!begin("a\0b", 4, 1, 2));
	CHECK(!begin("a\0b", 3, 2, 0));
	CHECK(!begin("a\0b", 3, 1, 0)); /* one string too many, without its end */
	CHECK(!begin("a", 2, 0, 1));
	CHECK(!begin("", 0, 1, 0));
	CHECK(!begin("", 0, 0, 0));
}

TEST("the largest block fits, a larger one is refused")
{
	static char strings[PM_ARGUMENT_BYTES_MAX + 1];
	struct stack_places places;
	const uintptr_t *word;

	memset(strings, 'x', sizeof(strings));
	for (unsigned int i = 0; i + 1 < PM_ARGUMENT_COUNT_MAX; i++)
		strings[i * 7] = '\0';
	strings[PM_ARGUMENT_BYTES_MAX - 1] = '\0';
	CHECK(begin(strings, PM_ARGUMENT_BYTES_MAX, PM_ARGUMENT_COUNT_MAX - 2, 2));
	stack_image_finish(&image, &facts, &places);
	CHECK(image.used <= sizeof(image.bytes));
	word = at(places.stack_pointer);
	CHECK_EQ(word[0], PM_ARGUMENT_COUNT_MAX - 2);
	CHECK_TEXT(at(word[2]), "xxxxxx");
	CHECK_EQ(strlen(at(word[1 + PM_ARGUMENT_COUNT_MAX])),
		 PM_ARGUMENT_BYTES_MAX - (PM_ARGUMENT_COUNT_MAX - 2) * 7 - 2);
	CHECK(!stack_image_begin(&image, PM_ARGUMENT_BYTES_MAX + 1, 1, 0));
	CHECK(!stack_image_begin(&image, UINT64_MAX, 1, 0));
	CHECK(!stack_image_begin(&image, 8, PM_ARGUMENT_COUNT_MAX + 1, 0));
	CHECK(!stack_image_begin(&image, 8, PM_ARGUMENT_COUNT_MAX, 1));
	CHECK(!stack_image_begin(&image, 8, 1, UINT32_MAX));
}

TEST("a script's interpreter and path take the place of its first argument")
{
	struct stack_places places;
	const uintptr_t *word;

	CHECK(begin("s\0two\0A=1", sizeof("s\0two\0A=1"), 2, 1));
	CHECK(stack_image_script(&image, "/bin/interpreter", "-x", "/a/script"));
	stack_image_finish(&image, &facts, &places);
	word = at(places.stack_pointer);
	CHECK_EQ(word[0], 4);
	CHECK_TEXT(at(word[1]), "/bin/interpreter");
	CHECK_TEXT(at(word[2]), "-x");
	CHECK_TEXT(at(word[3]), "/a/script");
	CHECK_TEXT(at(word[4]), "two");
	CHECK_EQ(word[5], 0);
	CHECK_TEXT(at(word[6]), "A=1");
	CHECK_EQ(places.strings, word[1]);
	CHECK_EQ(places.environment_bytes, sizeof("A=1"));
	/* Without an argument, and what is too much. */
	CHECK(begin("s", 2, 1, 0));
	CHECK(stack_image_script(&image, "i", NULL, "p"));
	CHECK_EQ(image.argument_count, 2);
	CHECK(stack_image_valid(&image));
	image.string_bytes = PM_ARGUMENT_BYTES_MAX;
	CHECK(!stack_image_script(&image, "interpreter", NULL, "p"));
	image.string_bytes = 4;
	image.environment_count = PM_ARGUMENT_COUNT_MAX - 2;
	CHECK(!stack_image_script(&image, "i", NULL, "p"));
}
