/* Finder of ACPI tables, and reader of the FADT fields the i386 port needs. No AML.
 * Sources (ACPI Specification 6.4): 5.2.5 RSDP, 5.2.6 table header, 5.2.7 RSDT, 5.2.8 XSDT,
 * 5.2.9 FADT. Addresses, lengths and contents are never trusted; a table is read only when its
 * checksum is right.
 */
#pragma once

#include "boot_memory.h"

#define ACPI_TABLE_MAX (64u * 1024) /* a table we read may be this long */
#define ACPI_TABLES_MAX 256	    /* later entries of the root table are not looked at */

struct acpi_table_header {
	char signature[4];
	uint32_t length; /* with this header */
	uint8_t revision;
	uint8_t checksum;
	char oem[22];
	uint32_t creator_revision;
} __attribute__((packed));

_Static_assert(sizeof(struct acpi_table_header) == 36, "ACPI 5.2.6");

struct acpi_root {
	uint64_t table;	     /* physical address of the XSDT or RSDT, checked */
	uint32_t length;     /* header included */
	uint32_t entry_size; /* 8: XSDT, 4: RSDT */
};

/* The root table by way of the RSDP: the one at the physical address rsdp, or if that is 0 or
 * bad, the first good one bios_find_pointer() sees, from 0xe0000 on in the BIOS. The XSDT is
 * preferred, a bad XSDT gives way to the RSDT. 0, -ENOENT when there is no good RSDP, -EINVAL when
 * there is but its tables are bad.
 */
int acpi_root_find(const struct boot_memory_view *view, uint64_t rsdp, struct acpi_root *root);

/* The first table with that signature (4 characters) that is whole and has a good checksum, mapped
 * until the view's next mapping. 0, -ENOENT, or -EINVAL when all with that signature are bad.
 */
int acpi_table_find(const struct boot_memory_view *view, const struct acpi_root *root,
		    const char *signature, const void **table, uint32_t *length);

enum acpi_address_space {
	ACPI_SPACE_MEMORY = 0,
	ACPI_SPACE_IO = 1,
	ACPI_SPACE_PCI = 2, /* configuration space: device << 32 | function << 16 | offset */
};

struct acpi_fixed_hardware {
	bool has_reset; /* FADT RESET_REG_SUP: write reset_value to the register */
	uint8_t reset_space;
	uint8_t reset_value;
	uint64_t reset_address;
	uint16_t pm1a_control_port; /* 0: none, or not in I/O space */
	uint16_t pm_timer_port;	    /* 3.579545 MHz; 0: none, or not in I/O space */
	bool pm_timer_is_32_bits;   /* else 24 */
};

/* The FADT. 0, -ENOENT, -EINVAL; after an error *hardware is all zero. */
int acpi_fadt_read(const struct boot_memory_view *view, const struct acpi_root *root,
		   struct acpi_fixed_hardware *hardware);
