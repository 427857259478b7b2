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
