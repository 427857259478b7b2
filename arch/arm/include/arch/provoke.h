/* What the kernel test does to the machine by hand on ARM: exceptions, contexts that must be
 * refused, FPU state. Every port has the same names.
 */
#pragma once

#include <arch/context.h>
#include <arch/features.h>
#include <arch/layout.h>
#include <skerry/kernel_page.h>
#include <stdbool.h>
#include <stddef.h>

/* --- Exceptions: each raises one, or returns where the architecture has no such thing -----------
 */

/* What user mode may not execute does not exist for it: SIGILL. */
#define ARCH_SIGNAL_PRIVILEGED 4u
#define ARCH_SIGNAL_GATE 4u

static inline void arch_provoke_illegal(void)
{
	__asm__ volatile("udf #0");
}

/* SCTLR. */
static inline void arch_provoke_privileged(void)
{
	uint32_t value;

	__asm__ volatile("mrc p15, 0, %0, c1, c0, 0" : "=r"(value));
}

static inline void arch_provoke_divide(void)
{
}

static inline void arch_provoke_breakpoint(void)
{
	__asm__ volatile("bkpt #0");
}

/* A call only the kernel may make. */
static inline void arch_provoke_gate(void)
{
	__asm__ volatile(".arch_extension sec\n\tsmc #0");
}

/* State of the thread's own that the next trap's entry must set right: big-endian data, flags. */
static inline void arch_provoke_segments(void)
{
	__asm__ volatile("msr cpsr_f, #0xF8000000" ::: "cc");
}

/* --- Traps from states that no compiler leaves behind -------------------------------------------
 *
 * Each makes SYS_NULL.
 */

#define ARCH_PROVOKE_CLOBBERS "r0", "r1", "r2", "r4", "r12", "memory", "cc"

/* Way number `way`; false: there are no more. It may as well raise an exception or fault. */
static inline bool arch_provoke_trap(unsigned int way)
{
	switch (way) {
	case 0: /* big-endian */
		__asm__ volatile("mov r12, #0\n\tmov r0, #0\n\tsetend be\n\tsvc #0\n\tsetend le" ::
					 : ARCH_PROVOKE_CLOBBERS);
		return true;
	case 1: /* no stack */
		__asm__ volatile(
			"mov r4, sp\n\tmov sp, #0\n\tmov r12, #0\n\tmov r0, #0\n\tsvc #0\n\t"
			"mov sp, r4" ::
				: ARCH_PROVOKE_CLOBBERS);
		return true;
	case 2: /* the kernel's */
		__asm__ volatile(
			"mov r4, sp\n\tmov sp, #0x80000000\n\tmov r12, #0\n\tmov r0, #0\n\t"
			"svc #0\n\tmov sp, r4" ::
				: ARCH_PROVOKE_CLOBBERS);
		return true;
	case 3: /* an odd one */
		__asm__ volatile(
			"mov r4, sp\n\tmvn sp, #0\n\tmov r12, #0\n\tmov r0, #0\n\tsvc #0\n\t"
			"mov sp, r4" ::
				: ARCH_PROVOKE_CLOBBERS);
		return true;
	case 4: /* Thumb state */
		__asm__ volatile(
			"mov r12, #0\n\tmov r0, #0\n\tadr r4, 1f\n\torr r4, r4, #1\n\tbx r4\n\t"
			".thumb\n1:\tsvc #0\n\tadr r4, 2f\n\tbx r4\n\t"
			".arm\n\t.balign 4\n2:" ::
				: ARCH_PROVOKE_CLOBBERS);
		return true;
	case 5: /* under a condition in Thumb state */
		__asm__ volatile(
			"mov r12, #0\n\tmov r0, #0\n\tadr r4, 1f\n\torr r4, r4, #1\n\tbx r4\n\t"
			".thumb\n\t.syntax unified\n1:\tcmp r0, r0\n\titt eq\n\tsvceq #0\n\t"
			"moveq r1, r1\n\tadr r4, 2f\n\tbx r4\n\t"
			".arm\n\t.balign 4\n2:" ::
				: ARCH_PROVOKE_CLOBBERS);
		return true;
	case 6: /* another number */
		__asm__ volatile("mov r12, #0\n\tmov r0, #0\n\tsvc #0x123456" ::
					 : ARCH_PROVOKE_CLOBBERS);
		return true;
	case 7: /* an exclusive access under way, which must not succeed for another thread */
		__asm__ volatile("mov r12, #0\n\tmov r0, #0\n\tldrex r4, [sp]\n\tsvc #0\n\tclrex" ::
					 : ARCH_PROVOKE_CLOBBERS);
		return true;
	case 8: /* these do not come back: code in the kernel's half */
		__asm__ volatile("mov r12, #0\n\tmov pc, #0x80000000" ::: ARCH_PROVOKE_CLOBBERS);
		return true;
	case 9: /* the last instruction there is */
		__asm__ volatile("mov r12, #0\n\tmvn r4, #3\n\tbx r4" ::: ARCH_PROVOKE_CLOBBERS);
		return true;
	default:
		return false;
	}
}

/* --- Contexts ----------------------------------------------------------------------------------
 */

#define ARCH_CONTEXT_WORDS (sizeof(struct arch_user_context) / 4)
#define ARCH_CONTEXT_INDEX_PC (offsetof(struct arch_user_context, pc) / 4)
#define ARCH_CONTEXT_INDEX_SP (offsetof(struct arch_user_context, sp) / 4)
#define ARCH_CONTEXT_INDEX_SPIN (offsetof(struct arch_user_context, r) / 4 + 3)

/* Loops until the register ARCH_CONTEXT_INDEX_SPIN names is set from outside; its value. */
static inline uint32_t arch_spin_register(void)
{
	register uint32_t value __asm__("r3") = 0;

	__asm__ volatile("1: cmp %0, #0\n\tbeq 1b" : "+r"(value)::"cc");
	return value;
}

/* Make `context` one that would give away rights, in way number `way`; false: there are no more. */
static inline bool arch_context_spoil(struct arch_user_context *context, unsigned int way)
{
	static const uint32_t modes[] = {0x11, 0x12, 0x13, 0x16, 0x17, 0x1A, 0x1B, 0x1F, 0x00};

	if (way < sizeof(modes) / sizeof(modes[0])) {
		context->cpsr = (context->cpsr & ~0x1Fu) | modes[way];
		return true;
	}
	switch (way - sizeof(modes) / sizeof(modes[0])) {
	case 0:
		context->cpsr |= 0x80; /* interrupts off */
		return true;
	case 1:
		context->cpsr |= 0x01000000; /* Jazelle */
		return true;
	case 2:
		context->pc = 0x80200000;
		return true;
	case 3:
		context->tls = 0x80200000;
		return true;
	default:
		return false;
	}
}

/* --- FPU ----------------------------------------------------------------------------------------
 *
 * The VFP's double registers, 16 or 32, and FPSCR.
 */

#define ARCH_FPU_REGISTERS 32u
#define ARCH_FPSCR_ROUNDING 22

__asm__(".fpu neon");

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
	return arch_machine_features() & ARCH_FEATURE_FPU_32 ? "32 registers" : "16 registers";
}

static inline unsigned int arch_fpu_words(void)
{
	return arch_machine_features() & ARCH_FEATURE_FPU_32 ? 64 : 32;
}

static inline void arch_fpu_load(const uint32_t *words)
{
	__asm__ volatile("vldmia %0!, {d0-d15}" : "+r"(words)::"memory");
	if (arch_fpu_words() == 64)
		__asm__ volatile("vldmia %0, {d16-d31}" ::"r"(words) : "memory");
}

static inline void arch_fpu_store(uint32_t *words)
{
	__asm__ volatile("vstmia %0!, {d0-d15}" : "+r"(words)::"memory");
	if (arch_fpu_words() == 64)
		__asm__ volatile("vstmia %0, {d16-d31}" ::"r"(words) : "memory");
}

/* Fill every FPU register with a value made from `seed`. */
static inline void arch_fpu_fill(uint32_t seed)
{
	uint32_t words[64] __attribute__((aligned(8)));

	for (unsigned int i = 0; i < 64; i++)
		words[i] = seed * 2654435761u + i;
	arch_fpu_load(words);
	__asm__ volatile("vmsr fpscr, %0" ::"r"((seed & 3) << ARCH_FPSCR_ROUNDING));
}

/* How many registers are not as arch_fpu_fill(seed) left them. */
static inline unsigned int arch_fpu_check(uint32_t seed)
{
	uint32_t words[64] __attribute__((aligned(8))), control;
	unsigned int wrong = 0;

	arch_fpu_store(words);
	__asm__ volatile("vmrs %0, fpscr" : "=r"(control));
	for (unsigned int i = 0; i < arch_fpu_words(); i++)
		wrong += words[i] != seed * 2654435761u + i;
	return wrong + (control != (seed & 3) << ARCH_FPSCR_ROUNDING);
}

/* Is the state that of a thread that never used the FPU, with nothing in any register? */
static inline bool arch_fpu_fresh(void)
{
	uint32_t words[64] __attribute__((aligned(8))), sum;

	arch_fpu_store(words);
	__asm__ volatile("vmrs %0, fpscr" : "=r"(sum));
	for (unsigned int i = 0; i < arch_fpu_words(); i++)
		sum |= words[i];
	return sum == 0;
}

/* Do both hold the same FPU state? */
static inline bool arch_context_fpu_same(const struct arch_user_context *a,
					 const struct arch_user_context *b)
{
	return a->fpu_used == b->fpu_used &&
	       __builtin_memcmp(&a->fpu, &b->fpu, sizeof(a->fpu)) == 0;
}

/* A context as SYS_CONTEXT_GET shows it: no FPU state is in it. */
static inline bool arch_context_fpu_empty(const struct arch_user_context *context)
{
	const uint8_t *bytes = (const uint8_t *)&context->fpu;
	uint8_t sum = 0;

	for (unsigned int i = 0; i < sizeof(context->fpu); i++)
		sum |= bytes[i];
	return sum == 0 && context->fpu_used == 0;
}

/* --- Time ---------------------------------------------------------------------------------------
 */

/* The counter of kernel_page_clock; only when that says it is readable. */
static inline cycles_t arch_cycles_read(void)
{
	cycles_t now;

	__asm__ volatile("isb\n\tmrrc p15, 1, %Q0, %R0, c14" : "=r"(now)::"memory");
	return now;
}

/* --- I/O ports: there are none ------------------------------------------------------------------
 */

typedef uint32_t arch_port_access(uint32_t port, uint32_t width, bool write, uint32_t value);

#define ARCH_PORTS 0u
#define ARCH_STEPS false
#define ARCH_PLAY_MEMORY 0u
#define ARCH_PORT_PLAY 0u
#define ARCH_PORT_STREAM 0u
#define ARCH_PORT_STREAM_TEXT "-"

static inline bool arch_port_play_select(arch_port_access *access)
{
	(void)access;
	return false;
}

static inline void arch_port_stream_rewind(arch_port_access *access)
{
	(void)access;
}

static inline uint8_t arch_port_read_direct(uint16_t port)
{
	(void)port;
	return 0;
}

/* --- An interrupt line: no device that is reached by ports has one ------------------------------
 */

#define ARCH_IRQ_SOURCE 32u
#define ARCH_IRQ_SOURCE_HZ 1u

static inline void arch_irq_source_acknowledge(arch_port_access *access)
{
	(void)access;
}

static inline void arch_irq_source_stop(arch_port_access *access)
{
	(void)access;
}

static inline bool arch_irq_source_start(arch_port_access *access)
{
	(void)access;
	return false;
}
