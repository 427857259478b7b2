/* Contexts on i386 (lib/ucontext).
 *
 *   int getcontext(ucontext_t *to);
 *   int setcontext(const ucontext_t *from);
 *   int swapcontext(ucontext_t *to, const ucontext_t *from);
 *   void __skerry_context_return(void);   in: ebx uc_link
 *
 * Offsets in ucontext_t: make_context.c checks them. What is restored is what a C function keeps.
 */
#define EDI 36
#define ESI 40
#define EBP 44
#define ESP 48
#define EBX 52
#define EAX 64
#define EIP 76
#define MASK 108
#define CONTROL 236

	.text
	.hidden	__skerry_context_mask, __skerry_context_end
	.globl	getcontext, setcontext, swapcontext, __skerry_context_return
	.hidden	__skerry_context_return
	.type	getcontext, @function
	.type	setcontext, @function
	.type	swapcontext, @function
	.type	__skerry_context_return, @function

/* Into the context at eax, as if the caller's call returned 0. */
	.macro	SAVE
	movl	%edi, EDI(%eax)
	movl	%esi, ESI(%eax)
	movl	%ebp, EBP(%eax)
	movl	%ebx, EBX(%eax)
	leal	4(%esp), %ecx
	movl	%ecx, ESP(%eax)
	movl	(%esp), %ecx
	movl	%ecx, EIP(%eax)
	movl	$0, EAX(%eax)
	fnstcw	CONTROL(%eax)
	.endm

getcontext:
	movl	4(%esp), %eax
	SAVE
	subl	$4, %esp
	leal	MASK(%eax), %ecx
	pushl	%ecx
	pushl	$0
	call	__skerry_context_mask
	addl	$12, %esp
	ret

swapcontext:
	movl	4(%esp), %eax
	SAVE
	movl	8(%esp), %ebx
	leal	MASK(%eax), %ecx
	jmp	restore
setcontext:
	movl	4(%esp), %ebx
	xorl	%ecx, %ecx
restore:
	subl	$4, %esp
	pushl	%ecx
	leal	MASK(%ebx), %ecx
	pushl	%ecx
	call	__skerry_context_mask
	fldcw	CONTROL(%ebx)
	movl	ESP(%ebx), %esp
	pushl	EIP(%ebx)
	movl	EAX(%ebx), %eax
	movl	EDI(%ebx), %edi
	movl	ESI(%ebx), %esi
	movl	EBP(%ebx), %ebp
	movl	EBX(%ebx), %ebx
	ret

__skerry_context_return:
	andl	$-16, %esp
	subl	$12, %esp
	pushl	%ebx
	call	__skerry_context_end	/* does not return */

	.section .note.GNU-stack, "", @progbits
