/* Where things lie in an address space of this port. A real port draws its map here; portable code
 * uses these names alone. Everything above ARCH_USER_LIMIT is the kernel's in every space.
 */
#pragma once

#define ARCH_PAGE_SIZE 4096u
#define ARCH_USER_LIMIT 0x80000000u  /* the first address user mode cannot have */
#define ARCH_KERNEL_BASE 0x80000000u /* the direct map of RAM */

/* Root service only: its window on physical memory, its stack, and the pages the kernel hands out.
 */
#define ARCH_ROOT_WINDOW 0x40000000u
#define ARCH_ROOT_STACK_TOP 0x7FF00000u
#define ARCH_ROOT_STACK_BYTES 0x10000u
#define ARCH_ROOT_MESSAGE_PAGE 0x7FFFC000u
#define ARCH_BOOT_PAGE 0x7FFFD000u
#define ARCH_KERNEL_PAGE 0x7FFFE000u /* in every space */

#define ARCH_ELF_MACHINE 0u /* EM_NONE: no program is for this port */
#define ARCH_ELF_CLASS (sizeof(void *) / 4)

/* Programs are linked here (user.lds); what a backtrace takes for a program's code. */
#define ARCH_PROGRAM_BASE 0x00400000u
#define ARCH_PROGRAM_TEXT_MAX 0x01000000u

/* Programs end below: what VM maps for them. */
#define ARCH_PROGRAM_END 0x40000000u
#define ARCH_LOW_MEMORY_END 0u /* what old devices reach; 0: devices reach all */
