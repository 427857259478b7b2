/* User page faults and memory requests: messages to the pager in the thread's name. */
#include "kernel/fault.h"

#include "kernel/ipc.h"
#include "kernel/signal.h"
#include "kernel/trace.h"
#include "kernel/trap.h"
#include "kernel/sched.h"

uint64_t fault_pages, fault_requests;

void fault_page(struct thread *t, vaddr_t address, uint32_t access)
{
	fault_record(t, address, access);
	if (!pager || t->space == pager->space) {
		signal_cause(t, SIGNAL_SEGV);
		return;
	}
	thread_block(t, RTS_PAGEFAULT);
	ipc_send_kernel(t, pager, KERNEL_MESSAGE_FAULT);
}

bool fault_request(struct thread *t, endpoint_t target, uint64_t address, uint64_t bytes,
		   uint32_t access)
{
	struct thread *owner = thread_find(target);

	if (!pager || t == pager || !owner || owner->space == pager->space)
		return false;
	t->request_target = target;
	t->request_address = address;
	t->request_bytes = bytes;
	t->request_access = access;
	fault_requests++;
	thread_block(t, RTS_VMREQUEST);
	ipc_send_kernel(t, pager, KERNEL_MESSAGE_MEMORY);
	return true;
}

bool fault_answer(struct thread *t)
{
	if (!(t->rts & RTS_PAGEFAULT) || t->kernel_message == KERNEL_MESSAGE_FAULT)
		return false;
	sched_bring_here(t);
	thread_unblock(t, RTS_PAGEFAULT);
	return true;
}

bool fault_request_answer(struct thread *t, int result)
{
	if (!(t->rts & RTS_VMREQUEST) || t->kernel_message == KERNEL_MESSAGE_MEMORY)
		return false;
	t->request_result = result ? -EFAULT : 0;
	sched_bring_here(t);
	thread_unblock(t, RTS_VMREQUEST);
	return true;
}

ARCH_ENTRY void trap_exception(uint32_t signal)
{
	struct cpu *cpu = this_cpu();
	struct thread *t = kernel_enter(cpu);

	if (t)
		signal_cause(t, signal);
	kernel_leave(cpu);
}
