/* i386 types and inline functions of the port's contract (kernel/arch.h).
 *
 * Each CPU has one area: its kernel stack with its struct cpu on top, aligned so that the stack
 * pointer finds it. SYSENTER loads the stack pointer with the address of struct cpu; interrupts
 * from user mode push straight into the current thread's frame (TSS.esp0 is its end).
 *
 *   area + 0                    area + CPU_OFFSET        area + CPU_AREA_SIZE
 *   | kernel stack, grows down <-| struct cpu            |
 */
#pragma once

#include <skerry/types.h>
#include <arch/layout.h>
#include "arch/common/message_copy.h"
#include "arch_selectors.h"

#define CPU_AREA_SIZE 8192
#define CPU_OFFSET (CPU_AREA_SIZE - 1024)

/* What interrupts push, lowest address first: the head of struct thread. */
struct arch_frame {
	uint32_t gs, fs, es, ds;
	uint32_t edi, esi, ebp, unused, ebx, edx, ecx, eax;
	uint32_t vector, error;
	uint32_t eip, cs, eflags, esp, ss;
};

#define ARCH_FPU_BYTES 512
#define ARCH_HANDLER_STACK 64

struct arch_thread {
	struct arch_frame frame;
	uint32_t entry;		    /* ENTRY_*; FULL whenever the whole frame counts */
	uint32_t tls_low, tls_high; /* descriptor of the thread pointer's segment */
	uint8_t *io_bitmap;	    /* 0: no ports */
	uint32_t fpu_used;
	uint8_t fpu[ARCH_FPU_BYTES] __attribute__((aligned(16)));
};

struct arch_tss {
	uint32_t link, esp0, ss0, esp1, ss1, esp2, ss2, cr3, eip, eflags;
	uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
	uint32_t es, cs, ss, ds, fs, gs, ldt;
	uint16_t trap, io_base;
};

struct arch_cpu {
	struct cpu *self; /* at offset 0: read through SEL_CPU */
	struct arch_tss *tss;
	struct thread *fpu_owner; /* whose FPU state is live here */
	uint32_t gdt[GDT_ENTRIES][2] __attribute__((aligned(8)));
};

#define ARCH_ENTRY __attribute__((regparm(3), noreturn))

static inline struct cpu *this_cpu(void)
{
	uintptr_t sp;

	__asm__("movl %%esp, %0" : "=r"(sp));
	return (struct cpu *)((sp & ~(uintptr_t)(CPU_AREA_SIZE - 1)) + CPU_OFFSET);
}

static inline void *phys_to_virt(paddr_t physical)
{
	return (void *)(physical + ARCH_KERNEL_BASE);
}

static inline paddr_t virt_to_phys(const void *address)
{
	return (paddr_t)address - ARCH_KERNEL_BASE;
}

static inline void arch_pause(void)
{
	__asm__ volatile("pause" ::: "memory");
}

static inline void arch_barrier(void)
{
	__asm__ volatile("lock; addl $0, (%%esp)" ::: "memory", "cc");
}

extern bool arch_has_tsc;

static inline cycles_t arch_cycles(void)
{
	cycles_t now;

	if (__builtin_expect(!arch_has_tsc, 0))
		return 0;
	__asm__ volatile("rdtsc" : "=A"(now));
	return now;
}

static inline void arch_root_load(paddr_t root)
{
	__asm__ volatile("movl %0, %%cr3" : : "r"(root) : "memory");
}
