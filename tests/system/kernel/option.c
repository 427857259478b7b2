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

uint64_t option_number(const char *name, uint64_t fallback)
{
	return option_integer(boot.command_line, name, fallback);
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
