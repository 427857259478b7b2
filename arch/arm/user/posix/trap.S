/* Traps of libc on ARM (<arch/trap.h>; lib/sys has its own stubs).
 *
 *   int __skerry_trap(uint32_t trap, uint32_t a0, volatile int *cancel);
 *   void __skerry_thread_entry(void);   in: r0 struct posix_thread *, r1 struct message_page *
 */
	.syntax unified
	.arm
	.text
	.globl	__skerry_trap
	.hidden	__skerry_trap
	.type	__skerry_trap, %function
__skerry_trap:
	mov	r12, r0
	mov	r0, r1
	svc	#0
	bx	lr

	.globl	__skerry_thread_entry
	.hidden	__skerry_thread_entry
	.type	__skerry_thread_entry, %function
__skerry_thread_entry:
	mov	r11, #0
	mov	lr, #0
	bic	sp, sp, #7
	bl	__skerry_thread_begin	/* does not return */

	.section .note.GNU-stack, "", %progbits
