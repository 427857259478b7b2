/* From the assembly entries to the portable kernel: which vector means what. */
#include "arch/i386/descriptors.h"
#include "arch/i386/fpu.h"
#include "arch/i386/interrupt.h"
#include "arch/i386/traps.h"
#include "arch/i386/vectors.h"
#include "kernel/panic.h"
#include "kernel/print.h"
#include "kernel/sched.h"
#include "kernel/signal.h"
#include "kernel/smp.h"
#include "kernel/trap.h"
#include <skerry/kernel_message.h>

#define VECTOR_DEBUG 1
#define VECTOR_NO_FPU 7
#define VECTOR_PAGE_FAULT 14
#define EFLAGS_FIXED 0x2u
#define EFLAGS_TF 0x100u

#define FAULT_CODE_PRESENT 1u /* page-fault error code, SDM vol. 3, 4.7 */
#define FAULT_CODE_WRITE 2u
#define FAULT_CODE_FETCH 16u

struct fixup {
	uint32_t fault, landing;
};

extern const struct fixup fixup_table_start[], fixup_table_end[];
extern char entry_sysenter[], entry_syscall[], entry_stepped[], debug_user[];

static const uint8_t exception_signals[32] = {
	[0] = SIGNAL_FPE,  [1] = SIGNAL_TRAP,	 [3] = SIGNAL_TRAP,  [4] = SIGNAL_SEGV,
	[5] = SIGNAL_SEGV, [6] = SIGNAL_ILLEGAL, [9] = SIGNAL_SEGV,  [10] = SIGNAL_SEGV,
	[11] = SIGNAL_BUS, [12] = SIGNAL_BUS,	 [13] = SIGNAL_SEGV, [16] = SIGNAL_FPE,
	[17] = SIGNAL_BUS, [19] = SIGNAL_FPE,
};

static uint32_t fault_address(void)
{
	uint32_t address;

	__asm__ volatile("movl %%cr2, %0" : "=r"(address));
	return address;
}

static void interrupt(struct cpu *cpu, unsigned int vector) __attribute__((noreturn)) RELEASES(bkl);
static void interrupt(struct cpu *cpu, unsigned int vector)
{
	if (vector == VECTOR_IPI)
		smp_interrupt(cpu);
	interrupt_handle(cpu, vector);
	kernel_leave(cpu);
}

static void fpu_wanted(struct cpu *cpu) __attribute__((noreturn));
static void fpu_wanted(struct cpu *cpu)
{
	struct thread *t = kernel_enter(cpu);

	if (t)
		fpu_load(cpu, t);
	kernel_leave(cpu);
}

ARCH_ENTRY void trap_user(struct arch_frame *frame)
{
	struct cpu *cpu = this_cpu();
	unsigned int vector = frame->vector;
	uint32_t access = 0;

	if (vector == VECTOR_PAGE_FAULT) {
		access |= frame->error & FAULT_CODE_PRESENT ? FAULT_PRESENT : 0;
		access |= frame->error & FAULT_CODE_WRITE ? FAULT_WRITE : 0;
		access |= frame->error & FAULT_CODE_FETCH ? FAULT_EXECUTE : 0;
		trap_page_fault(fault_address(), access);
	}
	if (vector >= VECTOR_IRQ_BASE) {
		kernel_enter(cpu);
		interrupt(cpu, vector);
	}
	if (vector == VECTOR_NO_FPU)
		fpu_wanted(cpu);
	if (vector == VECTOR_DEBUG)
		frame->eflags &= ~EFLAGS_TF;
	if (vector >= 32 || !exception_signals[vector])
		panic("vector %u from user mode, error %x", vector, frame->error);
	trap_exception(exception_signals[vector]);
}

/* A user stepped into SYSENTER or SYSCALL: the debug exception comes at the kernel's first
 * instruction, and that entry would lose the trap flag. Leave the user's context in the thread as
 * INT would have; the exit by IRET then steps on. */
static void step_fast(struct cpu *cpu, uint32_t eip, uint32_t esp)
{
	struct arch_thread *t = &cpu->current->arch;

	arch_frame_fresh(&t->frame, eip, esp);
	t->frame.eflags |= EFLAGS_TF;
	t->entry = ENTRY_FULL;
}

ARCH_ENTRY void trap_kernel_interrupt(uint32_t vector)
{
	struct cpu *cpu = this_cpu();

	kernel_enter_idle(cpu);
	interrupt(cpu, vector);
}

__attribute__((regparm(3))) void trap_kernel_exception(struct kernel_frame *frame)
{
	const struct fixup *f;

	if (frame->vector == VECTOR_DEBUG && frame->eip == (uint32_t)entry_sysenter) {
		step_fast(this_cpu(), frame->edx, frame->ecx);
		frame->eip = (uint32_t)entry_stepped;
		frame->eflags = EFLAGS_FIXED;
		return;
	}
	for (f = fixup_table_start; f < fixup_table_end; f++)
		if (f->fault == frame->eip) {
			frame->eip = f->landing;
			return;
		}
	panic("exception %u in the kernel at %x, error %x, address %x", frame->vector, frame->eip,
	      frame->error, fault_address());
}

/* --- Task gates: no lock, no this_cpu()
 * ------------------------------------------------------------ */

static struct cpu *cpu_by_segment(void)
{
	struct cpu *cpu;

	__asm__ volatile("movl %1, %%fs\n\t"
			 "movl %%fs:0, %0"
			 : "=r"(cpu)
			 : "r"(SEL_CPU));
	return cpu;
}

void emergency_double_fault(void)
{
	const struct arch_tss *tss = cpu_by_segment()->arch.tss;

	panic_at(cpu_by_segment(), "double fault at %x, stack %x, address %x", tss->eip, tss->esp,
		 fault_address());
}

void emergency_nmi(void)
{
	const struct arch_tss *tss = cpu_by_segment()->arch.tss;

	/* A panicking CPU stops the others this way. */
	while (panic_running())
		__asm__ volatile("cli; hlt");
	panic_at(cpu_by_segment(), "NMI at %x: hardware reports an error", tss->eip);
}

void emergency_debug(void)
{
	struct cpu *cpu = cpu_by_segment();
	struct arch_tss *tss = cpu->arch.tss;
	struct arch_frame *frame;

	tss->cr3 = (uint32_t)cpu->root; /* a task switch does not save it */
	if ((tss->cs & 3) == 0) {
		if (tss->eip != (uint32_t)entry_sysenter && tss->eip != (uint32_t)entry_syscall)
			panic_at(cpu, "debug exception in the kernel at %x", tss->eip);
		if (tss->eip == (uint32_t)entry_sysenter)
			step_fast(cpu, tss->edx, tss->ecx);
		else
			step_fast(cpu, tss->ecx, tss->ebp);
		tss->eip = (uint32_t)entry_stepped;
		tss->esp = (uint32_t)cpu;
		tss->ds = tss->es = SEL_USER_DATA;
		tss->eflags = EFLAGS_FIXED;
		return;
	}
	/* User mode: go on as if an interrupt gate had been there. */
	frame = &cpu->current->arch.frame;
	*frame = (struct arch_frame){
		tss->gs,  tss->fs,  tss->es,	 tss->ds,  tss->edi, tss->esi,	   tss->ebp,
		0,	  tss->ebx, tss->edx,	 tss->ecx, tss->eax, VECTOR_DEBUG, 0,
		tss->eip, tss->cs,  tss->eflags, tss->esp, tss->ss};
	cpu->current->arch.entry = ENTRY_FULL;
	tss->eip = (uint32_t)debug_user;
	tss->cs = SEL_KERNEL_CODE;
	tss->ss = SEL_KERNEL_DATA;
	tss->ds = tss->es = SEL_USER_DATA;
	tss->esp = (uint32_t)cpu;
	tss->eflags = EFLAGS_FIXED;
	tss->eax = (uint32_t)frame;
}
