/* What a port's boot code learned from the loader and the firmware, in one portable shape.
 * arch/X/boot fills it from multiboot or a devicetree before kernel_main(); nothing else reads the
 * loader's structures. All addresses are physical, sizes are bytes.
 */
#pragma once

#include <skerry/types.h>

#define BOOT_RANGES_MAX 32
#define BOOT_COMMAND_LINE_MAX 512
#define BOOT_CPUS_MAX 32

struct boot_range {
	uint64_t base;
	uint64_t size;
};

struct boot_info {
	struct boot_range memory[BOOT_RANGES_MAX]; /* usable RAM, page aligned, sorted, disjoint */
	unsigned int memory_count;
	struct boot_range archive; /* the boot archive (cpio newc); size 0: none was passed */
	struct boot_range kernel;  /* the kernel image with its bss */
	uint64_t memory_unusable;  /* RAM the port cannot reach, bytes */
	char command_line[BOOT_COMMAND_LINE_MAX]; /* without the kernel's file name; NUL ends */
	char loader[32];			  /* "multiboot1", "multiboot2", "devicetree" */
	uint32_t cpu_hardware_id[BOOT_CPUS_MAX];  /* [0] is the boot CPU: APIC id, MPIDR, hart id */
	unsigned int cpu_count;			  /* CPUs the firmware reports, boot CPU included */
	char cpu_source[16]; /* who listed the CPUs: "MADT", "MP table", "devicetree", "none" */
};
