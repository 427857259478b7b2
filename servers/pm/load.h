/* A program of the boot archive, put into an empty space. */
#pragma once

#include "stack_image.h"
#include <cpio.h>

/* Whose rights it has: of the auxiliary vector. */
struct program_rights {
	u32 user, effective_user, group, effective_group;
	bool secure;
};

struct program_plan {
	const struct cpio_entry *file;
	struct stack_image *stack; /* its strings are there */
	space_t space;
	endpoint_t thread; /* which will run there */
	pid32 pid;
	u64 message_address;
	struct program_rights rights;
};

/* Where it begins. */
struct program_entry {
	uintptr_t program_counter;
	struct stack_places places;
};

/* Segments, heap and stack: 0, -ENOEXEC, -ENOMEM. After an error the caller frees the space. */
int program_load(const struct program_plan *plan, struct program_entry *entry);
