/* Input: a devicetree, as the loader passes it. Everything the kernel asks at boot is asked.
 */
#include "arch/common/devicetree.h"
#include "fuzz.h"

#define RANGES 8
#define NODES 4

static void check_ranges(const struct ranges *ranges)
{
	fuzz_require(ranges->count <= ranges->max, "a list keeps to its room");
	for (unsigned int i = 0; i < ranges->count; i++) {
		const struct boot_range *range = &ranges->range[i];

		fuzz_require(range->size != 0 && range->base + range->size > range->base,
			     "ranges are not empty and do not wrap");
		fuzz_require(i == 0 || range[-1].base + range[-1].size < range->base,
			     "ranges are sorted and disjoint");
	}
}

static void ask_memory(void)
{
	struct boot_range range[RANGES], left[RANGES];
	struct ranges ram = {.range = range, .max = RANGES}, free = {.range = left, .max = RANGES};

	devicetree_ram(&ram);
	check_ranges(&ram);
	(void)ranges_clip(&ram, 0x100000, 0x40000000, 0x80000000);
	for (unsigned int i = 0; i < ram.count; i++)
		ranges_add(&free, ram.range[i].base, ram.range[i].size);
	devicetree_reserve(&free);
	for (unsigned int i = 1; i < free.count; i++)
		fuzz_require(left[i - 1].base + left[i - 1].size <= left[i].base, "still sorted");
}

static void ask_devices(void)
{
	const int nodes[NODES] = {
		devicetree_console(),
		devicetree_find("arm,pl011"),
		devicetree_find("arm,cortex-a15-gic"),
		devicetree_find("arm,psci-0.2"),
	};
	uint64_t base, size;
	uint32_t cell;

	for (unsigned int i = 0; i < NODES; i++) {
		for (unsigned int j = 0; devicetree_registers(nodes[i], j, &base, &size); j++)
			;
		for (unsigned int j = 0; devicetree_cell(nodes[i], "interrupts", j, &cell); j++)
			;
		(void)devicetree_is(nodes[i], "arm,pl011");
		(void)devicetree_text_is(nodes[i], "method", "hvc");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct boot_info info;
	uint8_t *blob = malloc(size + 8);
	const char *wrong = "too short";
	size_t bytes = 0;

	memcpy(blob, data, size);
	memset(blob + size, 0, 8);
	blob = realloc(blob, size < 8 ? 8 : size);
	if (size >= 8)
		bytes = devicetree_bytes(blob);
	if (bytes != 0 && bytes <= size)
		wrong = devicetree_open(blob, bytes);
	if (!wrong) {
		memset(&info, 0, sizeof(info));
		ask_memory();
		(void)devicetree_boot_info(&info, 0);
		fuzz_require(memchr(info.command_line, 0, sizeof(info.command_line)) != NULL,
			     "the command line ends");
		fuzz_require(info.cpu_count >= 1 && info.cpu_count <= BOOT_CPUS_MAX,
			     "the boot CPU counts, and the list has room");
		ask_devices();
	}
	free(blob);
	fuzz_accepted(!wrong);
	return 0;
}
