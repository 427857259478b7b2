/* CPUs, I/O APICs and interrupt routing of a PC, as the ACPI MADT or the MP table tells. Both
 * readers fill this one shape. Entries beyond a limit are counted, never stored.
 *
 * "GSI" (global system interrupt) names one I/O APIC input: gsi - gsi_base of the I/O APIC with
 * the highest gsi_base not above it is the pin. The MP table has no such numbers: its reader
 * gives the n-th I/O APIC the gsi_base n * 256.
 */
#pragma once

#include "kernel/boot_info.h"

#define TOPOLOGY_CPUS_MAX BOOT_CPUS_MAX
#define TOPOLOGY_IO_APICS_MAX 8
#define TOPOLOGY_NMIS_MAX 32
#define TOPOLOGY_ISA_IRQS 16
#define TOPOLOGY_APIC_ID_MAX 254 /* 255 is the broadcast; larger ids need x2APIC mode */
#define TOPOLOGY_ALL_CPUS 0xffffffffu

struct topology_cpu {
	uint32_t apic_id;
	uint32_t firmware_id; /* ACPI processor uid; the APIC id again with an MP table */
	bool enabled;	      /* false: present at best after hot-plug; do not start it */
};

struct topology_io_apic {
	uint32_t id;
	uint32_t address; /* physical, of the register window */
	uint32_t gsi_base;
};

struct topology_route {
	bool present; /* false: this IRQ reaches no I/O APIC pin of its own */
	bool active_low;
	bool level_triggered;
	uint32_t gsi;
};

struct topology_nmi {
	bool is_local;	  /* true: apic_id and lint say where; false: route's gsi does */
	uint8_t lint;	  /* local APIC input 0 or 1 */
	uint32_t apic_id; /* or TOPOLOGY_ALL_CPUS */
	struct topology_route route;
};

struct interrupt_topology {
	char source[16]; /* "MADT" or "MP table" */
	uint64_t local_apic_address;
	bool has_8259; /* the two legacy controllers exist and must be masked */
	bool has_imcr; /* MP table: PIC mode; write IMCR to connect the APICs */

	struct topology_cpu cpus[TOPOLOGY_CPUS_MAX]; /* by distinct APIC ids, firmware's order */
	unsigned int cpu_count;
	struct topology_io_apic io_apics[TOPOLOGY_IO_APICS_MAX];
	unsigned int io_apic_count;
	struct topology_route isa[TOPOLOGY_ISA_IRQS]; /* by legacy IRQ number */
	struct topology_nmi nmis[TOPOLOGY_NMIS_MAX];
	unsigned int nmi_count;

	unsigned int cpus_ignored; /* beyond the limit, or with an APIC id beyond 254 */
	unsigned int io_apics_ignored;
	unsigned int routes_ignored; /* sources other than ISA IRQs 0-15, unknown I/O APICs */
	unsigned int nmis_ignored;   /* beyond the limit, or for an unknown CPU */
};

/* Polarity and trigger by MPS INTI flags (ACPI table 5-24, MP 4.3.4): 01 high or edge, 11 low or
 * level, 00 as the bus has it: ISA active high, edge; PCI active low, level.
 */
struct topology_route topology_route(uint32_t gsi, uint16_t flags, bool is_pci);

/* A known APIC id is not added again (MADTs may list a CPU in two ways), only enabled if the new
 * entry is. When full, an enabled CPU takes a disabled one's place.
 */
void topology_add_cpu(struct interrupt_topology *topology, uint32_t apic_id, uint32_t firmware_id,
		      bool enabled);
void topology_add_io_apic(struct interrupt_topology *topology, uint32_t id, uint32_t address,
			  uint32_t gsi_base);
void topology_add_nmi(struct interrupt_topology *topology, struct topology_nmi nmi);

/* Index of the I/O APIC a GSI belongs to, or -ENOENT. *pin is relative to it; the caller compares
 * it with the number of pins the hardware has.
 */
int topology_find_io_apic(const struct interrupt_topology *topology, uint32_t gsi, uint32_t *pin);

/* Fills info's CPU list: the boot CPU first (whether listed or not), then the enabled others. */
void topology_list_cpus(const struct interrupt_topology *topology, uint32_t boot_apic_id,
			struct boot_info *info);
