/* The MP table reader over made-up firmware. */
#include "bytes.h"
#include "fake_memory.h"
#include "test.h"

#include "arch/i386/boot/mp_table.h"

#include <skerry/errno.h>

#define BIOS 0xf0000u
#define BIOS_SIZE 0x10000u
#define POINTER 0xf5b0u /* in the BIOS area */
#define TABLE 0xf5c0u
#define LOW_TOP (639 * 1024)
#define LOW_SIZE 2048u /* the last KiB of base memory, and the EBDA behind it */

static struct {
	struct fake_memory memory;
	uint8_t bda[0x500];
	uint8_t low[LOW_SIZE];
	uint8_t bios[BIOS_SIZE];
} firmware;

static struct interrupt_topology topology;
static uint8_t *const table = firmware.bios + TABLE;

static void seal(void)
{
	put_checksum(table, get32(table, 4) & 0xffff, 7);
}

static void append(const uint8_t *entry, uint16_t size)
{
	uint16_t length = (uint16_t)get32(table, 4);

	memcpy(table + length, entry, size);
	put16(table, 4, length + size);
	put16(table, 34, (get32(table, 34) & 0xffff) + 1);
	seal();
}

#define ENTRY(...) append((uint8_t[]){__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__}))
#define CPU(id, flags) ENTRY(0, id, 0x14, flags, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
#define BUS(id, ...) ENTRY(1, id, __VA_ARGS__)
#define IO_APIC(id, flags) ENTRY(2, id, 0x11, flags, 0, 0, 0xc0, 0xfe)
#define INTERRUPT(kind, flags, bus, irq, apic, pin) ENTRY(3, kind, flags, 0, bus, irq, apic, pin)
#define LOCAL(kind, flags, apic, pin) ENTRY(4, kind, flags, 0, 1, 0, apic, pin)

static void put_pointer(uint8_t *pointer, uint32_t address)
{
	memset(pointer, 0, 16);
	memcpy(pointer, "_MP_", 4);
	put32(pointer, 4, address);
	put8(pointer, 8, 1);
	put8(pointer, 9, 4);
	put_checksum(pointer, 16, 10);
}

/* Two CPUs, PCI bus 0, ISA bus 1, I/O APIC 2; no interrupts. */
static void prepare(void)
{
	fake_memory_free(&firmware.memory);
	memset(&firmware, 0, sizeof(firmware));
	put16(firmware.bda, 0x40e, LOW_TOP >> 4);
	put16(firmware.bda, 0x413, 639);
	put_pointer(firmware.bios + POINTER, BIOS + TABLE);
	memcpy(table, "PCMP", 4);
	put16(table, 4, 44);
	put32(table, 36, 0xfee00000);
	CPU(0, 3);
	CPU(1, 1);
	BUS(0, 'P', 'C', 'I', ' ', ' ', ' ');
	BUS(1, 'I', 'S', 'A', ' ', ' ', ' ');
	IO_APIC(2, 1);
	fake_memory_init(&firmware.memory);
	fake_memory_add(&firmware.memory, 0, firmware.bda, sizeof(firmware.bda));
	fake_memory_add(&firmware.memory, LOW_TOP - 1024, firmware.low, LOW_SIZE);
	fake_memory_add(&firmware.memory, BIOS, firmware.bios, BIOS_SIZE);
}

static int run(void)
{
	return mp_table_read(&firmware.memory.view, &topology);
}

TEST("CPUs, I/O APIC and local APIC address are read")
{
	prepare();
	CPU(5, 0);
	CHECK_EQ(run(), 0);
	CHECK_TEXT(topology.source, "MP table");
	CHECK_EQ(topology.local_apic_address, 0xfee00000);
	CHECK(topology.has_8259 && !topology.has_imcr);
	CHECK_EQ(topology.cpu_count, 3);
	CHECK_EQ(topology.cpus[1].apic_id, 1);
	CHECK(topology.cpus[1].enabled && !topology.cpus[2].enabled);
	CHECK_EQ(topology.io_apic_count, 1);
	CHECK_EQ(topology.io_apics[0].address, 0xfec00000);
	CHECK_EQ(topology.io_apics[0].id, 2);
}

TEST("the pointer is found in the EBDA, base memory's last KiB and the BIOS area")
{
	static const size_t places[] = {0, 1008, 1024, 2032};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		prepare();
		memset(firmware.bios + POINTER, 0, 16);
		CHECK_EQ(run(), -ENOENT);
		put_pointer(firmware.low + places[i], BIOS + TABLE);
		CHECK_EQ(run(), 0);
	}
	memset(firmware.low, 0, LOW_SIZE);
	put_pointer(firmware.bios + BIOS_SIZE - 16, BIOS + TABLE);
	CHECK_EQ(run(), 0);
}

TEST("a pointer with a bad checksum, length or place is not found")
{
	prepare();
	firmware.bios[POINTER + 14] = 1;
	CHECK_EQ(run(), -ENOENT);
	prepare();
	put8(firmware.bios, POINTER + 8, 2);
	put_checksum(firmware.bios + POINTER, 16, 10);
	CHECK_EQ(run(), -ENOENT);
	prepare();
	memset(firmware.bios + POINTER, 0, 16);
	put_pointer(firmware.bios + POINTER - 8, BIOS + TABLE);
	CHECK_EQ(run(), -ENOENT);
}

TEST("default configurations and pointers without table are -ENOENT")
{
	prepare();
	put8(firmware.bios, POINTER + 11, 5);
	put_checksum(firmware.bios + POINTER, 16, 10);
	CHECK_EQ(run(), -ENOENT);
	prepare();
	put_pointer(firmware.bios + POINTER, 0);
	CHECK_EQ(run(), -ENOENT);
}

TEST("the IMCR bit is reported")
{
	prepare();
	put8(firmware.bios, POINTER + 12, 0x80);
	put_checksum(firmware.bios + POINTER, 16, 10);
	CHECK_EQ(run(), 0);
	CHECK(topology.has_imcr);
}

TEST("a table of bad signature, checksum, length or address is -EINVAL")
{
	static const uint16_t lengths[] = {0, 43, 0xffff};

	prepare();
	put8(table, 0, 'Q');
	seal();
	CHECK_EQ(run(), -EINVAL);
	prepare();
	table[20] ^= 1;
	CHECK_EQ(run(), -EINVAL);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		prepare();
		put16(table, 4, lengths[i]);
		CHECK_EQ(run(), -EINVAL);
	}
	prepare();
	put_pointer(firmware.bios + POINTER, 0xfffffff0);
	CHECK_EQ(run(), -EINVAL);
	CHECK_EQ(topology.cpu_count, 0);
}

TEST("ISA interrupts are routed by their entries only")
{
	prepare();
	INTERRUPT(0, 0, 1, 0, 2, 2);
	INTERRUPT(0, 0, 1, 1, 2, 1);
	CHECK_EQ(run(), 0);
	CHECK(topology.isa[0].present && topology.isa[1].present);
	CHECK_EQ(topology.isa[0].gsi, 2);
	CHECK_EQ(topology.isa[1].gsi, 1);
	CHECK(!topology.isa[2].present && !topology.isa[15].present);
}

TEST("EISA counts as ISA, whatever the bus's number")
{
	prepare();
	BUS(200, 'E', 'I', 'S', 'A', ' ', ' ');
	INTERRUPT(0, 0, 200, 5, 2, 5);
	CHECK_EQ(run(), 0);
	CHECK(topology.isa[5].present && !topology.isa[5].level_triggered);
}

TEST("polarity and trigger come from the flags, unspecified is the bus's")
{
	prepare();
	INTERRUPT(0, 0, 1, 3, 2, 3);
	INTERRUPT(0, 0xf, 1, 4, 2, 4);
	INTERRUPT(0, 0xd, 1, 5, 2, 5);
	INTERRUPT(0, 0, 0, 4 << 2, 2, 11);
	INTERRUPT(0, 1, 0, 5 << 2, 2, 10);
	CHECK_EQ(run(), 0);
	CHECK(!topology.isa[3].active_low && !topology.isa[3].level_triggered);
	CHECK(topology.isa[4].active_low && topology.isa[4].level_triggered);
	CHECK(!topology.isa[5].active_low && topology.isa[5].level_triggered);
	CHECK(topology.isa[11].active_low && topology.isa[11].level_triggered);
	CHECK(!topology.isa[10].active_low && topology.isa[10].level_triggered);
}

TEST("a PCI entry fills the IRQ of its pin, an ISA entry comes first")
{
	prepare();
	INTERRUPT(0, 0, 0, 3 << 2, 2, 11);
	INTERRUPT(0, 0, 0, 4 << 2, 2, 10);
	INTERRUPT(0, 0, 1, 10, 2, 10);
	INTERRUPT(0, 0, 0, 6 << 2, 2, 20);
	CHECK_EQ(run(), 0);
	CHECK(topology.isa[11].present);
	CHECK_EQ(topology.isa[11].gsi, 11);
	CHECK(!topology.isa[10].level_triggered);
	CHECK_EQ(topology.routes_ignored, 1);
}

TEST("the n-th I/O APIC's pins are numbered from n * 256, disabled ones are left out")
{
	prepare();
	IO_APIC(7, 0);
	IO_APIC(8, 1);
	INTERRUPT(0, 0, 1, 6, 8, 3);
	INTERRUPT(0, 0, 1, 7, 7, 3);
	CHECK_EQ(run(), 0);
	CHECK_EQ(topology.io_apic_count, 2);
	CHECK_EQ(topology.isa[6].gsi, 256 + 3);
	CHECK(!topology.isa[7].present);
	CHECK_EQ(topology.routes_ignored, 1);
}

TEST("an interrupt to all I/O APICs goes to the first")
{
	prepare();
	INTERRUPT(0, 0, 1, 6, 0xff, 6);
	CHECK_EQ(run(), 0);
	CHECK_EQ(topology.isa[6].gsi, 6);
}

TEST("unknown buses, IRQs above 15 and other kinds are not routed")
{
	prepare();
	INTERRUPT(0, 0, 9, 5, 2, 5);
	INTERRUPT(0, 0, 1, 16, 2, 5);
	INTERRUPT(3, 0, 1, 0, 2, 0);
	INTERRUPT(2, 0, 1, 1, 2, 1);
	CHECK_EQ(run(), 0);
	CHECK_EQ(topology.routes_ignored, 2);
	for (unsigned int irq = 0; irq < TOPOLOGY_ISA_IRQS; irq++)
		CHECK(!topology.isa[irq].present);
}

TEST("NMIs of pins and of local APICs are listed")
{
	prepare();
	INTERRUPT(1, 0xf, 1, 0, 2, 23);
	LOCAL(1, 0, 0xff, 1);
	LOCAL(1, 5, 1, 0);
	LOCAL(3, 0, 0, 0);
	CHECK_EQ(run(), 0);
	CHECK_EQ(topology.nmi_count, 3);
	CHECK(!topology.nmis[0].is_local && topology.nmis[0].route.active_low);
	CHECK_EQ(topology.nmis[0].route.gsi, 23);
	CHECK(topology.nmis[1].is_local);
	CHECK_EQ(topology.nmis[1].apic_id, TOPOLOGY_ALL_CPUS);
	CHECK_EQ(topology.nmis[1].lint, 1);
	CHECK_EQ(topology.nmis[2].apic_id, 1);
}

TEST("more CPUs and I/O APICs than fit are counted")
{
	prepare();
	for (uint8_t i = 0; i < 40; i++)
		CPU(i + 10, 1);
	for (uint8_t i = 0; i < 10; i++)
		IO_APIC(i + 100, 1);
	INTERRUPT(0, 0, 1, 5, 109, 5);
	CHECK_EQ(run(), 0);
	CHECK_EQ(topology.cpu_count, TOPOLOGY_CPUS_MAX);
	CHECK_EQ(topology.cpus_ignored, 10);
	CHECK_EQ(topology.io_apic_count, TOPOLOGY_IO_APICS_MAX);
	CHECK_EQ(topology.io_apics_ignored, 3);
	CHECK_EQ(topology.routes_ignored, 1);
}

TEST("unknown entry types are -EINVAL, with nothing kept")
{
	prepare();
	ENTRY(5, 0, 0, 0, 0, 0, 0, 0);
	CHECK_EQ(run(), -EINVAL);
	CHECK_EQ(topology.cpu_count, 0);
	CHECK_EQ(topology.local_apic_address, 0);
}

TEST("more entries than bytes are -EINVAL, fewer leave the rest unread")
{
	prepare();
	put16(table, 34, 6);
	seal();
	CHECK_EQ(run(), -EINVAL);
	put16(table, 34, 0xffff);
	seal();
	CHECK_EQ(run(), -EINVAL);
	put16(table, 34, 1);
	seal();
	CHECK_EQ(run(), 0);
	CHECK_EQ(topology.cpu_count, 1);
}

TEST("an entry cut by the table's end is -EINVAL")
{
	for (uint16_t length = 44; length < 44 + 20 + 20 + 8 + 8 + 8; length++) {
		prepare();
		put16(table, 4, length);
		seal();
		CHECK_EQ(run(), -EINVAL);
	}
	fake_memory_free(&firmware.memory);
}
