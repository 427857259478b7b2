/* Picks the way that the devicetree offers: PSCI if there is such firmware, else the first register
 * of the list cpu_start_chip that it names.
 */
#include "cpu_start.h"

#include <skerry/errno.h>

#include "arch/common/chip/chip.h"
#include "arch/common/devicetree.h"
#include "devices.h"
#include "kernel/arch.h"
#include "psci.h"

static const struct cpu_start_chip *chip;
static bool by_firmware;

void cpu_start_find(void)
{
	const struct cpu_start_chip *c;
	volatile void *registers;

	by_firmware = psci_init();
	for (c = cpu_start_chips_start; c < cpu_start_chips_end && !by_firmware && !chip; c++) {
		registers = device_map(devicetree_find_any(c->compatible, CHIP_NAMES), 0);
		if (registers) {
			c->init(registers);
			chip = c;
		}
	}
}

bool cpu_start_known(void)
{
	return by_firmware || chip;
}

int cpu_start(uint32_t hardware_id, uint32_t entry)
{
	if (by_firmware)
		return psci_cpu_on(hardware_id, entry);
	if (!chip)
		return -ENODEV;
	chip->start(hardware_id, entry);
	arch_device_barrier();
	/* It waits for an event, or for an interrupt. */
	__asm__ volatile("sev" ::: "memory");
	if (chip->wake_by_interrupt)
		interrupt_send(hardware_id);
	return 0;
}
