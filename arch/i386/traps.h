/* C side of entry.S. */
#pragma once

#include "kernel/arch.h"

/* What an exception in the kernel leaves on its stack. */
struct kernel_frame {
	uint32_t edi, esi, ebp, unused, ebx, edx, ecx, eax;
	uint32_t vector, error, eip, cs, eflags;
};

void trap_user(struct arch_frame *frame) ARCH_ENTRY;
void trap_kernel_interrupt(uint32_t vector) ARCH_ENTRY;
void trap_kernel_exception(struct kernel_frame *frame) __attribute__((regparm(3)));

void emergency_double_fault(void) __attribute__((noreturn));
void emergency_nmi(void) __attribute__((noreturn));
void emergency_debug(void);

/* A user frame with nothing in it but where to go on. */
void arch_frame_fresh(struct arch_frame *frame, uint32_t eip, uint32_t esp);

/* Restore everything from the frame and leave. */
void exit_full(struct arch_frame *frame) ARCH_ENTRY;
