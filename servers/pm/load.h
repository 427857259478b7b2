/* A program of the boot archive, put into an empty space. */
#pragma once

#include "stack_image.h"
#include <cpio.h>

struct program_plan {
	const struct cpio_entry *file;
	struct stack_image *stack; /* its strings are there */
	space_t space;
	endpoint_t copier; /* a thread in that space, through which it is filled */
	endpoint_t thread; /* which will run there */
	pid32 pid;
	u64 message_address;
};

/* Where it begins. */
struct program_entry {
	uintptr_t program_counter;
	struct stack_places places;
};

/* The member of that name: 0 or -ENOENT. */
int program_find(const char *name, struct cpio_entry *file);

/* Segments, heap and stack: 0, -ENOEXEC, -ENOMEM. After an error the caller frees the space. */
int program_load(const struct program_plan *plan, struct program_entry *entry);
