/* Owns the kernel's first-level table, the user half of the boot map, and the list of kernel
 * mappings. head.S left the image mapped twice, at its linked address and where it lies; the latter
 * stays in the table's lower half, which is walked only by CPUs that are just turning their MMU on.
 */
#include "boot_map.h"

#include <skerry/errno.h>
#include <string.h>

#include "arch/arm/cpu.h"
#include "arch/arm/registers.h"
#include "arch/arm/time.h"

#define TTBCR_HALVES 1u /* N: TTBR0 below 2 GB, TTBR1 above */

extern char kernel_text_start[], kernel_text_end[], kernel_data_start[], kernel_end[];

extern uint32_t kernel_table[]; /* head.S fills it first */
uint32_t kernel_table[4096] __attribute__((aligned(16384)));
static uint32_t boot_root[ARCH_ROOT_BYTES / 4] __attribute__((aligned(ARCH_ROOT_BYTES)));
static uint32_t empty_root[ARCH_ROOT_BYTES / 4] __attribute__((aligned(ARCH_ROOT_BYTES)));
static uint32_t device_table[TABLE_ENTRIES] __attribute__((aligned(TABLE_BYTES)));

static struct boot_page_map kernel_maps[BOOT_PAGE_MAPS];
static unsigned int kernel_map_count;
static vaddr_t device_end = ARCH_DEVICE_BASE;

paddr_t boot_map_top;

/* Tables were written: seen by the walker, and no older translation left (B3.10.1). */
static void tables_settle(void)
{
	dsb();
	tlbiall_write(0);
	dsb();
	isb();
}

void boot_map_init(void)
{
	kernel_table[ARCH_DEVICE_BASE / SECTION_BYTES] = virt_to_phys(device_table) | TABLE;
	ttbr1_write(virt_to_phys(kernel_table) | ARCH_TTBR_WALK);
	isb();
	/* In this order: until the halves are apart, TTBR0 translates this code. */
	ttbcr_write(TTBCR_HALVES);
	isb();
	ttbr0_write(virt_to_phys(empty_root) | ARCH_TTBR_WALK);
	isb();
	tables_settle();
}

paddr_t boot_map_empty_root(void)
{
	return virt_to_phys(empty_root);
}

/* --- The kernel's half ----------------------------------------------------------------------- */

static uint32_t section_bits(uint32_t flags)
{
	return SECTION | SECTION_NORMAL | SECTION_KERNEL |
	       (flags & KERNEL_MAP_WRITE ? 0 : SECTION_READ_ONLY) |
	       (flags & KERNEL_MAP_EXECUTE ? 0 : SECTION_XN);
}

static void sections_write(paddr_t from, paddr_t to, uint32_t flags)
{
	for (; from < to; from += SECTION_BYTES)
		kernel_table[(vaddr_t)phys_to_virt(from) / SECTION_BYTES] =
			from | section_bits(flags);
}

static void kernel_map_add(paddr_t physical, vaddr_t address, size_t bytes, uint32_t flags)
{
	if (bytes == 0)
		return;
	kernel_maps[kernel_map_count++] = (struct boot_page_map){
		.physical = physical, .virtual_address = address, .bytes = bytes, .flags = flags};
}

const void *boot_map_early(paddr_t physical, size_t bytes)
{
	const paddr_t from = physical & ~(SECTION_BYTES - 1);

	/* What lies before the start wraps. */
	if (physical - CONFIG_RAM_BASE > ARCH_DIRECT_MAP_BYTES - bytes)
		return NULL;
	for (paddr_t at = from; at < physical + bytes; at += SECTION_BYTES)
		if (kernel_table[(vaddr_t)phys_to_virt(at) / SECTION_BYTES] == 0)
			sections_write(at, at + SECTION_BYTES, 0);
	tables_settle();
	return phys_to_virt(physical);
}

/* Registers are words, and all of them can be reached. */
static bool is_device(uint64_t physical, uint64_t bytes)
{
	return physical % 4 == 0 && physical >> 32 == 0 && bytes != 0 && bytes <= SECTION_BYTES &&
	       (physical + bytes - 1) >> 32 == 0;
}

volatile void *boot_map_device(uint64_t physical, uint64_t bytes)
{
	const size_t offset = physical & (ARCH_PAGE_SIZE - 1);
	const size_t pages = (offset + (size_t)bytes + ARCH_PAGE_SIZE - 1) / ARCH_PAGE_SIZE;
	const vaddr_t address = device_end;
	unsigned int first = (address - ARCH_DEVICE_BASE) / ARCH_PAGE_SIZE;

	if (!is_device(physical, bytes) || first + pages > TABLE_ENTRIES ||
	    kernel_map_count == BOOT_PAGE_MAPS)
		return NULL;
	for (unsigned int i = 0; i < pages; i++)
		device_table[first + i] = ((paddr_t)physical - offset + i * ARCH_PAGE_SIZE) | PAGE |
					  PAGE_KERNEL | PAGE_DEVICE | PAGE_XN;
	tables_settle();
	kernel_map_add((paddr_t)physical - offset, address, pages * ARCH_PAGE_SIZE,
		       KERNEL_MAP_WRITE | KERNEL_MAP_DEVICE);
	device_end += pages * ARCH_PAGE_SIZE;
	return (volatile void *)(address + offset);
}

static void direct_map_add(paddr_t from, paddr_t to, uint32_t flags)
{
	if (from >= to || kernel_map_count == BOOT_PAGE_MAPS)
		return;
	sections_write(from, to, flags);
	kernel_map_add(from, (vaddr_t)phys_to_virt(from), to - from, flags);
}

void boot_map_build(const struct boot_range *ram, unsigned int count)
{
	const paddr_t text = virt_to_phys(kernel_text_start);
	const paddr_t data = virt_to_phys(kernel_data_start);
	const vaddr_t lower = ARCH_KERNEL_BASE / SECTION_BYTES;

	/* What was mapped early on and is no RAM goes. */
	memset(&kernel_table[lower], 0,
	       (text - CONFIG_RAM_BASE) / SECTION_BYTES * sizeof(*kernel_table));
	direct_map_add(text, virt_to_phys(kernel_text_end), KERNEL_MAP_EXECUTE);
	for (unsigned int i = 0; i < count; i++) {
		const paddr_t from = (paddr_t)ram[i].base, to = from + (paddr_t)ram[i].size;

		direct_map_add(from, to < text ? to : text, KERNEL_MAP_WRITE);
		direct_map_add(from > data ? from : data, to, KERNEL_MAP_WRITE);
		boot_map_top = to;
	}
	tables_settle();
}

/* --- The root service's half ------------------------------------------------------------------ */

/* A fresh frame for four tables. */
static int group_provide(uint32_t *group, paddr_t (*frames)(void))
{
	const paddr_t frame = frames();

	if (frame == 0)
		return -ENOMEM;
	for (unsigned int i = 0; i < 4; i++)
		group[i] = (frame + i * TABLE_BYTES) | TABLE;
	return 0;
}

static void group_fill(uint32_t *group, paddr_t physical, bool writable)
{
	const uint32_t bits = SECTION | SECTION_NORMAL | SECTION_USER | SECTION_NOT_GLOBAL |
			      SECTION_XN | (writable ? 0 : SECTION_READ_ONLY);

	for (unsigned int i = 0; i < 4; i++)
		group[i] = (physical + i * SECTION_BYTES) | bits;
}

static void page_write(vaddr_t address, paddr_t physical, bool writable)
{
	uint32_t *table = phys_to_virt(boot_root[address / SECTION_BYTES] & ~(TABLE_BYTES - 1));

	/* What is not written is code. */
	table[address / ARCH_PAGE_SIZE % TABLE_ENTRIES] = physical | PAGE | PAGE_NORMAL |
							  PAGE_USER | PAGE_NOT_GLOBAL |
							  (writable ? PAGE_XN : PAGE_READ_ONLY);
}

int arch_boot_map(vaddr_t address, paddr_t physical, size_t bytes, bool writable,
		  paddr_t (*frames)(void))
{
	while (bytes > 0) {
		uint32_t *group = &boot_root[address / GROUP_BYTES * 4];
		size_t piece = ARCH_PAGE_SIZE;

		if (*group == 0 && address % GROUP_BYTES == 0 && physical % SECTION_BYTES == 0 &&
		    bytes >= GROUP_BYTES) {
			group_fill(group, physical, writable);
			piece = GROUP_BYTES;
		} else {
			if (*group == 0 && group_provide(group, frames) != 0)
				return -ENOMEM;
			page_write(address, physical, writable);
		}
		address += piece;
		physical += piece;
		bytes -= piece;
	}
	dsb();
	return 0;
}

/* The kernel's image is there to be read (the boot map's root is in it), not to be written. */
int arch_boot_window(struct boot_page *page, uint64_t memory_end, paddr_t (*frames)(void))
{
	const paddr_t image = virt_to_phys(kernel_text_start), image_end = virt_to_phys(kernel_end);
	const paddr_t end = (paddr_t)memory_end;
	const vaddr_t shift = ARCH_ROOT_WINDOW - CONFIG_RAM_BASE;
	int error;

	error = arch_boot_map(ARCH_ROOT_WINDOW, CONFIG_RAM_BASE, image - CONFIG_RAM_BASE, true,
			      frames);
	if (!error)
		error = arch_boot_map(image + shift, image, image_end - image, false, frames);
	if (!error)
		error = arch_boot_map(image_end + shift, image_end, end - image_end, true, frames);
	/* Physical addresses begin at CONFIG_RAM_BASE: the sum of the two wraps. */
	page->root_window = shift;
	page->root_window_bytes = end;
	return error;
}

paddr_t arch_boot_root(void)
{
	return virt_to_phys(boot_root);
}

void arch_describe(struct boot_page *page, struct kernel_page *kernel_page)
{
	_Static_assert(sizeof(page->map) == sizeof(kernel_maps), "the same list");
	memcpy(page->map, kernel_maps, sizeof(kernel_maps));
	page->map_count = kernel_map_count;
	page->features = cpu_features();
	kernel_page->features = cpu_features();
	time_describe(&kernel_page->clock);
}
