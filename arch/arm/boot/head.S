/* First instructions of every CPU, MMU and data cache off.
 *
 *   boot CPU, from a loader:   r2  physical address of the devicetree
 *   others, from firmware:     nothing
 *
 * Both leave HYP mode if they are in it, translate with kernel_table alone (TTBCR.N = 0: its lower half
 * maps the image where it lies, too), and go on at their linked address. The boot CPU then calls, on
 * its own stack and never to return:
 *
 *   const struct boot_info *boot_main(uint32_t devicetree);
 *   void kernel_main(const struct boot_info *info);
 *
 * Another CPU looks for its name in cpu_ticket (smp.c), takes the ticket and calls
 * void cpu_arrive(struct cpu *cpu).
 */
#include "arch/arm/offsets.h"
#include <arch/layout.h>

#define SECTION_NORMAL 0x1140E /* boot_map.h: cacheable, shareable, global, the kernel may all */
#define SECTION_SIZE 0x100000
#define SCTLR_SET 0x1805 /* I, Z, C, M */
#define SCTLR_CLEAR 0x73182002 /* TE, AFE, TRE, EE, VE, UWXN, WXN, V, A */

	.arm
	.arch_extension virt
	.section .boot, "ax"

	.globl boot_entry
boot_entry:
	mov	r10, r2
	bl	enter_svc
	bl	reset_mmu

	/* Where this is, less where it is linked. */
	adr	r4, boot_entry
	ldr	r5, =boot_entry
	sub	r9, r4, r5

	ldr	r0, =kernel_bss_start
	ldr	r1, =kernel_bss_end
	add	r0, r0, r9
	add	r1, r1, r9
	mov	r2, #0
1:	cmp	r0, r1
	strlo	r2, [r0], #4
	blo	1b

	/* The image twice: at its linked address and where it lies. */
	ldr	r0, =kernel_table
	add	r0, r0, r9
	ldr	r1, =kernel_text_start
	ldr	r2, =kernel_end
	ldr	r3, =SECTION_NORMAL
2:	add	r4, r1, r9
	orr	r5, r4, r3
	lsr	r6, r1, #20
	str	r5, [r0, r6, lsl #2]
	lsr	r6, r4, #20
	str	r5, [r0, r6, lsl #2]
	add	r1, r1, #SECTION_SIZE
	cmp	r1, r2
	blo	2b

	bl	enable_mmu
	ldr	pc, =boot_high
boot_high:
	ldr	sp, =cpu_areas + CPU_OFFSET_ASSEMBLER
	mcr	p15, 0, sp, c13, c0, 4
	ldr	r0, =vectors
	mcr	p15, 0, r0, c12, c0, 0
	mov	r11, #0
	mov	r0, r10
	bl	boot_main
	b	kernel_main

#ifdef CONFIG_SMP
	.globl cpu_entry
cpu_entry:
	bl	enter_svc
	bl	reset_mmu
	bl	invalidate_l1
	adr	r4, cpu_entry
	ldr	r5, =cpu_entry
	sub	r9, r4, r5
	bl	enable_mmu
	ldr	pc, =cpu_high
cpu_high:
	mrc	p15, 0, r0, c0, c0, 5
	bic	r0, r0, #0xFF000000
	add	r0, r0, #1
	ldr	r1, =cpu_ticket
3:	ldrex	r2, [r1]
	cmp	r2, r0
	bne	park
	mov	r3, #0
	strex	r4, r3, [r1]
	cmp	r4, #0
	bne	3b
	dmb	ish
	ldr	r0, =cpu_arriving
	ldr	r0, [r0]
	mov	sp, r0
	mcr	p15, 0, r0, c13, c0, 4
	mov	r11, #0
	b	cpu_arrive
park: /* late: another's turn, or nobody's */
	clrex
	wfi
	b	park
#endif

/* Leave HYP mode as a guest that is trapped by nothing (ARM DDI 0406C, B1.7, B4.1). Clobbers r0, r1. */
enter_svc:
	mrs	r0, cpsr
	and	r0, r0, #0x1F
	cmp	r0, #MODE_HYP
	beq	4f
	cpsid	aif, #MODE_SVC
	bx	lr
4:	mov	r0, #0
	mcr	p15, 4, r0, c1, c1, 0	/* HCR */
	mcr	p15, 4, r0, c1, c1, 3	/* HSTR */
	ldr	r0, =0x33FF
	mcr	p15, 4, r0, c1, c1, 2	/* HCPTR: its ones are fixed; no coprocessor is trapped */
	mrc	p15, 4, r0, c1, c1, 1
	and	r0, r0, #0x1F
	mcr	p15, 4, r0, c1, c1, 1	/* HDCR: no debug or PMU trap */
	mrc	p15, 0, r0, c0, c0, 0
	mcr	p15, 4, r0, c0, c0, 0	/* VPIDR */
	mrc	p15, 0, r0, c0, c0, 5
	mcr	p15, 4, r0, c0, c0, 5	/* VMPIDR */
	mrc	p15, 0, r0, c0, c1, 1	/* ID_PFR1: is there a generic timer? */
	tst	r0, #0xF0000
	beq	5f
	mov	r0, #3
	mcr	p15, 4, r0, c14, c1, 0	/* CNTHCTL: physical counter and timer are free */
	mov	r0, #0
	mov	r1, #0
	mcrr	p15, 4, r0, r1, c14	/* CNTVOFF */
5:	ldr	r0, =CPSR_KERNEL
	msr	spsr_cxsf, r0
	msr	elr_hyp, lr
	eret

/* Nothing of what the loader left (B3.10, B2.2.7): low vectors, no remapping of attributes, caches'
 * and predictor's contents gone. Loaders clean the data cache and turn it off. Clobbers r0, r1. */
reset_mmu:
	mrc	p15, 0, r0, c1, c0, 0
	ldr	r1, =SCTLR_CLEAR | SCTLR_SET
	bic	r0, r0, r1
	mcr	p15, 0, r0, c1, c0, 0
	isb
	mov	r0, #0
	mcr	p15, 0, r0, c8, c7, 0	/* TLBIALL */
	mcr	p15, 0, r0, c7, c5, 0	/* ICIALLU */
	mcr	p15, 0, r0, c7, c5, 6	/* BPIALL */
	dsb	sy
	isb
	bx	lr

#ifdef CONFIG_SMP
/* A CPU that comes out of reset, not from firmware, has anything in its level 1 data cache (ARM DDI
 * 0406C, B2.2.6): all sets and ways of it, without writing back. Clobbers r0-r6. */
invalidate_l1:
	mov	r0, #0
	mcr	p15, 2, r0, c0, c0, 0	/* CSSELR: data cache, level 1 */
	isb
	mrc	p15, 1, r1, c0, c0, 0	/* CCSIDR */
	and	r2, r1, #7
	add	r2, r2, #4		/* log2 of a line's bytes: where the set begins */
	ubfx	r3, r1, #13, #15	/* the last set */
	ubfx	r4, r1, #3, #10		/* the last way */
	clz	r5, r4			/* where the way begins; 32 with one way, shifting 0 */
6:	mov	r6, r4
7:	lsl	r0, r6, r5
	orr	r0, r0, r3, lsl r2
	mcr	p15, 0, r0, c7, c6, 2	/* DCISW */
	subs	r6, r6, #1
	bpl	7b
	subs	r3, r3, #1
	bpl	6b
	dsb	sy
	bx	lr
#endif

/* r9: physical less linked address. Clobbers r0-r2. The cores of the Cortex-A5, A7, A9 and A15 take
 * part in coherency only with ACTLR.SMP, to be set before their caches are (A7 TRM 4.3.31); A5 and A9
 * pass maintenance on to the others only with ACTLR.FW (A9 TRM 4.3.10). */
enable_mmu:
	mrc	p15, 0, r2, c0, c0, 0	/* MIDR */
	ubfx	r2, r2, #4, #12
	mov	r1, #0x40
	movw	r0, #0xC05
	cmp	r2, r0
	addne	r0, r0, #4		/* 0xC09 */
	cmpne	r2, r0
	orreq	r1, r1, #1
	mrc	p15, 0, r0, c1, c0, 1
	orr	r1, r1, r0
	cmp	r0, r1
	mcrne	p15, 0, r1, c1, c0, 1
	isb
	ldr	r0, =kernel_table
	add	r0, r0, r9
	orr	r0, r0, #ARCH_TTBR_WALK
	mcr	p15, 0, r0, c2, c0, 0	/* TTBR0 */
	mcr	p15, 0, r0, c2, c0, 1	/* TTBR1 */
	mov	r1, #0
	mcr	p15, 0, r1, c2, c0, 2	/* TTBCR: short descriptors, TTBR0 alone */
	mcr	p15, 0, r1, c13, c0, 1	/* CONTEXTIDR: one address space identifier, 0 */
	mov	r1, #1
	mcr	p15, 0, r1, c3, c0, 0	/* DACR: domain 0 obeys permissions, others do not exist */
	dsb	sy
	isb
	mrc	p15, 0, r1, c1, c0, 0
	ldr	r2, =SCTLR_SET
	orr	r1, r1, r2
	mcr	p15, 0, r1, c1, c0, 0
	isb
	bx	lr
	.ltorg
