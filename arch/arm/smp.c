/* Starts the other CPUs, and stops them in a panic.
 *
 * One start is under way at a time. The CPU started comes through head.S and looks for its own name
 * in cpu_ticket; whoever changes the ticket to 0 decides:
 *
 *   boot CPU   cpu_ticket = n + 1, start ... gives up: ticket n + 1 -> 0; may go on with m
 *   CPU n                                               arrives: not its ticket, parks for good
 */
#include <skerry/errno.h>

#include "boot/boot_map.h"
#include "cpu_start.h"
#include "kernel/arch.h"
#include "kernel/cpu.h"
#include "kernel/panic.h"
#include "registers.h"

#define MICROSECOND 1000u
#define ARRIVAL_WAIT (2000000 * (nanoseconds_t)MICROSECOND) /* an emulator may be busy */
#define ONLINE_WAIT (10000000000ull)
#define TTBCR_HALVES 1u

extern char cpu_entry[];

/* Read by head.S with the MMU on: they need no cleaning. */
extern volatile uint32_t cpu_ticket; /* name + 1 of the CPU that may come; 0: none */
extern struct cpu *volatile cpu_arriving;
volatile uint32_t cpu_ticket;
struct cpu *volatile cpu_arriving;

void cpu_arrive(struct cpu *cpu) __attribute__((noreturn));

/* The user half was the image where it lies, for the turning on of the MMU. */
void cpu_arrive(struct cpu *cpu)
{
	/* In this order: until the halves are apart, TTBR0 translates this code. */
	ttbcr_write(TTBCR_HALVES);
	isb();
	ttbr0_write(boot_map_empty_root() | ARCH_TTBR_WALK);
	isb();
	tlbiall_write(0);
	dsb();
	isb();
	kernel_main_secondary(cpu);
}

static bool arrives(void)
{
	const nanoseconds_t end = arch_time() + ARRIVAL_WAIT;

	while (cpu_ticket != 0) {
		if (arch_time() >= end)
			return __atomic_exchange_n(&cpu_ticket, 0, __ATOMIC_SEQ_CST) == 0;
		arch_pause();
	}
	return true;
}

int arch_cpu_start(struct cpu *cpu, uint32_t hardware_id)
{
	nanoseconds_t end;

	cpu_arriving = cpu;
	arch_barrier();
	cpu_ticket = hardware_id + 1;
	if (cpu_start(hardware_id, virt_to_phys(cpu_entry)) != 0) {
		cpu_ticket = 0;
		return -ETIMEDOUT;
	}
	if (!arrives())
		return -ETIMEDOUT;

	/* It has the stack, there is no way back. An emulator may let it wait for its turn. */
	for (end = arch_time() + ONLINE_WAIT; !cpu->online;) {
		if (arch_time() >= end)
			panic("cpu %u started but does not come online", cpu->index);
		arch_pause();
	}
	return 0;
}

/* Compares names: a stack that went wrong may be why this CPU panics. A CPU that has interrupts off
 * stops when it asks for the lock, or when it leaves the kernel. */
void arch_panic_stop_others(void)
{
	const uint32_t own = mpidr_read() & MPIDR_AFFINITY;

	for (unsigned int i = 0; i < CPU_MAX; i++) {
		const struct cpu *cpu = cpu_get(i);

		if (cpu->online && cpu->hardware_id != own)
			arch_ipi_send(cpu);
	}
}
