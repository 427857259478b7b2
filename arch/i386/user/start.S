/* Where programs and threads start on i386.
 *
 *   void _start(void);            in: eax the argument; goes on in sys_begin(uintptr_t)
 *   void sys_thread_entry(void);  in: eax struct sys_thread *; goes on in sys_thread_begin()
 *
 * The stack pointer is what SYS_THREAD_CREATE was given; it is aligned here for the C ABI, and the
 * frame chain ends with 0.
 */
	.text

	.macro	ENTRY_POINT name, next
	.globl	\name
\name:
	xorl	%ebp, %ebp
	andl	$-16, %esp
	subl	$12, %esp
	pushl	%eax
	call	\next			/* does not return */
	.endm

	ENTRY_POINT _start, sys_begin
	ENTRY_POINT sys_thread_entry, sys_thread_begin

	.section .note.GNU-stack, "", @progbits
