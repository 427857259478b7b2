/* The MADT reader. Entries are read in place; the walk advances by lengths that are checked
 * against the entry's type and the table, so it ends.
 */
#include "acpi_madt.h"

#include <skerry/errno.h>
#include <string.h>

#define MADT_PCAT_COMPAT 1u /* flags: dual 8259s are there */

struct madt {
	struct acpi_table_header header;
	uint32_t local_apic_address;
	uint32_t flags;
} __attribute__((packed));

enum madt_type {
	MADT_LOCAL_APIC = 0,
	MADT_IO_APIC = 1,
	MADT_OVERRIDE = 2,
	MADT_NMI_SOURCE = 3,
	MADT_LOCAL_NMI = 4,
	MADT_LOCAL_APIC_ADDRESS = 5,
	MADT_LOCAL_X2APIC = 9,
	MADT_LOCAL_X2APIC_NMI = 10,
	MADT_TYPES,
};

#define MADT_CPU_ENABLED 1u
#define MADT_ALL_UIDS_8 0xffu

struct madt_entry {
	uint8_t type;
	uint8_t length;
	union {
		struct { /* 5.2.12.2 */
			uint8_t uid;
			uint8_t apic_id;
			uint32_t flags;
		} __attribute__((packed)) local_apic;
		struct { /* 5.2.12.3 */
			uint8_t id;
			uint8_t reserved;
			uint32_t address;
			uint32_t gsi_base;
		} __attribute__((packed)) io_apic;
		struct {	     /* 5.2.12.5 */
			uint8_t bus; /* 0: ISA */
			uint8_t irq;
			uint32_t gsi;
			uint16_t flags;
		} __attribute__((packed)) override;
		struct { /* 5.2.12.6 */
			uint16_t flags;
			uint32_t gsi;
		} __attribute__((packed)) nmi_source;
		struct { /* 5.2.12.7 */
			uint8_t uid;
			uint16_t flags;
			uint8_t lint;
		} __attribute__((packed)) local_nmi;
		struct { /* 5.2.12.8 */
			uint16_t reserved;
			uint64_t address;
		} __attribute__((packed)) local_apic_address;
		struct { /* 5.2.12.12 */
			uint16_t reserved;
			uint32_t apic_id;
			uint32_t flags;
			uint32_t uid;
		} __attribute__((packed)) local_x2apic;
		struct { /* 5.2.12.13 */
			uint16_t flags;
			uint32_t uid;
			uint8_t lint;
		} __attribute__((packed)) local_x2apic_nmi;
	};
} __attribute__((packed));

#define ENTRY_HEADER offsetof(struct madt_entry, local_apic)

static const uint8_t madt_lengths[MADT_TYPES] = {
	[MADT_LOCAL_APIC] = 8,	  [MADT_IO_APIC] = 12,		[MADT_OVERRIDE] = 10,
	[MADT_NMI_SOURCE] = 8,	  [MADT_LOCAL_NMI] = 6,		[MADT_LOCAL_APIC_ADDRESS] = 12,
	[MADT_LOCAL_X2APIC] = 16, [MADT_LOCAL_X2APIC_NMI] = 12,
};

typedef void entry_adder(struct interrupt_topology *topology, const struct madt_entry *entry);

static void add_cpu(struct interrupt_topology *topology, const struct madt_entry *entry)
{
	if (entry->type == MADT_LOCAL_APIC)
		topology_add_cpu(topology, entry->local_apic.apic_id, entry->local_apic.uid,
				 entry->local_apic.flags & MADT_CPU_ENABLED);
	else if (entry->type == MADT_LOCAL_X2APIC)
		topology_add_cpu(topology, entry->local_x2apic.apic_id, entry->local_x2apic.uid,
				 entry->local_x2apic.flags & MADT_CPU_ENABLED);
}

/* An NMI of an unlisted CPU is dropped. */
static void add_local_nmi(struct interrupt_topology *topology, uint32_t uid, uint16_t flags,
			  uint8_t lint)
{
	struct topology_route route = topology_route(0, flags, false);
	unsigned int i = 0;

	if (uid != TOPOLOGY_ALL_CPUS) {
		while (i < topology->cpu_count && topology->cpus[i].firmware_id != uid)
			i++;
		if (i == topology->cpu_count) {
			topology->nmis_ignored++;
			return;
		}
		uid = topology->cpus[i].apic_id;
	}
	topology_add_nmi(topology, (struct topology_nmi){true, lint, uid, route});
}

/* What is not a CPU; all CPUs are listed. */
static void add_other(struct interrupt_topology *topology, const struct madt_entry *entry)
{
	struct topology_route route;

	switch (entry->type) {
	case MADT_IO_APIC:
		topology_add_io_apic(topology, entry->io_apic.id, entry->io_apic.address,
				     entry->io_apic.gsi_base);
		break;
	case MADT_OVERRIDE:
		route = topology_route(entry->override.gsi, entry->override.flags, false);
		if (entry->override.bus || entry->override.irq >= TOPOLOGY_ISA_IRQS)
			topology->routes_ignored++;
		else
			topology->isa[entry->override.irq] = route;
		break;
	case MADT_NMI_SOURCE:
		route = topology_route(entry->nmi_source.gsi, entry->nmi_source.flags, false);
		topology_add_nmi(topology, (struct topology_nmi){.route = route});
		break;
	case MADT_LOCAL_NMI:
		add_local_nmi(topology,
			      entry->local_nmi.uid == MADT_ALL_UIDS_8 ? TOPOLOGY_ALL_CPUS
								      : entry->local_nmi.uid,
			      entry->local_nmi.flags, entry->local_nmi.lint);
		break;
	case MADT_LOCAL_X2APIC_NMI:
		add_local_nmi(topology, entry->local_x2apic_nmi.uid, entry->local_x2apic_nmi.flags,
			      entry->local_x2apic_nmi.lint);
		break;
	case MADT_LOCAL_APIC_ADDRESS:
		topology->local_apic_address = entry->local_apic_address.address;
		break;
	}
}

/* The entries of a table; false when the chain is malformed. */
static bool walk_entries(struct interrupt_topology *topology, const uint8_t *table, uint32_t length,
			 entry_adder *add)
{
	uint32_t offset = sizeof(struct madt);

	while (length - offset >= ENTRY_HEADER) {
		const struct madt_entry *entry = (const void *)(table + offset);

		if (entry->length < ENTRY_HEADER || entry->length > length - offset ||
		    (entry->type < MADT_TYPES && entry->length < madt_lengths[entry->type]))
			return false;
		add(topology, entry);
		offset += entry->length;
	}
	return offset == length;
}

static bool is_gsi_taken(const struct interrupt_topology *topology, uint32_t gsi)
{
	for (unsigned int irq = 0; irq < TOPOLOGY_ISA_IRQS; irq++)
		if (topology->isa[irq].present && topology->isa[irq].gsi == gsi)
			return true;
	return false;
}

static void add_identity_routes(struct interrupt_topology *topology)
{
	for (uint32_t irq = 0; irq < TOPOLOGY_ISA_IRQS; irq++)
		if (!topology->isa[irq].present && !is_gsi_taken(topology, irq))
			topology->isa[irq] = topology_route(irq, 0, false);
}

int acpi_madt_read(const struct boot_memory_view *view, const struct acpi_root *root,
		   struct interrupt_topology *topology)
{
	const struct madt *madt;
	const void *table;
	uint32_t length;
	int error = acpi_table_find(view, root, "APIC", &table, &length);

	memset(topology, 0, sizeof(*topology));
	if (error)
		return error;
	madt = table;
	if (length < sizeof(*madt))
		return -EINVAL;
	strlcpy(topology->source, "MADT", sizeof(topology->source));
	topology->local_apic_address = madt->local_apic_address;
	topology->has_8259 = madt->flags & MADT_PCAT_COMPAT;
	/* CPUs first: local NMIs name them by uid, perhaps before they come. */
	if (!walk_entries(topology, table, length, add_cpu) ||
	    !walk_entries(topology, table, length, add_other)) {
		memset(topology, 0, sizeof(*topology));
		return -EINVAL;
	}
	add_identity_routes(topology);
	return 0;
}
