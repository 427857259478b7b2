/* Descriptors of whole processes. */
#pragma once

#include "process.h"

/* A fork: every open file has one more descriptor. False: no memory, and nothing is changed. */
bool descriptors_copy(struct process *to, const struct process *from);

/* Close all, or (an exec) those that ask for it: in a worker. */
void descriptors_close(struct process *process, bool on_exec);
