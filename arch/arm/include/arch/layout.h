/* Where things lie in an ARM address space. TTBR0 translates the lower half, TTBR1 the upper.
 *
 *   0x00000000  page 0, never mapped
 *   0x00001000  programs
 *   0x40000000  root service only: window on RAM (ARCH_ROOT_WINDOW shows CONFIG_RAM_BASE)
 *   0x7FFFx000  pages the kernel hands out: root's message page, boot page, kernel page
 *   0x80000000  kernel: direct map of RAM from CONFIG_RAM_BASE on, by sections
 *   0xF0000000  kernel: devices (interrupt controller, console)
 */
#pragma once

#define ARCH_PAGE_SIZE 4096u
#define ARCH_USER_LIMIT 0x80000000u
#define ARCH_KERNEL_BASE 0x80000000u
#define ARCH_DIRECT_MAP_BYTES 0x3FE00000u /* 1022 MB, what the root's window shows */
#define ARCH_DEVICE_BASE 0xF0000000u

#define ARCH_PROGRAM_END                                                                           \
	0x7FC00000u /* programs have no window: up to the table all roots share                    \
		     */

#define ARCH_ROOT_WINDOW 0x40000000u
#define ARCH_ROOT_STACK_TOP 0x7FF00000u
#define ARCH_ROOT_STACK_BYTES 0x10000u
#define ARCH_ROOT_MESSAGE_PAGE 0x7FFFC000u
#define ARCH_BOOT_PAGE 0x7FFFD000u
#define ARCH_KERNEL_PAGE 0x7FFFE000u

#define ARCH_LOW_MEMORY_END 0u /* devices reach all */

#define ARCH_ELF_MACHINE 40u /* EM_ARM */
#define ARCH_ELF_CLASS 1u    /* 32 bits */

/* Programs are linked here (user.lds); what a backtrace takes for a program's code. */
#define ARCH_PROGRAM_BASE 0x00400000u
#define ARCH_PROGRAM_TEXT_MAX 0x01000000u

/* Bits beside a table's address in TTBR0 and TTBR1: walks are cacheable, write-back,
 * write-allocate, shareable (ARM DDI 0406C, B4.1.154: IRGN 01, RGN 01, S). */
#define ARCH_TTBR_WALK 0x4Au
/* Bytes of a root: one word a megabyte below ARCH_USER_LIMIT. Aligned to its size. */
#define ARCH_ROOT_BYTES 8192u
