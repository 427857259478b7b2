/* Exec of a path: VFS opens and reads the file, PM builds the space, step by step. */
#pragma once

#include "call.h"

/* Is the name a path that VFS is to open? *result is what to answer then. */
bool exec_path(struct thread *thread, const struct pm_exec_req *req, struct answer *result);
