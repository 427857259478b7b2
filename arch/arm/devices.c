/* Owns the choice of the interrupt controller, and the way from a line to whom it concerns. A line
 * is handled first and ended afterwards: the kernel masks it in between where a driver has work to
 * do, so that a level-triggered line does not fire again at once.
 */
#include "devices.h"

#include "arch/common/chip/chip.h"
#include "arch/common/devicetree.h"
#include "boot/boot_map.h"
#include "cpu_start.h"
#include "kernel/arch.h"
#include "kernel/cpu.h"
#include "kernel/irq.h"
#include "kernel/panic.h"
#include "kernel/print.h"
#include "kernel/smp.h"
#include "time.h"
#include "time_source.h"

#define LINES_OWN 32u /* below: each CPU's */

static const struct interrupt_chip *chip;
static int nodes[2] = {-1, -1}; /* of the controller, and of the one behind it */

volatile void *device_map(int node, unsigned int index)
{
	uint64_t base, size;

	if (!devicetree_registers(node, index, &base, &size))
		return NULL;
	return boot_map_device(base, size);
}

static void controller_find(void)
{
	const struct interrupt_chip *c;

	for (c = interrupt_chips_start; c < interrupt_chips_end && nodes[0] < 0; c++) {
		nodes[0] = devicetree_find_any(c->compatible, CHIP_NAMES);
		chip = c;
	}
	if (nodes[0] < 0)
		panic("boot: the devicetree names no interrupt controller that is known");
	if (chip->behind)
		nodes[1] = devicetree_find(chip->behind);
}

void devices_map(void)
{
	volatile void *registers[2] = {NULL, NULL};
	unsigned int i;

	controller_find();
	for (i = 0; i < chip->blocks; i++)
		registers[i] = device_map(nodes[0], i);
	if (chip->behind)
		registers[i++] = device_map(nodes[1], 0);
	while (i > 0)
		if (!registers[--i])
			panic("boot: the %s has no registers %u", chip->name, i);
	chip->init(registers);
	time_source_map();
	cpu_start_find();
}

unsigned int interrupt_line(int node, unsigned int index)
{
	uint32_t cells[INTERRUPT_CELLS];
	int controller;

	if (!devicetree_interrupt(node, index, &controller, cells, INTERRUPT_CELLS) ||
	    (controller != nodes[0] && controller != nodes[1]))
		return INTERRUPT_NONE;
	return chip->line(controller != nodes[0], cells);
}

void interrupt_unmask_own(unsigned int line)
{
	chip->unmask(line);
}

void interrupt_send(uint32_t hardware_id)
{
	chip->send(chip->target(hardware_id));
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

	print("interrupts: %s, %u lines\n", chip->name, chip->count());
	time_init();
	return cpu_start_known() ? count - 1 : 0;
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
