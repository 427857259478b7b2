/* Where things lie in an i386 address space.
 *
 *   0x00000000  page 0, never mapped
 *   0x00001000  programs
 *   0x80000000  root service only: window on physical memory (ARCH_ROOT_WINDOW)
 *   0xBFFFx000  pages the kernel hands out: root's message page, boot page, kernel page
 *   0xC0000000  kernel: direct map of RAM [0, 896 MB); its page 0 is unmapped
 *   0xF8000000  kernel: devices (local APIC, I/O APICs), uncached
 */
#pragma once

#define ARCH_PAGE_SIZE 4096u
#define ARCH_USER_LIMIT 0xC0000000u
#define ARCH_KERNEL_BASE 0xC0000000u
#define ARCH_DIRECT_MAP_BYTES 0x38000000u /* 896 MB */
#define ARCH_DEVICE_BASE 0xF8000000u

#define ARCH_ROOT_WINDOW 0x80000000u
#define ARCH_ROOT_STACK_TOP 0xBFF00000u
#define ARCH_ROOT_STACK_BYTES 0x10000u
#define ARCH_ROOT_MESSAGE_PAGE 0xBFFFC000u
#define ARCH_BOOT_PAGE 0xBFFFD000u
#define ARCH_KERNEL_PAGE 0xBFFFE000u

#define ARCH_ELF_MACHINE 3u /* EM_386 */
#define ARCH_ELF_CLASS 1u   /* 32 bits */

/* Programs are linked here (user.lds); what a backtrace takes for a program's code. */
#define ARCH_PROGRAM_BASE 0x00400000u
#define ARCH_PROGRAM_TEXT_MAX 0x01000000u

/* Programs end below: what VM maps for them. */
#define ARCH_PROGRAM_END 0x80000000u
#define ARCH_LOW_MEMORY_END 0x1000000u /* what ISA devices reach */
