/* Ways into the kernel. None returns to its interrupted instruction from here: every C function that
 * is called from user mode or idle is
 *
 *   void f(uint32_t, uint32_t, uint32_t) ARCH_ENTRY      regparm(3): eax, edx, ecx; noreturn
 *
 * Interrupts are off throughout. The stack is the CPU's own, empty, with struct cpu on top of it.
 */
#include "arch_selectors.h"
#include "offsets.h"
#include "vectors.h"
#include <arch/trap.h>

#define FAST_TRAPS 6 /* trap words with an entry in fast_traps */

	.text

/* --- SYSENTER ---------------------------------------------------------------------------------
 * in: eax trap word, ebx a0, esi a1, ecx user esp, edx user eip; esp = this CPU's struct cpu.
 * The C code finds eax, ebx, esi nowhere but in its arguments; a trap that blocks leaves with
 * results, and one that restarts keeps its arguments in the thread.
 */
	.globl entry_sysenter
	.align 16
entry_sysenter:
	pushl $2 /* clear DF, NT, AC, TF, IOPL */
	popfl
	movl $SEL_USER_DATA, %edi
	movl %edi, %ds
	movl %edi, %es
	movl CPU_CURRENT(%esp), %edi
	movl %ecx, THREAD_FRAME_ESP(%edi)
	movl %edx, THREAD_FRAME_EIP(%edi)
	movl $ENTRY_SYSENTER, THREAD_ENTRY(%edi)
dispatch_fast:
	cmpl $FAST_TRAPS, %eax
	jae dispatch_general
	movl %eax, %edi
	movl %ebx, %eax
	movl %esi, %edx
	movl %esp, %ecx /* the stack is empty: struct cpu */
	jmp *fast_traps(,%edi,4)
dispatch_general:
	movl %ebx, %edx
	movl %esi, %ecx
	jmp trap_general

	.section .rodata
	.align 4
fast_traps: /* in the order of TRAP_* */
	.long trap_kernel_call
	.long trap_ipc_call
	.long trap_ipc_reply_receive
	.long trap_ipc_send
	.long trap_ipc_receive
	.long trap_ipc_notify
	.text

/* A single step met the first instruction of a fast entry: trap_step_fast() has made it a full one, the
 * flags to go on stepping with included. */
	.globl entry_stepped
entry_stepped:
	jmp dispatch_fast

/* --- SYSCALL (AMD) ------------------------------------------------------------------------------
 * in: eax trap word, ebx a0, esi a1, ebp user esp, ecx user eip; esp is still the user's.
 */
	.globl entry_syscall
	.align 16
entry_syscall:
	movl $SEL_CPU, %edx
	movl %edx, %ds
	movl %ds:0, %esp
	pushl $2
	popfl
	movl $SEL_USER_DATA, %edi
	movl %edi, %ds
	movl %edi, %es
	movl CPU_CURRENT(%esp), %edi
	movl %ebp, THREAD_FRAME_ESP(%edi)
	movl %ecx, THREAD_FRAME_EIP(%edi)
	movl $ENTRY_SYSCALL, THREAD_ENTRY(%edi)
	jmp dispatch_fast

/* --- Interrupts and exceptions --------------------------------------------------------------------
 * From user mode the CPU pushes ss, esp, eflags, cs, eip to the end of the current thread's frame.
 */
	.macro SAVE_USER
	pushal
	pushl %ds
	pushl %es
	pushl %fs
	pushl %gs
	movl $SEL_CPU, %eax
	movl %eax, %ds
	movl %ds:0, %edx /* this CPU's struct cpu */
	movl $SEL_USER_DATA, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %esp, %eax /* the frame, which is the thread */
	movl %edx, %esp
	movl $ENTRY_FULL, THREAD_ENTRY(%eax)
	cld
	.endm

	.globl entry_int
	.align 16
entry_int:
	pushl $0
	pushl $ARCH_TRAP_VECTOR
	SAVE_USER
	movl 32(%eax), %ebx
	movl 20(%eax), %esi
	movl 44(%eax), %eax
	jmp dispatch_fast

/* One stub a vector, and the table descriptors.c fills the IDT from. The CPU pushes an error code for
 * vectors 8, 10-14 and 17 (SDM vol. 3, 6.15). */
	.section .rodata
	.globl entry_table
	.align 4
entry_table:
	.text
	.set n, 0
	.rept 256
	.section .rodata
	.long 1f
	.text
	.align 4
1:
	.if n == 8 || (n >= 10 && n <= 14) || n == 17
	.else
	pushl $0
	.endif
	pushl $n
	jmp entry_common
	.set n, n + 1
	.endr

	.align 16
entry_common:
	testb $3, 12(%esp) /* vector, error, eip, cs */
	jz from_kernel
	SAVE_USER
	jmp trap_user /* (frame) */

from_kernel:
	cmpl $VECTOR_IRQ_BASE, (%esp)
	jb kernel_exception
	/* An interrupt met the idle loop or the interrupt window: nothing is to be kept. */
	movl (%esp), %eax
	movl $SEL_CPU, %edx
	movl %edx, %ds
	movl %ds:0, %esp
	movl $SEL_USER_DATA, %edx
	movl %edx, %ds
	movl %edx, %es
	cld
	jmp trap_kernel_interrupt /* (vector) */

/* An exception in the kernel: a fix-up, the single-step trap of a user who set TF before SYSENTER,
 * or a bug. trap_kernel_exception(struct kernel_frame *) returns only if the frame was mended. */
kernel_exception:
	pushal
	movl $SEL_USER_DATA, %edx
	movl %edx, %ds
	movl %edx, %es
	cld
	movl %esp, %eax
	call trap_kernel_exception
	popal
	addl $8, %esp
	iretl

/* --- Out -------------------------------------------------------------------------------------------
 * void exit_full(struct arch_frame *frame) ARCH_ENTRY: everything from the frame. The selectors are
 * loaded on the kernel's stack, where a fault may push; one that cannot be loaded becomes null.
 */
	.globl exit_full
	.align 16
exit_full:
1:	movw 0(%eax), %gs
2:	movw 4(%eax), %fs
3:	movw 8(%eax), %es
4:	movw 12(%eax), %ds
	leal 16(%eax), %esp
	popal
	addl $8, %esp
	iretl

fix_gs:
	movl $0, 0(%eax)
	jmp 1b
fix_fs:
	movl $0, 4(%eax)
	jmp 2b
fix_es:
	movl $0, 8(%eax)
	jmp 3b
fix_ds:
	movl $0, 12(%eax)
	jmp 4b

	.section .fixup_table, "a"
	.long 1b, fix_gs
	.long 2b, fix_fs
	.long 3b, fix_es
	.long 4b, fix_ds
	.text

/* --- Tasks -----------------------------------------------------------------------------------------
 * Entered by task gates on stacks of their own; DS is the kernel's. Each loops, because the next task
 * switch goes on behind the iret.
 */
	.globl task_double_fault, task_nmi, task_debug, debug_user
task_double_fault:
	call emergency_double_fault /* (void), noreturn */
task_nmi:
	call emergency_nmi /* (void), noreturn */
task_debug: /* the CPU pushed no error code */
	call emergency_debug /* (void): mends the interrupted task */
	iretl
	jmp task_debug

/* Where emergency_debug() sends a debug exception of user mode: eax is the frame it filled. */
debug_user:
	jmp trap_user
