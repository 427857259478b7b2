/* Ways into the kernel. None returns to its interrupted instruction from here: every C function that
 * is called from user mode or idle is noreturn. Interrupts are off throughout.
 *
 * From user mode, in every mode an exception can take: the supervisor's stack pointer is the address of
 * `pc` in the current thread's frame. SRS stores the return address and state there, whatever the
 * mode; then STM stores the user's registers below, and SVC mode goes on on the CPU's own, empty stack.
 * The other modes have no stack: their sp is a scratch register.
 */
#include "offsets.h"

#define FAST_TRAPS 6 /* trap words with an entry in the table below */

	.arm
	.arch_extension virt
	.text

	.align 5
	.globl vectors
vectors: /* ARM DDI 0406C, B1.8.1 */
	b	.
	b	entry_undefined
	b	entry_svc
	b	entry_prefetch
	b	entry_data
	b	.
	b	entry_irq
	b	.

/* --- SVC ------------------------------------------------------------------------------------------
 * in: r12 trap word, r0 a0, r1 a1. The functions of kernel/trap.h take (a0, a1, struct cpu *).
 */
	.globl entry_svc
	.align 4
entry_svc:
	srsia	sp, #MODE_SVC
	stmdb	sp, {r0-r14}^
	mrc	p15, 0, r2, c13, c0, 4
	cmp	r12, #FAST_TRAPS
	mov	sp, r2
	ldrlo	pc, [pc, r12, lsl #2]
	b	dispatch_general
	.word	trap_kernel_call /* in the order of TRAP_* */
	.word	trap_ipc_call
	.word	trap_ipc_reply_receive
	.word	trap_ipc_send
	.word	trap_ipc_receive
	.word	trap_ipc_notify
dispatch_general: /* (word, a0, a1) */
	mov	r2, r1
	mov	r1, r0
	mov	r0, r12
	b	trap_general

/* --- Interrupts and exceptions ------------------------------------------------------------------- */

	/* Goes on at \kernel, all but sp of this mode untouched, when the exception met the kernel. */
	.macro FROM_USER kernel
	mrs	sp, spsr
	tst	sp, #0xF
	bne	\kernel
	.endm

	.macro SAVE_USER
	srsia	sp, #MODE_SVC
	cps	#MODE_SVC
	stmdb	sp, {r0-r14}^
	mrc	p15, 0, r2, c13, c0, 4
	mov	sp, r2
	.endm

	.align 4
entry_irq:
	FROM_USER irq_kernel
	sub	lr, lr, #4
	SAVE_USER
	mov	r0, r2
	b	trap_user_interrupt /* (struct cpu *) */

/* An interrupt met the idle loop or the interrupt window: nothing is to be kept. */
irq_kernel:
	cps	#MODE_SVC
	mrc	p15, 0, r0, c13, c0, 4
	mov	sp, r0
	b	trap_kernel_interrupt /* (struct cpu *) */

	.align 4
entry_data:
	FROM_USER data_kernel
	sub	lr, lr, #8
	SAVE_USER
	b	trap_user_data

	.align 4
entry_prefetch:
	FROM_USER prefetch_kernel
	sub	lr, lr, #4
	SAVE_USER
	b	trap_user_prefetch

	.align 4
entry_undefined:
	FROM_USER undefined_kernel
	tst	sp, #0x20 /* Thumb */
	subeq	lr, lr, #4
	subne	lr, lr, #2
	SAVE_USER
	b	trap_user_undefined

/* A bug of the kernel. The supervisor's stack is left as it is, for the trace, unless it is none. */
	.macro KERNEL_EXCEPTION kind, back
	sub	lr, lr, #\back
	mov	r1, lr
	mrs	r2, spsr
	mov	r0, #\kind
	b	kernel_exception
	.endm
undefined_kernel:
	KERNEL_EXCEPTION 0, 4
prefetch_kernel:
	KERNEL_EXCEPTION 1, 4
data_kernel:
	KERNEL_EXCEPTION 2, 8
kernel_exception:
	cps	#MODE_SVC
	mrc	p15, 0, r3, c13, c0, 4
	sub	r12, r3, sp
	cmp	r12, #CPU_OFFSET_ASSEMBLER - 512
	movhs	sp, r3
	bic	sp, sp, #7
	b	trap_kernel_exception /* (kind, pc, cpsr) */
