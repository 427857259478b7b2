/* First instructions of the boot CPU. A multiboot loader enters here in 32-bit protected mode,
 * paging and interrupts off, at any of the loader's segments:
 *
 *   in    eax  the loader's magic number      ebx  physical address of its information
 *
 * Maps [0, end of image rounded up to 4 MB) at 0 and at ARCH_KERNEL_BASE with the tables the linker
 * script reserves, which boot_map.c turns into the final ones, moves to the boot CPU's own stack and
 * calls, never to return:
 *
 *   const struct boot_info *boot_main(uint32_t magic, uint32_t information);
 *   void kernel_main(const struct boot_info *info);
 */
#include "boot_offsets.h"

#define PHYSICAL(symbol) ((symbol) - 0xC0000000)
#define PAGE_PRESENT_WRITE 3
#define CR0_PG_WP 0x80010000
#define CR0_CD_NW 0x60000000

	.section .boot, "ax" /* linked at its physical address, see kernel.lds */
	.align 8
multiboot2_header: /* Multiboot2 Specification 2.0, 3.1 */
	.long 0xe85250d6, 0, multiboot2_end - multiboot2_header
	.long -(0xe85250d6 + 0 + (multiboot2_end - multiboot2_header))
	.short 6, 0 /* modules page aligned */
	.long 8
	.short 0, 0
	.long 8
multiboot2_end:
	.align 4
multiboot1_header: /* Multiboot Specification 0.6.96, 3.1; modules page aligned, memory map */
	.long 0x1badb002, 3, -(0x1badb002 + 3)

	.globl boot_entry
boot_entry:
	cli
	cld
	movl %eax, %esi
	lgdt PHYSICAL(boot_gdt_pointer_physical)
	ljmp $0x08, $1f
1:	movw $0x10, %ax
	movw %ax, %ds
	movw %ax, %es
	movw %ax, %ss
	xorl %eax, %eax
	movw %ax, %fs
	movw %ax, %gs

	movl $PHYSICAL(kernel_tables), %edi
	movl $PAGE_PRESENT_WRITE, %eax
2:	movl %eax, (%edi)
	addl $4096, %eax
	addl $4, %edi
	cmpl $PHYSICAL(kernel_tables_end), %edi
	jb 2b

	movl $PHYSICAL(boot_directory), %edi
	movl $PHYSICAL(kernel_tables) + PAGE_PRESENT_WRITE, %eax
3:	movl %eax, (%edi)
	movl %eax, 768 * 4(%edi)
	addl $4, %edi
	addl $4096, %eax
	cmpl $PHYSICAL(kernel_tables_end), %eax
	jb 3b

	movl $PHYSICAL(boot_directory), %eax
	movl %eax, %cr3
	movl %cr0, %eax
	andl $~CR0_CD_NW, %eax
	orl $CR0_PG_WP, %eax
	movl %eax, %cr0
	movl $boot_high, %eax
	jmp *%eax

	.text
boot_high:
	lgdt boot_gdt_pointer
	movl $cpu_areas + BOOT_CPU_OFFSET, %esp
	pushl $2
	popfl
	xorl %ebp, %ebp
	movl %esi, %eax /* the kernel is built with -mregparm=3 */
	movl %ebx, %edx
	call boot_main
	call kernel_main

	/* Flat segments for the way to arch_cpu_init(), on every CPU. Marked accessed: this page is
	 * read-only, the CPU must not want to write them. */
	.section .rodata
	.align 8
	.globl boot_gdt_pointer
boot_gdt:
	.quad 0
	.quad 0x00cf9b000000ffff
	.quad 0x00cf93000000ffff
boot_gdt_end:
	.short 0
boot_gdt_pointer:
	.short boot_gdt_end - boot_gdt - 1
	.long boot_gdt
	.short 0
boot_gdt_pointer_physical:
	.short boot_gdt_end - boot_gdt - 1
	.long PHYSICAL(boot_gdt)
