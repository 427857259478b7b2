/* Adding to the interrupt topology, with its limits; shared by the MADT and MP table readers. */
#include "interrupt_topology.h"

#include <skerry/errno.h>
#include <string.h>

void topology_init(struct interrupt_topology *topology, const char *source)
{
	memset(topology, 0, sizeof(*topology));
	strlcpy(topology->source, source, sizeof(topology->source));
}

static struct topology_cpu *find_disabled_cpu(struct interrupt_topology *topology)
{
	for (unsigned int i = 0; i < topology->cpu_count; i++)
		if (!topology->cpus[i].enabled)
			return &topology->cpus[i];
	return NULL;
}

void topology_add_cpu(struct interrupt_topology *topology, const struct topology_cpu *cpu)
{
	struct topology_cpu *place = NULL;

	if (cpu->apic_id > TOPOLOGY_APIC_ID_MAX) {
		topology->cpus_ignored++;
		return;
	}
	for (unsigned int i = 0; i < topology->cpu_count; i++)
		if (topology->cpus[i].apic_id == cpu->apic_id) {
			topology->cpus[i].enabled |= cpu->enabled;
			return;
		}
	if (topology->cpu_count < TOPOLOGY_CPUS_MAX)
		place = &topology->cpus[topology->cpu_count++];
	else
		topology->cpus_ignored++; /* this one, or the disabled one it replaces */
	if (!place && cpu->enabled)
		place = find_disabled_cpu(topology);
	if (place)
		*place = *cpu;
}

void topology_add_io_apic(struct interrupt_topology *topology,
			  const struct topology_io_apic *io_apic)
{
	if (topology->io_apic_count == TOPOLOGY_IO_APICS_MAX)
		topology->io_apics_ignored++;
	else
		topology->io_apics[topology->io_apic_count++] = *io_apic;
}

void topology_add_nmi(struct interrupt_topology *topology, const struct topology_nmi *nmi)
{
	if (topology->nmi_count == TOPOLOGY_NMIS_MAX)
		topology->nmis_ignored++;
	else
		topology->nmis[topology->nmi_count++] = *nmi;
}

int topology_find_io_apic(const struct interrupt_topology *topology, uint32_t gsi, uint32_t *pin)
{
	int found = -ENOENT;
	uint32_t base = 0;

	for (unsigned int i = 0; i < topology->io_apic_count; i++) {
		uint32_t candidate = topology->io_apics[i].gsi_base;

		if (candidate <= gsi && (found < 0 || candidate > base)) {
			found = (int)i;
			base = candidate;
		}
	}
	if (found >= 0)
		*pin = gsi - base;
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
