/* Contexts on ARM (lib/ucontext).
 *
 *   int getcontext(ucontext_t *to);
 *   int setcontext(const ucontext_t *from);
 *   int swapcontext(ucontext_t *to, const ucontext_t *from);
 *   void __skerry_context_return(void);   in: r4 uc_link
 *
 * Offsets in ucontext_t: make_context.c checks them. What is restored is what a C function keeps, and
 * the registers of its first four arguments.
 */
#define R0 32
#define R4 48
#define SP 84
#define LR 88
#define PC 92
#define MASK 104
#define VFP 232
#define FPSCR 296

	.syntax unified
	.arm
	.fpu	vfpv3-d16
	.text
	.hidden	__skerry_context_mask, __skerry_context_end
	.globl	getcontext, setcontext, swapcontext, __skerry_context_return
	.hidden	__skerry_context_return
	.type	getcontext, %function
	.type	setcontext, %function
	.type	swapcontext, %function
	.type	__skerry_context_return, %function

/* Into the context at r0, as if the caller's call returned 0. */
	.macro	SAVE
	add	r3, r0, #R4
	stmia	r3, {r4-r11}
	str	sp, [r0, #SP]
	str	lr, [r0, #LR]
	str	lr, [r0, #PC]
	mov	r3, #0
	str	r3, [r0, #R0]
	add	r3, r0, #VFP
	vstmia	r3, {d8-d15}
	vmrs	r3, fpscr
	str	r3, [r0, #FPSCR]
	.endm

getcontext:
	SAVE
	push	{r4, lr}
	add	r1, r0, #MASK
	mov	r0, #0
	bl	__skerry_context_mask
	pop	{r4, pc}

swapcontext:
	SAVE
	mov	r4, r1
	add	r1, r0, #MASK
	b	1f
setcontext:
	mov	r4, r0
	mov	r1, #0
1:	add	r0, r4, #MASK
	bl	__skerry_context_mask
	mov	r0, r4
	add	r3, r0, #VFP
	vldmia	r3, {d8-d15}
	ldr	r3, [r0, #FPSCR]
	vmsr	fpscr, r3
	add	r3, r0, #R4
	ldmia	r3, {r4-r11}
	ldr	sp, [r0, #SP]
	ldr	lr, [r0, #LR]
	ldr	r12, [r0, #PC]
	add	r0, r0, #R0
	ldmia	r0, {r0-r3}
	bx	r12

__skerry_context_return:
	mov	r0, r4
	bic	sp, sp, #7
	bl	__skerry_context_end	/* does not return */

	.section .note.GNU-stack, "", %progbits
