/* SYS_VIRCOPY names threads, not spaces. The copier is a thread that never runs: it stands for a
 * space that no thread is in yet.
 */
#pragma once

#include <skerry/types.h>

void copier_init(void);

/* Into a space, and out of it again: a space with threads cannot be destroyed. */
void copier_enter(space_t space);
void copier_leave(void);

/* Copy to the space it is in: 0 or -EFAULT, which stands for want of memory too. */
int copier_put(uint64_t to, const void *from, uint64_t bytes);
