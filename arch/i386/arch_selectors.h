/* Selectors and entry kinds, for C and assembler. */
#pragma once

/* SYSENTER wants code, data, user code, user data in this order (SDM vol. 2, SYSEXIT). */
#define SEL_KERNEL_CODE 0x08
#define SEL_KERNEL_DATA 0x10
#define SEL_USER_CODE 0x1B
#define SEL_USER_DATA 0x23
#define SEL_TSS 0x28
#define SEL_TLS 0x33
#define SEL_CPU 0x38 /* base: this CPU's struct cpu; finds the stack where no register does */
#define SEL_TSS_DOUBLE_FAULT 0x40
#define SEL_TSS_NMI 0x48
#define SEL_TSS_DEBUG 0x50
#define GDT_ENTRIES 11

/* How the thread entered, hence how it may leave: SYSENTER and SYSCALL do not restore everything.
 */
#define ENTRY_FULL 0
#define ENTRY_SYSENTER 1
#define ENTRY_SYSCALL 2
