/* VM's own space: image, stack, pages the kernel gave it, and all memory in the root window. It has
 * no regions and no bracket; nothing in it ever faults.
 */
#pragma once

#include "page_table.h"

extern struct page_table_kernel kernel_tables;

/* Leave the boot map for tables of our own; starts the other CPUs. */
void own_space_init(void);

struct sanity;

/* Debug: say which frames are held here. */
void own_space_see(struct sanity *sanity);

/* Debug builds: a page of the window becomes read-only, or writable again. */
void own_space_protect(void *page, bool writable);
