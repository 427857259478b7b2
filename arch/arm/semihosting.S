/* void semihosting_call(uint32_t operation, const void *block): asks debugger or emulator (Semihosting
 * for AArch32 and AArch64, 2.0). It comes back when nobody listens, because while it lasts the vector of
 * SVC returns. Vectors are code of the kernel, so no cache needs care.
 */
	.arm
	.text

	.globl semihosting_call
semihosting_call:
	mov	r3, lr
	mrc	p15, 0, r12, c12, c0, 0
	ldr	r2, =semihosting_vectors
	mcr	p15, 0, r2, c12, c0, 0
	isb
	svc	#0x123456
	mcr	p15, 0, r12, c12, c0, 0
	isb
	bx	r3

	.align 5
semihosting_vectors:
	b	.
	b	.
	movs	pc, lr
	b	.
	b	.
	b	.
	b	.
	b	.
