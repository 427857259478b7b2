/* Trap stubs of i386, one pair for each way into the kernel (<arch/trap.h>).
 *
 *   int trap1_X(uint32_t trap, uint32_t a0);
 *   int trap2_X(uint32_t trap, uint32_t a0, uint32_t a1, struct ipc_received *received);
 *
 * ARCH_TRAP_STUB: trap in eax, a0 in edx, a1 in ecx, received on the stack; the code returns in eax.
 * Kept: ebx, esi, edi, ebp. SYSENTER and SYSCALL clobber all four, INT only ebx and esi.
 */
#include <arch/trap.h>

	.text

	.macro	SAVE_ALL
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	pushl	%ebp
	.endm

	.macro	RESTORE_ALL
	popl	%ebp
	popl	%edi
	popl	%esi
	popl	%ebx
	.endm

	.macro	TRAP_SYSENTER
	movl	%esp, %ecx
	movl	$1f, %edx
	sysenter
1:
	.endm

	.macro	TRAP_SYSCALL
	movl	%esp, %ebp
	syscall
	.endm

/* offset: of `received` from the stack pointer after the saves. */
	.macro	STUBS kind, save, enter, restore, offset
	.globl	trap1_\kind, trap2_\kind
	.p2align 4
trap1_\kind:
	\save
	movl	%edx, %ebx
	\enter
	\restore
	ret

	.p2align 4
trap2_\kind:
	\save
	movl	%edx, %ebx
	movl	%ecx, %esi
	\enter
	movl	\offset(%esp), %ecx
	movl	%ebx, (%ecx)
	movl	%esi, 4(%ecx)
	\restore
	ret
	.endm

	STUBS	sysenter, SAVE_ALL, TRAP_SYSENTER, RESTORE_ALL, 20
	STUBS	syscall, SAVE_ALL, TRAP_SYSCALL, RESTORE_ALL, 20

	.macro	SAVE_INT
	pushl	%ebx
	pushl	%esi
	.endm

	.macro	RESTORE_INT
	popl	%esi
	popl	%ebx
	.endm

	.macro	TRAP_INT
	int	$ARCH_TRAP_VECTOR
	.endm

	STUBS	int, SAVE_INT, TRAP_INT, RESTORE_INT, 12

	.section .note.GNU-stack, "", @progbits
