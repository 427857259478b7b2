/* User contexts: made, copied, changed, left through. */
#include "kernel/arch_exit.h"

#include "kernel/panic.h"

void arch_context_init(struct thread *t, vaddr_t pc, vaddr_t sp, uintptr_t argument,
		       vaddr_t message_address)
{
	/* A real port hands the message page's address over too, in a register or a thread-local
	 * slot, and clears every other register. */
	(void)message_address;
	t->arch.context = (struct arch_user_context){
		.program_counter = pc,
		.stack_pointer = sp,
		.result = {argument},
	};
}

/* A real port fills in what a fast entry did not save. */
void arch_context_fork(struct thread *child, const struct thread *parent)
{
	child->arch.context = parent->arch.context;
}

void arch_context_get(const struct thread *t, struct arch_user_context *out)
{
	*out = t->arch.context;
}

void arch_context_swap(struct thread *a, struct thread *b)
{
	const struct arch_thread old = a->arch;

	a->arch = b->arch;
	b->arch = old;
}

/* A real port checks everything that could give rights away: mode, interrupt mask, selectors. */
bool arch_context_valid(const struct arch_user_context *context)
{
	return context->program_counter < ARCH_USER_LIMIT;
}

void arch_context_set(struct thread *t, const struct arch_user_context *in)
{
	t->arch.context = *in;
}

/* A real port whose ABI passes arguments on the stack writes them, and the return address. */
size_t arch_handler_stack(uint8_t call[ARCH_HANDLER_STACK], vaddr_t frame, vaddr_t restorer,
			  uint32_t signal)
{
	(void)call, (void)frame, (void)restorer, (void)signal;
	return ARCH_HANDLER_STACK;
}

/* A real port sets the argument registers to what handler(signal, frame) expects, and the link
 * register, where it has one, to the restorer. */
void arch_context_handler(struct thread *t, vaddr_t pc, vaddr_t sp, vaddr_t restorer,
			  uint32_t signal, vaddr_t frame)
{
	(void)restorer;
	t->arch.context.program_counter = pc;
	t->arch.context.stack_pointer = sp;
	t->arch.context.result[0] = signal;
	t->arch.context.result[1] = frame;
}

/* A real port sets the processor's single-step flag in the context, or plants a breakpoint. */
bool arch_context_step(struct thread *t, bool on)
{
	(void)t, (void)on;
	return false;
}

/* A real port also loads the register when `t` is the current thread. */
void arch_tls_set(struct thread *t, vaddr_t address)
{
	t->arch.context.thread_pointer = address;
}

/* fp 0: there is no chain of frames to follow. */
void arch_context_where(const struct thread *t, vaddr_t *pc, vaddr_t *sp, vaddr_t *fp)
{
	*pc = (vaddr_t)t->arch.context.program_counter;
	*sp = (vaddr_t)t->arch.context.stack_pointer;
	*fp = 0;
}

/* A real port stores the FPU's registers in their owner's area and switches the FPU off. It runs
 * without the lock too: it may touch only this CPU and its current thread. */
void arch_fpu_save(struct cpu *cpu)
{
	(void)cpu;
}

/* A real port saves another thread's FPU state, then does what remains in arch_switch_fast(). */
void arch_switch_prepare(struct cpu *cpu, struct thread *t)
{
	arch_fpu_save(cpu);
	arch_switch_fast(cpu, t);
}

/* A real port restores every register from the context and drops to user mode. */
void arch_exit_user(struct cpu *cpu, struct thread *t)
{
	(void)cpu;
	panic("%s: this port has no user mode to leave to", t->name);
}

/* A real port walks the frames of this CPU's stack, or takes every word that could be a return
 * address. */
unsigned int arch_backtrace(uintptr_t *pc, unsigned int max)
{
	(void)pc, (void)max;
	return 0;
}
