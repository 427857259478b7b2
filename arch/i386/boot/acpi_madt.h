/* Reader of the ACPI MADT: CPUs, I/O APICs, interrupt routing.
 * Source: ACPI Specification 6.4, section 5.2.12. Lengths and contents are never trusted.
 */
#pragma once

#include "acpi_tables.h"
#include "interrupt_topology.h"

/* The MADT. Legacy IRQs without an override are their GSI: edge, active high; one whose GSI an
 * override gave to another IRQ is absent. Overrides' unspecified polarity and trigger are ISA's:
 * active high, edge. 0, -ENOENT, -EINVAL; after an error the topology is empty.
 */
int acpi_madt_read(const struct boot_memory_view *view, const struct acpi_root *root,
		   struct interrupt_topology *topology);
