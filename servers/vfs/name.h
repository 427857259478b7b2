/* What calls that change directories share. */
#pragma once

#include "fs.h"
#include "path.h"

/* May the process put a name into the place's directory, or take one out? 0, -EACCES, -EROFS,
 * -EEXIST (the path ends with no name of its own). */
int name_may_make(const struct process *process, const struct place *place);

/* Owner, group and permissions of a file that the process makes there: its umask is taken off. */
void new_file_owner(const struct process *process, const struct vnode *directory,
		    struct fs_new_file *file);
