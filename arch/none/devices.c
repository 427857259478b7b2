/* Interrupt controller, clock, timer, ports, console: each a chip driver in a real port, chosen by
 * what devicetree or firmware tables say.
 */
#include "kernel/arch.h"

/* A real port finds its chips, measures the clock, and answers how many more CPUs it can start. */
unsigned int arch_devices_init(const struct boot_info *info)
{
	(void)info;
	return 0;
}

/* A real port enables this CPU's part of interrupt controller and timer. */
void arch_cpu_devices_init(struct cpu *cpu)
{
	(void)cpu;
}

unsigned int arch_irq_count(void)
{
	return 0;
}

/* A real port masks the line so that an edge meanwhile is not lost. */
void arch_irq_mask(unsigned int irq)
{
	(void)irq;
}

void arch_irq_unmask(unsigned int irq)
{
	(void)irq;
}

/* A real port scales a counter that never runs backwards on one CPU. */
nanoseconds_t arch_time(void)
{
	return 0;
}

/* A real port arms this CPU's one-shot timer, whose interrupt calls timer_interrupt() once
 * `deadline` has passed. */
void arch_timer_set(nanoseconds_t deadline)
{
	(void)deadline;
}

nanoseconds_t arch_cycles_to_time(cycles_t cycles)
{
	(void)cycles;
	return 0;
}

cycles_t arch_time_to_cycles(nanoseconds_t time)
{
	(void)time;
	return 0;
}

uint64_t arch_cycles_per_second(void)
{
	return 0;
}

/* False for good where the architecture has no ports. */
bool arch_io_read(uint32_t port, unsigned int width, uint32_t *value)
{
	(void)port, (void)width, (void)value;
	return false;
}

bool arch_io_write(uint32_t port, unsigned int width, uint32_t value)
{
	(void)port, (void)width, (void)value;
	return false;
}

/* Taking back nothing succeeds; a port without ports has none to give. */
bool arch_io_bitmap(struct thread *t, uint32_t first, uint32_t count)
{
	(void)t, (void)first;
	return count == 0;
}

/* A real port writes to a device that works before anything else does, and in a panic. */
void arch_console_put(char c)
{
	(void)c;
}
