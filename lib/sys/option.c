/* Lookup in the command line. */
#include <option.h>

#include <string.h>

bool option_value(const char *line, const char *name, char *value, size_t size)
{
	const size_t length = strlen(name);
	bool found = false;

	while (*line != '\0') {
		const char *word = line;
		size_t used = 0;

		while (*line != '\0' && *line != ' ')
			line++;
		if (strncmp(word, name, length) == 0 &&
		    (word[length] == '=' || word + length == line)) {
			for (word += length + 1; word < line && used + 1 < size; word++)
				value[used++] = *word;
			value[used] = '\0';
			found = true;
		}
		while (*line == ' ')
			line++;
	}
	return found;
}

bool option_is(const char *line, const char *name, const char *wanted)
{
	char value[32];

	return option_value(line, name, value, sizeof(value)) && strcmp(value, wanted) == 0;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return 16;
}

u64 option_integer(const char *line, const char *name, u64 fallback)
{
	char text[32];
	const char *at = text;
	int radix = 10;
	u64 value = 0;

	if (!option_value(line, name, text, sizeof(text)) || *at == '\0')
		return fallback;
	if (at[0] == '0' && at[1] == 'x') {
		radix = 16;
		at += 2;
	}
	for (; *at != '\0'; at++) {
		if (digit_of(*at) >= radix)
			return fallback;
		value = value * (unsigned int)radix + (unsigned int)digit_of(*at);
	}
	return value;
}
