/* The last step of exec and start: a thread begins in a space that is whole. */
#pragma once

#include "load.h"
#include "process.h"
#include <skerry/vm.h>

/* The thread goes on there, as that program: 0 or SYS_EXEC's errors. */
int program_enter(endpoint_t thread, const struct vm_space_reply *space, const char *name,
		  const struct program_entry *entry);

/* What PM remembers of a program. */
void program_note(struct process *process, const char *name, const struct program_entry *entry);

/* The process runs that program: its first thread alone, with the mask of `caller`; the old space
 * and all other threads are gone. The first one is stopped yet if it is not the caller. -EAGAIN:
 * the first thread is in a server's call, and nothing changed. */
int process_replace(struct process *process, struct thread *caller,
		    const struct vm_space_reply *space, const char *name,
		    const struct program_entry *entry);
