/* From paths to vnodes: one lookup a component, with permissions, links, mount points and the
 * process's root. In workers.
 */
#pragma once

#include "vnode.h"

#define PATH_FOLLOW 1u /* a link at the end is followed */
#define PATH_PARENT 2u /* the last component may be missing: its directory is wanted, too */

/* What a path led to. Each vnode has a reference. */
struct place {
	struct vnode *parent; /* with PATH_PARENT; NULL if the path ends with "/", "." or ".." */
	struct vnode *vnode;  /* NULL: it is not there */
	char *name;	      /* of the worker: its last component */
	bool slash;	      /* it was followed by one */
};

/* `which`: the worker's place for the name, 0 or 1. */
int path_find(struct call *call, int32_t directory, uint64_t path, uint32_t bytes, uint32_t flags,
	      unsigned int which, struct place *place);

/* The path, as above, but AT_EMPTY and an empty path name the descriptor's own file. */
int path_find_or_file(struct call *call, int32_t directory, uint64_t path, uint32_t bytes,
		      uint32_t at_flags, struct vnode **vnode);

/* A path of VFS's or PM's own in the worker's buffer, of a process: as path_find(). */
int path_find_text(struct process *process, uint32_t bytes, struct vnode **vnode);

/* Copy a path from the caller to the worker's buffer: 0, -ENAMETOOLONG, -ENOENT, -EFAULT. */
int path_fetch(struct call *call, uint64_t path, uint32_t bytes);

void place_put(struct place *place);

/* The directory above, mount points crossed; its own at the process's root. */
int path_up(struct process *process, struct vnode *directory, struct vnode **up);
