/* Who waits for a page of a file, and what is asked of the files' pagers (skerry/pager.h).
 *
 * VM asks asynchronously and serves others meanwhile; what the kernel's queue has no room for is
 * asked later. One page is asked for once, however many wait for it. A wait ends with the pager's
 * answer or end, with the end of its space, or when the file is mapped nowhere any more.
 */
#pragma once

#include "file.h"
#include <skerry/kernel_message.h>

/* What a thread waits for: its fault, or the kernel's copy for it. */
struct page_wait {
	endpoint_t thread;
	space_t space; /* whose memory it is */
	uint32_t access;
	bool is_request; /* a copy */
	uint64_t address, bytes;
	const struct file *file; /* what was read in for it last: not asked for again */
	uint64_t offset;
};

/* The access answered FAULT_WAITS: fault_resume() comes once. False: it can never be. */
bool pager_wait(const struct page_wait *wait);

/* The thread asks anew: whatever it waited for. */
void pager_drop(endpoint_t thread);

/* The answer to a PAGER_READ: 0 or -ESRCH. */
int pager_ready(space_t pager_space, uint32_t request, int result);

/* No region shows the file any more. Its pager hears of it, unless it is mapped before that. */
void pager_close(struct file *file);

/* A space is about to be no more: its waits end, and so do those for what it was to read in. */
void pager_space_ends(space_t space);

/* Two instances of a service change places: who has the name now gets the files, and what the other
 * has not answered. */
void pager_swap(space_t first, space_t second);

/* After each message; may use the message page. */
bool pager_has_work(void);
void pager_work(void);
