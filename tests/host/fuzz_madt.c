/* Input: one byte of choices, then physical memory from 0xe0000 on. Bit 0: set the checksums of
 * root pointer and tables right first, so that the bytes behind them are tried; bit 1: give the
 * reader the root pointer's address.
 */
#include "bytes.h"
#include "fake_memory.h"
#include "fuzz_topology.h"

#include "arch/i386/boot/acpi_madt.h"

#include <skerry/errno.h>

#define BIOS 0xe0000u
#define BIOS_SIZE 0x20000u

static void repair(uint8_t *bytes, size_t size)
{
	static const char *const signatures[] = {"RSDT", "XSDT", "APIC", "FACP"};

	for (size_t i = 0; i + 36 <= size; i += 4)
		for (size_t j = 0; j < 4; j++) {
			uint32_t length = get32(bytes, i + 4);

			if (!memcmp(bytes + i, signatures[j], 4) && length >= 36 &&
			    length <= size - i)
				put_checksum(bytes + i, length, 9);
		}
	for (size_t i = 0; i + 36 <= size; i += 16)
		if (!memcmp(bytes + i, "RSD PTR ", 8)) {
			uint32_t length = get32(bytes, i + 20);

			put_checksum(bytes + i, 20, 8);
			if (length >= 36 && length <= size - i)
				put_checksum(bytes + i, length, 32);
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t bios[BIOS_SIZE];
	struct interrupt_topology topology;
	struct acpi_fixed_hardware fixed;
	struct fake_memory fake;
	struct acpi_root root;
	int error;

	if (!size || size - 1 > BIOS_SIZE)
		return 0;
	memcpy(bios, data + 1, size - 1);
	if (data[0] & 1)
		repair(bios, size - 1);
	fake_memory_init(&fake);
	fake_memory_add(&fake, BIOS, bios, size - 1);
	error = acpi_root_find(&fake.view, data[0] & 2 ? BIOS : 0, &root);
	if (!error) {
		error = acpi_fadt_read(&fake.view, &root, &fixed);
		fuzz_require(!error || !fixed.has_reset, "a bad FADT leaves nothing");
		error = acpi_madt_read(&fake.view, &root, &topology);
		fuzz_check_topology(&topology, error);
	}
	fake_memory_free(&fake);
	fuzz_require(!error || error == -ENOENT || error == -EINVAL, "errors are documented");
	fuzz_accepted(!error);
	return 0;
}
