/* The MADT reader over made-up firmware. */
#include "acpi_firmware.h"
#include "test.h"

#include "arch/i386/boot/acpi_madt.h"

#include <skerry/errno.h>

static struct interrupt_topology topology;

static int read_madt(void)
{
	struct acpi_root root;
	int error = find_root(0, &root);

	return error ? error : acpi_madt_read(&firmware.memory.view, &root, &topology);
}

TEST("CPUs, I/O APIC, local APIC address and flags are read")
{
	prepare();
	CHECK_EQ(read_madt(), 0);
	CHECK_TEXT(topology.source, "MADT");
	CHECK_EQ(topology.local_apic_address, 0xfee00000);
	CHECK(topology.has_8259 && !topology.has_imcr);
	CHECK_EQ(topology.cpu_count, 2);
	CHECK_EQ(topology.cpus[1].apic_id, 4);
	CHECK_EQ(topology.cpus[1].firmware_id, 1);
	CHECK(topology.cpus[1].enabled);
	CHECK_EQ(topology.io_apic_count, 1);
	CHECK_EQ(topology.io_apics[0].id, 2);
	CHECK_EQ(topology.io_apics[0].address, 0xfec00000);
}

TEST("legacy IRQs without an override are their own GSI, edge, active high")
{
	prepare();
	CHECK_EQ(read_madt(), 0);
	for (unsigned int irq = 0; irq < TOPOLOGY_ISA_IRQS; irq++) {
		CHECK(topology.isa[irq].present);
		CHECK_EQ(topology.isa[irq].gsi, irq);
		CHECK(!topology.isa[irq].active_low && !topology.isa[irq].level_triggered);
	}
}

TEST("an override routes IRQ 0 to pin 2 and takes the pin from IRQ 2")
{
	prepare();
	ENTRY(2, 10, 0, 0, LONG(2), WORD(0));
	CHECK_EQ(read_madt(), 0);
	CHECK(topology.isa[0].present);
	CHECK_EQ(topology.isa[0].gsi, 2);
	CHECK(!topology.isa[2].present);
	CHECK_EQ(topology.isa[1].gsi, 1);
}

TEST("any override takes its pin from the IRQ of that number")
{
	prepare();
	ENTRY(2, 10, 0, 5, LONG(7), WORD(0));
	CHECK_EQ(read_madt(), 0);
	CHECK_EQ(topology.isa[5].gsi, 7);
	CHECK(!topology.isa[7].present);
	CHECK(topology.isa[6].present && topology.isa[8].present);
}

TEST("two IRQs may be swapped")
{
	prepare();
	ENTRY(2, 10, 0, 3, LONG(4), WORD(0));
	ENTRY(2, 10, 0, 4, LONG(3), WORD(0));
	CHECK_EQ(read_madt(), 0);
	CHECK_EQ(topology.isa[3].gsi, 4);
	CHECK_EQ(topology.isa[4].gsi, 3);
}

TEST("polarity and trigger come from the flags, unspecified is ISA's")
{
	prepare();
	ENTRY(2, 10, 0, 9, LONG(9), WORD(0xd));
	ENTRY(2, 10, 0, 10, LONG(10), WORD(0xf));
	ENTRY(2, 10, 0, 11, LONG(11), WORD(0x7));
	ENTRY(2, 10, 0, 12, LONG(12), WORD(0x5));
	CHECK_EQ(read_madt(), 0);
	CHECK(!topology.isa[9].active_low && topology.isa[9].level_triggered);
	CHECK(topology.isa[10].active_low && topology.isa[10].level_triggered);
	CHECK(topology.isa[11].active_low && !topology.isa[11].level_triggered);
	CHECK(!topology.isa[12].active_low && !topology.isa[12].level_triggered);
}

TEST("overrides of other buses and of IRQs above 15 are counted, not stored")
{
	prepare();
	ENTRY(2, 10, 1, 5, LONG(20), WORD(0));
	ENTRY(2, 10, 0, 16, LONG(20), WORD(0));
	ENTRY(2, 10, 0, 255, LONG(20), WORD(0));
	CHECK_EQ(read_madt(), 0);
	CHECK_EQ(topology.routes_ignored, 3);
	CHECK_EQ(topology.isa[5].gsi, 5);
}

TEST("CPUs that are not enabled are listed as such")
{
	prepare();
	ENTRY(0, 8, 2, 6, LONG(0));
	ENTRY(0, 8, 3, 7, LONG(2));
	CHECK_EQ(read_madt(), 0);
	CHECK_EQ(topology.cpu_count, 4);
	CHECK(!topology.cpus[2].enabled && !topology.cpus[3].enabled);
	ENTRY(9, 16, WORD(0), LONG(8), LONG(2), LONG(4));
	ENTRY(0, 8, 5, 9, LONG(1));
	CHECK_EQ(read_madt(), 0);
	CHECK_EQ(topology.cpu_count, 6);
	CHECK(!topology.cpus[2].enabled && !topology.cpus[4].enabled);
	CHECK(topology.cpus[5].enabled);
}

TEST("a CPU listed twice counts once, enabled if either entry is")
{
	prepare();
	ENTRY(9, 16, WORD(0), LONG(4), LONG(1), LONG(1));
	ENTRY(0, 8, 2, 6, LONG(0));
	ENTRY(9, 16, WORD(0), LONG(6), LONG(1), LONG(2));
	CHECK_EQ(read_madt(), 0);
	CHECK_EQ(topology.cpu_count, 3);
	CHECK(topology.cpus[2].enabled);
}

TEST("x2APIC ids up to 254 are listed, larger ones and 255 counted")
{
	prepare();
	ENTRY(9, 16, WORD(0), LONG(254), LONG(1), LONG(7));
	ENTRY(9, 16, WORD(0), LONG(255), LONG(1), LONG(8));
	ENTRY(9, 16, WORD(0), LONG(0x12345), LONG(1), LONG(9));
	ENTRY(0, 8, 10, 255, LONG(1));
	CHECK_EQ(read_madt(), 0);
	CHECK_EQ(topology.cpu_count, 3);
	CHECK_EQ(topology.cpus[2].apic_id, 254);
	CHECK_EQ(topology.cpus_ignored, 3);
}

TEST("more CPUs than fit are counted, disabled ones give way to enabled ones")
{
	prepare();
	start_table(MADT, "APIC", 44);
	ENTRY(0, 8, 200, 200, LONG(0));
	ENTRY(0, 8, 201, 201, LONG(0));
	for (unsigned int i = 0; i <= TOPOLOGY_CPUS_MAX; i++)
		ENTRY(0, 8, 10 + i, 10 + i, LONG(1));
	ENTRY(0, 8, 202, 202, LONG(0));
	ENTRY(0, 8, 10, 10, LONG(1));
	CHECK_EQ(read_madt(), 0);
	CHECK_EQ(topology.cpu_count, TOPOLOGY_CPUS_MAX);
	CHECK_EQ(topology.cpus_ignored, 4);
	for (unsigned int i = 0; i < TOPOLOGY_CPUS_MAX; i++)
		CHECK(topology.cpus[i].enabled);
}

TEST("more I/O APICs and NMIs than fit are counted")
{
	prepare();
	for (unsigned int i = 0; i < 10; i++)
		ENTRY(1, 12, i, 0, LONG(0xfec10000), LONG(24 + i * 24));
	for (unsigned int i = 0; i < TOPOLOGY_NMIS_MAX + 3; i++)
		ENTRY(3, 8, WORD(0), LONG(i));
	CHECK_EQ(read_madt(), 0);
	CHECK_EQ(topology.io_apic_count, TOPOLOGY_IO_APICS_MAX);
	CHECK_EQ(topology.io_apics_ignored, 3);
	CHECK_EQ(topology.nmi_count, TOPOLOGY_NMIS_MAX);
	CHECK_EQ(topology.nmis_ignored, 3);
}

TEST("local NMIs name CPUs by APIC id, also when the CPU comes later")
{
	prepare();
	ENTRY(4, 6, 9, WORD(5), 1);
	ENTRY(4, 6, 255, WORD(0xf), 0);
	ENTRY(10, 12, WORD(0), LONG(9), 1, 0, 0, 0);
	ENTRY(10, 12, WORD(0), LONG(0xffffffff), 1, 0, 0, 0);
	ENTRY(4, 6, 77, WORD(0), 1);
	ENTRY(4, 6, 0, WORD(0), 1);
	ENTRY(0, 8, 9, 33, LONG(1));
	CHECK_EQ(read_madt(), 0);
	CHECK_EQ(topology.nmi_count, 5);
	CHECK_EQ(topology.nmis[0].apic_id, 33);
	CHECK_EQ(topology.nmis[0].lint, 1);
	CHECK_EQ(topology.nmis[1].apic_id, TOPOLOGY_ALL_CPUS);
	CHECK(topology.nmis[1].route.active_low && topology.nmis[1].route.level_triggered);
	CHECK_EQ(topology.nmis[2].apic_id, 33);
	CHECK_EQ(topology.nmis[3].apic_id, TOPOLOGY_ALL_CPUS);
	CHECK_EQ(topology.nmis[4].apic_id, 0);
	CHECK_EQ(topology.nmis_ignored, 1);
}

TEST("the 64-bit local APIC address overrides the 32-bit one")
{
	prepare();
	ENTRY(5, 12, WORD(0), LONG(0xfed00000), LONG(1));
	CHECK_EQ(read_madt(), 0);
	CHECK_EQ(topology.local_apic_address, 0x1fed00000);
}

TEST("unknown entry types and longer entries are passed over")
{
	prepare();
	ENTRY(0x7f, 5, 1, 2, 3);
	ENTRY(6, 2);
	ENTRY(0, 12, 2, 9, LONG(1), LONG(0));
	ENTRY(11, 2);
	CHECK_EQ(read_madt(), 0);
	CHECK_EQ(topology.cpu_count, 3);
}

TEST("entry lengths of 0 or 1, below the type's, or past the table are -EINVAL")
{
	prepare();
	ENTRY(0, 0);
	CHECK_EQ(read_madt(), -EINVAL);
	CHECK_EQ(topology.cpu_count, 0);
	prepare();
	ENTRY(0x7f, 1);
	CHECK_EQ(read_madt(), -EINVAL);
	prepare();
	ENTRY(0, 7, 2, 9, LONG(1));
	CHECK_EQ(read_madt(), -EINVAL);
	prepare();
	ENTRY(0, 8, 2, 9);
	CHECK_EQ(read_madt(), -EINVAL);
	prepare();
	ENTRY(0);
	CHECK_EQ(read_madt(), -EINVAL);
}

TEST("a MADT shorter than its fixed part is -EINVAL")
{
	prepare();
	start_table(MADT, "APIC", 43);
	CHECK_EQ(read_madt(), -EINVAL);
	start_table(MADT, "APIC", 44);
	CHECK_EQ(read_madt(), 0);
	CHECK_EQ(topology.cpu_count, 0);
}

TEST("a GSI belongs to the I/O APIC with the highest base not above it")
{
	uint32_t pin;

	prepare();
	ENTRY(1, 12, 3, 0, LONG(0xfec20000), LONG(48));
	ENTRY(1, 12, 4, 0, LONG(0xfec10000), LONG(24));
	CHECK_EQ(read_madt(), 0);
	CHECK_EQ(topology_find_io_apic(&topology, 0, &pin), 0);
	CHECK_EQ(topology_find_io_apic(&topology, 47, &pin), 2);
	CHECK_EQ(pin, 23);
	CHECK_EQ(topology_find_io_apic(&topology, 50, &pin), 1);
	CHECK_EQ(pin, 2);
	topology.io_apics[0].gsi_base = 24;
	topology.io_apics[2].gsi_base = 0;
	CHECK_EQ(topology_find_io_apic(&topology, 30, &pin), 0);
	CHECK_EQ(pin, 6);
	topology.io_apics[2].gsi_base = 8;
	CHECK_EQ(topology_find_io_apic(&topology, 7, &pin), -ENOENT);
}

TEST("boot_info lists the boot CPU first, then the enabled others")
{
	struct boot_info info = {.cpu_count = 0};

	prepare();
	ENTRY(0, 8, 2, 6, LONG(0));
	ENTRY(0, 8, 3, 7, LONG(1));
	CHECK_EQ(read_madt(), 0);
	topology_list_cpus(&topology, 4, &info);
	CHECK_EQ(info.cpu_count, 3);
	CHECK_EQ(info.cpu_hardware_id[0], 4);
	CHECK_EQ(info.cpu_hardware_id[1], 0);
	CHECK_EQ(info.cpu_hardware_id[2], 7);
	CHECK_TEXT(info.cpu_source, "MADT");
	topology_list_cpus(&topology, 99, &info);
	CHECK_EQ(info.cpu_hardware_id[0], 99);
	CHECK_EQ(info.cpu_count, 4);
}

TEST("boot_info lists no more CPUs than fit, the boot CPU always")
{
	struct boot_info info = {.cpu_count = 0};

	prepare();
	for (unsigned int i = 0; i < BOOT_CPUS_MAX; i++)
		ENTRY(0, 8, 10 + i, 10 + i, LONG(1));
	CHECK_EQ(read_madt(), 0);
	topology_list_cpus(&topology, 99, &info);
	CHECK_EQ(info.cpu_count, BOOT_CPUS_MAX);
	CHECK_EQ(info.cpu_hardware_id[0], 99);
	CHECK_EQ(info.cpu_hardware_id[1], 0);
}

TEST("a missing or damaged MADT leaves the topology empty")
{
	prepare();
	CHECK_EQ(read_madt(), 0);
	TABLE(MADT)[40] ^= 1;
	CHECK_EQ(read_madt(), -EINVAL);
	CHECK_EQ(topology.cpu_count, 0);
	put_roots(ADDRESS(FADT), 0);
	CHECK_EQ(read_madt(), -ENOENT);
	CHECK_EQ(topology.io_apic_count, 0);
	fake_memory_free(&firmware.memory);
}
