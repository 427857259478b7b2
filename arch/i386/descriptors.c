/* GDT, IDT, TSS and the entry registers of each CPU. The GDT lies in struct cpu; double fault, NMI
 * and (where SYSCALL is used) the debug trap are task gates with stacks of their own: they may come
 * while the stack pointer is not the kernel's.
 */
#include "arch/i386/descriptors.h"

#include "arch/i386/control_register.h"
#include "arch/i386/cpu_features.h"
#include "arch/i386/offsets.h"
#include "arch/i386/vectors.h"
#include "kernel/panic.h"
#include "kernel/thread.h"
#include <arch/features.h>
#include <arch/trap.h>
#include <string.h>

_Static_assert(offsetof(struct cpu, current) == CPU_CURRENT, "offsets.h");
_Static_assert(offsetof(struct thread, arch.frame.esp) == THREAD_FRAME_ESP, "offsets.h");
_Static_assert(offsetof(struct thread, arch.frame.eip) == THREAD_FRAME_EIP, "offsets.h");
_Static_assert(offsetof(struct thread, arch.entry) == THREAD_ENTRY, "offsets.h");
_Static_assert(sizeof(struct arch_frame) == FRAME_BYTES, "offsets.h");
_Static_assert(offsetof(struct cpu, arch.self) == 0, "read through SEL_CPU");

#define MSR_SYSENTER_CS 0x174
#define MSR_SYSENTER_ESP 0x175
#define MSR_SYSENTER_EIP 0x176
#define MSR_EFER 0xC0000080
#define MSR_STAR 0xC0000081
#define EFER_SCE 1u
#define CR4_OSFXSR 0x200u
#define CR4_OSXMMEXCPT 0x400u

#define TYPE_CODE 0x9A /* present, ring 0, code, readable */
#define TYPE_DATA 0x92 /* present, ring 0, data, writable */
#define TYPE_RING3 0x60
#define TYPE_TSS 0x89 /* present, available 32-bit TSS */
#define FLAT 0xC      /* 4 KB granularity, 32 bits */
#define GATE_INTERRUPT 0x8E00u
#define GATE_TASK 0x8500u
#define GATE_RING3 0x6000u

#define EMERGENCY_STACK 2048

enum { TASK_DOUBLE_FAULT, TASK_NMI, TASK_DEBUG, TASK_COUNT };

struct tss_with_ports {
	struct arch_tss tss;
	uint8_t ports[8192 + 1]; /* the byte after the map must be all ones (SDM vol. 1, 19.5.2) */
} __attribute__((aligned(128)));

static struct tss_with_ports cpu_tss[CPU_MAX];
static struct arch_tss tasks[CPU_MAX][TASK_COUNT];
static uint8_t task_stacks[CPU_MAX][TASK_COUNT][EMERGENCY_STACK] __attribute__((aligned(16)));
static uint32_t idt[256][2] __attribute__((aligned(8)));

extern const uint32_t entry_table[256];
extern char entry_int[], entry_sysenter[], entry_syscall[];
extern char task_double_fault[], task_nmi[], task_debug[];

static void wrmsr(uint32_t msr, uint32_t low, uint32_t high)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"(low), "d"(high));
}

static void segment_set(uint32_t *entry, uint32_t base, uint32_t limit, uint32_t type,
			uint32_t flags)
{
	entry[0] = (limit & 0xFFFF) | base << 16;
	entry[1] = (base >> 16 & 0xFF) | type << 8 | (limit & 0xF0000) | flags << 20 |
		   (base & 0xFF000000);
}

void descriptor_tls(struct arch_thread *t, uint32_t base)
{
	uint32_t entry[2];

	segment_set(entry, base, 0xFFFFF, TYPE_DATA | TYPE_RING3, FLAT);
	t->tls_low = entry[0];
	t->tls_high = entry[1];
}

uint32_t descriptor_tls_base(const struct arch_thread *t)
{
	return t->tls_low >> 16 | (t->tls_high & 0xFF) << 16 | (t->tls_high & 0xFF000000);
}

void descriptors_root(paddr_t root)
{
	unsigned int i, j;

	for (i = 0; i < CPU_MAX; i++)
		for (j = 0; j < TASK_COUNT; j++)
			tasks[i][j].cr3 = (uint32_t)root;
}

static void gdt_fill(struct cpu *cpu)
{
	uint32_t(*gdt)[2] = cpu->arch.gdt;
	unsigned int i;

	segment_set(gdt[SEL_KERNEL_CODE >> 3], 0, 0xFFFFF, TYPE_CODE, FLAT);
	segment_set(gdt[SEL_KERNEL_DATA >> 3], 0, 0xFFFFF, TYPE_DATA, FLAT);
	segment_set(gdt[SEL_USER_CODE >> 3], 0, 0xFFFFF, TYPE_CODE | TYPE_RING3, FLAT);
	segment_set(gdt[SEL_USER_DATA >> 3], 0, 0xFFFFF, TYPE_DATA | TYPE_RING3, FLAT);
	segment_set(gdt[SEL_TLS >> 3], 0, 0xFFFFF, TYPE_DATA | TYPE_RING3, FLAT);
	segment_set(gdt[SEL_CPU >> 3], (uint32_t)cpu, sizeof(*cpu) - 1, TYPE_DATA, 4);
	segment_set(gdt[SEL_TSS >> 3], (uint32_t)cpu->arch.tss, sizeof(struct tss_with_ports) - 1,
		    TYPE_TSS, 0);
	for (i = 0; i < TASK_COUNT; i++)
		segment_set(gdt[(SEL_TSS_DOUBLE_FAULT >> 3) + i], (uint32_t)&tasks[cpu->index][i],
			    sizeof(struct arch_tss) - 1, TYPE_TSS, 0);
}

static void task_fill(struct cpu *cpu, unsigned int which, void (*entry)(void))
{
	struct arch_tss *tss = &tasks[cpu->index][which];

	tss->eip = (uint32_t)entry;
	tss->eflags = 2;
	tss->cs = SEL_KERNEL_CODE;
	tss->ss = tss->ds = tss->es = SEL_KERNEL_DATA;
	tss->esp = (uint32_t)task_stacks[cpu->index][which + 1];
	tss->cr3 = (uint32_t)arch_kernel_root();
	tss->io_base = sizeof(*tss);
}

static void gate_set(unsigned int vector, uint32_t selector, uint32_t entry, uint32_t type)
{
	idt[vector][0] = selector << 16 | (entry & 0xFFFF);
	idt[vector][1] = (entry & 0xFFFF0000) | type;
}

static void idt_fill(void)
{
	unsigned int i;

	for (i = 0; i < 256; i++) {
		/* int3, into and bound are user mode's to use. */
		uint32_t ring = i == 3 || i == 4 || i == 5 ? GATE_RING3 : 0;

		gate_set(i, SEL_KERNEL_CODE, entry_table[i], GATE_INTERRUPT | ring);
	}
	gate_set(ARCH_TRAP_VECTOR, SEL_KERNEL_CODE, (uint32_t)entry_int,
		 GATE_INTERRUPT | GATE_RING3);
	gate_set(8, SEL_TSS_DOUBLE_FAULT, 0, GATE_TASK);
	gate_set(2, SEL_TSS_NMI, 0, GATE_TASK);
	/* SYSCALL leaves the user's stack pointer and trap flag alone, so the debug exception of
	 * its first instruction must bring a stack along. */
	if (cpu_features() & ARCH_FEATURE_SYSCALL)
		gate_set(1, SEL_TSS_DEBUG, 0, GATE_TASK);
}

static void tables_load(struct cpu *cpu)
{
	struct {
		uint16_t limit;
		uint32_t base;
	} __attribute__((packed)) pointer = {sizeof(cpu->arch.gdt) - 1, (uint32_t)cpu->arch.gdt};

	__asm__ volatile("lgdt %0\n\t"
			 "ljmpl %1, $1f\n"
			 "1:\tmovl %2, %%ss\n\t"
			 "movl %3, %%ds\n\t"
			 "movl %3, %%es\n\t"
			 "movl %4, %%fs\n\t"
			 "movl %4, %%gs"
			 :
			 : "m"(pointer), "i"(SEL_KERNEL_CODE), "r"(SEL_KERNEL_DATA),
			   "r"(SEL_USER_DATA), "r"(0)
			 : "memory");
	pointer.limit = sizeof(idt) - 1;
	pointer.base = (uint32_t)idt;
	__asm__ volatile("lidt %0" : : "m"(pointer));
	__asm__ volatile("ltr %w0" : : "r"(SEL_TSS));
}

static void fast_entries(struct cpu *cpu)
{
	if (cpu_features() & ARCH_FEATURE_SYSENTER) {
		wrmsr(MSR_SYSENTER_CS, SEL_KERNEL_CODE, 0);
		wrmsr(MSR_SYSENTER_ESP, (uint32_t)cpu, 0);
		wrmsr(MSR_SYSENTER_EIP, (uint32_t)entry_sysenter, 0);
	}
	if (cpu_features() & ARCH_FEATURE_SYSCALL) {
		uint32_t low, high;

		__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(MSR_EFER));
		wrmsr(MSR_EFER, low | EFER_SCE, high);
		/* SYSRET's code is this selector itself in 32-bit mode, its stack the next. */
		wrmsr(MSR_STAR, (uint32_t)entry_syscall,
		      (uint32_t)(SEL_USER_CODE & ~3) << 16 | SEL_KERNEL_CODE);
	}
}

/* Native exceptions, trap on every use until a thread asks; write protection for the kernel too. */
static void control_registers(void)
{
	uint32_t cr0;

	__asm__ volatile("movl %%cr0, %0" : "=r"(cr0));
	cr0 |= 1u << 1 | 1u << 3 | 1u << 5 | 1u << 16; /* MP, TS, NE, WP */
	cr0 &= ~(1u << 2 | 1u << 18);		       /* EM, AM */
	__asm__ volatile("movl %0, %%cr0" : : "r"(cr0));
	if (cpu_features() & ARCH_FEATURE_FXSR)
		cr4_write(cr4_read() | CR4_OSFXSR |
			  (cpu_features() & ARCH_FEATURE_SSE ? CR4_OSXMMEXCPT : 0));
}

void arch_cpu_init(struct cpu *cpu)
{
	struct tss_with_ports *tss = &cpu_tss[cpu->index];

	cpu->arch.self = cpu;
	cpu->arch.tss = &tss->tss;
	tss->tss.ss0 = SEL_KERNEL_DATA;
	tss->tss.esp0 = (uint32_t)cpu;
	tss->tss.io_base = IO_BASE_NONE;
	memset(tss->ports, 0xFF, sizeof(tss->ports));
	task_fill(cpu, TASK_DOUBLE_FAULT, (void (*)(void))task_double_fault);
	task_fill(cpu, TASK_NMI, (void (*)(void))task_nmi);
	task_fill(cpu, TASK_DEBUG, (void (*)(void))task_debug);
	gdt_fill(cpu);
	if (cpu->index == 0)
		idt_fill();
	tables_load(cpu);
	control_registers();
	fast_entries(cpu);
}
