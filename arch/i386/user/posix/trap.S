/* Traps of libc on i386, in position independent code (<arch/trap.h>; lib/sys has its own stubs).
 *
 *   int __skerry_trap(uint32_t trap, uint32_t a0, volatile int *cancel);
 *   void __skerry_thread_entry(void);   in: eax struct posix_thread *, ebx struct message_page *
 *
 * The kernel page says on every call which way in this machine has: a word that is in the cache.
 */
#include <arch/features.h>
#include <arch/layout.h>
#include <arch/trap.h>

#define KERNEL_PAGE_FEATURES (ARCH_KERNEL_PAGE + 12)

	.text
	.globl	__skerry_trap
	.hidden	__skerry_trap
	.type	__skerry_trap, @function
__skerry_trap:
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	pushl	%ebp
	movl	20(%esp), %eax
	movl	24(%esp), %ebx
	movl	KERNEL_PAGE_FEATURES, %edx
	testb	$ARCH_FEATURE_SYSENTER, %dl
	jnz	2f
	testb	$ARCH_FEATURE_SYSCALL, %dl
	jnz	1f
	int	$ARCH_TRAP_VECTOR
	jmp	4f
1:	movl	%esp, %ebp
	syscall
	jmp	4f
2:	call	3f			/* pushes where SYSEXIT goes on */
	jmp	4f
3:	popl	%edx
	movl	%esp, %ecx
	sysenter
4:	popl	%ebp
	popl	%edi
	popl	%esi
	popl	%ebx
	ret

	.globl	__skerry_thread_entry
	.hidden	__skerry_thread_entry
	.type	__skerry_thread_entry, @function
__skerry_thread_entry:
	xorl	%ebp, %ebp
	andl	$-16, %esp
	subl	$8, %esp
	pushl	%ebx
	pushl	%eax
	call	__skerry_thread_begin	/* does not return */

	.section .note.GNU-stack, "", @progbits
