/* What cases share. A case is a function that comes back if all is well; a failed CHECK says where
 * and ends the process. */
#pragma once

#include <arch/layout.h>
#include <program.h>
#include <skerry/signal.h>
#include <string.h>
#include <sys.h>

#define EXITED(code) (((code)&0xFF) << 8)

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition))                                                                  \
			case_fail(__FILE__, __LINE__, #condition, 0);                              \
	} while (0)
#define CHECK_EQ(found, wanted)                                                                    \
	do {                                                                                       \
		const long found_ = (long)(found);                                                 \
		if (found_ != (long)(wanted))                                                      \
			case_fail(__FILE__, __LINE__, #found " is not " #wanted, found_);          \
	} while (0)

void case_fail(const char *file, int line, const char *text, long found) __attribute__((noreturn));

/* Fork; -errno fails the case. */
pid32 child_make(void);

/* A child that runs until it is killed. */
pid32 child_idle(void);

/* Wait for this child: its status. */
int child_wait(pid32 pid);

void child_kill(pid32 pid);

pid32 own_pid(void);
pid32 parent_pid(void);
void yield(void);

/* New memory of the caller; NULL: refused. */
void *memory_map(size_t bytes, uint32_t flags);
void memory_unmap(void *start, size_t bytes);

/* What a program is asked to do in another's stead: `forker @WHAT ...`. NULL: no such thing. */
typedef int (*target_function)(const struct program *program);
target_function target_find(const char *name);

#define USER_CASE(function, behaviour) void case_##function(void);
#include "cases.def"
#undef USER_CASE
