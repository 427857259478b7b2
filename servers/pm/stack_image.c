/* Building the first bytes of a stack. Words are as wide as pointers, in the order that every port
 * of the System V ABI has; nothing here depends on more.
 */
#include "stack_image.h"

#include <string.h>

#define AUX_PAIRS 16u

static size_t round_up(size_t bytes)
{
	return (bytes + 15) & ~(size_t)15;
}

static uint8_t *end_of(struct stack_image *image)
{
	return image->bytes + sizeof(image->bytes);
}

void *stack_image_begin(struct stack_image *image, uint64_t bytes, uint32_t argument_count,
			uint32_t environment_count)
{
	if (bytes > PM_ARGUMENT_BYTES_MAX || argument_count > PM_ARGUMENT_COUNT_MAX ||
	    environment_count > PM_ARGUMENT_COUNT_MAX - argument_count)
		return NULL;
	image->string_bytes = (size_t)bytes;
	image->argument_count = argument_count;
	image->environment_count = environment_count;
	image->used = round_up((size_t)bytes);
	return end_of(image) - image->used;
}

bool stack_image_valid(const struct stack_image *image)
{
	const uint8_t *at = stack_image_first(image);
	unsigned int found = 0;

	for (size_t i = 0; i < image->string_bytes; i++)
		found += at[i] == '\0';
	return image->argument_count > 0 &&
	       found == image->argument_count + image->environment_count &&
	       at[image->string_bytes - 1] == '\0';
}

static char *string_put(char *to, const char *string)
{
	const size_t bytes = strlen(string) + 1;

	memcpy(to, string, bytes);
	return to + bytes;
}

bool stack_image_script(struct stack_image *image, const char *name, const char *argument,
			const char *path)
{
	const char *old = stack_image_first(image);
	const size_t gone = strlen(old) + 1;
	const size_t rest = image->string_bytes - gone;
	const size_t bytes = strlen(name) + 1 + strlen(path) + 1 +
			     (argument != NULL ? strlen(argument) + 1 : 0) + rest;
	const unsigned int count = image->argument_count + 1 + (argument != NULL);
	char *to = (char *)end_of(image) - round_up(bytes);

	if (bytes > PM_ARGUMENT_BYTES_MAX ||
	    count + image->environment_count > PM_ARGUMENT_COUNT_MAX)
		return false;
	memmove(to + bytes - rest, old + gone, rest);
	to = string_put(to, name);
	if (argument != NULL)
		to = string_put(to, argument);
	(void)string_put(to, path);
	image->argument_count = count;
	image->string_bytes = bytes;
	image->used = round_up(bytes);
	return true;
}

/* One list of pointers to strings, and the 0 that ends it. Answers the word behind. */
static uintptr_t *list_put(uintptr_t *word, unsigned int count, const char **string, uintptr_t move)
{
	for (; count > 0; count--) {
		*word++ = (uintptr_t)*string + move;
		*string += strlen(*string) + 1;
	}
	*word++ = 0;
	return word;
}

static uintptr_t *pair_put(uintptr_t *word, uintptr_t kind, uintptr_t value)
{
	word[0] = kind;
	word[1] = value;
	return word + 2;
}

static void vector_put(struct stack_image *image, uintptr_t *word, const char *strings,
		       const struct stack_facts *facts, struct stack_places *places)
{
	const uintptr_t move = facts->top - (uintptr_t)end_of(image);
	const uintptr_t name = (uintptr_t)strings + move;

	places->strings = name;
	*word++ = image->argument_count;
	word = list_put(word, image->argument_count, &strings, move);
	places->argument_bytes = (uintptr_t)strings + move - name;
	places->environment_bytes = image->string_bytes - places->argument_bytes;
	word = list_put(word, image->environment_count, &strings, move);
	word = pair_put(word, AUX_PROGRAM_HEADERS, facts->headers);
	word = pair_put(word, AUX_PROGRAM_HEADER_SIZE, facts->header_size);
	word = pair_put(word, AUX_PROGRAM_HEADER_COUNT, facts->header_count);
	word = pair_put(word, AUX_PAGE_SIZE, facts->page_size);
	word = pair_put(word, AUX_ENTRY, facts->entry);
	word = pair_put(word, AUX_INTERPRETER, facts->interpreter);
	word = pair_put(word, AUX_USER, facts->user);
	word = pair_put(word, AUX_EFFECTIVE_USER, facts->effective_user);
	word = pair_put(word, AUX_GROUP, facts->group);
	word = pair_put(word, AUX_EFFECTIVE_GROUP, facts->effective_group);
	word = pair_put(word, AUX_CLOCK_TICKS, 100);
	word = pair_put(word, AUX_SECURE, facts->secure);
	word = pair_put(word, AUX_RANDOM, places->start + sizeof(struct program_start));
	word = pair_put(word, AUX_PROGRAM_NAME, name);
	word = pair_put(word, AUX_PROGRAM_START, places->start);
	(void)pair_put(word, AUX_NULL, 0);
}

void stack_image_finish(struct stack_image *image, const struct stack_facts *facts,
			struct stack_places *places)
{
	const char *strings = stack_image_first(image);
	const size_t words =
		1 + image->argument_count + 1 + image->environment_count + 1 + AUX_PAIRS * 2;
	const size_t start_at =
		image->used + round_up(sizeof(struct program_start) + sizeof(facts->random));
	struct program_start *start = (void *)(end_of(image) - start_at);

	image->used = start_at + round_up(words * sizeof(uintptr_t));
	places->start = facts->top - start_at;
	places->stack_pointer = facts->top - image->used;
	*start = (struct program_start){
		.endpoint = facts->thread,
		.pid = facts->pid,
		.message_page = facts->message_page,
		.stack_top = facts->top,
		.arguments = places->stack_pointer,
	};
	memcpy(start + 1, facts->random, sizeof(facts->random));
	vector_put(image, (uintptr_t *)(end_of(image) - image->used), strings, facts, places);
}
