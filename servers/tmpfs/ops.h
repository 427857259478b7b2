/* What tmpfs does for VFS: operations on nodes. */
#pragma once

#include "node.h"
#include <fsdriver.h>

extern const struct fsdriver tmpfs;

/* Make the first root, so that all its memory is taken when the machine is ready: 0 or -errno. */
#define FIRST_SOURCE "root.cpio"
int first_make(void);

/* Fill a volume from a cpio archive: directories, files, links, devices. */
int fill_from_archive(struct node *root, const void *archive, size_t bytes);

/* The boot archive's member of that name: NULL: there is none. */
const void *member_find(const char *name, size_t *bytes);

uint64_t time_now(void); /* nanoseconds since 1970 */
