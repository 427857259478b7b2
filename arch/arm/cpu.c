/* A CPU's own set-up, waiting, and its stops. */
#include "cpu.h"

#include <arch/features.h>

#include "fpu.h"
#include "kernel/cpu.h"
#include "kernel/thread.h"
#include "offsets.h"
#include "registers.h"

_Static_assert(FRAME_PC == offsetof(struct arch_frame, pc), "entry.S");
_Static_assert(CPU_OFFSET_ASSEMBLER == CPU_OFFSET, "entry.S, head.S");
_Static_assert(offsetof(struct thread, arch.frame) == 0, "entry.S");

#define CPACR_FPU 0xF00000u

extern char vectors[];

static uint32_t features;

uint32_t cpu_features(void)
{
	return features;
}

/* First use by a thread is trapped by the FPU's own enable bit (fpu.c). */
void arch_cpu_init(struct cpu *cpu)
{
	tpidrprw_write((uint32_t)cpu);
	vbar_write((uint32_t)vectors);
	cpacr_write(cpacr_read() | CPACR_FPU);
	isb();
	if ((cpacr_read() & CPACR_FPU) == CPACR_FPU)
		features = fpu_init();
}

/* WFI ends by an interrupt that is masked, too (ARM DDI 0406C, B1.8.14): no window between the two.
 */
void arch_idle(struct cpu *cpu)
{
	(void)cpu;
	for (;;)
		__asm__ volatile("dsb sy\n\t"
				 "wfi\n\t"
				 "cpsie i\n\t"
				 "isb\n\t"
				 "cpsid i" ::
					 : "memory");
}

void arch_interrupt_window(struct cpu *cpu)
{
	(void)cpu;
	__asm__ volatile("cpsie i\n\tisb\n\tcpsid i" ::: "memory");
}
