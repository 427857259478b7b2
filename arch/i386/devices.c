/* The port's devices in the order in which they depend on one another, and port access for services
 * (that port and width exist and who may use them, the kernel has checked).
 */
#include "arch/i386/boot/boot.h"
#include "arch/i386/chip/lapic.h"
#include "interrupt.h"
#include "io.h"
#include "kernel/arch.h"
#include "kernel/config.h"
#include "time.h"

/* Another CPU needs an APIC to be called by, and a clock that it can read itself. */
unsigned int arch_devices_init(const struct boot_info *info)
{
	unsigned int count = info->cpu_count < CPU_MAX ? info->cpu_count : CPU_MAX;

	interrupt_init(boot_firmware());
	time_init();
	return interrupt_by_apic() && arch_has_tsc ? count - 1 : 0;
}

void arch_cpu_devices_init(struct cpu *cpu)
{
	(void)cpu;
	if (interrupt_by_apic())
		lapic_init(boot_firmware());
}

bool arch_io_read(uint32_t port, unsigned int width, uint32_t *value)
{
	*value = width == 1 ? inb(port) : width == 2 ? inw(port) : inl(port);
	return true;
}

bool arch_io_write(uint32_t port, unsigned int width, uint32_t value)
{
	if (width == 1)
		outb(port, value);
	else if (width == 2)
		outw(port, value);
	else
		outl(port, value);
	return true;
}
