/* The trap of libc's cancellation points on i386.
 *
 *   int __skerry_trap_cancel(uint32_t trap, uint32_t a0, volatile int *cancel);
 *
 * A thread whose signal for cancellation comes between __cp_begin and __cp_end has not made its
 * call yet: musl's handler sends it to __cp_cancel. A call that was made ends at or behind __cp_end
 * whichever way in was taken: INT is the last instruction, and SYSEXIT goes on behind it. There is
 * no third way in here, because only one can be last.
 *
 * A thread that is cancelled asynchronously comes to __cp_cancel from anywhere: nothing above its
 * stack pointer may be touched then, and __cancel() does not return.
 */
#include <arch/features.h>
#include <arch/layout.h>
#include <arch/trap.h>

#define KERNEL_PAGE_FEATURES (ARCH_KERNEL_PAGE + 12)

	.text
	.globl	__skerry_trap_cancel, __cp_begin, __cp_end, __cp_cancel
	.hidden	__skerry_trap_cancel, __cp_begin, __cp_end, __cp_cancel
	.type	__skerry_trap_cancel, @function
__skerry_trap_cancel:
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	pushl	%ebp
	movl	20(%esp), %eax
	movl	24(%esp), %ebx
	movl	28(%esp), %edi
	call	1f			/* pushes where SYSEXIT goes on */
	jmp	__cp_end
1:	popl	%edx
	movl	%esp, %ecx
__cp_begin:
	cmpl	$0, (%edi)
	jne	__cp_cancel
	testb	$ARCH_FEATURE_SYSENTER, KERNEL_PAGE_FEATURES
	jz	2f
	sysenter
2:	int	$ARCH_TRAP_VECTOR
__cp_end:
	popl	%ebp
	popl	%edi
	popl	%esi
	popl	%ebx
	ret
__cp_cancel:
	movl	%esp, %ebp
	andl	$-16, %esp
	call	__cancel
	movl	%ebp, %esp
	jmp	__cp_end

	.hidden	__cancel
	.section .note.GNU-stack, "", @progbits
