/* User page faults and exceptions. */
#pragma once

#include "kernel/arch_exit.h"
#include "kernel/ipc.h"
#include "kernel/space.h"
#include "kernel/trace.h"

extern uint64_t fault_pages, fault_requests;

/* Note a fault in the thread, for the message that tells of it. */
static inline void fault_record(struct thread *t, vaddr_t address, uint32_t access) REQUIRES(bkl)
{
	t->fault_address = address;
	t->fault_access = access;
	t->fault_count++;
	fault_pages++;
	trace_record(this_cpu(), TRACE_FAULT, t->endpoint, (uint32_t)address, access);
}

/* MESSAGE_PAGE_FAULT from the thread's fields. */
static inline void fault_message_build(const struct thread *t, struct message *m)
{
	struct page_fault_message *f = (struct page_fault_message *)m->payload;

	message_clear(m, t->endpoint, MESSAGE_PAGE_FAULT);
	f->address = t->fault_address;
	f->program_counter = arch_context_pc(t);
	f->space = t->space->id;
	f->process = t->process;
	f->access = t->fault_access;
}

/* A page fault of the current thread: a message to the pager in its name. The pager's own faults,
 * and faults before there is a pager, become SIGSEGV. access: FAULT_*. */
void fault_page(struct thread *t, vaddr_t address, uint32_t access) REQUIRES(bkl);

/* Ask the pager for memory of `target` on behalf of `t`, whose trap is restarted afterwards.
 * False: nobody can be asked (the copy answers EFAULT). */
bool fault_request(struct thread *t, endpoint_t target, uint64_t address, uint64_t bytes,
		   uint32_t access) REQUIRES(bkl);

/* The pager's answers, by kernel call or as an answer to the message. False: the thread waits for
 * none, or the pager has not got the message yet. result: 0, or the copy fails. */
bool fault_answer(struct thread *t) REQUIRES(bkl);
bool fault_request_answer(struct thread *t, int result) REQUIRES(bkl);
