/* Input: one byte of choice; then, if it is even, bytes that are turned into one conversion whose
 * result is compared with the host's printf, else a pattern that is only run, with pointers to
 * text as arguments (each fits any conversion on a 64-bit host).
 */
#include "fuzz.h"

#include <format.h>

#define SPACE 8192
#define ARGUMENTS 24

#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-security"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

struct choices {
	uint8_t flags;
	uint8_t width_kind, width;
	uint8_t precision_kind, precision;
	uint8_t length, letter;
	uint8_t value[8];
};

static void append_count(char *pattern, uint8_t kind, uint8_t value)
{
	if (kind % 2)
		sprintf(pattern + strlen(pattern), "%d", value);
}

/* Builds the conversion; combinations ISO C leaves undefined are left out. */
static char make_pattern(const struct choices *choices, char *pattern)
{
	static const char *const lengths[] = {"", "hh", "h", "l", "ll", "z", "j", "t"};
	char letter = "diuxXocsp"[choices->letter % 9];
	bool is_number = !strchr("csp", letter);

	strcpy(pattern, "<%");
	for (int i = 0; i < 5; i++) {
		char flag = "-0+ #"[i];

		if (choices->flags >> i & 1 && (flag == '-' || is_number) &&
		    (flag != '#' || strchr("xXo", letter)))
			strncat(pattern, &flag, 1);
	}
	append_count(pattern, choices->width_kind, choices->width);
	if (choices->precision_kind % 3 && (is_number || letter == 's')) {
		strcat(pattern, ".");
		append_count(pattern, choices->precision_kind, choices->precision);
	}
	if (is_number)
		strcat(pattern, lengths[choices->length % 8]);
	strncat(pattern, &letter, 1);
	strcat(pattern, ">");
	return letter;
}

static void compare(const struct choices *choices)
{
	static const char text[] = "The quick brown fox jumps over the lazy dog";
	char pattern[64], wanted[SPACE], found[SPACE];
	char letter = make_pattern(choices, pattern);
	int wanted_length, found_length;
	uint64_t value;

	memcpy(&value, choices->value, sizeof(value));
	if (letter == 'p' && !value)
		value = 1; /* the host prints (nil) */
	if (letter == 's')
		value = (uintptr_t)text + value % sizeof(text);
	wanted_length = snprintf(wanted, SPACE, pattern, value);
	found_length = format(found, SPACE, pattern, value);
	if (wanted_length != found_length || memcmp(wanted, found, (size_t)wanted_length + 1))
		fprintf(stderr, "%s of %llx: \"%s\", not \"%s\"\n", pattern,
			(unsigned long long)value, found, wanted);
	fuzz_require(wanted_length == found_length, "both lengths agree");
	fuzz_require(!memcmp(wanted, found, (size_t)wanted_length + 1), "both texts agree");
}

static void run_pattern(const uint8_t *data, size_t size)
{
	static const char text[] = "text";
	char *pattern = malloc(size + 1), found[SPACE];
	size_t wanted = 0;
	int length;

	memcpy(pattern, data, size);
	pattern[size] = 0;
	for (size_t i = 0; pattern[i]; i++)
		wanted += pattern[i] == '%' || pattern[i] == '*';
	if (wanted <= ARGUMENTS) {
		length = format(found, sizeof(found), pattern, text, text, text, text, text, text,
				text, text, text, text, text, text, text, text, text, text, text,
				text, text, text, text, text, text, text);
		fuzz_require(length >= 0, "the length is positive");
		fuzz_require(memchr(found, 0, sizeof(found)), "the text is ended");
	}
	free(pattern);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct choices choices = {0};

	if (!size)
		return 0;
	if (data[0] % 2) {
		run_pattern(data + 1, size - 1);
		return 0;
	}
	memcpy(&choices, data + 1, size - 1 < sizeof(choices) ? size - 1 : sizeof(choices));
	compare(&choices);
	return 0;
}
