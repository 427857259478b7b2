/* Input: a name, a newline, the line. Lines without quotes are compared with a plain splitting at
 * blanks.
 */
#include "fuzz.h"

#include "kernel/command_line.h"

#include <skerry/errno.h>

/* The last value of name in words (which is cut up), or NULL. */
static const char *plain_find(char *words, const char *name)
{
	size_t length = strlen(name);
	const char *value = NULL;

	for (char *word = strtok(words, " \t\n\v\f\r"); word; word = strtok(NULL, " \t\n\v\f\r"))
		if (!strncmp(word, name, length) && (!word[length] || word[length] == '='))
			value = word[length] ? word + length + 1 : word + length;
	return value;
}

static void compare(const char *line, const char *name, int error, const char *value, size_t size)
{
	char *words = strdup(line);
	const char *wanted = plain_find(words, name);
	int wanted_error = !wanted ? -ENOENT : strlen(wanted) >= size ? -E2BIG : 0;

	fuzz_require(error == wanted_error, "both searches agree");
	fuzz_require(error || !strcmp(value, wanted), "both values agree");
	free(words);
}

static void check_number(const char *line, const char *name)
{
	uint64_t number;
	int error = command_line_u64(line, name, 5, 100, 1 << 20, &number);

	fuzz_require(!error || error == -EINVAL || error == -ERANGE, "errors are documented");
	fuzz_require(number == 5 || (!error && number >= 100 && number <= 1 << 20),
		     "a number is the fallback or in bounds");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *line = text, value[24];
	int error;

	memcpy(text, data, size);
	text[size] = 0;
	while (*line && *line != '\n')
		line++;
	if (*line)
		*line++ = 0;
	/* A name with blanks, quotes or = is nobody's. */
	if (*text && !strpbrk(text, " \t\v\f\r\"=")) {
		error = command_line_get(line, text, value, sizeof(value));
		fuzz_require(!error || error == -ENOENT || error == -E2BIG,
			     "errors are documented");
		fuzz_require(memchr(value, 0, sizeof(value)), "the value is ended");
		fuzz_require(command_line_has(line, text) == (error != -ENOENT),
			     "both questions have one answer");
		if (!strchr(line, '"'))
			compare(line, text, error, value, sizeof(value));
		check_number(line, text);
		fuzz_accepted(!error);
	}
	free(text);
	return 0;
}
