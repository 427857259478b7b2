/* The FPU is off (CR0.TS) unless the current thread has used it since it was switched in; then its
 * state is live and fpu_owner names it. Saving never waits for anybody: whoever switches, settles
 * or idles saves first.
 */
#include "arch/i386/fpu.h"

#include "arch/i386/cpu_features.h"
#include "kernel/signal.h"
#include <arch/features.h>
#include <string.h>

#define CR0_TS 8u
#define MXCSR_DEFAULT 0x1F80u

static void task_switched_set(void)
{
	uint32_t cr0;

	__asm__ volatile("movl %%cr0, %0" : "=r"(cr0));
	__asm__ volatile("movl %0, %%cr0" : : "r"(cr0 | CR0_TS));
}

void arch_fpu_save(struct cpu *cpu)
{
	struct thread *t = cpu->arch.fpu_owner;

	if (!t)
		return;
	if (cpu_features() & ARCH_FEATURE_FXSR)
		__asm__ volatile("fxsave (%0)" : : "r"(t->arch.fpu) : "memory");
	else
		__asm__ volatile("fnsave (%0); fwait" : : "r"(t->arch.fpu) : "memory");
	task_switched_set();
	cpu->arch.fpu_owner = NULL;
}

static void initial_state(void)
{
	uint32_t mxcsr = MXCSR_DEFAULT;

	__asm__ volatile("fninit");
	if (cpu_features() & ARCH_FEATURE_SSE)
		__asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
}

/* A first use must not show what another thread left in the registers: FNINIT clears neither them
 * nor XMM, so the initial image is loaded like any other. */
static void initial_image(struct thread *t)
{
	memset(t->arch.fpu, 0, sizeof(t->arch.fpu));
	initial_state();
	if (cpu_features() & ARCH_FEATURE_FXSR) {
		__asm__ volatile("fxsave (%0)" : : "r"(t->arch.fpu) : "memory");
		memset(t->arch.fpu + 32, 0, sizeof(t->arch.fpu) - 32);
	} else {
		__asm__ volatile("fnsave (%0); fwait" : : "r"(t->arch.fpu) : "memory");
		memset(t->arch.fpu + 28, 0, 80);
	}
}

void fpu_load(struct cpu *cpu, struct thread *t)
{
	if (!(cpu_features() & ARCH_FEATURE_FPU)) {
		signal_cause(t, SIGNAL_ILLEGAL);
		return;
	}
	__asm__ volatile("clts");
	if (!t->arch.fpu_used)
		initial_image(t);
	if (cpu_features() & ARCH_FEATURE_FXSR)
		__asm__ volatile("fxrstor (%0)" : : "r"(t->arch.fpu) : "memory");
	else
		__asm__ volatile("frstor (%0)" : : "r"(t->arch.fpu) : "memory");
	t->arch.fpu_used = 1;
	cpu->arch.fpu_owner = t;
	cpu->events |= EVENT_FPU;
}
