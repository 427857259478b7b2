/* The MP table reader: floating pointer, header, then base entries of a fixed size per type; an
 * unknown type is damage, because the next entry's place is then unknown.
 */
#include "mp_table.h"

#include <skerry/errno.h>
#include <string.h>

#define BIOS_START 0xf0000u
#define BUSES_MAX 256
#define GSI_STEP 256u	/* of one I/O APIC to the next */
#define ALL_APICS 0xffu /* as a destination: the same pin of each */

/* 4.1 */
struct mp_pointer {
	char signature[4]; /* "_MP_" */
	uint32_t table;	   /* physical; 0: none */
	uint8_t length;	   /* in 16 bytes */
	uint8_t revision;
	uint8_t checksum;
	uint8_t default_configuration; /* not 0: no table, one of chapter 5's machines */
	uint8_t features;	       /* bit 7: IMCR and PIC mode */
	uint8_t reserved[3];
} __attribute__((packed));

#define MP_FEATURE_IMCR 0x80

/* 4.2 */
struct mp_header {
	char signature[4];    /* "PCMP" */
	uint16_t base_length; /* header and base entries */
	uint8_t revision;
	uint8_t checksum;
	char oem[20];
	uint32_t oem_table;
	uint16_t oem_table_size;
	uint16_t entry_count;
	uint32_t local_apic_address;
	uint16_t extended_length;
	uint8_t extended_checksum;
	uint8_t reserved;
} __attribute__((packed));

_Static_assert(sizeof(struct mp_pointer) == 16, "MP 4.1");
_Static_assert(sizeof(struct mp_header) == 44, "MP 4.2");

enum mp_type {
	MP_PROCESSOR = 0,
	MP_BUS = 1,
	MP_IO_APIC = 2,
	MP_IO_INTERRUPT = 3,
	MP_LOCAL_INTERRUPT = 4,
	MP_TYPES,
};

#define MP_ENABLED 1u

enum mp_interrupt_kind { MP_KIND_INT = 0, MP_KIND_NMI = 1 };

/* 4.3.4 and 4.3.5; apic and pin are the destination. */
struct mp_interrupt {
	uint8_t kind;
	uint16_t flags;
	uint8_t bus;
	uint8_t bus_irq;
	uint8_t apic;
	uint8_t pin;
} __attribute__((packed));

struct mp_entry {
	uint8_t type;
	union {
		struct { /* 4.3.1 */
			uint8_t apic_id;
			uint8_t apic_version;
			uint8_t flags;
		} processor;
		struct { /* 4.3.2 */
			uint8_t id;
			char name[6]; /* padded with blanks */
		} bus;
		struct { /* 4.3.3 */
			uint8_t id;
			uint8_t version;
			uint8_t flags;
			uint32_t address;
		} __attribute__((packed)) io_apic;
		struct mp_interrupt interrupt;
	};
} __attribute__((packed));

#define MP_PROCESSOR_SIZE 20u

_Static_assert(sizeof(struct mp_entry) == 8, "MP 4.3, all but the processor's");

enum bus_kind { BUS_UNKNOWN, BUS_ISA, BUS_PCI };

struct mp_walk {
	struct interrupt_topology *topology;
	uint8_t bus_kinds[BUSES_MAX];
};

/* A pointer_reader of the floating pointer. */
static bool read_pointer(const struct boot_memory_view *view, uint64_t address, void *pointer)
{
	struct mp_pointer *mp = pointer;

	return !boot_memory_copy(view, address, mp, sizeof(*mp)) &&
	       !memcmp(mp->signature, "_MP_", 4) && mp->length == 1 &&
	       boot_memory_map_summed(view, address, sizeof(*mp));
}

static void add_bus(struct mp_walk *walk, uint8_t id, const char *name)
{
	if (!memcmp(name, "ISA", 3) || !memcmp(name, "EISA", 4))
		walk->bus_kinds[id] = BUS_ISA;
	else if (!memcmp(name, "PCI", 3))
		walk->bus_kinds[id] = BUS_PCI;
}

/* Returns false for an I/O APIC no entry before this one names. */
static bool find_gsi(const struct interrupt_topology *topology,
		     const struct mp_interrupt *interrupt, uint32_t *gsi)
{
	for (unsigned int i = 0; i < topology->io_apic_count; i++)
		if (topology->io_apics[i].id == interrupt->apic || interrupt->apic == ALL_APICS) {
			*gsi = topology->io_apics[i].gsi_base + interrupt->pin;
			return true;
		}
	return false;
}

static void add_io_interrupt(struct mp_walk *walk, const struct mp_interrupt *interrupt)
{
	struct interrupt_topology *topology = walk->topology;
	enum bus_kind bus = walk->bus_kinds[interrupt->bus];
	struct topology_route route;
	uint32_t gsi;

	if (interrupt->kind != MP_KIND_INT && interrupt->kind != MP_KIND_NMI)
		return;
	if (!find_gsi(topology, interrupt, &gsi)) {
		topology->routes_ignored++;
		return;
	}
	route = topology_route(gsi, interrupt->flags, bus == BUS_PCI);
	if (interrupt->kind == MP_KIND_NMI)
		topology_add_nmi(topology, (struct topology_nmi){.route = route});
	else if (bus == BUS_ISA && interrupt->bus_irq < TOPOLOGY_ISA_IRQS)
		topology->isa[interrupt->bus_irq] = route;
	else if (bus != BUS_PCI || gsi >= TOPOLOGY_ISA_IRQS)
		topology->routes_ignored++;
	else if (!topology->isa[gsi].present)
		topology->isa[gsi] = route;
}

static void add_local_interrupt(struct interrupt_topology *topology,
				const struct mp_interrupt *interrupt)
{
	struct topology_route route = topology_route(0, interrupt->flags, false);
	uint32_t apic_id = interrupt->apic == ALL_APICS ? TOPOLOGY_ALL_CPUS : interrupt->apic;

	if (interrupt->kind == MP_KIND_NMI)
		topology_add_nmi(topology,
				 (struct topology_nmi){true, interrupt->pin, apic_id, route});
}

static void add_entry(struct mp_walk *walk, const struct mp_entry *entry)
{
	struct interrupt_topology *topology = walk->topology;

	switch (entry->type) {
	case MP_PROCESSOR:
		topology_add_cpu(topology, entry->processor.apic_id, entry->processor.apic_id,
				 entry->processor.flags & MP_ENABLED);
		break;
	case MP_BUS:
		add_bus(walk, entry->bus.id, entry->bus.name);
		break;
	case MP_IO_APIC:
		if (entry->io_apic.flags & MP_ENABLED)
			topology_add_io_apic(topology, entry->io_apic.id, entry->io_apic.address,
					     topology->io_apic_count * GSI_STEP);
		break;
	case MP_IO_INTERRUPT:
		add_io_interrupt(walk, &entry->interrupt);
		break;
	case MP_LOCAL_INTERRUPT:
		add_local_interrupt(topology, &entry->interrupt);
		break;
	}
}

/* The specification orders entries by type, so buses and I/O APICs come before the interrupts
 * that name them.
 */
static bool walk_entries(struct mp_walk *walk, const uint8_t *table, const struct mp_header *header)
{
	uint32_t offset = sizeof(*header);

	for (unsigned int i = 0; i < header->entry_count; i++) {
		const struct mp_entry *entry = (const void *)(table + offset);
		uint32_t size;

		if (offset == header->base_length || entry->type >= MP_TYPES)
			return false;
		size = entry->type == MP_PROCESSOR ? MP_PROCESSOR_SIZE : sizeof(*entry);
		if (size > header->base_length - offset)
			return false;
		add_entry(walk, entry);
		offset += size;
	}
	return true;
}

int mp_table_read(const struct boot_memory_view *view, struct interrupt_topology *topology)
{
	struct mp_walk walk = {.topology = topology};
	struct mp_pointer pointer;
	struct mp_header header;
	const uint8_t *table;

	memset(topology, 0, sizeof(*topology));
	if (!bios_find_pointer(view, BIOS_START, read_pointer, &pointer) ||
	    pointer.default_configuration || !pointer.table)
		return -ENOENT;
	if (boot_memory_copy(view, pointer.table, &header, sizeof(header)) ||
	    memcmp(header.signature, "PCMP", 4) || header.base_length < sizeof(header))
		return -EINVAL;
	table = boot_memory_map_summed(view, pointer.table, header.base_length);
	if (!table)
		return -EINVAL;
	if (!walk_entries(&walk, table, &header)) {
		memset(topology, 0, sizeof(*topology));
		return -EINVAL;
	}
	strlcpy(topology->source, "MP table", sizeof(topology->source));
	topology->local_apic_address = header.local_apic_address;
	topology->has_8259 = true;
	topology->has_imcr = pointer.features & MP_FEATURE_IMCR;
	return 0;
}
