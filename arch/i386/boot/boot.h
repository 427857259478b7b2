/* What boot_main() learned of the firmware beyond the portable boot_info. Constant from
 * kernel_main() on.
 */
#pragma once

#include "acpi_madt.h"
#include "interrupt_topology.h"

struct boot_firmware {
	/* MADT or MP table; source is empty without either. */
	struct interrupt_topology topology;

	/* Registers, mapped uncached. local_apic is NULL where the APICs are absent, not configured
	 * or refused by the command line; an io_apic is where there was no room to map it. */
	volatile uint32_t *local_apic;
	volatile uint32_t *io_apics[TOPOLOGY_IO_APICS_MAX];

	struct acpi_fixed_hardware acpi; /* all zero without ACPI */
};

const struct boot_firmware *boot_firmware(void);

/* Called by head.S on the boot CPU's stack; returns what kernel_main() gets. */
const struct boot_info *boot_main(uint32_t magic, uint32_t information);
