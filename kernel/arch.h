/* The port's contract: everything the portable kernel asks of an architecture, with pre- and
 * postconditions. Every port defines the same names; arch/none is the empty port that links, and
 * scripts/check-arch compares its symbols with this page.
 *
 * The port's header <arch_kernel.h> (in arch/X) supplies the types and inline functions of the
 * first part. "Locked" means: the caller holds the big kernel lock. Interrupts are off in the
 * kernel at all times except inside arch_idle() and arch_interrupt_window().
 */
#pragma once

#include <skerry/types.h>
#include <arch_kernel.h>
#include <arch/context.h>
#include <arch/layout.h>
#include "kernel/boot_info.h"

struct cpu;
struct thread;
struct boot_page;
struct kernel_page;

/* --- Supplied by <arch_kernel.h> as types and inline functions ---------------------------------
 *
 * struct arch_thread   user context of a thread: registers, FPU area, entry kind
 * struct arch_cpu      the port's part of struct cpu; its first member
 * ARCH_PAGE_SIZE       4096
 * ARCH_USER_LIMIT      first address user mode cannot have
 * ARCH_ENTRY           attribute of C functions the port's entry code calls with up to 3 arguments
 *
 * struct cpu *this_cpu(void)          the CPU that executes
 * void *phys_to_virt(paddr_t)         kernel address of RAM inside the direct map
 * paddr_t virt_to_phys(const void *)
 * void arch_pause(void)               in every spin loop
 * void arch_barrier(void)             full memory barrier
 * cycles_t arch_cycles(void)          cycle counter of this CPU; 0 where it has none
 * void arch_message_copy(uint32_t *to, const uint32_t *from, uint32_t first)
 *                                     ARCH_MESSAGE_WORDS words, each read once, but `first` for
 *                                     the first
 * void arch_root_load(paddr_t)        load a root on this CPU, forget every non-global translation
 * void arch_exit_call(struct cpu *, struct thread *, int code) noreturn
 *                                     leave after a trap that neither switched nor changed the
 *                                     context; the lock is released and in_user is set already
 */

/* --- Boot ------------------------------------------------------------------------------------ */

/* The port's boot code calls kernel_main() on the boot CPU with the MMU on the boot map: the direct
 * map complete, `info` filled, consoles usable, interrupts off. */
void kernel_main(const struct boot_info *info) __attribute__((noreturn));

/* Descriptor tables, feature bits, trap entries and FPU control of this CPU. Called once on each
 * CPU, first of all. */
void arch_cpu_init(struct cpu *cpu);

/* Find and initialise interrupt controllers and timers; measure the clock. Boot CPU, after
 * arch_cpu_init. Never hangs: what does not answer is reported and replaced by a fall-back. Returns
 * the number of CPUs that can be started besides this one. */
unsigned int arch_devices_init(const struct boot_info *info);

/* Per-CPU part of interrupt controller and timer. On each CPU, the boot CPU included. */
void arch_cpu_devices_init(struct cpu *cpu);

/* Start a CPU; it enters kernel_main_secondary(cpu) on the kernel's own root and its own stack.
 * Returns 0 once cpu->online, or -ETIMEDOUT when it does not arrive; one that comes late must park
 * itself for good without touching `cpu`, which may be another's by then. Locked, boot CPU. */
int arch_cpu_start(struct cpu *cpu, uint32_t hardware_id);
void kernel_main_secondary(struct cpu *cpu) __attribute__((noreturn));

/* Add a user mapping to the boot map (the root service's image, stack, pages). Before paging only.
 * Addresses and size page aligned, below ARCH_USER_LIMIT. `frames` hands out zeroed frames for page
 * tables. 0 or -ENOMEM. */
int arch_boot_map(vaddr_t address, paddr_t physical, size_t bytes, bool writable,
		  paddr_t (*frames)(void));

/* The boot map's root, and the window on physical memory the root service gets in it. */
paddr_t arch_boot_root(void);
int arch_boot_window(struct boot_page *page, uint64_t memory_end, paddr_t (*frames)(void));

/* Fill the boot page's list of kernel mappings and the port's features; fill the port's part of the
 * kernel page. */
void arch_describe(struct boot_page *page, struct kernel_page *kernel_page);

/* --- Memory management ------------------------------------------------------------------------ */

/* Physical address of `address` in the space of `root`, as user mode may use it: user-accessible,
 * and writable when `write`. True and *physical, *bytes (to the end of the contiguous piece the
 * tables show at once), else false. Every table address is range-checked. Locked. */
bool arch_walk(paddr_t root, vaddr_t address, bool write, paddr_t *physical, size_t *bytes);

/* May `root` be loaded? Aligned, inside RAM, its kernel part equal to the kernel's own. */
bool arch_root_valid(paddr_t root);

/* The kernel's own root: no user mappings. Boot root until paging is enabled. */
paddr_t arch_kernel_root(void);

/* Check `blob` (the port's struct arch_paging) and switch this CPU from the boot map to it: 0, or
 * -EINVAL with nothing changed and *what naming the first mapping that is wrong. On success
 * *root is the root service's. Locked, boot CPU only. */
int arch_paging_enable(const void *blob, size_t size, paddr_t *root, const char **what);

/* True when [physical, physical + bytes) lies inside the direct map (RAM, and the firmware's pieces
 * between) and not in the kernel's image. */
bool arch_frame_valid(uint64_t physical, uint64_t bytes);

/* --- Contexts --------------------------------------------------------------------------------- */

/* Fresh user context: starts at pc with sp and one argument; FPU in its initial state. */
void arch_context_init(struct thread *t, vaddr_t pc, vaddr_t sp, uintptr_t argument,
		       vaddr_t message_address);
void arch_context_fork(struct thread *child, const struct thread *parent);

/* Two switched-out threads exchange contexts; rights to I/O ports stay where they are. */
void arch_context_swap(struct thread *a, struct thread *b);

/* Whole context out and in. The thread is switched out on every CPU and its FPU state is in memory.
 * A context may be set only if it is valid: it grants nothing (selectors, flags, mode). After a set
 * the thread leaves the kernel by the full path. */
void arch_context_get(const struct thread *t, struct arch_user_context *out);
bool arch_context_valid(const struct arch_user_context *context);
void arch_context_set(struct thread *t, const struct arch_user_context *in);

/* Enter handler(signal, frame) as the port's C ABI wants it: first the call area below the frame,
 * answering the offset of the stack pointer in it, then the registers. */
size_t arch_handler_stack(uint8_t call[ARCH_HANDLER_STACK], vaddr_t frame, vaddr_t restorer,
			  uint32_t signal);
void arch_context_handler(struct thread *t, vaddr_t pc, vaddr_t sp, vaddr_t restorer,
			  uint32_t signal, vaddr_t frame);

/* False: this architecture cannot. */
bool arch_context_step(struct thread *t, bool on);
void arch_tls_set(struct thread *t, vaddr_t address);

/* Program counter, stack pointer and frame pointer, for traces. */
void arch_context_where(const struct thread *t, vaddr_t *pc, vaddr_t *sp, vaddr_t *fp);

/* Live FPU state of this CPU into its owner's area; nothing when it is saved already. */
void arch_fpu_save(struct cpu *cpu);

/* --- Leaving the kernel ----------------------------------------------------------------------- */

/* Return to user mode in `t`, which is current, runnable and on this CPU's root. The lock is
 * released by sched_leave() before; interrupts are off until the last instruction. */
void arch_exit_user(struct cpu *cpu, struct thread *t) __attribute__((noreturn));

/* What the port must do under the lock before `t` leaves here: FPU state of another thread saved,
 * I/O bitmap, thread pointer. */
void arch_switch_prepare(struct cpu *cpu, struct thread *t);

/* Let pending interrupts in, with neither lock nor user context live. Like an interrupt from idle,
 * one that comes starts on an empty stack and does not return here. */
void arch_interrupt_window(struct cpu *cpu);

/* Wait for an interrupt: enable interrupts and halt without a window between the two. Does not
 * return: the interrupt's entry starts on an empty kernel stack. */
void arch_idle(struct cpu *cpu) __attribute__((noreturn));

/* --- Other CPUs, interrupts, time ------------------------------------------------------------- */

void arch_ipi_send(const struct cpu *target);

unsigned int arch_irq_count(void);
void arch_irq_mask(unsigned int irq);
void arch_irq_unmask(unsigned int irq);

nanoseconds_t arch_time(void); /* since boot, never backwards on one CPU */
/* The timer of this CPU fires once at or after `deadline` and calls timer_interrupt(); 0 disarms.
 */
void arch_timer_set(nanoseconds_t deadline);
nanoseconds_t arch_cycles_to_time(cycles_t cycles);
cycles_t arch_time_to_cycles(nanoseconds_t time);
uint64_t arch_cycles_per_second(void);

/* --- Devices for services --------------------------------------------------------------------- */

/* Port input and output; false where the architecture has no ports. The caller has checked port and
 * width (1, 2, 4). */
bool arch_io_read(uint32_t port, unsigned int width, uint32_t *value);
bool arch_io_write(uint32_t port, unsigned int width, uint32_t value);
/* Let user mode of `t` use ports [first, first + count); count 0 takes all back. */
bool arch_io_bitmap(struct thread *t, uint32_t first, uint32_t count);

/* --- Console, panic, power -------------------------------------------------------------------- */

void arch_console_put(char c);
/* Return addresses of the kernel's own stack, most recent first; how many were written. */
unsigned int arch_backtrace(uintptr_t *pc, unsigned int max);
/* Stop the other CPUs for a panic, without the lock and without their help. */
void arch_panic_stop_others(void);
/* ABORT_POWER_OFF or ABORT_RESET; code 0 is success, told to the emulator where there is one. */
void arch_power(uint32_t operation, uint32_t code) __attribute__((noreturn));
