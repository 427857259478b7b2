/* The MP table reader: floating pointer, header, then base entries of a fixed size per type; an
 * unknown type is damage, because the next entry's place is then unknown.
 */
#include "mp_table.h"

#include <skerry/errno.h>
#include <string.h>

#define POINTER_ALIGN 16
#define SEARCH_SIZE 1024u
#define BIOS_START 0xf0000u
#define BIOS_END 0x100000u
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

/* 4.3.1 */
struct mp_processor {
	uint8_t type;
	uint8_t apic_id;
	uint8_t apic_version;
	uint8_t flags;
	uint32_t signature;
	uint32_t features;
	uint32_t reserved[2];
} __attribute__((packed));

/* 4.3.2 */
struct mp_bus {
	uint8_t type;
	uint8_t id;
	char name[6]; /* padded with blanks */
} __attribute__((packed));

/* 4.3.3 */
struct mp_io_apic {
	uint8_t type;
	uint8_t id;
	uint8_t version;
	uint8_t flags;
	uint32_t address;
} __attribute__((packed));

enum mp_interrupt_kind { MP_KIND_INT = 0, MP_KIND_NMI = 1 };

/* 4.3.4 and 4.3.5; apic and pin are the destination. */
struct mp_interrupt {
	uint8_t type;
	uint8_t kind;
	uint16_t flags;
	uint8_t bus;
	uint8_t bus_irq;
	uint8_t apic;
	uint8_t pin;
} __attribute__((packed));

union mp_any {
	uint8_t type;
	struct mp_processor processor;
	struct mp_bus bus;
	struct mp_io_apic io_apic;
	struct mp_interrupt interrupt;
};

static const uint8_t mp_sizes[MP_TYPES] = {
	[MP_PROCESSOR] = sizeof(struct mp_processor),
	[MP_BUS] = sizeof(struct mp_bus),
	[MP_IO_APIC] = sizeof(struct mp_io_apic),
	[MP_IO_INTERRUPT] = sizeof(struct mp_interrupt),
	[MP_LOCAL_INTERRUPT] = sizeof(struct mp_interrupt),
};

_Static_assert(sizeof(struct mp_processor) == 20, "MP 4.3.1");
_Static_assert(sizeof(struct mp_interrupt) == 8, "MP 4.3.4");

enum bus_kind { BUS_UNKNOWN, BUS_ISA, BUS_PCI };

struct mp_walk {
	struct interrupt_topology *topology;
	uint8_t bus_kinds[BUSES_MAX];
	struct topology_route pci[TOPOLOGY_ISA_IRQS]; /* by pin of the first I/O APIC */
};

static bool sums_to_zero(const void *bytes, uint32_t length)
{
	const uint8_t *byte = bytes;
	uint8_t sum = 0;

	while (length--)
		sum += *byte++;
	return !sum;
}

static bool search_pointer(const struct boot_memory_view *view, uint64_t start, uint64_t end,
			   struct mp_pointer *pointer)
{
	for (uint64_t address = start; address < end; address += POINTER_ALIGN)
		if (!boot_memory_copy(view, address, pointer, sizeof(*pointer)) &&
		    !memcmp(pointer->signature, "_MP_", 4) && pointer->length == 1 &&
		    sums_to_zero(pointer, sizeof(*pointer)))
			return true;
	return false;
}

static bool find_pointer(const struct boot_memory_view *view, struct mp_pointer *pointer)
{
	struct bios_areas areas;

	bios_areas_read(view, &areas);
	if (areas.ebda && search_pointer(view, areas.ebda, areas.ebda + SEARCH_SIZE, pointer))
		return true;
	if (search_pointer(view, areas.base_memory_top - SEARCH_SIZE, areas.base_memory_top,
			   pointer))
		return true;
	return search_pointer(view, BIOS_START, BIOS_END, pointer);
}

static void add_bus(struct mp_walk *walk, const struct mp_bus *bus)
{
	if (!memcmp(bus->name, "ISA", 3) || !memcmp(bus->name, "EISA", 4))
		walk->bus_kinds[bus->id] = BUS_ISA;
	else if (!memcmp(bus->name, "PCI", 3))
		walk->bus_kinds[bus->id] = BUS_PCI;
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

/* Flags as in the MADT: 01 high or edge, 11 low or level, 00 as the bus has it. */
static struct topology_route make_route(const struct mp_interrupt *interrupt, uint32_t gsi,
					bool is_pci)
{
	unsigned int polarity = interrupt->flags & 3;
	unsigned int trigger = interrupt->flags >> 2 & 3;

	return (struct topology_route){
		.present = true,
		.active_low = polarity == 3 || (polarity == 0 && is_pci),
		.level_triggered = trigger == 3 || (trigger == 0 && is_pci),
		.gsi = gsi,
	};
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
	route = make_route(interrupt, gsi, bus == BUS_PCI);
	if (interrupt->kind == MP_KIND_NMI)
		topology_add_nmi(topology,
				 &(struct topology_nmi){.active_low = route.active_low,
							.level_triggered = route.level_triggered,
							.gsi = gsi});
	else if (bus == BUS_ISA && interrupt->bus_irq < TOPOLOGY_ISA_IRQS)
		topology->isa[interrupt->bus_irq] = route;
	else if (bus == BUS_PCI && gsi < TOPOLOGY_ISA_IRQS)
		walk->pci[gsi] = route;
	else
		topology->routes_ignored++;
}

static void add_local_interrupt(struct interrupt_topology *topology,
				const struct mp_interrupt *interrupt)
{
	struct topology_route route = make_route(interrupt, 0, false);

	if (interrupt->kind != MP_KIND_NMI)
		return;
	topology_add_nmi(topology,
			 &(struct topology_nmi){
				 .is_local = true,
				 .active_low = route.active_low,
				 .level_triggered = route.level_triggered,
				 .lint = interrupt->pin,
				 .apic_id = interrupt->apic == ALL_APICS ? TOPOLOGY_ALL_CPUS
									 : interrupt->apic,
			 });
}

static void add_entry(struct mp_walk *walk, const union mp_any *any)
{
	struct interrupt_topology *topology = walk->topology;

	switch (any->type) {
	case MP_PROCESSOR:
		topology_add_cpu(topology, &(struct topology_cpu){
						   any->processor.apic_id, any->processor.apic_id,
						   any->processor.flags & MP_ENABLED});
		break;
	case MP_BUS:
		add_bus(walk, &any->bus);
		break;
	case MP_IO_APIC:
		if (any->io_apic.flags & MP_ENABLED)
			topology_add_io_apic(
				topology,
				&(struct topology_io_apic){any->io_apic.id, any->io_apic.address,
							   topology->io_apic_count * GSI_STEP});
		break;
	case MP_IO_INTERRUPT:
		add_io_interrupt(walk, &any->interrupt);
		break;
	case MP_LOCAL_INTERRUPT:
		add_local_interrupt(topology, &any->interrupt);
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
		union mp_any any;
		uint8_t size;

		if (offset == header->base_length || table[offset] >= MP_TYPES)
			return false;
		size = mp_sizes[table[offset]];
		if (size > header->base_length - offset)
			return false;
		memcpy(&any, table + offset, size);
		add_entry(walk, &any);
		offset += size;
	}
	return true;
}

/* Maps the configuration table; NULL when it cannot be or is damaged. */
static const uint8_t *map_table(const struct boot_memory_view *view, uint64_t address,
				struct mp_header *header)
{
	const uint8_t *table;

	if (boot_memory_copy(view, address, header, sizeof(*header)))
		return NULL;
	if (memcmp(header->signature, "PCMP", 4) || header->base_length < sizeof(*header))
		return NULL;
	table = boot_memory_map(view, address, header->base_length);
	return table && sums_to_zero(table, header->base_length) ? table : NULL;
}

static void add_pci_routes(struct mp_walk *walk)
{
	for (unsigned int irq = 0; irq < TOPOLOGY_ISA_IRQS; irq++)
		if (!walk->topology->isa[irq].present)
			walk->topology->isa[irq] = walk->pci[irq];
}

int mp_table_read(const struct boot_memory_view *view, struct interrupt_topology *topology)
{
	struct mp_walk walk = {.topology = topology};
	struct mp_pointer pointer;
	struct mp_header header;
	const uint8_t *table;

	topology_init(topology, "MP table");
	if (!find_pointer(view, &pointer) || pointer.default_configuration || !pointer.table)
		return -ENOENT;
	table = map_table(view, pointer.table, &header);
	if (!table)
		return -EINVAL;
	if (!walk_entries(&walk, table, &header)) {
		topology_init(topology, "MP table");
		return -EINVAL;
	}
	topology->local_apic_address = header.local_apic_address;
	topology->has_8259 = true;
	topology->has_imcr = pointer.features & MP_FEATURE_IMCR;
	add_pci_routes(&walk);
	return 0;
}
