/* User contexts: made, copied, changed, left through. Every entry saves everything, so there is one
 * kind of context and one way out.
 */
#include "fpu.h"
#include "kernel/arch_exit.h"
#include "registers.h"
#include <string.h>

/* CPSR (ARM DDI 0406C, B1.3.3). User mode runs with FIQ and asynchronous aborts masked, as the
 * kernel does: nobody would know whose they are. */
#define CPSR_MODE 0x1Fu
#define CPSR_USER 0x10u
#define CPSR_THUMB 0x20u
#define CPSR_FIQ 0x40u
#define CPSR_IRQ 0x80u
#define CPSR_ABORT 0x100u
#define CPSR_FIXED (CPSR_USER | CPSR_FIQ | CPSR_ABORT)
/* N Z C V Q, IT, GE, E, T: what user mode may set by itself. */
#define CPSR_FREE 0xFE0FFE20u

static void frame_start(struct arch_frame *frame, vaddr_t pc, vaddr_t sp)
{
	frame->pc = pc & ~1u;
	frame->sp = sp;
	frame->cpsr = CPSR_FIXED | (pc & 1 ? CPSR_THUMB : 0);
}

void arch_context_init(struct thread *t, vaddr_t pc, vaddr_t sp, uintptr_t argument,
		       vaddr_t message_address)
{
	memset(&t->arch.frame, 0, sizeof(t->arch.frame));
	frame_start(&t->arch.frame, pc, sp);
	t->arch.frame.r[0] = argument;
	t->arch.frame.r[1] = message_address;
	t->arch.tls = 0;
	t->arch.fpu_used = 0;
}

void arch_context_fork(struct thread *child, const struct thread *parent)
{
	child->arch = parent->arch;
}

void arch_context_swap(struct thread *a, struct thread *b)
{
	const struct arch_thread old = a->arch;

	a->arch = b->arch;
	b->arch = old;
}

void arch_context_get(const struct thread *t, struct arch_user_context *out)
{
	memset(out, 0, sizeof(*out));
	memcpy(out, &t->arch.frame, sizeof(t->arch.frame));
	out->tls = t->arch.tls;
	out->fpu_used = t->arch.fpu_used;
	if (t->arch.fpu_used)
		out->fpu = t->arch.fpu;
}

/* Bits of CPSR that are not user mode's are refused, not dropped: such a context is no user's. */
bool arch_context_valid(const struct arch_user_context *c)
{
	return (c->cpsr & ~CPSR_FREE) == CPSR_FIXED && c->tls < ARCH_USER_LIMIT && c->fpu_used <= 1;
}

void arch_context_set(struct thread *t, const struct arch_user_context *in)
{
	_Static_assert(offsetof(struct arch_user_context, cpsr) ==
			       offsetof(struct arch_frame, cpsr),
		       "a context begins like a frame");
	memcpy(&t->arch.frame, in, sizeof(t->arch.frame));
	t->arch.frame.cpsr = (in->cpsr & CPSR_FREE) | CPSR_FIXED;
	t->arch.tls = in->tls;
	t->arch.fpu_used = in->fpu_used;
	t->arch.fpu = in->fpu;
}

/* AAPCS: both arguments and the return address go in registers; sp is 8-aligned. */
size_t arch_handler_stack(uint8_t call[ARCH_HANDLER_STACK], vaddr_t frame, vaddr_t restorer,
			  uint32_t signal)
{
	(void)call, (void)frame, (void)restorer, (void)signal;
	return ARCH_HANDLER_STACK;
}

void arch_context_handler(struct thread *t, vaddr_t pc, vaddr_t sp, vaddr_t restorer,
			  uint32_t signal, vaddr_t frame)
{
	frame_start(&t->arch.frame, pc, sp);
	t->arch.frame.r[0] = signal;
	t->arch.frame.r[1] = frame;
	t->arch.frame.lr = restorer;
}

/* The architecture has no trace bit, and breakpoints that match everything but an address are
 * optional: debuggers plant breakpoints. */
bool arch_context_step(struct thread *t, bool on)
{
	(void)t, (void)on;
	return false;
}

void arch_tls_set(struct thread *t, vaddr_t address)
{
	struct cpu *cpu = this_cpu();

	t->arch.tls = address;
	if (cpu->current == t)
		arch_switch_fast(cpu, t);
}

void arch_context_where(const struct thread *t, vaddr_t *pc, vaddr_t *sp, vaddr_t *fp)
{
	*pc = t->arch.frame.pc;
	*sp = t->arch.frame.sp;
	*fp = t->arch.frame.r[11];
}

/* --- Leaving --------------------------------------------------------------------------------- */

void arch_switch_prepare(struct cpu *cpu, struct thread *t)
{
	if (cpu->arch.fpu_owner != t)
		arch_fpu_save(cpu);
	cpu->events &= ~EVENT_FPU;
	if (cpu->arch.fpu_owner)
		cpu->events |= EVENT_FPU;
	arch_switch_fast(cpu, t);
}

void arch_exit_user(struct cpu *cpu, struct thread *t)
{
	(void)cpu;
	arch_exit_frame(t);
}
