/* For services that test: running programs, and what is in use. */
#pragma once

#include <skerry/pm.h>
#include <stdbool.h>

struct balance {
	u64 frames_user;
	u64 frames_kernel;
	u64 spaces;
	u64 regions;
	u32 threads;
	u32 kernel_spaces;
};

void balance_take(struct balance *balance);

/* Is in use what was then? An orphan may need a while to end. */
bool balance_holds(const struct balance *before);

/* Have PM start a program: NUL-ended arguments in a block. */
int program_start(const char *name, const char *block, size_t bytes, unsigned int arguments,
		  pid32 *pid);

/* Wait for it. */
int program_end_of(pid32 pid, int *status);

/* `PROGRAM NAME`, to its end: was its status 0? */
bool program_run(const char *program, const char *name);
