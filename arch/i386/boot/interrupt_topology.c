/* Adding to the interrupt topology, with its limits; shared by the MADT and MP table readers. */
#include "interrupt_topology.h"

#include <skerry/errno.h>
#include <string.h>

struct topology_route topology_route(uint32_t gsi, uint16_t flags, bool is_pci)
{
	unsigned int polarity = flags & 3;
	unsigned int trigger = flags >> 2 & 3;

	return (struct topology_route){
		.present = true,
		.active_low = polarity == 3 || (polarity == 0 && is_pci),
		.level_triggered = trigger == 3 || (trigger == 0 && is_pci),
		.gsi = gsi,
	};
}

void topology_add_cpu(struct interrupt_topology *topology, uint32_t apic_id, uint32_t firmware_id,
		      bool enabled)
{
	struct topology_cpu *place = NULL;

	if (apic_id > TOPOLOGY_APIC_ID_MAX) {
		topology->cpus_ignored++;
		return;
	}
	for (unsigned int i = 0; i < topology->cpu_count; i++) {
		struct topology_cpu *cpu = &topology->cpus[i];

		if (cpu->apic_id == apic_id) {
			cpu->enabled |= enabled;
			return;
		}
		if (!cpu->enabled && enabled)
			place = cpu;
	}
	if (topology->cpu_count < TOPOLOGY_CPUS_MAX)
		place = &topology->cpus[topology->cpu_count++];
	else
		topology->cpus_ignored++; /* this one, or the disabled one it replaces */
	if (place)
		*place = (struct topology_cpu){apic_id, firmware_id, enabled};
}

void topology_add_io_apic(struct interrupt_topology *topology, uint32_t id, uint32_t address,
			  uint32_t gsi_base)
{
	if (topology->io_apic_count == TOPOLOGY_IO_APICS_MAX)
		topology->io_apics_ignored++;
	else
		topology->io_apics[topology->io_apic_count++] =
			(struct topology_io_apic){id, address, gsi_base};
}

void topology_add_nmi(struct interrupt_topology *topology, struct topology_nmi nmi)
{
	if (topology->nmi_count == TOPOLOGY_NMIS_MAX)
		topology->nmis_ignored++;
	else
		topology->nmis[topology->nmi_count++] = nmi;
}

int topology_find_io_apic(const struct interrupt_topology *topology, uint32_t gsi, uint32_t *pin)
{
	int found = -ENOENT;

	for (unsigned int i = 0; i < topology->io_apic_count; i++) {
		uint32_t base = topology->io_apics[i].gsi_base;

		if (base <= gsi && (found < 0 || gsi - base < *pin)) {
			found = (int)i;
			*pin = gsi - base;
		}
	}
	return found;
}

void topology_list_cpus(const struct interrupt_topology *topology, uint32_t boot_apic_id,
			struct boot_info *info)
{
	info->cpu_hardware_id[0] = boot_apic_id;
	info->cpu_count = 1;
	for (unsigned int i = 0; i < topology->cpu_count; i++) {
		const struct topology_cpu *cpu = &topology->cpus[i];

		if (cpu->enabled && cpu->apic_id != boot_apic_id && info->cpu_count < BOOT_CPUS_MAX)
			info->cpu_hardware_id[info->cpu_count++] = cpu->apic_id;
	}
	strlcpy(info->cpu_source, topology->source, sizeof(info->cpu_source));
}
