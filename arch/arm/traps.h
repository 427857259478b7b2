/* C side of entry.S. */
#pragma once

#include "kernel/arch.h"

void trap_user_interrupt(struct cpu *cpu) ARCH_ENTRY;
void trap_kernel_interrupt(struct cpu *cpu) ARCH_ENTRY;
void trap_user_data(void) ARCH_ENTRY;
void trap_user_prefetch(void) ARCH_ENTRY;
void trap_user_undefined(void) ARCH_ENTRY;
void trap_kernel_exception(uint32_t kind, uint32_t pc, uint32_t cpsr) ARCH_ENTRY;
