/* The programs of the boot archive, by name. */
#pragma once

#include <cpio.h>

/* Learn the members' names; once. */
void archive_init(void);

/* The member of that name: NULL if there is none. */
const struct cpio_entry *archive_find(const char *name);
