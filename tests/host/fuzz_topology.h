/* What both readers promise of an interrupt topology. */
#pragma once

#include "fuzz.h"

#include "arch/i386/boot/interrupt_topology.h"

static inline void fuzz_check_topology(const struct interrupt_topology *topology, int error)
{
	struct boot_info info;
	uint32_t pin;

	fuzz_require(topology->cpu_count <= TOPOLOGY_CPUS_MAX &&
			     topology->io_apic_count <= TOPOLOGY_IO_APICS_MAX &&
			     topology->nmi_count <= TOPOLOGY_NMIS_MAX,
		     "the lists keep their bounds");
	fuzz_require(!error || (!topology->cpu_count && !topology->io_apic_count),
		     "after an error the topology is empty");
	for (unsigned int i = 0; i < topology->cpu_count; i++) {
		fuzz_require(topology->cpus[i].apic_id <= TOPOLOGY_APIC_ID_MAX, "ids are usable");
		for (unsigned int j = 0; j < i; j++)
			fuzz_require(topology->cpus[i].apic_id != topology->cpus[j].apic_id,
				     "ids are distinct");
	}
	for (unsigned int i = 0; i < TOPOLOGY_ISA_IRQS; i++)
		if (topology->isa[i].present)
			topology_find_io_apic(topology, topology->isa[i].gsi, &pin);
	topology_list_cpus(topology, 0, &info);
	fuzz_require(info.cpu_count && info.cpu_count <= BOOT_CPUS_MAX, "the boot CPU is listed");
}
