/* Exec of a path: VFS opens and reads the file, PM builds the space, step by step. */
#pragma once

#include "call.h"
#include "replace.h"

/* Is the name a path that VFS is to open? *result is what to answer then. */
bool exec_path(struct thread *thread, const struct pm_exec_req *req, struct answer *result);

/* The space is whole: process_replace(), with these ids; the program begins when VFS has closed
 * what does not survive. On an error the space is the caller's still. */
int exec_commit(struct thread *caller, const struct vm_space_reply *space, const char *name,
		const struct program_entry *entry, const struct pm_ids_reply *ids);
