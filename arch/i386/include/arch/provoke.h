/* What the kernel test does to the machine by hand on i386: exceptions, contexts that must be
 * refused, FPU state. Every port has the same names.
 */
#pragma once

#include <arch/context.h>
#include <arch/features.h>
#include <arch/layout.h>
#include <arch/trap.h>
#include <skerry/kernel_page.h>
#include <stdbool.h>
#include <stddef.h>

/* --- Exceptions: each raises one, or returns where the architecture has no such thing -----------
 */

/* What arch_provoke_privileged() and arch_provoke_gate() give. */
#define ARCH_SIGNAL_PRIVILEGED 11u
#define ARCH_SIGNAL_GATE 11u

static inline void arch_provoke_illegal(void)
{
	__asm__ volatile("ud2");
}

static inline void arch_provoke_privileged(void)
{
	__asm__ volatile("cli");
}

static inline void arch_provoke_divide(void)
{
	__asm__ volatile("xorl %%edx, %%edx; movl %%edx, %%ecx; movl $1, %%eax; divl %%ecx" ::
				 : "eax", "ecx", "edx", "cc");
}

static inline void arch_provoke_breakpoint(void)
{
	__asm__ volatile("int3");
}

/* A gate only the kernel may use: INT of an exception vector. */
static inline void arch_provoke_gate(void)
{
	__asm__ volatile("int $14");
}

/* A selector beyond every table, loaded by the thread itself; then a trap's entry with it. */
static inline void arch_provoke_segments(void)
{
	__asm__ volatile("xorl %%eax, %%eax; movw %%ax, %%fs; movw %%ax, %%es" ::: "eax");
}

/* --- Traps from states that no compiler leaves behind -------------------------------------------
 *
 * Each makes SYS_NULL. What a return needs is kept where the trap keeps it (<arch/trap.h>).
 */

#define ARCH_PROVOKE_CLOBBERS "eax", "ebx", "ecx", "edx", "esi", "edi", "memory", "cc"

#define ARCH_PROVOKE_INT_FLAGS(flags)                                                              \
	__asm__ volatile("pushfl\n\torl %0, (%%esp)\n\t"                                           \
			 "xorl %%eax, %%eax\n\txorl %%ebx, %%ebx\n\t"                              \
			 "popfl\n\tint %1\n\tpushl $2\n\tpopfl"                                    \
			 :                                                                         \
			 : "i"(flags), "i"(ARCH_TRAP_VECTOR)                                       \
			 : ARCH_PROVOKE_CLOBBERS)

#define ARCH_PROVOKE_INT_STACK(stack)                                                              \
	__asm__ volatile("movl %%esp, %%edi\n\tmovl %0, %%esp\n\t"                                 \
			 "xorl %%eax, %%eax\n\txorl %%ebx, %%ebx\n\tint %1\n\tmovl %%edi, %%esp"   \
			 :                                                                         \
			 : "i"(stack), "i"(ARCH_TRAP_VECTOR)                                       \
			 : ARCH_PROVOKE_CLOBBERS)

#define ARCH_PROVOKE_INT_SEGMENT(segment)                                                          \
	__asm__ volatile("movl %%" segment ", %%ecx\n\txorl %%edx, %%edx\n\t"                      \
			 "movl %%edx, %%" segment "\n\txorl %%eax, %%eax\n\txorl %%ebx, %%ebx\n\t" \
			 "int %0\n\tmovl %%ecx, %%" segment                                        \
			 :                                                                         \
			 : "i"(ARCH_TRAP_VECTOR)                                                   \
			 : ARCH_PROVOKE_CLOBBERS)

#define ARCH_PROVOKE_SYSENTER_FLAGS(flags)                                                         \
	__asm__ volatile("pushl %%ebp\n\tpushfl\n\torl %0, (%%esp)\n\t"                            \
			 "xorl %%eax, %%eax\n\txorl %%ebx, %%ebx\n\t"                              \
			 "movl $1f, %%edx\n\tleal 4(%%esp), %%ecx\n\tpopfl\n\tsysenter\n"          \
			 "1:\tpushl $2\n\tpopfl\n\tpopl %%ebp"                                     \
			 :                                                                         \
			 : "i"(flags)                                                              \
			 : ARCH_PROVOKE_CLOBBERS)

/* These do not come back. */
#define ARCH_PROVOKE_SYSENTER(address, stack)                                                      \
	__asm__ volatile("movl %0, %%edx\n\tmovl %1, %%ecx\n\t"                                    \
			 "xorl %%eax, %%eax\n\txorl %%ebx, %%ebx\n\tsysenter\n1:\tud2"             \
			 :                                                                         \
			 : "i"(address), "i"(stack)                                                \
			 : ARCH_PROVOKE_CLOBBERS)

#define ARCH_PROVOKE_SYSCALL(stack)                                                                \
	__asm__ volatile("movl %0, %%ebp\n\txorl %%eax, %%eax\n\txorl %%ebx, %%ebx\n\t"            \
			 "syscall\n\tud2"                                                          \
			 :                                                                         \
			 : "i"(stack)                                                              \
			 : ARCH_PROVOKE_CLOBBERS)

/* Way number `way`; false: there are no more. It may as well raise an exception or fault. */
static inline bool arch_provoke_trap(unsigned int way)
{
	switch (way) {
	case 0:
		ARCH_PROVOKE_INT_FLAGS(0x400); /* direction */
		return true;
	case 1:
		ARCH_PROVOKE_INT_FLAGS(0x4000); /* nested task */
		return true;
	case 2:
		ARCH_PROVOKE_INT_FLAGS(0x40000); /* alignment check */
		return true;
	case 3:
		ARCH_PROVOKE_INT_FLAGS(0x100); /* single step */
		return true;
	case 4:
		ARCH_PROVOKE_INT_STACK(0);
		return true;
	case 5:
		ARCH_PROVOKE_INT_STACK(0xC0100000);
		return true;
	case 6:
		ARCH_PROVOKE_INT_STACK(0xFFFFFFFF);
		return true;
	case 7:
		ARCH_PROVOKE_INT_SEGMENT("ds");
		return true;
	case 8:
		ARCH_PROVOKE_INT_SEGMENT("es");
		return true;
	case 9:
		ARCH_PROVOKE_INT_SEGMENT("gs");
		return true;
	case 10:
		ARCH_PROVOKE_SYSENTER_FLAGS(0x400);
		return true;
	case 11:
		ARCH_PROVOKE_SYSENTER_FLAGS(0x4000);
		return true;
	case 12:
		ARCH_PROVOKE_SYSENTER_FLAGS(0x40000);
		return true;
	case 13:
		ARCH_PROVOKE_SYSENTER_FLAGS(0x100);
		return true;
	case 14:
		ARCH_PROVOKE_SYSENTER(0, 0);
		return true;
	case 15:
		ARCH_PROVOKE_SYSENTER(0xC0100000, 0xC0100000);
		return true;
	case 16:
		ARCH_PROVOKE_SYSENTER(0xFFFFFFFF, 0xFFFFFFFF);
		return true;
	case 17:
		ARCH_PROVOKE_SYSCALL(0);
		return true;
	case 18:
		ARCH_PROVOKE_SYSCALL(0xC0100000);
		return true;
	default:
		return false;
	}
}

/* --- Contexts ----------------------------------------------------------------------------------
 */

#define ARCH_CONTEXT_WORDS (sizeof(struct arch_user_context) / 4)
#define ARCH_CONTEXT_INDEX_PC (offsetof(struct arch_user_context, eip) / 4)
#define ARCH_CONTEXT_INDEX_SP (offsetof(struct arch_user_context, esp) / 4)
#define ARCH_CONTEXT_INDEX_SPIN (offsetof(struct arch_user_context, eax) / 4)

/* Loops until the register ARCH_CONTEXT_INDEX_SPIN names is set from outside; its value. */
static inline uint32_t arch_spin_register(void)
{
	uint32_t value = 0;

	__asm__ volatile("1: testl %0, %0; jz 1b" : "+a"(value)::"cc");
	return value;
}

/* Make `context` one that would give away rights, in way number `way`; false: there are no more. */
static inline bool arch_context_spoil(struct arch_user_context *context, unsigned int way)
{
	switch (way) {
	case 0:
		context->cs = 0x08; /* the kernel's code segment */
		return true;
	case 1:
		context->ss = 0x10;
		return true;
	case 2:
		context->ds = 0x10;
		return true;
	case 3:
		context->gs = 0x38;
		return true;
	case 4:
		context->eflags |= 0x3000; /* IOPL 3 */
		return true;
	case 5:
		context->eflags |= 0x20000; /* virtual 8086 mode */
		return true;
	case 6:
		context->eflags &= ~0x200u; /* interrupts off */
		return true;
	case 7:
		context->eip = 0xC0100000u;
		return true;
	case 8:
		context->eflags |= 0x4000; /* nested task */
		return true;
	default:
		return false;
	}
}

/* --- FPU ----------------------------------------------------------------------------------------
 *
 * The x87 registers and control word, and where the CPU has them SSE's XMM0-7 and MXCSR.
 */

#define ARCH_FPU_REGISTERS 8u

static inline uint32_t arch_machine_features(void)
{
	return ((const struct kernel_page *)ARCH_KERNEL_PAGE)->features;
}

static inline bool arch_fpu_present(void)
{
	return arch_machine_features() & ARCH_FEATURE_FPU;
}

/* How the kernel saves it on this machine. */
static inline const char *arch_fpu_way(void)
{
	return arch_machine_features() & ARCH_FEATURE_FXSR ? "FXSAVE" : "FSAVE";
}

/* CPUID leaf 1, EDX bit 25. A CPU with FXSAVE has CPUID. */
static inline bool arch_sse_present(void)
{
	uint32_t eax = 1, edx;

	if (!(arch_machine_features() & ARCH_FEATURE_FXSR))
		return false;
	__asm__ volatile("cpuid" : "+a"(eax), "=d"(edx)::"ebx", "ecx");
	return edx >> 25 & 1;
}

#define ARCH_SSE_ALL(instruction)                                                                  \
	instruction(0) instruction(1) instruction(2) instruction(3) instruction(4) instruction(5)  \
		instruction(6) instruction(7)
#define ARCH_SSE_LOAD(n) "movups " #n "*16(%0), %%xmm" #n "\n\t"
#define ARCH_SSE_STORE(n) "movups %%xmm" #n ", " #n "*16(%0)\n\t"

static inline void arch_sse_fill(uint32_t seed)
{
	const uint32_t control = 0x1F80 | (seed & 3) << 13; /* rounding */
	uint32_t value[8][4];

	for (unsigned int i = 0; i < 32; i++)
		value[i / 4][i % 4] = seed * 2654435761u + i;
	__asm__ volatile(ARCH_SSE_ALL(ARCH_SSE_LOAD) "ldmxcsr %1"
			 :
			 : "r"(value), "m"(control)
			 : "memory");
}

static inline unsigned int arch_sse_check(uint32_t seed)
{
	uint32_t value[8][4], control;
	unsigned int wrong = 0;

	__asm__ volatile(ARCH_SSE_ALL(ARCH_SSE_STORE) "stmxcsr %1"
			 :
			 : "r"(value), "m"(control)
			 : "memory");
	for (unsigned int i = 0; i < 32; i++)
		wrong += value[i / 4][i % 4] != seed * 2654435761u + i;
	return wrong + ((control & 0x6000) != (seed & 3) << 13);
}

/* Fill every FPU register with a value made from `seed`. */
static inline void arch_fpu_fill(uint32_t seed)
{
	const uint16_t control = 0x37F ^ (seed & 3) << 10; /* rounding */

	__asm__ volatile("fninit; fldcw %0" : : "m"(control));
	for (unsigned int i = 0; i < ARCH_FPU_REGISTERS; i++) {
		const int32_t value = (int32_t)(seed * 8 + i);

		__asm__ volatile("fildl %0" : : "m"(value));
	}
	if (arch_sse_present())
		arch_sse_fill(seed);
}

/* How many registers are not as arch_fpu_fill(seed) left them. They are refilled. */
static inline unsigned int arch_fpu_check(uint32_t seed)
{
	unsigned int wrong = arch_sse_present() ? arch_sse_check(seed) : 0;
	uint16_t status, control;

	__asm__ volatile("fnstsw %0; fnstcw %1" : "=m"(status), "=m"(control));
	if ((status >> 11 & 7) != 0 || control != (0x37F ^ (seed & 3) << 10))
		return wrong + 1;
	for (unsigned int i = ARCH_FPU_REGISTERS; i-- > 0;) {
		int32_t value;

		__asm__ volatile("fistpl %0" : "=m"(value));
		wrong += value != (int32_t)(seed * 8 + i);
	}
	arch_fpu_fill(seed);
	return wrong;
}

/* Is the state that of a thread that never used the FPU, with nothing in any register? */
static inline bool arch_fpu_fresh(void)
{
	struct {
		uint16_t control, unused1, status, unused2, tag, unused3;
		uint32_t pointers[4];
		uint8_t registers[80];
	} __attribute__((packed)) image;
	uint32_t xmm[8][4], control, sum = 0;

	if (arch_sse_present()) {
		__asm__ volatile(ARCH_SSE_ALL(ARCH_SSE_STORE) "stmxcsr %1"
				 :
				 : "r"(xmm), "m"(control)
				 : "memory");
		for (unsigned int i = 0; i < 32; i++)
			sum |= xmm[i / 4][i % 4];
		sum |= control ^ 0x1F80;
	}
	__asm__ volatile("fnsave %0; fwait" : "=m"(image));
	for (unsigned int i = 0; i < sizeof(image.registers); i++)
		sum |= image.registers[i];
	return sum == 0 && image.control == 0x37F && image.status == 0 && image.tag == 0xFFFF;
}

/* Do both hold the same FPU state? */
static inline bool arch_context_fpu_same(const struct arch_user_context *a,
					 const struct arch_user_context *b)
{
	return a->fpu_used == b->fpu_used && __builtin_memcmp(a->fpu, b->fpu, sizeof(a->fpu)) == 0;
}

/* A context as SYS_CONTEXT_GET shows it: no FPU state is in it. */
static inline bool arch_context_fpu_empty(const struct arch_user_context *context)
{
	uint8_t sum = 0;

	for (unsigned int i = 0; i < sizeof(context->fpu); i++)
		sum |= context->fpu[i];
	return sum == 0 && context->fpu_used == 0;
}

/* --- Time ---------------------------------------------------------------------------------------
 */

/* The counter of kernel_page_clock; only when that says it is readable. */
static inline cycles_t arch_cycles_read(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (cycles_t)high << 32 | low;
}

/* --- I/O ports ----------------------------------------------------------------------------------
 *
 * Tests reach ports through a function of their own, which makes a kernel call.
 */

typedef uint32_t arch_port_access(uint32_t port, uint32_t width, bool write, uint32_t value);

#define ARCH_PORTS 0x10000u
#define ARCH_STEPS true
#define ARCH_PLAY_MEMORY 0xA0000u /* VGA */

/* Four bytes that read the same in every width; the lowest keeps what is written there. On a PC the
 * interrupt line register of the host bridge in PCI configuration space (PCI 3.0, 6.2.4). */
#define ARCH_PORT_PLAY 0xCFCu

/* Before ARCH_PORT_PLAY is used, which then reads 0x5A; false: the machine has no such register. */
static inline bool arch_port_play_select(arch_port_access *access)
{
	const uint32_t address = 0x8000003C;

	access(0xCF8, 4, true, address);
	if (access(0xCF8, 4, false, 0) != address)
		return false;
	access(ARCH_PORT_PLAY, 1, true, 0x5A);
	return access(ARCH_PORT_PLAY, 1, false, 0) == 0x5A;
}

/* A port whose reads give other bytes each time, from a beginning that is known: QEMU's firmware
 * configuration device (docs/specs/fw_cfg), item 0. */
#define ARCH_PORT_STREAM 0x511u
#define ARCH_PORT_STREAM_TEXT "QEMU"

static inline void arch_port_stream_rewind(arch_port_access *access)
{
	access(0x510, 2, true, 0);
}

/* User mode's own instruction. */
static inline uint8_t arch_port_read_direct(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %w1, %b0" : "=a"(value) : "Nd"(port));
	return value;
}

/* --- An interrupt line --------------------------------------------------------------------------
 *
 * The clock of a PC (MC146818A data sheet): register A rate, B enables, C flags, cleared by
 * reading.
 */

#define ARCH_IRQ_SOURCE 8u
#define ARCH_IRQ_SOURCE_HZ 1024u

static inline uint32_t arch_rtc_read(arch_port_access *access, uint32_t index)
{
	access(0x70, 1, true, index);
	return access(0x71, 1, false, 0);
}

static inline void arch_rtc_write(arch_port_access *access, uint32_t index, uint32_t value)
{
	access(0x70, 1, true, index);
	access(0x71, 1, true, value);
}

/* The device may raise its line again. */
static inline void arch_irq_source_acknowledge(arch_port_access *access)
{
	(void)arch_rtc_read(access, 0xC);
}

static inline void arch_irq_source_stop(arch_port_access *access)
{
	arch_rtc_write(access, 0xB, arch_rtc_read(access, 0xB) & ~0x70u);
	arch_irq_source_acknowledge(access);
}

/* Raise the line ARCH_IRQ_SOURCE_HZ times a second, as often as it is acknowledged. False: this
 * machine has no such device. */
static inline bool arch_irq_source_start(arch_port_access *access)
{
	if (arch_rtc_read(access, 0xD) != 0x80) /* time and memory valid */
		return false;
	arch_irq_source_stop(access);
	arch_rtc_write(access, 0xA, 0x26);
	arch_rtc_write(access, 0xB, arch_rtc_read(access, 0xB) | 0x40);
	return true;
}
