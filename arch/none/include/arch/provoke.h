/* What the kernel test does to the machine by hand: exceptions, contexts that must be refused, FPU
 * state.
 */
#pragma once

#include <arch/context.h>
#include <skerry/types.h>
#include <stdbool.h>
#include <stddef.h>

/* --- Exceptions: a real port raises each, and returns where it has no such thing ------------ */

/* What arch_provoke_privileged() and arch_provoke_gate() give. */
#define ARCH_SIGNAL_PRIVILEGED 11u
#define ARCH_SIGNAL_GATE 11u

/* An instruction that does not exist. */
static inline void arch_provoke_illegal(void)
{
}

/* One that only the kernel may execute. */
static inline void arch_provoke_privileged(void)
{
}

/* A division by zero. */
static inline void arch_provoke_divide(void)
{
}

/* The breakpoint instruction. */
static inline void arch_provoke_breakpoint(void)
{
}

/* A trap number that is not user mode's. */
static inline void arch_provoke_gate(void)
{
}

/* Segment registers, or other state the next trap's entry must set right. */
static inline void arch_provoke_segments(void)
{
}

/* A real port traps (SYS_NULL) from a state that no compiler leaves behind, in way number `way`:
 * spoilt flags, stack, segments, return address. False: there are no more ways. */
static inline bool arch_provoke_trap(unsigned int way)
{
	(void)way;
	return false;
}

/* --- Contexts ------------------------------------------------------------------------------- */

#define ARCH_CONTEXT_WORDS (sizeof(struct arch_user_context) / 4)
#define ARCH_CONTEXT_INDEX_PC (offsetof(struct arch_user_context, program_counter) / 4)
#define ARCH_CONTEXT_INDEX_SP (offsetof(struct arch_user_context, stack_pointer) / 4)
#define ARCH_CONTEXT_INDEX_SPIN (offsetof(struct arch_user_context, result) / 4)

/* A real port loops until the register ARCH_CONTEXT_INDEX_SPIN names is set from outside. */
static inline uint32_t arch_spin_register(void)
{
	return 0;
}

/* A real port makes `context` one that would give away rights, in way number `way`: a privileged
 * mode, interrupts off, a kernel address. False: there are no more ways. */
static inline bool arch_context_spoil(struct arch_user_context *context, unsigned int way)
{
	(void)context, (void)way;
	return false;
}

/* --- FPU ------------------------------------------------------------------------------------ */

#define ARCH_FPU_REGISTERS 0u

static inline bool arch_fpu_present(void)
{
	return false;
}

/* How the kernel saves it on this machine: for the log. */
static inline const char *arch_fpu_way(void)
{
	return "none";
}

/* A real port fills every FPU register with a value made from `seed`. */
static inline void arch_fpu_fill(uint32_t seed)
{
	(void)seed;
}

/* How many registers are not as arch_fpu_fill(seed) left them. */
static inline unsigned int arch_fpu_check(uint32_t seed)
{
	(void)seed;
	return 0;
}

/* Is the state that of a thread that never used the FPU? */
static inline bool arch_fpu_fresh(void)
{
	return true;
}

/* Do both hold the same FPU state? */
static inline bool arch_context_fpu_same(const struct arch_user_context *a,
					 const struct arch_user_context *b)
{
	(void)a, (void)b;
	return true;
}

/* A context as SYS_CONTEXT_GET shows it: no FPU state is in it. */
static inline bool arch_context_fpu_empty(const struct arch_user_context *context)
{
	(void)context;
	return true;
}

/* --- Time ----------------------------------------------------------------------------------- */

/* The counter of kernel_page_clock; only when that says it is readable. */
static inline cycles_t arch_cycles_read(void)
{
	return 0;
}

/* --- I/O ports ------------------------------------------------------------------------------ */

/* Tests reach ports through a function of their own, which makes a kernel call. */
typedef uint32_t arch_port_access(uint32_t port, uint32_t width, bool write, uint32_t value);

#define ARCH_PORTS 0u	    /* how many there are */
#define ARCH_STEPS false    /* does SYS_TRACE step? */
#define ARCH_PLAY_MEMORY 0u /* a device's memory that keeps what is written, 32 pages; 0: none */

/* A port that has them names four bytes that read the same in every width, the lowest of which
 * keeps what is written there; one whose reads give known bytes one after the other; and user
 * mode's own instruction. */
#define ARCH_PORT_PLAY 0u
#define ARCH_PORT_STREAM 0u
#define ARCH_PORT_STREAM_TEXT ""

/* Before ARCH_PORT_PLAY is used, which then reads 0x5A; false: the machine has no such thing. */
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

/* --- An interrupt line ---------------------------------------------------------------------- */

/* A device that raises ARCH_IRQ_SOURCE ARCH_IRQ_SOURCE_HZ times a second, as often as it is
 * acknowledged. */
#define ARCH_IRQ_SOURCE 0u
#define ARCH_IRQ_SOURCE_HZ 1u

static inline void arch_irq_source_acknowledge(arch_port_access *access)
{
	(void)access;
}

static inline void arch_irq_source_stop(arch_port_access *access)
{
	(void)access;
}

/* False: this machine has no such device. */
static inline bool arch_irq_source_start(arch_port_access *access)
{
	(void)access;
	return false;
}
