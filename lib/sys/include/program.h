/* A program as PM starts it: its beginning, and what it asks of PM. */
#pragma once

#include <skerry/pm.h>
#include <skerry/program_start.h>

struct program {
	unsigned int argument_count;
	char **arguments;   /* NULL-ended */
	char **environment; /* NULL-ended */
};

/* First of all: attach the first thread, name the program after its first argument. */
void program_init(const struct program_start *start, struct program *program);

/* The child's pid in the parent, 0 in the child, -errno. */
pid32 program_fork(void);

/* Run another program in this one's place. `block`: `count` NUL-ended arguments, the name first,
 * and no environment. Comes back only with -errno. */
int program_exec(const char *name, const char *block, size_t bytes, unsigned int count);

void program_exit(int status) __attribute__((noreturn));

/* The pid of the child that ended, with its status; 0 (PM_WAIT_NOHANG: none has yet); -errno. */
pid32 program_wait(pid32 pid, uint32_t flags, int *status);
