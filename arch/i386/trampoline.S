/* First instructions of every CPU but the first. smp.c copies trampoline_start to trampoline_end to
 * BOOT_TRAMPOLINE; the CPU enters that copy in real mode, interrupts off. Paging goes on with a
 * private directory that has this page at its physical address as well, ap_entry moves to the
 * kernel's own root and calls, never to return:
 *
 *   void kernel_main_secondary(struct cpu *cpu);
 */
#include "boot/boot_offsets.h"

#define IN_COPY(symbol) (BOOT_TRAMPOLINE + (symbol) - trampoline_start)
#define CR0_PE 0x00000001
#define CR0_PG_WP 0x80010000
#define CR0_CD_NW 0x60000000
#define LOCAL_APIC_ID 0xf8000020 /* ARCH_DEVICE_BASE: the first device */

	.section .rodata
	.align 16
	.globl trampoline_start, trampoline_end, trampoline_directory, trampoline_cr4
	.code16
trampoline_start:
	cli
	cld
	movw %cs, %ax
	movw %ax, %ds
	lgdtl gdt_pointer - trampoline_start
	movl %cr0, %eax
	andl $~CR0_CD_NW, %eax
	orl $CR0_PE, %eax
	movl %eax, %cr0
	ljmpl $0x08, $IN_COPY(protected)

	.code32
protected:
	movw $0x10, %ax
	movw %ax, %ds
	movw %ax, %es
	movw %ax, %ss
	xorl %eax, %eax
	movw %ax, %fs
	movw %ax, %gs
	movl IN_COPY(trampoline_cr4), %eax
	movl %eax, %cr4
	movl IN_COPY(trampoline_directory), %eax
	movl %eax, %cr3
	movl %cr0, %eax
	orl $CR0_PG_WP, %eax
	movl %eax, %cr0
	movl $ap_entry, %eax
	jmp *%eax

	.align 8
gdt:
	.quad 0
	.quad 0x00cf9b000000ffff
	.quad 0x00cf93000000ffff
gdt_pointer:
	.short gdt_pointer - gdt - 1
	.long IN_COPY(gdt)
	.align 4
trampoline_directory:
	.long 0
trampoline_cr4:
	.long 0
trampoline_end:

	/* All is read before the ticket is given up: after that smp.c prepares the next CPU's. */
	.text
ap_entry:
	lgdt boot_gdt_pointer
	movl LOCAL_APIC_ID, %eax
	shrl $24, %eax
	incl %eax
	cmpl ap_ticket, %eax
	jne park
	movl ap_cpu, %ebx
	xorl %ecx, %ecx
	lock cmpxchgl %ecx, ap_ticket
	jne park
	movl ap_root, %eax
	movl %eax, %cr3
	movl ap_cr4, %eax
	movl %eax, %cr4
	movl %ebx, %esp
	pushl $2
	popfl
	xorl %ebp, %ebp
	movl %ebx, %eax /* the kernel is built with -mregparm=3 */
	call kernel_main_secondary
park:
	cli
	hlt
	jmp park
