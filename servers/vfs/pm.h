/* PM's messages: what becomes of processes, and programs to be run (pm_vfs.def). */
#pragma once

#include "call.h"

void pm_asked(const struct message *message);

/* VFS serves from now on. */
void pm_tell_ready(void);

/* Has PM ever told of a process? */
bool pm_tells(void);
