/* Lookup in the command line that the boot page carries. */
#include "option.h"

#include "frames.h"
#include <string.h>

bool option_get(const char *name, char *value, size_t size)
{
	const size_t length = strlen(name);
	const char *at = boot.command_line;
	bool found = false;

	value[0] = '\0';
	while (*at != '\0') {
		const char *word = at;
		size_t used = 0;

		while (*at != '\0' && *at != ' ')
			at++;
		if (strncmp(word, name, length) == 0 && word[length] == '=') {
			for (word += length + 1; word < at && used + 1 < size; word++)
				value[used++] = *word;
			value[used] = '\0';
			found = true;
		}
		while (*at == ' ')
			at++;
	}
	return found;
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
