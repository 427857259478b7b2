/* The command line's words, read character by character so that nothing needs copying or a limit:
 * a scanner drops quotes and ends words, and matching works on what it yields.
 */
#include "kernel/command_line.h"

#include <skerry/errno.h>

#define END_OF_WORD (-1)

struct scanner {
	const char *next;
	bool quoted;
};

static bool is_blank(char character)
{
	return character == ' ' || (character >= '\t' && character <= '\r');
}

/* Moves to the next word's first character; false at the line's end. */
static bool scanner_start_word(struct scanner *scanner)
{
	scanner->quoted = false;
	while (is_blank(*scanner->next))
		scanner->next++;
	return *scanner->next;
}

/* The word's next character, or END_OF_WORD as often as asked. */
static int scanner_take(struct scanner *scanner)
{
	for (; *scanner->next == '"'; scanner->next++)
		scanner->quoted = !scanner->quoted;
	if (!*scanner->next || (!scanner->quoted && is_blank(*scanner->next)))
		return END_OF_WORD;
	return (unsigned char)*scanner->next++;
}

static void scanner_end_word(struct scanner *scanner)
{
	while (scanner_take(scanner) != END_OF_WORD)
		;
}

/* Whether the word is name or name=...; leaves the scanner at the value. */
static bool scanner_match(struct scanner *scanner, const char *name)
{
	int character = scanner_take(scanner);

	for (; *name; name++) {
		if (character != (unsigned char)*name)
			return false;
		character = scanner_take(scanner);
	}
	return character == '=' || character == END_OF_WORD;
}

/* Finds the last word of that name; *value is then a scanner at its value. */
static bool find_value(const char *line, const char *name, struct scanner *value)
{
	struct scanner scanner = {.next = line};
	bool found = false;

	while (scanner_start_word(&scanner)) {
		if (scanner_match(&scanner, name)) {
			*value = scanner;
			found = true;
		}
		scanner_end_word(&scanner);
	}
	return found;
}

bool command_line_has(const char *line, const char *name)
{
	struct scanner value;

	return find_value(line, name, &value);
}

int command_line_get(const char *line, const char *name, char *value, size_t size)
{
	struct scanner scanner;
	int character;
	size_t length = 0;

	if (size)
		value[0] = 0;
	if (!find_value(line, name, &scanner))
		return -ENOENT;
	while ((character = scanner_take(&scanner)) != END_OF_WORD) {
		if (length + 1 >= size) {
			if (size)
				value[0] = 0;
			return -E2BIG;
		}
		value[length++] = (char)character;
	}
	if (!size)
		return -E2BIG;
	value[length] = 0;
	return 0;
}

static int digit_value(int character)
{
	if (character >= '0' && character <= '9')
		return character - '0';
	if (character >= 'a' && character <= 'f')
		return character - 'a' + 10;
	if (character >= 'A' && character <= 'F')
		return character - 'A' + 10;
	return 16;
}

static int suffix_shift(int character)
{
	switch (character) {
	case 'k':
	case 'K':
		return 10;
	case 'm':
	case 'M':
		return 20;
	case 'g':
	case 'G':
		return 30;
	default:
		return 0;
	}
}

/* The digits up to the first other character, which *last becomes; *wrapped when they exceed 64
 * bits. Returns how many there were.
 */
static unsigned int scan_digits(struct scanner *scanner, int base, uint64_t *number, int *last,
				bool *wrapped)
{
	unsigned int count = 0;

	for (; digit_value(*last) < base; count++, *last = scanner_take(scanner)) {
		uint64_t tenfold = base == 10 ? *number * 10 : *number << 4;
		uint64_t limit = base == 10 ? UINT64_MAX / 10 : UINT64_MAX / 16;
		uint64_t sum = tenfold + (uint64_t)digit_value(*last);

		if (*number > limit || sum < tenfold)
			*wrapped = true;
		*number = sum;
	}
	return count;
}

static int scan_number(struct scanner *scanner, uint64_t *number)
{
	int last = scanner_take(scanner);
	bool wrapped = false;
	unsigned int count;
	int shift;

	*number = 0;
	count = scan_digits(scanner, 10, number, &last, &wrapped);
	if (count == 1 && !*number && (last == 'x' || last == 'X')) {
		last = scanner_take(scanner);
		count = scan_digits(scanner, 16, number, &last, &wrapped);
	}
	if (!count)
		return -EINVAL;
	shift = suffix_shift(last);
	if (shift) {
		last = scanner_take(scanner);
		if (*number > UINT64_MAX >> shift)
			wrapped = true;
		*number <<= shift;
	}
	if (last != END_OF_WORD)
		return -EINVAL;
	return wrapped ? -ERANGE : 0;
}

int command_line_u64(const char *line, const char *name, uint64_t fallback, uint64_t min,
		     uint64_t max, uint64_t *value)
{
	struct scanner scanner;
	uint64_t number;
	int error;

	*value = fallback;
	if (!find_value(line, name, &scanner))
		return 0;
	error = scan_number(&scanner, &number);
	if (error)
		return error;
	if (number < min || number > max)
		return -ERANGE;
	*value = number;
	return 0;
}
