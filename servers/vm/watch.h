/* Who wants to know when a space ends or its process is signalled. The watcher's thread is notified
 * and asks what there is to know; what happens meanwhile is told once.
 */
#pragma once

#include "vm_space.h"

/* One space watched by one other. */
struct watch {
	struct link
		of_watcher;   /* in watcher->watches, or in ->news while something is to be told */
	struct link of_space; /* in space->watched while that lives */
	struct vm_space *watcher;
	struct vm_space *space; /* NULL: ended */
	space_t id;		/* of the space, as the watcher knows it */
	endpoint_t thread;	/* whom to notify */
	uint32_t reasons;	/* VM_EXIT_*, to be told */
};

/* From now on; once more is the same. -ENOMEM. */
int watch_begin(struct vm_space *watcher, endpoint_t thread, struct vm_space *space);

/* The next thing to know, which is then told. False: there is nothing. */
bool watch_news(struct vm_space *watcher, space_t *id, uint32_t *reasons);

/* The space's process was signalled. False: nobody watches any space at all. */
bool watch_signalled(struct vm_space *space);

/* The space ends: its watchers are told once, and its own watches are dropped. */
void watch_space_end(struct vm_space *space);

/* What one watched, and who watched it, are the other's now. */
void watch_swap(struct vm_space *a, struct vm_space *b);
