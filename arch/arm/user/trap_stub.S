/* Trap stubs of ARM (<arch/trap.h>).
 *
 *   int trap1_svc(uint32_t trap, uint32_t a0);
 *   int trap2_svc(uint32_t trap, uint32_t a0, uint32_t a1, struct ipc_received *received);
 *
 * The kernel keeps every register but the three results, r3 among them.
 */
	.arm
	.text

	.globl	trap1_svc, trap2_svc
	.type	trap1_svc, %function
	.type	trap2_svc, %function
	.p2align 4
trap1_svc:
	mov	r12, r0
	mov	r0, r1
	svc	#0
	bx	lr

	.p2align 4
trap2_svc:
	mov	r12, r0
	mov	r0, r1
	mov	r1, r2
	svc	#0
	str	r1, [r3]
	str	r2, [r3, #4]
	bx	lr

	.section .note.GNU-stack, "", %progbits
