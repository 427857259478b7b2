/* Types and inline functions of the port's contract (kernel/arch.h), first part: what needs neither
 * struct cpu nor struct thread complete.
 *
 * Each CPU has one area: its kernel stack with its struct cpu on top, aligned so that the stack
 * pointer finds it. A port with a register to spare may find struct cpu by that instead.
 */
#pragma once

#include <skerry/types.h>
#include <arch/context.h>
#include <arch/layout.h>
#include "arch/common/message_copy.h"

#define CPU_AREA_SIZE 8192
#define CPU_OFFSET (CPU_AREA_SIZE - 1024)

/* Bytes of the call area below a signal frame: what the C ABI wants on the stack at a function's
 * entry. */
#define ARCH_HANDLER_STACK 64

/* The first member of struct thread. A real port keeps here what its entries save: registers, FPU
 * area, and by which way the thread came in, hence how much of this counts. */
struct arch_thread {
	struct arch_user_context context;
};

/* The first member of struct cpu: descriptor tables, whose FPU state is live ... */
struct arch_cpu {
	struct cpu *self;
};

/* Of C functions the entry code calls. They never return; up to three arguments in registers. */
#define ARCH_ENTRY __attribute__((noreturn))

static inline struct cpu *this_cpu(void)
{
	const uintptr_t sp = (uintptr_t)__builtin_frame_address(0);

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

/* In every spin loop. A real port tells the CPU, or the emulator, that it only waits. */
static inline void arch_pause(void)
{
	__asm__ volatile("" ::: "memory");
}

static inline void arch_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* 0: there is no cycle counter. */
static inline cycles_t arch_cycles(void)
{
	return 0;
}

/* A real port loads the root register and drops every non-global translation, barriers included. */
static inline void arch_root_load(paddr_t root)
{
	(void)root;
}
