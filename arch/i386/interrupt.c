/* Owns the choice of the interrupt controller and the way from a vector to whom it concerns. A line
 * is handled first and ended afterwards: the kernel masks it in between where a driver has work to
 * do, so that a level-triggered line does not fire again at once.
 */
#include "interrupt.h"

#include "boot/boot.h"
#include "chip/i8259.h"
#include "chip/ioapic.h"
#include "chip/lapic.h"
#include "kernel/arch.h"
#include "kernel/cpu.h"
#include "kernel/irq.h"
#include "kernel/print.h"
#include "time.h"
#include "vectors.h"

#define TIMER_IRQ 0u /* the 8254's, where no local timer is */

static const struct interrupt_controller *controller = &i8259_controller;

void interrupt_init(const struct boot_firmware *firmware)
{
	i8259_controller.init(firmware); /* moves its vectors away from the exceptions, always */
	if (firmware->local_apic) {
		controller = &ioapic_controller;
		controller->init(firmware);
	}
	print("interrupts: %s, %u lines\n", controller->name, controller->count());
}

bool interrupt_by_apic(void)
{
	return controller == &ioapic_controller;
}

static bool is_timer(unsigned int irq)
{
	return irq == TIMER_IRQ && !interrupt_by_apic();
}

static void handle_line(struct cpu *cpu, unsigned int irq) REQUIRES(bkl)
{
	if (!controller->accept(irq))
		return;
	if (is_timer(irq))
		time_interrupt(cpu);
	else
		irq_interrupt(cpu, irq);
	controller->end(irq);
}

void interrupt_handle(struct cpu *cpu, unsigned int vector)
{
	if (vector - VECTOR_IRQ_BASE < controller->count()) {
		handle_line(cpu, vector - VECTOR_IRQ_BASE);
	} else if (vector == VECTOR_TIMER) {
		lapic_end();
		time_interrupt(cpu);
	} else if (vector == VECTOR_IPI) {
		lapic_end(); /* entering the kernel was its purpose */
	}
	/* VECTOR_SPURIOUS: nothing is in service, nothing may be ended (SDM vol. 3, 11.9). */
}

unsigned int arch_irq_count(void)
{
	return controller->count();
}

/* A driver may ask for the timer's line, but not silence it. */
void arch_irq_mask(unsigned int irq)
{
	if (irq < controller->count() && !is_timer(irq))
		controller->mask(irq);
}

void arch_irq_unmask(unsigned int irq)
{
	if (irq < controller->count())
		controller->unmask(irq);
}
