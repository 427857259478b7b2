/* Locks on files: byte ranges of processes, and whole open files (flock). Each vnode has a list of
 * its own; the two kinds do not see each other.
 */
#pragma once

#include "call.h"

struct vnode;
struct process;
struct open_file;

/* All that a process has; those on one file. Who waits is woken. */
void locks_drop(struct process *process);
void lock_drop_process(struct vnode *vnode, struct process *process);

/* The open file ends. */
void flock_drop(struct open_file *file);
