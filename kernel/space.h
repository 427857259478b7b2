/* Address spaces: a page-table root and the threads that run on it. The root's tables belong to the
 * pager; the kernel walks them and loads them. Guarded by the big kernel lock.
 */
#pragma once

#include "kernel/thread.h"

struct space {
	space_t id; /* 0: free */
	paddr_t root;
	bool inhibited;
	struct thread *threads;
	unsigned int thread_count;
	unsigned int copy_waiters; /* threads in RTS_COPY_WAIT for it */
	uint32_t generation;
	struct space *free_next;
};

void spaces_init(void) REQUIRES(bkl);

/* NULL: table full. */
struct space *space_allocate(paddr_t root) REQUIRES(bkl);
bool space_root_used(paddr_t root) REQUIRES(bkl);
struct space *space_find(space_t id) REQUIRES(bkl);

/* Waits until no CPU's walker can use the root, then frees the slot. No threads may be left. */
void space_free(struct space *space) REQUIRES(bkl);

void space_thread_add(struct space *space, struct thread *t) REQUIRES(bkl);
void space_thread_remove(struct thread *t) REQUIRES(bkl);
/* A thread that is current nowhere and does not run goes to another space. */
void space_thread_move(struct thread *t, struct space *space) REQUIRES(bkl);

void space_inhibit(struct space *space) REQUIRES(bkl);

/* Ends the edit; answers the epoch after which frames of the old page tables are free. */
uint64_t space_uninhibit(struct space *space) REQUIRES(bkl);

unsigned int spaces_used(void) REQUIRES(bkl);
