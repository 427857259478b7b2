/* The way from the root pointer to ACPI tables, and the FADT, over made-up firmware. */
#include "acpi_firmware.h"
#include "test.h"

#include <skerry/errno.h>

static struct acpi_fixed_hardware fixed;

static int find_madt(void)
{
	struct acpi_root root;
	const void *table;
	uint32_t length;
	int error = find_root(0, &root);

	if (!error)
		error = acpi_table_find(&firmware.memory.view, &root, "APIC", &table, &length);
	CHECK(error || (length == get32(TABLE(MADT), 4) && !memcmp(table, TABLE(MADT), length)));
	return error;
}

static int read_fadt(void)
{
	struct acpi_root root;
	int error = find_root(0, &root);

	return error ? error : acpi_fadt_read(&firmware.memory.view, &root, &fixed);
}

TEST("the root pointer is found in the EBDA before the BIOS area")
{
	struct acpi_root root;

	prepare();
	CHECK_EQ(find_root(0, &root), 0);
	CHECK_EQ(root.table, ADDRESS(RSDT));
	CHECK_EQ(root.entry_size, 4);
	put_rsdp(firmware.ebda + 0x3d0, 2, 0, ADDRESS(XSDT));
	CHECK_EQ(find_root(0, &root), 0);
	CHECK_EQ(root.table, ADDRESS(XSDT));
	CHECK_EQ(root.entry_size, 8);
}

TEST("a given root pointer is taken, a bad one gives way to the search")
{
	struct acpi_root root;

	prepare();
	put_rsdp(TABLE(OTHER) + 4, 2, 0, ADDRESS(XSDT));
	CHECK_EQ(find_root(ADDRESS(OTHER) + 4, &root), 0);
	CHECK_EQ(root.table, ADDRESS(XSDT));
	TABLE(OTHER)[4 + 30] ^= 1;
	CHECK_EQ(find_root(ADDRESS(OTHER) + 4, &root), 0);
	CHECK_EQ(root.table, ADDRESS(RSDT));
	CHECK_EQ(find_root(0xfffffffffffffff0, &root), 0);
	CHECK_EQ(root.table, ADDRESS(RSDT));
}

TEST("a root pointer off the 16-byte boundary or with a bad checksum is not found")
{
	struct acpi_root root;

	prepare();
	memmove(firmware.bios + (RSDP - BIOS) + 8, firmware.bios + (RSDP - BIOS), 36);
	memset(firmware.bios + (RSDP - BIOS), 0, 8);
	CHECK_EQ(find_root(0, &root), -ENOENT);
	prepare();
	firmware.bios[RSDP - BIOS + 10] ^= 0x20;
	CHECK_EQ(find_root(0, &root), -ENOENT);
}

TEST("a root pointer of revision 2 needs a sane length and the second checksum")
{
	uint8_t *rsdp = firmware.bios + (RSDP - BIOS);
	struct acpi_root root;

	prepare();
	put_rsdp(rsdp, 2, 0, ADDRESS(XSDT));
	CHECK_EQ(find_root(0, &root), 0);
	rsdp[33] ^= 1;
	CHECK_EQ(find_root(0, &root), -ENOENT);
	put_rsdp(rsdp, 2, 0, ADDRESS(XSDT));
	put32(rsdp, 20, 20);
	put_checksum(rsdp, 36, 32);
	CHECK_EQ(find_root(0, &root), -ENOENT);
	put32(rsdp, 20, 0xffffffff);
	CHECK_EQ(find_root(0, &root), -ENOENT);
}

TEST("a root pointer in the last 32 bytes before 1 MiB is found")
{
	struct acpi_root root;

	prepare();
	memset(firmware.bios + (RSDP - BIOS), 0, 36);
	put_rsdp(firmware.bios + BIOS_SIZE - 32, 0, ADDRESS(RSDT), 0);
	CHECK_EQ(find_root(0, &root), 0);
}

TEST("a bad XSDT gives way to the RSDT, two bad ones are -EINVAL")
{
	struct acpi_root root;

	prepare();
	put_rsdp(firmware.bios + (RSDP - BIOS), 2, ADDRESS(RSDT), ADDRESS(XSDT));
	TABLE(XSDT)[20] ^= 1;
	CHECK_EQ(find_root(0, &root), 0);
	CHECK_EQ(root.table, ADDRESS(RSDT));
	TABLE(RSDT)[20] ^= 1;
	CHECK_EQ(find_root(0, &root), -EINVAL);
}

TEST("root tables of wrong signature, length or address are -EINVAL")
{
	static const uint32_t lengths[] = {0, 35, 0x10001, 0xffffffff, TABLE_COUNT * 0x1000 + 1};
	struct acpi_root root;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		prepare();
		put32(TABLE(RSDT), 4, lengths[i]);
		CHECK_EQ(find_root(0, &root), -EINVAL);
	}
	prepare();
	put8(TABLE(RSDT), 0, 'X');
	seal(RSDT);
	CHECK_EQ(find_root(0, &root), -EINVAL);
	prepare();
	put_rsdp(firmware.bios + (RSDP - BIOS), 0, 0xfffffff0, 0);
	CHECK_EQ(find_root(0, &root), -EINVAL);
}

TEST("root entries that point nowhere are passed over")
{
	prepare();
	put_roots(0xffffffff, ADDRESS(MADT));
	CHECK_EQ(find_madt(), 0);
	put_roots(0, 0xfffffff0);
	CHECK_EQ(find_madt(), -ENOENT);
}

TEST("a root table of no entries, or with a rest of 3 bytes, has no MADT")
{
	prepare();
	start_table(RSDT, "RSDT", 36);
	CHECK_EQ(find_madt(), -ENOENT);
	start_table(RSDT, "RSDT", 39);
	CHECK_EQ(find_madt(), -ENOENT);
	put32(TABLE(RSDT), 36, ADDRESS(MADT));
	seal(RSDT);
	CHECK_EQ(find_madt(), -ENOENT);
	put32(TABLE(RSDT), 4, 40);
	seal(RSDT);
	CHECK_EQ(find_madt(), 0);
}

TEST("entries of a root table beyond ACPI_TABLES_MAX are not looked at")
{
	prepare();
	start_table(RSDT, "RSDT", 36 + 4 * (ACPI_TABLES_MAX + 1));
	put32(TABLE(RSDT), 36 + 4 * ACPI_TABLES_MAX, ADDRESS(MADT));
	seal(RSDT);
	CHECK_EQ(find_madt(), -ENOENT);
	put32(TABLE(RSDT), 36 + 4 * (ACPI_TABLES_MAX - 1), ADDRESS(MADT));
	seal(RSDT);
	CHECK_EQ(find_madt(), 0);
}

TEST("a damaged table is passed over for a good one of its name")
{
	prepare();
	start_table(OTHER, "APIC", 44);
	TABLE(OTHER)[40] ^= 1;
	put_roots(ADDRESS(OTHER), ADDRESS(MADT));
	CHECK_EQ(find_madt(), 0);
	TABLE(MADT)[40] ^= 1;
	CHECK_EQ(find_madt(), -EINVAL);
}

TEST("the FADT tells reset register and power management ports")
{
	prepare();
	put32(TABLE(FADT), 64, 0x604);
	put32(TABLE(FADT), 76, 0x608);
	put8(TABLE(FADT), 91, 4);
	put32(TABLE(FADT), 112, 1 << 8 | 1 << 10);
	put8(TABLE(FADT), 116, ACPI_SPACE_IO);
	put64(TABLE(FADT), 120, 0xcf9);
	put8(TABLE(FADT), 128, 0x0f);
	seal(FADT);
	CHECK_EQ(read_fadt(), 0);
	CHECK_EQ(fixed.pm1a_control_port, 0x604);
	CHECK_EQ(fixed.pm_timer_port, 0x608);
	CHECK(fixed.pm_timer_is_32_bits && fixed.has_reset);
	CHECK_EQ(fixed.reset_space, ACPI_SPACE_IO);
	CHECK_EQ(fixed.reset_address, 0xcf9);
	CHECK_EQ(fixed.reset_value, 0x0f);
	put32(TABLE(FADT), 112, 1 << 8);
	seal(FADT);
	CHECK_EQ(read_fadt(), 0);
	CHECK(!fixed.has_reset);
}

TEST("a FADT of revision 1 has no reset register, extended ports win in later ones")
{
	prepare();
	put32(TABLE(FADT), 64, 0x604);
	put32(TABLE(FADT), 112, 1 << 10);
	put64(TABLE(FADT), 120, 0xcf9);
	put8(TABLE(FADT), 172, ACPI_SPACE_IO);
	put64(TABLE(FADT), 176, 0x1004);
	seal(FADT);
	CHECK_EQ(read_fadt(), 0);
	CHECK_EQ(fixed.pm1a_control_port, 0x1004);
	CHECK(fixed.has_reset);
	put32(TABLE(FADT), 4, 116);
	seal(FADT);
	CHECK_EQ(read_fadt(), 0);
	CHECK_EQ(fixed.pm1a_control_port, 0x604);
	CHECK(!fixed.has_reset);
}

TEST("ports out of I/O space count as none, a timer needs its length")
{
	prepare();
	put32(TABLE(FADT), 64, 0x10000);
	put32(TABLE(FADT), 76, 0x608);
	seal(FADT);
	CHECK_EQ(read_fadt(), 0);
	CHECK_EQ(fixed.pm1a_control_port, 0);
	CHECK_EQ(fixed.pm_timer_port, 0);
	put8(TABLE(FADT), 91, 4);
	put8(TABLE(FADT), 208, ACPI_SPACE_MEMORY);
	put64(TABLE(FADT), 212, 0x608);
	seal(FADT);
	CHECK_EQ(read_fadt(), 0);
	CHECK_EQ(fixed.pm_timer_port, 0);
}

TEST("no FADT is -ENOENT, a damaged one -EINVAL, and neither leaves values")
{
	prepare();
	TABLE(FADT)[64] ^= 1;
	fixed.has_reset = true;
	CHECK_EQ(read_fadt(), -EINVAL);
	CHECK(!fixed.has_reset);
	put_roots(ADDRESS(MADT), 0);
	CHECK_EQ(read_fadt(), -ENOENT);
	fake_memory_free(&firmware.memory);
}
