/* Input: physical memory from 0x10000 on, the information structure first. */
#include "fake_memory.h"
#include "fuzz.h"

#include "arch/i386/boot/multiboot.h"

#include <skerry/errno.h>

#define INFO 0x10000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct boot_memory memory;
	struct boot_info info = {.kernel = {0x100000, 0x80000}};
	struct fake_memory fake;
	uint64_t rsdp;
	int error;

	fake_memory_init(&fake);
	fake_memory_add(&fake, INFO, data, size);
	error = multiboot_read(&fake.view, MULTIBOOT_MAGIC, INFO, &memory, &info, &rsdp);
	fake_memory_free(&fake);
	fuzz_require(memory.usable.count <= BOOT_MEMORY_WORK_MAX &&
			     memory.reserved.count <= BOOT_MEMORY_WORK_MAX,
		     "the lists keep their bounds");
	fuzz_require(memchr(info.command_line, 0, sizeof(info.command_line)),
		     "the command line is ended");
	if (!error || error == -E2BIG) {
		boot_memory_normalise(&memory, 0x30000000, &info);
		fake_memory_verify(&memory, &info);
	}
	fuzz_accepted(!error);
	return 0;
}
