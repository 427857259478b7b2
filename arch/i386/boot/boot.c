/* From the loader's registers to kernel_main(): asks loader and firmware, fills boot_info and
 * boot_firmware, builds the boot map. Runs once, on the boot CPU, in the order of boot_main().
 */
#include "boot.h"

#include <skerry/errno.h>
#include <string.h>

#include "arch/i386/console.h"
#include "arch/i386/cpu_features.h"
#include "boot_map.h"
#include "boot_offsets.h"
#include "kernel/arch.h"
#include "kernel/command_line.h"
#include "kernel/panic.h"
#include "kernel/print.h"
#include "mp_table.h"
#include "multiboot.h"

#define LOCAL_APIC_DEFAULT 0xfee00000u
#define LOCAL_APIC_ID (0x20 / 4)
#define LOCAL_APIC_VERSION (0x30 / 4)
#define LOCAL_APIC_SPURIOUS (0xf0 / 4)
#define LOCAL_APIC_LINT0 (0x350 / 4)
#define LOCAL_APIC_INTEGRATED 0x10u
#define LOCAL_APIC_ENABLE 0x100u
#define LOCAL_APIC_EXTERNAL 0x700u

_Static_assert(BOOT_CPU_OFFSET == CPU_OFFSET, "head.S");
_Static_assert(ARCH_KERNEL_BASE == 0xc0000000u, "head.S, kernel.lds");

extern char kernel_text_start[], kernel_end[];

static struct boot_info info;
static struct boot_memory memory;
static struct boot_firmware firmware;

const struct boot_firmware *boot_firmware(void)
{
	return &firmware;
}

/* Returns the physical address of the ACPI root pointer if the loader told, else 0. */
static uint64_t read_loader(uint32_t magic, uint32_t information)
{
	uint64_t rsdp;
	int error = multiboot_read(&boot_window, magic, information, &memory, &info, &rsdp);

	if (error == -E2BIG)
		print("boot: the command line is too long and was cut\n");
	else if (error)
		panic("boot: the loader's information is unusable (magic 0x%x, error %d)", magic,
		      error);
	return rsdp;
}

static void settle_memory(void)
{
	struct bios_areas areas;

	info.kernel.base = virt_to_phys(kernel_text_start);
	info.kernel.size = kernel_end - kernel_text_start;
	bios_areas_read(&boot_window, &areas);
	boot_memory_reserve_first_megabyte(&memory, &areas);
	boot_memory_reserve(&memory, BOOT_TRAMPOLINE, ARCH_PAGE_SIZE);
	if (boot_memory_normalise(&memory, ARCH_DIRECT_MAP_BYTES, &info) != 0)
		panic("boot: no usable memory");
}

/* A loader may put the archive where the direct map does not reach: copy it down. */
static void settle_archive(void)
{
	paddr_t from = info.archive.base, to;

	if (info.archive.base + info.archive.size <= ARCH_DIRECT_MAP_BYTES)
		return;
	to = boot_memory_take(&info, info.archive.size);
	if (info.archive.base >> 32 != 0 || to == 0)
		panic("boot: the archive lies out of reach, at 0x%llx",
		      (unsigned long long)info.archive.base);
	boot_map_copy(to, from, info.archive.size);
	info.archive.base = to;
}

/* QEMU gives every CPU of several a local APIC, also one whose CPUID denies it; its firmware
 * believes CPUID and leaves that APIC shut, and the 8259's interrupts end there. Where nothing is,
 * reads give all ones. Connects the 8259 through the APIC: SDM vol. 3, 11.4.7 and 11.5.1. */
static void open_denied_apic(void)
{
	volatile uint32_t *apic = (volatile uint32_t *)boot_memory_map(
		&boot_window, LOCAL_APIC_DEFAULT, ARCH_PAGE_SIZE);

	if ((apic[LOCAL_APIC_VERSION] & 0xff00fff0) != LOCAL_APIC_INTEGRATED)
		return;
	apic[LOCAL_APIC_SPURIOUS] |= LOCAL_APIC_ENABLE;
	apic[LOCAL_APIC_LINT0] = LOCAL_APIC_EXTERNAL;
}

/* ACPI first, then the MP table. An APIC must exist before tables that promise one are believed. */
static void read_firmware(uint64_t rsdp)
{
	struct acpi_root root;
	bool acpi = acpi_root_find(&boot_window, rsdp, &root) == 0;

	if (acpi)
		acpi_fadt_read(&boot_window, &root, &firmware.acpi);
	if (!cpu_has_apic())
		open_denied_apic();
	if (!cpu_has_memory_apic() || command_line_has(info.command_line, "noapic"))
		return;
	if (acpi && acpi_madt_read(&boot_window, &root, &firmware.topology) == 0)
		return;
	if (mp_table_read(&boot_window, &firmware.topology) != 0)
		print("boot: no ACPI or MP table lists the APICs\n");
}

static void map_apics(void)
{
	struct interrupt_topology *topology = &firmware.topology;
	unsigned int i;

	if (topology->source[0] == '\0' || topology->io_apic_count == 0)
		return;
	if (topology->local_apic_address == 0)
		topology->local_apic_address = LOCAL_APIC_DEFAULT;
	firmware.local_apic = boot_map_device(topology->local_apic_address);
	for (i = 0; firmware.local_apic && i < topology->io_apic_count; i++) {
		firmware.io_apics[i] = boot_map_device(topology->io_apics[i].address);
		if (!firmware.io_apics[i])
			print("boot: no room for I/O APIC %u\n", topology->io_apics[i].id);
	}
}

static void list_cpus(void)
{
	if (firmware.local_apic) {
		topology_list_cpus(&firmware.topology, firmware.local_apic[LOCAL_APIC_ID] >> 24,
				   &info);
		if (firmware.topology.cpus_ignored != 0)
			print("boot: %u CPUs beyond the limit of %u are ignored\n",
			      firmware.topology.cpus_ignored, TOPOLOGY_CPUS_MAX);
		return;
	}
	info.cpu_count = 1;
	strlcpy(info.cpu_source, "none", sizeof(info.cpu_source));
}

const struct boot_info *boot_main(uint32_t magic, uint32_t information)
{
	uint64_t rsdp;

	boot_map_init();
	console_init();
	cpu_features_init();
	rsdp = read_loader(magic, information);
	console_select(info.command_line);
	cpu_features_restrict(info.command_line);
	settle_memory();
	settle_archive();
	read_firmware(rsdp);
	map_apics();
	if (boot_map_build(&info) != 0)
		panic("boot: no memory for page tables");
	list_cpus();
	return &info;
}
