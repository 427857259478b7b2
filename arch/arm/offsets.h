/* What assembler needs to know of C; cpu.c asserts that it is true. */
#pragma once

#define FRAME_PC 60
#define CPU_OFFSET_ASSEMBLER 7168 /* CPU_OFFSET */
#define CPU_AREA_ASSEMBLER 8192	  /* CPU_AREA_SIZE */

#define MODE_HYP 0x1A
#define MODE_SVC 0x13
#define CPSR_MASKED 0x1C0 /* A, I, F */
#define CPSR_KERNEL 0x1D3 /* SVC, all masked */
