/* From the devicetree to kernel_main(): fills boot_info, completes the boot map. Runs once, on the
 * boot CPU, in the order of boot_main().
 */
#include <string.h>

#include "arch/arm/console.h"
#include "arch/arm/devices.h"
#include "arch/arm/registers.h"
#include "arch/common/devicetree.h"
#include "boot_map.h"
#include "kernel/panic.h"
#include "kernel/print.h"

#define HEADER_BYTES 64u
#define DEVICETREE_MAX 0x200000u /* QEMU pads its own to 1 MB */
#define RAM_RANGES_MAX 8

extern char kernel_text_start[], kernel_end[];

const struct boot_info *boot_main(uint32_t devicetree);

static struct boot_info info;
static struct boot_range ram_ranges[RAM_RANGES_MAX];
static struct ranges ram = {.range = ram_ranges, .max = RAM_RANGES_MAX};

static void open_devicetree(paddr_t physical)
{
	const void *blob = boot_map_early(physical, HEADER_BYTES);
	const size_t bytes = physical % 8 == 0 && blob ? devicetree_bytes(blob) : 0;
	const char *wrong;

	if (bytes == 0 || bytes > DEVICETREE_MAX || !boot_map_early(physical, bytes))
		panic("boot: the loader passed no devicetree, but 0x%lx", (unsigned long)physical);
	wrong = devicetree_open(blob, bytes);
	if (wrong)
		panic("boot: the devicetree is damaged: %s", wrong);
}

/* The direct map is made of whole sections; the free memory is what is left of them. */
static void settle_memory(paddr_t devicetree)
{
	struct ranges free = {.range = info.memory, .max = BOOT_RANGES_MAX};
	unsigned int i;

	devicetree_ram(&ram);
	info.memory_unusable = ranges_clip(&ram, SECTION_BYTES, CONFIG_RAM_BASE,
					   CONFIG_RAM_BASE + (uint64_t)ARCH_DIRECT_MAP_BYTES);
	for (i = 0; i < ram.count; i++)
		ranges_add(&free, ram.range[i].base, ram.range[i].size);
	info.kernel.base = virt_to_phys(kernel_text_start);
	info.kernel.size = kernel_end - kernel_text_start;
	ranges_remove(&free, info.kernel.base, info.kernel.size);
	ranges_remove(&free, info.archive.base, info.archive.size);
	ranges_remove(&free, devicetree, devicetree_bytes(phys_to_virt(devicetree)));
	devicetree_reserve(&free);
	info.memory_count = free.count;
	info.memory_unusable += ram.dropped + free.dropped;
	if (free.count == 0)
		panic("boot: the devicetree names no usable memory");
}

static bool is_ram(uint64_t base, uint64_t size)
{
	for (unsigned int i = 0; i < ram.count; i++)
		if (base >= ram.range[i].base && size <= ram.range[i].size &&
		    base - ram.range[i].base <= ram.range[i].size - size)
			return true;
	return false;
}

/* What is named and does not answer aborts here, not under whoever would get it first. */
static void touch_memory(void)
{
	for (unsigned int i = 0; i < info.memory_count; i++) {
		const uint64_t end = info.memory[i].base + info.memory[i].size;
		const volatile uint32_t *last = phys_to_virt((paddr_t)(end - sizeof(*last)));

		(void)*last;
	}
}

const struct boot_info *boot_main(uint32_t devicetree)
{
	boot_map_init();
	console_early();
	open_devicetree(devicetree);
	console_init();
	if (!devicetree_boot_info(&info, mpidr_read() & MPIDR_AFFINITY))
		print("boot: the command line is too long and was cut\n");
	settle_memory(devicetree);
	if (!is_ram(info.kernel.base, info.kernel.size) || !is_ram(devicetree, HEADER_BYTES))
		panic("boot: the kernel or the devicetree is where the devicetree names no memory");
	if (info.archive.size != 0 && !is_ram(info.archive.base, info.archive.size))
		panic("boot: the archive lies out of reach, at 0x%llx",
		      (unsigned long long)info.archive.base);
	devices_map();
	boot_map_build(ram.range, ram.count);
	touch_memory();
	return &info;
}
