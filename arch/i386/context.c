/* User contexts: made, copied, changed, left through. */
#include "arch/i386/descriptors.h"
#include "arch/i386/cpu_features.h"
#include "arch/i386/traps.h"
#include "kernel/arch_exit.h"
#include "kernel/panic.h"
#include <arch/features.h>
#include <string.h>

#define EFLAGS_FIXED 0x2u
#define EFLAGS_IF 0x200u
#define EFLAGS_TF 0x100u
/* CF PF AF ZF SF TF DF OF AC ID: what user mode may set by itself. */
#define EFLAGS_USER 0x240DD5u

#define IO_BITMAPS 4

static uint8_t io_bitmaps[IO_BITMAPS][IO_BITMAP_BYTES];
static struct thread *io_bitmap_user[IO_BITMAPS];

void arch_frame_fresh(struct arch_frame *frame, uint32_t eip, uint32_t esp)
{
	*frame = (struct arch_frame){
		.gs = SEL_TLS,
		.es = SEL_USER_DATA,
		.ds = SEL_USER_DATA,
		.eip = eip,
		.cs = SEL_USER_CODE,
		.eflags = EFLAGS_FIXED | EFLAGS_IF,
		.esp = esp,
		.ss = SEL_USER_DATA,
	};
}

void arch_context_init(struct thread *t, vaddr_t pc, vaddr_t sp, uintptr_t argument,
		       vaddr_t message_address)
{
	arch_frame_fresh(&t->arch.frame, pc, sp);
	t->arch.frame.eax = argument;
	t->arch.frame.ebx = message_address;
	t->arch.entry = ENTRY_FULL;
	t->arch.fpu_used = 0;
	descriptor_tls(&t->arch, 0);
}

/* A fast entry saved two registers; the rest of the frame is what its exit would produce. */
static void frame_complete(struct arch_thread *a)
{
	const struct arch_frame old = a->frame;

	if (a->entry == ENTRY_FULL)
		return;
	arch_frame_fresh(&a->frame, old.eip, old.esp);
	a->frame.eax = old.eax;
	a->frame.ebx = old.ebx;
	a->frame.esi = old.esi;
	a->frame.ecx = old.esp;
	a->frame.edx = old.eip;
	a->entry = ENTRY_FULL;
}

void arch_context_fork(struct thread *child, const struct thread *parent)
{
	uint8_t *ports = child->arch.io_bitmap;

	child->arch = parent->arch;
	child->arch.io_bitmap = ports;
	frame_complete(&child->arch);
}

void arch_context_get(const struct thread *t, struct arch_user_context *out)
{
	struct arch_thread a = t->arch;
	const struct arch_frame *f = &a.frame;

	frame_complete(&a);
	memset(out, 0, sizeof(*out));
	out->gs = f->gs;
	out->fs = f->fs;
	out->es = f->es;
	out->ds = f->ds;
	out->edi = f->edi;
	out->esi = f->esi;
	out->ebp = f->ebp;
	out->ebx = f->ebx;
	out->edx = f->edx;
	out->ecx = f->ecx;
	out->eax = f->eax;
	out->eip = f->eip;
	out->cs = f->cs;
	out->eflags = f->eflags;
	out->esp = f->esp;
	out->ss = f->ss;
	out->tls = descriptor_tls_base(&t->arch);
	out->fpu_used = t->arch.fpu_used;
	if (t->arch.fpu_used)
		memcpy(out->fpu, t->arch.fpu, sizeof(out->fpu));
}

void arch_context_swap(struct thread *a, struct thread *b)
{
	struct arch_thread old = a->arch;

	a->arch = b->arch;
	a->arch.io_bitmap = old.io_bitmap;
	old.io_bitmap = b->arch.io_bitmap;
	b->arch = old;
}

/* Null, or one of the segments user mode has. */
static bool data_selector_valid(uint32_t selector)
{
	return selector <= 3 || selector == SEL_USER_DATA || selector == SEL_TLS ||
	       selector == SEL_USER_CODE;
}

bool arch_context_valid(const struct arch_user_context *c)
{
	return c->cs == SEL_USER_CODE && c->ss == SEL_USER_DATA && data_selector_valid(c->ds) &&
	       data_selector_valid(c->es) && data_selector_valid(c->fs) &&
	       data_selector_valid(c->gs) && c->tls < ARCH_USER_LIMIT && c->fpu_used <= 1;
}

void arch_context_set(struct thread *t, const struct arch_user_context *in)
{
	struct arch_frame *f = &t->arch.frame;

	*f = (struct arch_frame){
		.gs = in->gs,
		.fs = in->fs,
		.es = in->es,
		.ds = in->ds,
		.edi = in->edi,
		.esi = in->esi,
		.ebp = in->ebp,
		.ebx = in->ebx,
		.edx = in->edx,
		.ecx = in->ecx,
		.eax = in->eax,
		.eip = in->eip,
		.cs = in->cs,
		.eflags = (in->eflags & EFLAGS_USER) | EFLAGS_FIXED | EFLAGS_IF,
		.esp = in->esp,
		.ss = in->ss,
	};
	t->arch.entry = ENTRY_FULL;
	descriptor_tls(&t->arch, in->tls);
	t->arch.fpu_used = in->fpu_used;
	memcpy(t->arch.fpu, in->fpu, sizeof(t->arch.fpu));
	/* A reserved bit in MXCSR would make FXRSTOR fault in the kernel (SDM vol. 2). */
	if (cpu_features() & ARCH_FEATURE_FXSR) {
		uint32_t mxcsr;

		memcpy(&mxcsr, t->arch.fpu + 24, sizeof(mxcsr));
		mxcsr &= 0xFFBF;
		memcpy(t->arch.fpu + 24, &mxcsr, sizeof(mxcsr));
	}
}

/* cdecl: return address, then the arguments; (sp + 4) is 16-aligned at a function's entry. */
size_t arch_handler_stack(uint8_t call[ARCH_HANDLER_STACK], vaddr_t frame, vaddr_t restorer,
			  uint32_t signal)
{
	const uint32_t words[] = {restorer, signal, frame};
	size_t offset = ARCH_HANDLER_STACK - 20;

	memcpy(call + offset, words, sizeof(words));
	return offset;
}

void arch_context_handler(struct thread *t, vaddr_t pc, vaddr_t sp, vaddr_t restorer,
			  uint32_t signal, vaddr_t frame)
{
	(void)restorer, (void)signal, (void)frame; /* on the stack */
	frame_complete(&t->arch);
	t->arch.frame.eip = pc;
	t->arch.frame.esp = sp;
	t->arch.frame.eflags = EFLAGS_FIXED | EFLAGS_IF;
	t->arch.frame.ds = t->arch.frame.es = SEL_USER_DATA;
}

bool arch_context_step(struct thread *t, bool on)
{
	frame_complete(&t->arch);
	if (on)
		t->arch.frame.eflags |= EFLAGS_TF;
	else
		t->arch.frame.eflags &= ~EFLAGS_TF;
	return true;
}

void arch_tls_set(struct thread *t, vaddr_t address)
{
	struct cpu *cpu = this_cpu();

	descriptor_tls(&t->arch, address);
	if (t->arch.entry == ENTRY_FULL)
		t->arch.frame.gs = SEL_TLS;
	if (cpu->current == t)
		arch_switch_fast(cpu, t);
}

void arch_context_where(const struct thread *t, vaddr_t *pc, vaddr_t *sp, vaddr_t *fp)
{
	*pc = t->arch.frame.eip;
	*sp = t->arch.frame.esp;
	*fp = t->arch.entry == ENTRY_FULL ? t->arch.frame.ebp : 0;
}

/* --- Ports ---------------------------------------------------------------------------------------
 */

static uint8_t *io_bitmap_allocate(struct thread *t)
{
	unsigned int i;

	for (i = 0; i < IO_BITMAPS; i++)
		if (!io_bitmap_user[i]) {
			io_bitmap_user[i] = t;
			memset(io_bitmaps[i], 0xFF, IO_BITMAP_BYTES);
			return io_bitmaps[i];
		}
	return NULL;
}

bool arch_io_bitmap(struct thread *t, uint32_t first, uint32_t count)
{
	unsigned int i;
	uint32_t port;

	if (count == 0) {
		for (i = 0; i < IO_BITMAPS; i++)
			if (t->arch.io_bitmap == io_bitmaps[i])
				io_bitmap_user[i] = NULL;
		t->arch.io_bitmap = NULL;
		return true;
	}
	if (!t->arch.io_bitmap)
		t->arch.io_bitmap = io_bitmap_allocate(t);
	if (!t->arch.io_bitmap)
		return false;
	for (port = first; port < first + count; port++)
		t->arch.io_bitmap[port / 8] &= (uint8_t) ~(1u << port % 8);
	return true;
}

/* --- Leaving -------------------------------------------------------------------------------------
 */

static void ports_switch(struct cpu *cpu, const struct thread *t)
{
	cpu->events &= ~EVENT_PORTS;
	cpu->arch.tss->io_base = IO_BASE_NONE;
	if (!t->arch.io_bitmap)
		return;
	memcpy(cpu->arch.tss + 1, t->arch.io_bitmap, IO_BITMAP_BYTES);
	cpu->arch.tss->io_base = sizeof(struct arch_tss);
	cpu->events |= EVENT_PORTS;
}

void arch_switch_prepare(struct cpu *cpu, struct thread *t)
{
	if (cpu->arch.fpu_owner != t)
		arch_fpu_save(cpu);
	cpu->events &= ~EVENT_FPU;
	if (cpu->arch.fpu_owner)
		cpu->events |= EVENT_FPU;
	if (t->arch.io_bitmap || (cpu->events & EVENT_PORTS))
		ports_switch(cpu, t);
	arch_switch_fast(cpu, t);
}

void arch_exit_user(struct cpu *cpu, struct thread *t)
{
	struct arch_frame *f = &t->arch.frame;

	(void)cpu;
	switch (t->arch.entry) {
	case ENTRY_SYSENTER:
		arch_exit_sysenter(t, f->eax, f->ebx, f->esi);
	case ENTRY_SYSCALL:
		arch_exit_syscall(t, f->eax, f->ebx, f->esi);
	default:
		exit_full(f);
	}
}

void arch_idle(struct cpu *cpu)
{
	(void)cpu;
	for (;;)
		__asm__ volatile("sti; hlt" ::: "memory");
}

void arch_interrupt_window(struct cpu *cpu)
{
	(void)cpu;
	__asm__ volatile("sti; nop; nop; cli" ::: "memory");
}

/* --- Stack traces
 * ---------------------------------------------------------------------------------- */

extern char kernel_text_start[], kernel_text_end[];

/* Does a call instruction end at pc? E8 rel32, or FF /2 with 0 to 5 bytes of operand. */
static bool follows_call(uintptr_t pc)
{
	const uint8_t *p = (const uint8_t *)pc;

	if (pc < (uintptr_t)kernel_text_start + 8 || pc >= (uintptr_t)kernel_text_end)
		return false;
	return p[-5] == 0xE8 || (p[-2] == 0xFF && (p[-1] & 0x38) == 0x10) ||
	       (p[-3] == 0xFF && (p[-2] & 0x38) == 0x10) ||
	       (p[-6] == 0xFF && (p[-5] & 0x38) == 0x10) ||
	       (p[-7] == 0xFF && (p[-6] & 0x38) == 0x10);
}

unsigned int arch_backtrace(uintptr_t *pc, unsigned int max)
{
	const uintptr_t *sp = pc + max; /* the caller's array, on this stack, is no trace */
	const uintptr_t *end = (const uintptr_t *)this_cpu();
	unsigned int count = 0;

	/* An emergency stack has no struct cpu above it. */
	if ((uintptr_t)sp < (uintptr_t)cpu_areas ||
	    (uintptr_t)sp >= (uintptr_t)(cpu_areas + CPU_MAX))
		return 0;
	for (; sp < end && count < max; sp++)
		if (follows_call(*sp))
			pc[count++] = *sp;
	return count;
}
