/* From the root pointer to single ACPI tables. A table is mapped whole by its checked length and
 * summed before anything of it is used.
 */
#include "acpi_tables.h"

#include <skerry/errno.h>
#include <string.h>

#define RSDP_SIGNATURE "RSD PTR "
#define RSDP_OLD_SIZE 20
#define RSDP_SIZE_MAX 256u
#define BIOS_START 0xe0000u

struct rsdp {
	char signature[8];
	uint8_t checksum; /* over the first 20 bytes */
	char oem_id[6];
	uint8_t revision; /* 0: the fields below do not exist */
	uint32_t rsdt;
	uint32_t length;
	uint64_t xsdt;
	uint8_t extended_checksum; /* over length bytes */
	uint8_t reserved[3];
} __attribute__((packed));

_Static_assert(sizeof(struct rsdp) == 36, "ACPI 5.2.5.3");

/* Maps a table whole; NULL when it cannot be or is damaged. */
static const void *map_table(const struct boot_memory_view *view, uint64_t address,
			     const char *signature, uint32_t *length)
{
	struct acpi_table_header header;

	if (boot_memory_copy(view, address, &header, sizeof(header)))
		return NULL;
	if (memcmp(header.signature, signature, sizeof(header.signature)) ||
	    header.length < sizeof(header) || header.length > ACPI_TABLE_MAX)
		return NULL;
	*length = header.length;
	return boot_memory_map_summed(view, address, header.length);
}

/* A pointer_reader of the RSDP; a field that does not exist reads as 0. */
static bool read_rsdp(const struct boot_memory_view *view, uint64_t address, void *pointer)
{
	struct rsdp *rsdp = pointer;

	memset(rsdp, 0, sizeof(*rsdp));
	if (boot_memory_copy(view, address, rsdp, RSDP_OLD_SIZE) ||
	    memcmp(rsdp->signature, RSDP_SIGNATURE, sizeof(rsdp->signature)) ||
	    !boot_memory_map_summed(view, address, RSDP_OLD_SIZE))
		return false;
	if (rsdp->revision < 2)
		return true;
	return !boot_memory_copy(view, address, rsdp, sizeof(*rsdp)) &&
	       rsdp->length >= sizeof(*rsdp) && rsdp->length <= RSDP_SIZE_MAX &&
	       boot_memory_map_summed(view, address, rsdp->length);
}

static bool read_root(const struct boot_memory_view *view, uint64_t address, const char *signature,
		      uint32_t entry_size, struct acpi_root *root)
{
	root->table = address;
	root->entry_size = entry_size;
	return address && map_table(view, address, signature, &root->length);
}

int acpi_root_find(const struct boot_memory_view *view, uint64_t rsdp_hint, struct acpi_root *root)
{
	struct rsdp rsdp;

	if (!(rsdp_hint && read_rsdp(view, rsdp_hint, &rsdp)) &&
	    !bios_find_pointer(view, BIOS_START, read_rsdp, &rsdp))
		return -ENOENT;
	if (read_root(view, rsdp.xsdt, "XSDT", sizeof(uint64_t), root) ||
	    read_root(view, rsdp.rsdt, "RSDT", sizeof(uint32_t), root))
		return 0;
	return -EINVAL;
}

int acpi_table_find(const struct boot_memory_view *view, const struct acpi_root *root,
		    const char *signature, const void **table, uint32_t *length)
{
	uint64_t place = root->table + sizeof(struct acpi_table_header);
	uint64_t end = root->table + root->length;
	int error = -ENOENT;

	if (end > place + ACPI_TABLES_MAX * root->entry_size)
		end = place + ACPI_TABLES_MAX * root->entry_size;
	for (; place + root->entry_size <= end; place += root->entry_size) {
		char found[4];
		uint64_t entry = 0; /* an RSDT's entry is the lower half */

		if (boot_memory_copy(view, place, &entry, root->entry_size) ||
		    boot_memory_copy(view, entry, found, sizeof(found)) ||
		    memcmp(found, signature, sizeof(found)))
			continue;
		*table = map_table(view, entry, signature, length);
		if (*table)
			return 0;
		error = -EINVAL;
	}
	return error;
}

#define FADT_TIMER_32_BITS (1u << 8)	/* flags: TMR_VAL_EXT */
#define FADT_RESET_SUPPORTED (1u << 10) /* flags: RESET_REG_SUP */
#define PM_TIMER_SIZE 4

/* Generic address, 5.2.3.2. */
struct fadt_register {
	uint8_t space;
	uint8_t bit_width;
	uint8_t bit_offset;
	uint8_t access_size;
	uint64_t address;
} __attribute__((packed));

/* 5.2.9. Older tables are shorter: what a table lacks reads as 0. */
struct fadt {
	struct acpi_table_header header;
	uint8_t unused1[28];
	uint32_t pm1a_control;
	uint8_t unused2[8];
	uint32_t pm_timer;
	uint8_t unused3[11];
	uint8_t pm_timer_size;
	uint8_t unused4[20];
	uint32_t flags;
	struct fadt_register reset;
	uint8_t reset_value;
	uint8_t unused5[43];
	struct fadt_register pm1a_control_extended;
	uint8_t unused6[24];
	struct fadt_register pm_timer_extended;
} __attribute__((packed));

_Static_assert(offsetof(struct fadt, pm1a_control) == 64, "ACPI 5.2.9");
_Static_assert(offsetof(struct fadt, pm_timer) == 76, "ACPI 5.2.9");
_Static_assert(offsetof(struct fadt, pm_timer_size) == 91, "ACPI 5.2.9");
_Static_assert(offsetof(struct fadt, flags) == 112, "ACPI 5.2.9");
_Static_assert(offsetof(struct fadt, reset_value) == 128, "ACPI 5.2.9");
_Static_assert(offsetof(struct fadt, pm1a_control_extended) == 172, "ACPI 5.2.9");
_Static_assert(offsetof(struct fadt, pm_timer_extended) == 208, "ACPI 5.2.9");

/* The extended register counts if it has an address; 0 for what is not an I/O port. */
static uint16_t port_of(uint32_t port, const struct fadt_register *extended)
{
	if (!extended->address)
		return port <= UINT16_MAX ? (uint16_t)port : 0;
	if (extended->space != ACPI_SPACE_IO || extended->address > UINT16_MAX)
		return 0;
	return (uint16_t)extended->address;
}

int acpi_fadt_read(const struct boot_memory_view *view, const struct acpi_root *root,
		   struct acpi_fixed_hardware *hardware)
{
	struct fadt fadt = {.flags = 0};
	const void *table;
	uint32_t length;
	int error = acpi_table_find(view, root, "FACP", &table, &length);

	memset(hardware, 0, sizeof(*hardware));
	if (error)
		return error;
	memcpy(&fadt, table, length < sizeof(fadt) ? length : sizeof(fadt));
	hardware->pm1a_control_port = port_of(fadt.pm1a_control, &fadt.pm1a_control_extended);
	if (fadt.pm_timer_size == PM_TIMER_SIZE)
		hardware->pm_timer_port = port_of(fadt.pm_timer, &fadt.pm_timer_extended);
	hardware->pm_timer_is_32_bits = fadt.flags & FADT_TIMER_32_BITS;
	hardware->has_reset = fadt.flags & FADT_RESET_SUPPORTED && fadt.reset.address;
	if (hardware->has_reset) {
		hardware->reset_space = fadt.reset.space;
		hardware->reset_address = fadt.reset.address;
		hardware->reset_value = fadt.reset_value;
	}
	return 0;
}
