/* A made-up machine's ACPI tables: root pointer in the BIOS area, one table per page high in
 * memory. prepare() builds good ones of 2 CPUs and one I/O APIC; tests then change them.
 */
#pragma once

#include "bytes.h"
#include "fake_memory.h"

#include "arch/i386/boot/acpi_tables.h"

#define BIOS 0xe0000u
#define BIOS_SIZE 0x20000u
#define EBDA 0x9fc00u
#define RSDP 0xf5000u
#define TABLES 0x7fe0000u /* high memory, one table per 4 KiB */
#define TABLE(n) (firmware.tables + 0x1000 * (n))
#define ADDRESS(n) (TABLES + 0x1000 * (n))

enum { RSDT, XSDT, MADT, FADT, OTHER, TABLE_COUNT };

static struct {
	struct fake_memory memory;
	uint8_t bda[0x500];
	uint8_t ebda[0x400];
	uint8_t bios[BIOS_SIZE];
	uint8_t tables[TABLE_COUNT * 0x1000];
} firmware;

static inline void seal(unsigned int table)
{
	uint32_t length = get32(TABLE(table), 4);

	put_checksum(TABLE(table), length, 9);
}

static inline void start_table(unsigned int table, const char *signature, uint32_t length)
{
	memset(TABLE(table), 0, 0x1000);
	memcpy(TABLE(table), signature, 4);
	put32(TABLE(table), 4, length);
	seal(table);
}

/* Appends bytes to a table. */
static inline void append(unsigned int table, const void *bytes, uint32_t size)
{
	uint32_t length = get32(TABLE(table), 4);

	memcpy(TABLE(table) + length, bytes, size);
	put32(TABLE(table), 4, length + size);
	seal(table);
}

#define ENTRY(...) append(MADT, (uint8_t[]){__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__}))
#define WORD(x) (uint8_t)(x), (uint8_t)((x) >> 8)
#define LONG(x) WORD(x), WORD((x) >> 16)

static inline void put_rsdp(uint8_t *rsdp, uint8_t revision, uint32_t rsdt, uint64_t xsdt)
{
	memset(rsdp, 0, revision < 2 ? 20 : 36);
	memcpy(rsdp, "RSD PTR ", 8);
	put8(rsdp, 15, revision);
	put32(rsdp, 16, rsdt);
	put_checksum(rsdp, 20, 8);
	if (revision >= 2) {
		put32(rsdp, 20, 36);
		put64(rsdp, 24, xsdt);
		put_checksum(rsdp, 36, 32);
	}
}

static inline void put_roots(uint64_t first, uint64_t second)
{
	uint8_t entries[16];

	start_table(RSDT, "RSDT", 36);
	put32(entries, 0, first);
	put32(entries, 4, second);
	append(RSDT, entries, 8);
	start_table(XSDT, "XSDT", 36);
	put64(entries, 0, first);
	put64(entries, 8, second);
	append(XSDT, entries, 16);
}

/* A machine of 2 CPUs and one I/O APIC, RSDP revision 0, MADT without entries for IRQs. */
static inline void prepare(void)
{
	fake_memory_free(&firmware.memory);
	memset(&firmware, 0, sizeof(firmware));
	put16(firmware.bda, 0x40e, EBDA >> 4);
	put16(firmware.bda, 0x413, 639);
	put_rsdp(firmware.bios + (RSDP - BIOS), 0, ADDRESS(RSDT), 0);
	put_roots(ADDRESS(FADT), ADDRESS(MADT));
	start_table(FADT, "FACP", 244);
	start_table(MADT, "APIC", 44);
	put32(TABLE(MADT), 36, 0xfee00000);
	put32(TABLE(MADT), 40, 1);
	ENTRY(0, 8, 0, 0, LONG(1));
	ENTRY(0, 8, 1, 4, LONG(1));
	ENTRY(1, 12, 2, 0, LONG(0xfec00000), LONG(0));
	fake_memory_init(&firmware.memory);
	fake_memory_add(&firmware.memory, 0, firmware.bda, sizeof(firmware.bda));
	fake_memory_add(&firmware.memory, EBDA, firmware.ebda, sizeof(firmware.ebda));
	fake_memory_add(&firmware.memory, BIOS, firmware.bios, sizeof(firmware.bios));
	fake_memory_add(&firmware.memory, TABLES, firmware.tables, sizeof(firmware.tables));
}

static inline int find_root(uint64_t hint, struct acpi_root *root)
{
	return acpi_root_find(&firmware.memory.view, hint, root);
}
