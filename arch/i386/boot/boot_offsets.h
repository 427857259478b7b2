/* Numbers that boot assembler and C share; boot.c asserts those that come from C. */
#pragma once

#define BOOT_CPU_OFFSET 7168   /* CPU_OFFSET: of struct cpu in its area, the top of the stack */
#define BOOT_TRAMPOLINE 0x8000 /* physical page in which other CPUs start, in real mode */
