/* User page faults and exceptions. */
#pragma once

#include "kernel/thread.h"

/* A page fault of the current thread: a message to the pager in its name. The pager's own faults,
 * and faults before there is a pager, become SIGSEGV. access: FAULT_*. */
void fault_page(struct thread *t, vaddr_t address, uint32_t access) REQUIRES(bkl);

/* Ask the pager for memory of `target` on behalf of `t`, whose trap is restarted afterwards.
 * False: nobody can be asked (the copy answers EFAULT). */
bool fault_request(struct thread *t, endpoint_t target, uint64_t address, uint64_t bytes,
		   uint32_t access) REQUIRES(bkl);

extern uint64_t fault_pages, fault_requests;
