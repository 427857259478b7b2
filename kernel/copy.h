/* Copies to, from and between spaces, by walking page tables; nothing is ever mapped or loaded.
 *
 * A memory operand is an endpoint's space or EP_PHYSICAL. All functions answer 0, -EFAULT or
 * TRAP_SUSPENDED: the caller's thread then waits (for the pager, for the end of an edit, or just
 * for its next turn) and the whole trap is done again from its start, with caller->cursor bytes
 * done.
 */
#pragma once

#include "kernel/space.h"

struct operand {
	struct space *space; /* NULL: physical */
	endpoint_t thread;   /* for the pager's request */
	uint64_t address;
};

/* Bytes copied between two preemption points. */
#define COPY_PREEMPT_BYTES 65536u

int copy_between(struct thread *caller, struct operand to, struct operand from, uint64_t bytes,
		 bool try_only) REQUIRES(bkl) must_check;
int copy_set(struct thread *caller, struct operand to, uint8_t value, uint64_t bytes, bool try_only)
	REQUIRES(bkl) must_check;

/* Small objects between kernel memory and a thread's space; not resumable, at most a page or two.
 */
int copy_in(struct thread *caller, struct thread *from, uint64_t address, void *to, size_t bytes,
	    bool try_only) REQUIRES(bkl) must_check;
int copy_out(struct thread *caller, struct thread *to, uint64_t address, const void *from,
	     size_t bytes, bool try_only) REQUIRES(bkl) must_check;

/* True when [address, address + bytes) lies in user space and does not wrap. */
bool copy_range_valid(uint64_t address, uint64_t bytes);
