/* CPUs: set-up, start, interrupts among them, waiting, stopping. */
#include "kernel/cpu.h"

#include <skerry/errno.h>

static void stop(void) __attribute__((noreturn));
static void stop(void)
{
	for (;;)
		arch_pause();
}

/* A real port loads descriptor or vector tables, entry registers, and traps the FPU's first use. */
void arch_cpu_init(struct cpu *cpu)
{
	cpu->arch.self = cpu;
}

/* A real port wakes the CPU and waits, with a limit, until it runs on its own stack. */
int arch_cpu_start(struct cpu *cpu, uint32_t hardware_id)
{
	(void)cpu, (void)hardware_id;
	return -ETIMEDOUT;
}

/* A real port makes the target enter the kernel; what for, the target reads from its struct cpu. */
void arch_ipi_send(const struct cpu *target)
{
	(void)target;
}

/* A real port uses what no disabled interrupt holds up: an NMI, a fast interrupt, a halt request.
 */
void arch_panic_stop_others(void)
{
}

/* A real port enables interrupts and halts, with no window between the two; the interrupt that ends
 * this enters on an empty stack. */
void arch_idle(struct cpu *cpu)
{
	(void)cpu;
	stop();
}

/* A real port enables interrupts for some instructions. */
void arch_interrupt_window(struct cpu *cpu)
{
	(void)cpu;
}

/* A real port switches the machine off or resets it, and tells an emulator the code. */
void arch_power(uint32_t operation, uint32_t code)
{
	(void)operation, (void)code;
	stop();
}
