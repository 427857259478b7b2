/* ARM types and inline functions of the port's contract (kernel/arch.h).
 *
 * Each CPU has one area: its kernel stack with its struct cpu on top. TPIDRPRW holds the address of
 * struct cpu. While user mode runs, the supervisor's stack pointer is the address of `pc` in the
 * current thread's frame: an entry stores the return state upwards from there and the registers
 * downwards, and only then takes the CPU's stack.
 */
#pragma once

#include <skerry/types.h>
#include <arch/layout.h>
#include <arch/context.h>

#define CPU_AREA_SIZE 8192
#define CPU_OFFSET (CPU_AREA_SIZE - 1024)

/* What every entry saves: the head of struct thread. */
struct arch_frame {
	uint32_t r[13], sp, lr;
	uint32_t pc, cpsr;
};

#define ARCH_HANDLER_STACK 64

struct arch_thread {
	struct arch_frame frame;
	uint32_t tls; /* TPIDRURO */
	uint32_t fpu_used;
	struct arch_fpu fpu;
};

struct arch_cpu {
	struct thread *fpu_owner;  /* whose FPU state is live here */
	uint32_t interrupt_target; /* this CPU's bit at the interrupt distributor */
};

/* Arguments in registers anyway; these functions never return. */
#define ARCH_ENTRY __attribute__((noreturn))

static inline struct cpu *this_cpu(void)
{
	struct cpu *cpu;

	__asm__("mrc p15, 0, %0, c13, c0, 4" : "=r"(cpu));
	return cpu;
}

static inline void *phys_to_virt(paddr_t physical)
{
	return (void *)(physical - CONFIG_RAM_BASE + ARCH_KERNEL_BASE);
}

static inline paddr_t virt_to_phys(const void *address)
{
	return (paddr_t)address - ARCH_KERNEL_BASE + CONFIG_RAM_BASE;
}

static inline void arch_pause(void)
{
	__asm__ volatile("yield" ::: "memory");
}

static inline void arch_barrier(void)
{
	__asm__ volatile("dmb ish" ::: "memory");
}

/* Between accesses to memory and to devices, or to two devices. */
static inline void arch_device_barrier(void)
{
	__asm__ volatile("dsb sy" ::: "memory");
}

/* The generic timer's is CNTVCT. It may be read early: nothing is ordered by it. */
#ifdef CONFIG_ARM_GENERIC_TIMER
static inline cycles_t arch_cycles(void)
{
	cycles_t now;

	__asm__ volatile("mrrc p15, 1, %Q0, %R0, c14" : "=r"(now));
	return now;
}
#else
cycles_t arch_cycles(void);
#endif

#define ARCH_MESSAGE_WORDS 16u

static inline void arch_message_copy(uint32_t *to, const uint32_t *from, uint32_t first)
{
	__asm__ volatile("ldmia %1!, {r6-r9}\n\t"
			 "mov r6, %2\n\t"
			 "stmia %0!, {r6-r9}\n\t"
			 "ldmia %1!, {r6-r9}\n\t"
			 "stmia %0!, {r6-r9}\n\t"
			 "ldmia %1!, {r6-r9}\n\t"
			 "stmia %0!, {r6-r9}\n\t"
			 "ldmia %1, {r6-r9}\n\t"
			 "stmia %0, {r6-r9}"
			 : "+&r"(to), "+&r"(from)
			 : "r"(first)
			 : "r6", "r7", "r8", "r9", "memory");
}

/* ARM DDI 0406C B3.10.2: a new table under the same ASID. Translations that were fetched through
 * the old one before TTBR0 changed go with the invalidation after it; so do predicted branches
 * (B2.2.9). The kernel's own translations are global and stay. */
static inline void arch_root_load(paddr_t root)
{
	__asm__ volatile("mcr p15, 0, %0, c2, c0, 0\n\t" /* TTBR0 */
			 "isb\n\t"
			 "mcr p15, 0, %1, c8, c7, 2\n\t" /* TLBIASID */
			 "mcr p15, 0, %1, c7, c5, 6\n\t" /* BPIALL */
			 "dsb nsh\n\t"
			 "isb"
			 :
			 : "r"(root | ARCH_TTBR_WALK), "r"(0)
			 : "memory");
}
