/* The FPU is off (FPEXC.EN) unless the current thread has used it since it was switched in; then
 * its state is live and fpu_owner names it. Saving never waits for anybody: whoever switches,
 * settles or idles saves first. Source: ARM DDI 0406C, A2.6, B1.11.
 */
#include "fpu.h"

#include <arch/features.h>
#include <string.h>

#include "cpu.h"
#include "kernel/cpu.h"

__asm__(".fpu neon");

#define FPEXC_ENABLE 0x40000000u
#define MVFR0_REGISTERS 0xFu
#define MVFR0_REGISTERS_32 2u
#define FPSID_SOFTWARE 0x800000u

static void fpexc_write(uint32_t value)
{
	__asm__ volatile("vmsr fpexc, %0\n\tisb" ::"r"(value) : "memory");
}

uint32_t fpu_init(void)
{
	uint32_t fpsid, mvfr0;

	__asm__ volatile("vmrs %0, fpsid\n\tvmrs %1, mvfr0" : "=r"(fpsid), "=r"(mvfr0));
	fpexc_write(0);
	if (fpsid & FPSID_SOFTWARE)
		return 0;
	return ARCH_FEATURE_FPU |
	       ((mvfr0 & MVFR0_REGISTERS) == MVFR0_REGISTERS_32 ? ARCH_FEATURE_FPU_32 : 0);
}

void arch_fpu_save(struct cpu *cpu)
{
	struct thread *t = cpu->arch.fpu_owner;
	u64 *d;

	if (!t)
		return;
	d = t->arch.fpu.d;
	__asm__ volatile("vstmia %0!, {d0-d15}" : "+r"(d) : : "memory");
	if (cpu_features() & ARCH_FEATURE_FPU_32)
		__asm__ volatile("vstmia %0!, {d16-d31}" : "+r"(d) : : "memory");
	__asm__ volatile("vmrs %0, fpscr" : "=r"(t->arch.fpu.fpscr));
	fpexc_write(0);
	cpu->arch.fpu_owner = NULL;
}

static void fpu_load(struct cpu *cpu, struct thread *t)
{
	const u64 *d = t->arch.fpu.d;

	/* A first use must not show what another thread left in the registers. */
	if (!t->arch.fpu_used)
		memset(&t->arch.fpu, 0, sizeof(t->arch.fpu));
	fpexc_write(FPEXC_ENABLE);
	__asm__ volatile("vldmia %0!, {d0-d15}" : "+r"(d) : : "memory");
	if (cpu_features() & ARCH_FEATURE_FPU_32)
		__asm__ volatile("vldmia %0!, {d16-d31}" : "+r"(d) : : "memory");
	__asm__ volatile("vmsr fpscr, %0" ::"r"(t->arch.fpu.fpscr));
	t->arch.fpu_used = 1;
	cpu->arch.fpu_owner = t;
	cpu->events |= EVENT_FPU;
}

/* What the instruction was is not looked at: reading it could fault. One that is no FPU's is
 * undefined again with the FPU on. */
bool fpu_wanted(struct cpu *cpu, struct thread *t)
{
	if (!(cpu_features() & ARCH_FEATURE_FPU) || cpu->arch.fpu_owner == t)
		return false;
	fpu_load(cpu, t);
	return true;
}
