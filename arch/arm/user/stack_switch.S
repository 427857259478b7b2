/* Stacks of coroutines on ARM.
 *
 *   void arch_stack_switch(uintptr_t *from, uintptr_t to);
 *   uintptr_t arch_stack_prepare(uintptr_t top, void (*function)(void));
 *
 * A stack that does not run holds, from its pointer upwards: r3 (to keep it a multiple of 8), r4 to
 * r11, where to go on. Services have no FPU registers to keep.
 */
	.arm
	.text

	.globl	arch_stack_switch, arch_stack_prepare
	.type	arch_stack_switch, %function
	.type	arch_stack_prepare, %function
	.p2align 4
arch_stack_switch:
	push	{r3-r11, lr}
	str	sp, [r0]
	mov	sp, r1
	pop	{r3-r11, pc}

	.p2align 4
arch_stack_prepare:
	bic	r0, r0, #7
	mov	r2, #0
	mov	r3, #0
	str	r1, [r0, #-4]
	strd	r2, r3, [r0, #-16]
	strd	r2, r3, [r0, #-24]
	strd	r2, r3, [r0, #-32]
	strd	r2, r3, [r0, #-40]
	str	r2, [r0, #-8]
	sub	r0, r0, #40
	bx	lr

	.section .note.GNU-stack, "", %progbits
