/* Lookup in the command line that the boot page carries. */
#include "option.h"

#include "frames.h"
#include <option.h>
#include <string.h>

bool option_get(const char *name, char *value, size_t size)
{
	value[0] = '\0';
	return option_value(boot.command_line, name, value, size);
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

uint64_t option_number(const char *name, uint64_t fallback)
{
	char text[32];
	const char *at = text;
	unsigned int radix = 10;
	uint64_t value = 0;

	if (!option_get(name, text, sizeof(text)) || *at == '\0')
		return fallback;
	if (at[0] == '0' && at[1] == 'x') {
		radix = 16;
		at += 2;
	}
	for (; *at != '\0'; at++) {
		const int digit = digit_of(*at);

		if (digit < 0 || (unsigned int)digit >= radix)
			return fallback;
		value = value * radix + (unsigned int)digit;
	}
	return value;
}

bool list_has(const char *list, const char *word)
{
	const size_t length = strlen(word);

	while (*list != '\0') {
		const char *end = strchr(list, ',');
		const size_t part = end != NULL ? (size_t)(end - list) : strlen(list);

		if (part == length && strncmp(list, word, length) == 0)
			return true;
		list += part + (end != NULL);
	}
	return false;
}
