/* Reader of the Intel MP configuration table, for machines without ACPI.
 * Source: MultiProcessor Specification 1.4, chapter 4 (4.1 floating pointer, 4.2 header, 4.3 base
 * entries). Addresses, lengths and contents are never trusted.
 */
#pragma once

#include "boot_memory.h"
#include "interrupt_topology.h"

/* Finds "_MP_" on 16-byte boundaries of the EBDA's first KiB, of base memory's last KiB and of
 * 0xf0000-0xfffff, and reads the table it points at. IRQs come from interrupt entries whose bus is
 * ISA (or EISA). An IRQ without one takes the entry of a PCI bus that arrives at the pin of that
 * number of the first I/O APIC: firmware lists the IRQs it gave to PCI devices only so, and the
 * devices' interrupt line registers carry that number. Unspecified polarity and trigger are the
 * bus's: ISA active high, edge; PCI active low, level.
 * 0; -ENOENT when there is no table or only a default configuration (spec ch. 5: no machine with
 * one is supported); -EINVAL when it is damaged. After an error the topology is empty.
 */
int mp_table_read(const struct boot_memory_view *view, struct interrupt_topology *topology);
