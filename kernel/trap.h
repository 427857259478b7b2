/* Entry points of the port's trap code. Interrupts are off, the user context is saved in the
 * current thread, the stack is empty; none of them returns. */
#pragma once

#include "kernel/arch.h"

struct cpu;

/* Fast: a trap word that is exactly this number, no flags; and this CPU, which the entry code has
 * at hand. */
void trap_kernel_call(uint32_t nr, uint32_t unused, struct cpu *cpu) ARCH_ENTRY;
void trap_ipc_call(uint32_t destination, uint32_t unused, struct cpu *cpu) ARCH_ENTRY;
void trap_ipc_reply_receive(uint32_t to, uint32_t source, struct cpu *cpu) ARCH_ENTRY;
void trap_ipc_send(uint32_t destination, uint32_t unused, struct cpu *cpu) ARCH_ENTRY;
void trap_ipc_receive(uint32_t source, uint32_t unused, struct cpu *cpu) ARCH_ENTRY;
void trap_ipc_notify(uint32_t destination, uint32_t unused, struct cpu *cpu) ARCH_ENTRY;

/* Any trap word. */
void trap_general(uint32_t trap_word, uint32_t a0, uint32_t a1) ARCH_ENTRY;

/* User page fault; access: FAULT_*. */
void trap_page_fault(vaddr_t address, uint32_t access) ARCH_ENTRY;

/* Any other user exception, as a signal. */
void trap_exception(uint32_t signal) ARCH_ENTRY;
