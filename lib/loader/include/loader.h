/* Loading programs (README.md). One space is entered at a time. After an error the caller frees the
 * space.
 */
#pragma once

#include <skerry/types.h>

/* Once. `name`: of the thread that stands for spaces, for traces. */
void loader_init(const char *name);

/* Into a space without threads, and out of it again: a space with threads cannot be destroyed. */
void loader_enter(space_t space);
void loader_leave(void);

/* Copy to the space: 0 or -EFAULT, which stands for want of memory too. */
int loader_put(uint64_t to, const void *from, uint64_t bytes);

struct loader_plan {
	space_t space; /* the one entered */
	const void *file;
	size_t file_bytes;
	size_t stack_bytes;
	uint32_t stack_flags; /* VM_MAP_* */
};

struct loader_program {
	uintptr_t entry;
	uintptr_t stack_top; /* a page's end */
	uintptr_t headers;   /* 0: not in memory */
	unsigned int header_size, header_count;
};

/* Segments, heap and stack: 0, -ENOEXEC, -ENOMEM. */
int loader_load(const struct loader_plan *plan, struct loader_program *program);
