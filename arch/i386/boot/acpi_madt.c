/* The MADT reader. Entries are copied out whole; the walk advances by lengths that are checked
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
} __attribute__((packed));

struct madt_local_apic { /* 5.2.12.2 */
	struct madt_entry entry;
	uint8_t uid;
	uint8_t apic_id;
	uint32_t flags;
} __attribute__((packed));

struct madt_io_apic { /* 5.2.12.3 */
	struct madt_entry entry;
	uint8_t id;
	uint8_t reserved;
	uint32_t address;
	uint32_t gsi_base;
} __attribute__((packed));

struct madt_override { /* 5.2.12.5 */
	struct madt_entry entry;
	uint8_t bus; /* 0: ISA */
	uint8_t irq;
	uint32_t gsi;
	uint16_t flags;
} __attribute__((packed));

struct madt_nmi_source { /* 5.2.12.6 */
	struct madt_entry entry;
	uint16_t flags;
	uint32_t gsi;
} __attribute__((packed));

struct madt_local_nmi { /* 5.2.12.7 */
	struct madt_entry entry;
	uint8_t uid;
	uint16_t flags;
	uint8_t lint;
} __attribute__((packed));

struct madt_local_apic_address { /* 5.2.12.8 */
	struct madt_entry entry;
	uint16_t reserved;
	uint64_t address;
} __attribute__((packed));

struct madt_local_x2apic { /* 5.2.12.12 */
	struct madt_entry entry;
	uint16_t reserved;
	uint32_t apic_id;
	uint32_t flags;
	uint32_t uid;
} __attribute__((packed));

struct madt_local_x2apic_nmi { /* 5.2.12.13 */
	struct madt_entry entry;
	uint16_t flags;
	uint32_t uid;
	uint8_t lint;
	uint8_t reserved[3];
} __attribute__((packed));

union madt_any {
	struct madt_entry entry;
	struct madt_local_apic local_apic;
	struct madt_io_apic io_apic;
	struct madt_override override;
	struct madt_nmi_source nmi_source;
	struct madt_local_nmi local_nmi;
	struct madt_local_apic_address local_apic_address;
	struct madt_local_x2apic local_x2apic;
	struct madt_local_x2apic_nmi local_x2apic_nmi;
};

static const uint8_t madt_sizes[MADT_TYPES] = {
	[MADT_LOCAL_APIC] = sizeof(struct madt_local_apic),
	[MADT_IO_APIC] = sizeof(struct madt_io_apic),
	[MADT_OVERRIDE] = sizeof(struct madt_override),
	[MADT_NMI_SOURCE] = sizeof(struct madt_nmi_source),
	[MADT_LOCAL_NMI] = sizeof(struct madt_local_nmi),
	[MADT_LOCAL_APIC_ADDRESS] = sizeof(struct madt_local_apic_address),
	[MADT_LOCAL_X2APIC] = sizeof(struct madt_local_x2apic),
	[MADT_LOCAL_X2APIC_NMI] = sizeof(struct madt_local_x2apic_nmi),
};

/* MPS INTI flags, table 5-24: 01 high or edge, 11 low or level, 00 as the bus has it. */
static bool is_active_low(uint16_t flags)
{
	return (flags & 3) == 3;
}

static bool is_level_triggered(uint16_t flags)
{
	return (flags >> 2 & 3) == 3;
}

static void add_override(struct interrupt_topology *topology, const struct madt_override *override)
{
	if (override->bus || override->irq >= TOPOLOGY_ISA_IRQS) {
		topology->routes_ignored++;
		return;
	}
	topology->isa[override->irq] = (struct topology_route){
		.present = true,
		.active_low = is_active_low(override->flags),
		.level_triggered = is_level_triggered(override->flags),
		.gsi = override->gsi,
	};
}

/* While the table is walked apic_id holds the uid: CPUs may be listed later. */
static void add_local_nmi(struct interrupt_topology *topology, uint32_t uid, uint16_t flags,
			  uint8_t lint)
{
	topology_add_nmi(topology, &(struct topology_nmi){
					   .is_local = true,
					   .active_low = is_active_low(flags),
					   .level_triggered = is_level_triggered(flags),
					   .lint = lint,
					   .apic_id = uid,
				   });
}

static void add_madt_entry(struct interrupt_topology *topology, const union madt_any *any)
{
	switch (any->entry.type) {
	case MADT_LOCAL_APIC:
		topology_add_cpu(topology, &(struct topology_cpu){
						   any->local_apic.apic_id, any->local_apic.uid,
						   any->local_apic.flags & MADT_CPU_ENABLED});
		break;
	case MADT_LOCAL_X2APIC:
		topology_add_cpu(topology, &(struct topology_cpu){
						   any->local_x2apic.apic_id, any->local_x2apic.uid,
						   any->local_x2apic.flags & MADT_CPU_ENABLED});
		break;
	case MADT_IO_APIC:
		topology_add_io_apic(topology, &(struct topology_io_apic){any->io_apic.id,
									  any->io_apic.address,
									  any->io_apic.gsi_base});
		break;
	case MADT_OVERRIDE:
		add_override(topology, &any->override);
		break;
	case MADT_NMI_SOURCE:
		topology_add_nmi(
			topology,
			&(struct topology_nmi){
				.active_low = is_active_low(any->nmi_source.flags),
				.level_triggered = is_level_triggered(any->nmi_source.flags),
				.gsi = any->nmi_source.gsi,
			});
		break;
	case MADT_LOCAL_NMI:
		add_local_nmi(topology,
			      any->local_nmi.uid == MADT_ALL_UIDS_8 ? TOPOLOGY_ALL_CPUS
								    : any->local_nmi.uid,
			      any->local_nmi.flags, any->local_nmi.lint);
		break;
	case MADT_LOCAL_X2APIC_NMI:
		add_local_nmi(topology, any->local_x2apic_nmi.uid, any->local_x2apic_nmi.flags,
			      any->local_x2apic_nmi.lint);
		break;
	case MADT_LOCAL_APIC_ADDRESS:
		topology->local_apic_address = any->local_apic_address.address;
		break;
	}
}

/* Entries of [offset, length); false when the chain is malformed. */
static bool walk_entries(struct interrupt_topology *topology, const uint8_t *table, uint32_t offset,
			 uint32_t length)
{
	while (length - offset >= sizeof(struct madt_entry)) {
		union madt_any any = {.entry = {table[offset], table[offset + 1]}};
		uint32_t size = any.entry.length;

		if (size < sizeof(any.entry) || size > length - offset)
			return false;
		if (any.entry.type < MADT_TYPES) {
			if (size < madt_sizes[any.entry.type])
				return false;
			memcpy(&any, table + offset, size < sizeof(any) ? size : sizeof(any));
			add_madt_entry(topology, &any);
		}
		offset += size;
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
			topology->isa[irq] = (struct topology_route){.present = true, .gsi = irq};
}

/* From the uid to the APIC id; an NMI of an unlisted CPU is dropped. */
static void resolve_local_nmis(struct interrupt_topology *topology)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < topology->nmi_count; i++) {
		struct topology_nmi nmi = topology->nmis[i];
		unsigned int cpu = 0;

		if (nmi.is_local && nmi.apic_id != TOPOLOGY_ALL_CPUS) {
			while (cpu < topology->cpu_count &&
			       topology->cpus[cpu].firmware_id != nmi.apic_id)
				cpu++;
			if (cpu == topology->cpu_count) {
				topology->nmis_ignored++;
				continue;
			}
			nmi.apic_id = topology->cpus[cpu].apic_id;
		}
		topology->nmis[kept++] = nmi;
	}
	topology->nmi_count = kept;
}

int acpi_madt_read(const struct boot_memory_view *view, const struct acpi_root *root,
		   struct interrupt_topology *topology)
{
	struct madt madt;
	const uint8_t *table;
	uint64_t address;
	uint32_t length;
	int error;

	topology_init(topology, "MADT");
	error = acpi_table_find(view, root, "APIC", &address, &length);
	if (error)
		return error;
	table = boot_memory_map(view, address, length);
	if (!table || length < sizeof(madt))
		return -EINVAL;
	memcpy(&madt, table, sizeof(madt));
	topology->local_apic_address = madt.local_apic_address;
	topology->has_8259 = madt.flags & MADT_PCAT_COMPAT;
	if (!walk_entries(topology, table, sizeof(madt), length)) {
		topology_init(topology, "MADT");
		return -EINVAL;
	}
	add_identity_routes(topology);
	resolve_local_nmis(topology);
	return 0;
}
