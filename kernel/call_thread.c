/* Kernel calls on spaces and threads: create, fork, exec, clear, exit, stop, trace, contexts. */
#include "kernel/call.h"
#include "kernel/copy.h"
#include "kernel/ipc.h"
#include "kernel/sched.h"
#include "kernel/signal.h"
#include "kernel/smp.h"
#include <string.h>

/* --- Spaces --------------------------------------------------------------------------------------
 */

int sys_do_space_create(struct thread *caller, const struct sys_space_create_req *req,
			struct sys_space_create_reply *rep)
{
	struct space *space;

	(void)caller;
	if (req->root != (paddr_t)req->root || !arch_root_valid((paddr_t)req->root))
		return -EINVAL;
	/* A CPU publishes the root it has loaded, not the space: one root is one space. */
	if (space_root_used((paddr_t)req->root) || req->root == arch_kernel_root())
		return -EBUSY;
	space = space_allocate((paddr_t)req->root);
	if (!space)
		return -ENOSPC;
	rep->space = space->id;
	return 0;
}

int sys_do_space_destroy(struct thread *caller, const struct sys_space_destroy_req *req,
			 struct sys_empty_reply *rep)
{
	struct space *space = space_find(req->space);

	(void)caller, (void)rep;
	if (!space)
		return -ESRCH;
	if (space->thread_count)
		return -EBUSY;
	space_free(space);
	return 0;
}

/* --- Making threads
 * -------------------------------------------------------------------------------- */

static bool message_page_valid(uint64_t frame, uint64_t address)
{
	return frame % ARCH_PAGE_SIZE == 0 && address % ARCH_PAGE_SIZE == 0 &&
	       arch_frame_valid(frame, ARCH_PAGE_SIZE) && address &&
	       copy_range_valid(address, ARCH_PAGE_SIZE);
}

static void message_page_set(struct thread *t, uint64_t frame, uint64_t address) REQUIRES(bkl)
{
	t->message_frame = (paddr_t)frame;
	t->message_address = (vaddr_t)address;
	t->message = phys_to_virt((paddr_t)frame);
}

int sys_do_thread_create(struct thread *caller, const struct sys_thread_create_req *req,
			 struct sys_thread_create_reply *rep)
{
	struct space *space = space_find(req->space);
	struct thread *process = NULL, *t;

	if (!space)
		return -ESRCH;
	if (!message_page_valid(req->message_frame, req->message_address) ||
	    req->program_counter >= ARCH_USER_LIMIT || req->stack_pointer > ARCH_USER_LIMIT ||
	    req->argument != (uintptr_t)req->argument || (req->flags & ~THREAD_INHIBITED))
		return -EINVAL;
	if (req->process != EP_NONE) {
		process = thread_find(req->process);
		if (!process)
			return -EDEADSRCDST;
	}
	t = thread_allocate(space);
	if (!t)
		return -ENOSPC;
	if (process)
		t->process = process->process;
	memcpy(t->name, process ? process->name : caller->name, sizeof(t->name));
	if (req->flags & THREAD_INHIBITED)
		t->rts |= RTS_BOOTINHIBIT;
	message_page_set(t, req->message_frame, req->message_address);
	arch_context_init(t, (vaddr_t)req->program_counter, (vaddr_t)req->stack_pointer,
			  (uintptr_t)req->argument, t->message_address);
	rep->thread = t->endpoint;
	return 0;
}

int sys_do_fork(struct thread *caller, const struct sys_fork_req *req,
		struct sys_thread_create_reply *rep)
{
	struct thread *parent = thread_find(req->parent), *t;
	struct space *space = space_find(req->space);

	if (!parent || (parent->rts & RTS_EXITED))
		return -EDEADSRCDST;
	if (!space)
		return -ESRCH;
	if (parent == caller || (req->flags & ~THREAD_INHIBITED) ||
	    !message_page_valid(req->message_frame, parent->message_address))
		return -EINVAL;
	/* Its registers must mean something: in no IPC but a call to the caller, not running. */
	if (parent->restart || parent->rts == 0 || (parent->rts & (RTS_SENDING | RTS_RECEIVING)) ||
	    ((parent->rts & RTS_REPLY_WAIT) && parent->peer != caller->endpoint))
		return -EBUSY;
	if (thread_trap_pending(parent))
		return TRAP_SUSPENDED;
	t = thread_allocate(space);
	if (!t)
		return -ENOSPC;
	thread_settle(parent);
	arch_context_fork(t, parent);
	memcpy(t->name, parent->name, sizeof(t->name));
	message_page_set(t, req->message_frame, parent->message_address);
	*t->message = *parent->message;
	t->priority = parent->priority;
	t->higher_mask = parent->higher_mask;
	t->affinity = t->switch_mask = parent->affinity;
	t->quantum = t->quantum_left = parent->quantum;
	t->scheduler = parent->scheduler;
	/* Like its parent it waits for an answer to that call. */
	if (parent->rts & RTS_REPLY_WAIT) {
		t->rts |= RTS_REPLY_WAIT;
		t->peer = parent->peer;
	}
	if (req->flags & THREAD_INHIBITED)
		t->rts |= RTS_BOOTINHIBIT;
	rep->thread = t->endpoint;
	return 0;
}

int sys_do_exec(struct thread *caller, const struct sys_exec_req *req, struct sys_empty_reply *rep)
{
	struct thread *t = thread_find(req->thread);
	struct space *space = t && !req->space ? t->space : space_find(req->space);
	uint32_t was_stopped;

	(void)rep;
	if (!t || (t->rts & RTS_EXITED))
		return -EDEADSRCDST;
	if (!space)
		return -ESRCH;
	if (t == caller || req->program_counter >= ARCH_USER_LIMIT ||
	    req->stack_pointer > ARCH_USER_LIMIT || req->message_address % ARCH_PAGE_SIZE ||
	    !copy_range_valid(req->message_address, ARCH_PAGE_SIZE) || (t->rts & RTS_SENDING) ||
	    req->argument != (uintptr_t)req->argument ||
	    ((t->rts & RTS_REPLY_WAIT) && t->peer != caller->endpoint))
		return -EINVAL;
	/* The old program's pending trap, if any, goes with it. */
	was_stopped = t->rts & RTS_STOPPED;
	thread_block(t, RTS_STOPPED);
	smp_take(t);
	thread_wait_drop(t);
	if (space != t->space)
		space_thread_move(t, space);
	if (req->message_address)
		t->message_address = (vaddr_t)req->message_address;
	arch_context_init(t, (vaddr_t)req->program_counter, (vaddr_t)req->stack_pointer,
			  (uintptr_t)req->argument, t->message_address);
	memcpy(t->name, req->name, sizeof(t->name) - 1);
	t->name[sizeof(t->name) - 1] = '\0';
	t->filter = NULL;
	thread_unblock(t, (was_stopped ? 0 : RTS_STOPPED) | RTS_REPLY_WAIT | RTS_RECEIVING);
	return 0;
}

/* --- Ends ----------------------------------------------------------------------------------------
 */

int sys_do_clear(struct thread *caller, const struct sys_clear_req *req,
		 struct sys_empty_reply *rep)
{
	struct thread *t = thread_find(req->thread);

	(void)rep;
	if (!t)
		return -EDEADSRCDST;
	if (t == caller || t == pager)
		return -EPERM;
	thread_free(t);
	return 0;
}

int sys_do_exit(struct thread *caller, const struct sys_exit_req *req, struct sys_empty_reply *rep)
{
	(void)rep;
	caller->exit_status = req->status;
	thread_block(caller, RTS_EXITED);
	ipc_forget(caller);
	signal_cause(caller, SIGNAL_EXITED);
	return TRAP_NO_RESULT;
}

/* --- Control -------------------------------------------------------------------------------------
 */

int sys_do_thread_release(struct thread *caller, const struct sys_thread_release_req *req,
			  struct sys_empty_reply *rep)
{
	struct thread *t = thread_find(req->thread);

	(void)caller, (void)rep;
	if (!t)
		return -EDEADSRCDST;
	if (!(t->rts & RTS_BOOTINHIBIT))
		return -EINVAL;
	thread_unblock(t, RTS_BOOTINHIBIT);
	return 0;
}

static int thread_end(struct thread *caller, struct thread *t) REQUIRES(bkl)
{
	if (t == caller || t == pager)
		return -EINVAL;
	thread_block(t, RTS_EXITED);
	thread_drop(t);
	ipc_forget(t);
	t->signals = t->signals_taken = 0;
	signal_forget(t);
	return 0;
}

int sys_do_runctl(struct thread *caller, const struct sys_runctl_req *req,
		  struct sys_empty_reply *rep)
{
	struct thread *t = call_thread(caller, req->thread);
	uint32_t operation = req->operation & ~RUNCTL_DELAY;

	(void)rep;
	if (!t || (t->rts & RTS_EXITED))
		return -EDEADSRCDST;
	if (operation != RUNCTL_STOP && req->operation != RUNCTL_RESUME &&
	    req->operation != RUNCTL_END)
		return -EINVAL;
	if (operation == RUNCTL_END)
		return thread_end(caller, t);
	if (operation == RUNCTL_RESUME) {
		thread_unblock(t, RTS_STOPPED);
		return 0;
	}
	if ((req->operation & RUNCTL_DELAY) && (t->rts & RTS_SENDING))
		return -EBUSY;
	thread_block(t, RTS_STOPPED);
	return 0;
}

/* A thread whose registers may be looked at: it does not run and will not by itself. */
static bool is_held(const struct thread *caller, const struct thread *t)
{
	return t != caller && (t->rts & ~RTS_IPC);
}

int sys_do_trace(struct thread *caller, const struct sys_trace_req *req,
		 struct sys_trace_reply *rep)
{
	static struct arch_user_context context; /* guarded by bkl */
	struct thread *t = thread_find(req->thread);
	uint32_t *words = (uint32_t *)&context;

	if (!t || (t->rts & RTS_EXITED))
		return -EDEADSRCDST;
	if (req->operation < TRACE_REGISTER_GET || req->operation > TRACE_STEP)
		return -EINVAL;
	if (!is_held(caller, t) || (t->restart && req->operation != TRACE_REGISTER_GET))
		return -EBUSY;
	if (thread_trap_pending(t))
		return TRAP_SUSPENDED;
	if (req->operation == TRACE_STEP)
		return arch_context_step(t, req->value != 0) ? 0 : -ENODEV;
	if (req->index >= sizeof(context) / sizeof(*words))
		return -EINVAL;
	thread_settle(t);
	arch_context_get(t, &context);
	rep->value = words[req->index];
	if (req->operation == TRACE_REGISTER_GET)
		return 0;
	words[req->index] = (uint32_t)req->value;
	if (!arch_context_valid(&context))
		return -EINVAL;
	arch_context_set(t, &context);
	return 0;
}

int sys_do_context_get(struct thread *caller, const struct sys_context_req *req,
		       struct sys_empty_reply *rep)
{
	static struct arch_user_context context; /* guarded by bkl */
	struct thread *t = thread_find(req->thread);

	(void)rep;
	if (!t)
		return -EDEADSRCDST;
	if (t == caller)
		return -EINVAL;
	if (thread_trap_pending(t))
		return TRAP_SUSPENDED;
	thread_settle(t);
	arch_context_get(t, &context);
	return copy_out(caller, caller, req->address, &context, sizeof(context), false);
}

int sys_do_context_set(struct thread *caller, const struct sys_context_req *req,
		       struct sys_empty_reply *rep)
{
	static struct arch_user_context context; /* guarded by bkl */
	struct thread *t = thread_find(req->thread);
	int code;

	(void)rep;
	if (!t || (t->rts & RTS_EXITED))
		return -EDEADSRCDST;
	if (!is_held(caller, t))
		return -EINVAL;
	/* Its server still holds the call: the answer could end the next one. */
	if ((t->rts & RTS_REPLY_WAIT) && t->peer != caller->endpoint)
		return -EBUSY;
	if (!copy_range_valid(req->address, sizeof(context)))
		return -EFAULT;
	code = copy_in(caller, caller, req->address, &context, sizeof(context), false);
	if (code)
		return code;
	if (!arch_context_valid(&context))
		return -EINVAL;
	smp_take(t);
	arch_context_set(t, &context);
	/* What it waited for belongs to the context that is gone. */
	thread_wait_drop(t);
	if (t->rts & RTS_SENDING)
		ipc_unqueue(t);
	t->filter = NULL;
	thread_unblock(t, RTS_IPC);
	return 0;
}

int sys_do_tls_set(struct thread *caller, const struct sys_tls_set_req *req,
		   struct sys_empty_reply *rep)
{
	(void)rep;
	if (req->address >= ARCH_USER_LIMIT)
		return -EINVAL;
	arch_tls_set(caller, (vaddr_t)req->address);
	return 0;
}
