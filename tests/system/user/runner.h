/* For services that test: running programs, and what is in use. */
#pragma once

#include <skerry/info.h>
#include <skerry/pm.h>
#include <skerry/types.h>
#include <stdbool.h>

struct balance {
	u64 frames_user;
	u64 frames_cache;
	u64 frames_kernel;
	u64 spaces;
	u64 regions;
	u32 threads;
	u32 kernel_spaces;
};

void balance_take(struct balance *balance);

/* Is in use what was then? An orphan may need a while to end. */
bool balance_holds(const struct balance *before);

/* Let less urgent threads run: for something to come about, look, sleep, look again. */
#define RUNNER_SLEEP_TIME 10000000ull /* 10 ms */
void runner_sleep(nanoseconds_t time);

/* The kernel's threads, one after another: *next is 0 at first; false: that was all. */
bool runner_thread(u32 *next, struct info_thread *found);

/* Have PM start a program: NUL-ended arguments in a block. */
int program_start(const char *name, const char *block, size_t bytes, unsigned int arguments,
		  pid32 *pid);

/* Wait for it. */
int program_end_of(pid32 pid, int *status);

/* The running case does not apply to this machine: it is counted as skipped, if it passes. */
void runner_skip(const char *reason);

/* Services keep memory of what cases do: what is in use is not compared. */
void runner_keeps(void);

/* For a case's run(): `program name`, of which services keep memory. */
bool runner_program_kept(const char *program, const char *name);

/* A number of the command line (option_integer()). */
u64 suite_number(const char *name, u64 fallback);

struct runner_case {
	const char *name;
	const char *behaviour;
	bool (*run)(void); /* NULL: the program runs it */
};

struct runner_suite {
	const char *name;
	const char *program; /* `PROGRAM CASE` ends with status 0 iff all was well */
	const struct runner_case *cases;
	unsigned int count;
};

/* All cases, or the one of that name: TAP and the verdict. What is in use is compared after each
 * with what was before. 0: all passed. */
int runner_run(const struct runner_suite *suite, const char *wanted);
