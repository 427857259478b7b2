/* Where programs and threads start on ARM.
 *
 *   void _start(void);            in: r0 the argument; goes on in sys_begin(uintptr_t)
 *   void sys_thread_entry(void);  in: r0 struct sys_thread *; goes on in sys_thread_begin()
 *
 * The stack pointer is what SYS_THREAD_CREATE was given; it is aligned here for the C ABI, and the
 * frame chain ends with 0.
 */
	.arm
	.text

	.macro	ENTRY_POINT name, next
	.globl	\name
	.type	\name, %function
\name:
	mov	r11, #0
	mov	lr, #0
	bic	sp, sp, #7
	bl	\next			/* does not return */
	.endm

	ENTRY_POINT _start, sys_begin
	ENTRY_POINT sys_thread_entry, sys_thread_begin

	.section .note.GNU-stack, "", %progbits
