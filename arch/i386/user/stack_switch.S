/* Stacks of coroutines on i386.
 *
 *   void arch_stack_switch(uintptr_t *from, uintptr_t to);
 *   uintptr_t arch_stack_prepare(uintptr_t top, void (*function)(void));
 *
 * A stack that does not run holds, from its pointer upwards: edi, esi, ebx, ebp, where to go on.
 */
	.text

	.globl	arch_stack_switch, arch_stack_prepare
	.p2align 4
arch_stack_switch:
	movl	4(%esp), %eax
	movl	8(%esp), %edx
	pushl	%ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	movl	%esp, (%eax)
	movl	%edx, %esp
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	ret

/* The function finds a return address of 0, 12 above a multiple of 16, as after a call. */
	.p2align 4
arch_stack_prepare:
	movl	4(%esp), %eax
	movl	8(%esp), %edx
	andl	$-16, %eax
	subl	$24, %eax
	movl	$0, 20(%eax)
	movl	%edx, 16(%eax)
	movl	$0, 12(%eax)
	movl	$0, 8(%eax)
	movl	$0, 4(%eax)
	movl	$0, (%eax)
	ret

	.section .note.GNU-stack, "", @progbits
