/* The first bytes of a program's stack (skerry/program_start.h), built in PM's memory. */
#pragma once

#include <skerry/pm.h>
#include <skerry/program_start.h>

#define STACK_WORDS_MAX (PM_ARGUMENT_COUNT_MAX + 48u)
#define STACK_IMAGE_MAX                                                                            \
	(PM_ARGUMENT_BYTES_MAX + STACK_WORDS_MAX * sizeof(uintptr_t) +                             \
	 sizeof(struct program_start) + 80u)

/* An image grows down from the end of `bytes`, which stands for the stack's top. */
struct stack_image {
	uint8_t bytes[STACK_IMAGE_MAX] __attribute__((aligned(16)));
	size_t string_bytes;
	unsigned int argument_count, environment_count;
	size_t used;
};

/* What is known only when the program is loaded. */
struct stack_facts {
	uintptr_t top; /* a multiple of 16 */
	endpoint_t thread;
	pid32 pid;
	uintptr_t message_page;
	uintptr_t entry;
	uintptr_t headers; /* 0: not in memory */
	unsigned int header_size, header_count;
	unsigned int page_size;
	uintptr_t interpreter; /* where it lies; 0: none */
	u32 user, effective_user, group, effective_group;
	bool secure; /* the program has other rights than who called it */
	u64 random[2];
};

struct stack_places {
	uintptr_t stack_pointer; /* of argc */
	uintptr_t start;	 /* of struct program_start */
	uintptr_t strings;	 /* arguments, then environment */
	size_t argument_bytes, environment_bytes;
};

/* Where the strings go: `bytes` bytes. NULL: too many of them, or too many strings. */
void *stack_image_begin(struct stack_image *image, uint64_t bytes, uint32_t argument_count,
			uint32_t environment_count);

/* Are the strings there as many as was said, and nothing else? */
bool stack_image_valid(const struct stack_image *image);

/* A script is run by another program: its name and perhaps an argument, then the script's path,
 * take the place of the first argument. false: too much, and nothing changed. */
bool stack_image_script(struct stack_image *image, const char *name, const char *argument,
			const char *path);

/* Put everything else below valid strings. The image is the last image->used bytes. */
void stack_image_finish(struct stack_image *image, const struct stack_facts *facts,
			struct stack_places *places);

static inline const void *stack_image_first(const struct stack_image *image)
{
	return image->bytes + sizeof(image->bytes) - image->used;
}
