/* The trap of libc's cancellation points on ARM.
 *
 *   int __skerry_trap_cancel(uint32_t trap, uint32_t a0, volatile int *cancel);
 *
 * A thread whose signal for cancellation comes between __cp_begin and __cp_end has not made its
 * call yet: musl's handler sends it to __cp_cancel. A call that was made ends at __cp_end.
 */
	.syntax unified
	.arm
	.text
	.globl	__skerry_trap_cancel, __cp_begin, __cp_end, __cp_cancel
	.hidden	__skerry_trap_cancel, __cp_begin, __cp_end, __cp_cancel
	.type	__skerry_trap_cancel, %function
__skerry_trap_cancel:
	mov	r12, r0
	mov	r0, r1
__cp_begin:
	ldr	r3, [r2]
	cmp	r3, #0
	bne	__cp_cancel
	svc	#0
__cp_end:
	bx	lr
__cp_cancel:
	b	__cancel

	.hidden	__cancel
	.section .note.GNU-stack, "", %progbits
