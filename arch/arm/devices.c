/* Owns the choice of the interrupt controller, and the way from a line to whom it concerns. A line
 * is handled first and ended afterwards: the kernel masks it in between where a driver has work to
 * do, so that a level-triggered line does not fire again at once.
 */
#include "devices.h"

#include "arch/common/chip/chip.h"
#include "arch/common/devicetree.h"
#include "boot/boot_map.h"
#include "kernel/arch.h"
#include "kernel/cpu.h"
#include "kernel/irq.h"
#include "kernel/panic.h"
#include "kernel/print.h"
#include "kernel/smp.h"
#include "psci.h"
#include "time.h"

#define LINES_OWN 32u /* below: each CPU's */
#define INTERRUPT_CELLS 3u

static const struct interrupt_chip *chip;

static int chip_find(void)
{
	const struct interrupt_chip *c;
	unsigned int i;
	int node;

	for (c = interrupt_chips_start; c < interrupt_chips_end; c++)
		for (i = 0; i < CHIP_NAMES && c->compatible[i]; i++) {
			node = devicetree_find(c->compatible[i]);
			if (node >= 0) {
				chip = c;
				return node;
			}
		}
	panic("boot: the devicetree names no interrupt controller that is known");
}

void devices_map(void)
{
	const int node = chip_find();
	volatile void *registers[2] = {NULL, NULL};
	uint64_t base, size;
	unsigned int i;

	for (i = 0; i < chip->blocks; i++) {
		if (devicetree_registers(node, i, &base, &size))
			registers[i] = boot_map_device(base, (size_t)size);
		if (!registers[i])
			panic("boot: %s has no registers %u", chip->compatible[0], i);
	}
	chip->init(registers);
}

unsigned int interrupt_line(int node, unsigned int index)
{
	uint32_t cells[INTERRUPT_CELLS];
	unsigned int i;

	for (i = 0; i < INTERRUPT_CELLS; i++)
		if (!devicetree_cell(node, "interrupts", index * INTERRUPT_CELLS + i, &cells[i]))
			return INTERRUPT_NONE;
	return chip->line(cells);
}

void interrupt_unmask_own(unsigned int line)
{
	chip->unmask(line);
}

void interrupt_handle(struct cpu *cpu)
{
	uint32_t token;
	const unsigned int line = chip->take(&token);

	if (line == INTERRUPT_NONE)
		return;
	if (line == INTERRUPT_IPI)
		smp_interrupt(cpu);
	else if (line == time_line())
		time_interrupt(cpu);
	else
		irq_interrupt(cpu, line);
	chip->end(token);
}

/* --- The port's contract --------------------------------------------------------------------- */

unsigned int arch_devices_init(const struct boot_info *info)
{
	const unsigned int count = info->cpu_count < CPU_MAX ? info->cpu_count : CPU_MAX;

	print("interrupts: %s, %u lines\n", chip->compatible[0], chip->count());
	time_init();
	return psci_init() ? count - 1 : 0;
}

void arch_cpu_devices_init(struct cpu *cpu)
{
	cpu->arch.interrupt_target = chip->cpu_init();
	time_cpu_init();
}

void arch_ipi_send(const struct cpu *target)
{
	chip->send(target->arch.interrupt_target);
}

unsigned int arch_irq_count(void)
{
	return chip->count();
}

void arch_irq_mask(unsigned int irq)
{
	if (irq >= LINES_OWN && irq < chip->count())
		chip->mask(irq);
}

void arch_irq_unmask(unsigned int irq)
{
	if (irq >= LINES_OWN && irq < chip->count())
		chip->unmask(irq);
}

/* This architecture has no ports. */
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

bool arch_io_bitmap(struct thread *t, uint32_t first, uint32_t count)
{
	(void)t, (void)first;
	return count == 0;
}
