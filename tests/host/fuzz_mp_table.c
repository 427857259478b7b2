/* Input: one byte of choices, then physical memory from 0xf0000 on. Bit 0: set the checksums of
 * floating pointer and table right first, so that the bytes behind them are tried.
 */
#include "bytes.h"
#include "fake_memory.h"
#include "fuzz_topology.h"

#include "arch/i386/boot/mp_table.h"

#include <skerry/errno.h>

#define BIOS 0xf0000u
#define BIOS_SIZE 0x10000u

static void repair(uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i + 44 <= size; i += 16) {
		uint32_t length = get32(bytes, i + 4) & 0xffff;

		if (!memcmp(bytes + i, "PCMP", 4) && length >= 44 && length <= size - i)
			put_checksum(bytes + i, length, 7);
		if (!memcmp(bytes + i, "_MP_", 4))
			put_checksum(bytes + i, 16, 10);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t bios[BIOS_SIZE];
	struct interrupt_topology topology;
	struct fake_memory fake;
	int error;

	if (!size || size - 1 > BIOS_SIZE)
		return 0;
	memcpy(bios, data + 1, size - 1);
	if (data[0] & 1)
		repair(bios, size - 1);
	fake_memory_init(&fake);
	fake_memory_add(&fake, BIOS, bios, size - 1);
	error = mp_table_read(&fake.view, &topology);
	fake_memory_free(&fake);
	fuzz_check_topology(&topology, error);
	fuzz_require(!error || error == -ENOENT || error == -EINVAL, "errors are documented");
	fuzz_accepted(!error);
	return 0;
}
